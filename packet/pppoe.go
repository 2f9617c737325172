package packet

// Lengths of PPPoE headers (RFC 2516, section 4).
const (
	pppoeLen    = 6
	pppoeTagLen = 4
)

// PPPoE discovery codes.
const (
	padO = 0x07
	padI = 0x09
	padR = 0x19
	padS = 0x65
	padT = 0xa7
)

// pppoeDiscovery checks a PPPoE discovery packet. It carries nothing of interest.
func (d *Decoder) pppoeDiscovery(p *Packet, b []byte, cut int) {
	d.Counters.PPPoE++
	if len(b) < pppoeLen {
		d.invalid(p, EventPPPoEPacketTooSmall)
		return
	}
	switch b[1] {
	case padI, padO, padR, padS, padT:
	default:
		d.invalid(p, EventPPPoEWrongCode)
		return
	}
	tags := b[pppoeLen:]
	missing := int(be16(b[4:6])) - len(tags)
	if missing > cut {
		d.invalid(p, EventPPPoEMalformedTags)
		return
	}
	if missing <= 0 {
		tags = tags[:len(tags)+missing]
	}
	for len(tags) > 0 {
		n := pppoeTagLen
		if len(tags) >= pppoeTagLen {
			n += int(be16(tags[2:4]))
		}
		if n > len(tags) {
			if missing <= 0 {
				d.invalid(p, EventPPPoEMalformedTags)
			}
			return
		}
		tags = tags[n:]
	}
}

// PPP protocol numbers.
const (
	pppIPv4           = 0x0021
	pppVJCompressed   = 0x002d
	pppVJUncompressed = 0x002f
	pppIPv6           = 0x0057
)

// pppoeSession decodes a PPPoE session header and the PPP protocol number behind it.
func (d *Decoder) pppoeSession(p *Packet, b []byte, cut int) {
	d.Counters.PPPoE++
	if len(b) < pppoeLen {
		d.invalid(p, EventPPPoEPacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	length := int(be16(b[4:6]))
	b = b[pppoeLen:]
	if length < len(b) { // Ethernet padding behind it
		b, cut = b[:length], 0
	} else {
		cut = min(cut, length-len(b))
	}

	// The protocol field may be compressed to one octet, which is then odd (RFC 1661, section 6.5).
	switch {
	case len(b) >= 1 && b[0]&1 == 1:
		d.ppp(p, uint16(b[0]), b[1:], cut)
	case len(b) >= 2:
		d.ppp(p, be16(b[0:2]), b[2:], cut)
	default:
		d.invalid(p, EventPPPoEPacketTooSmall)
	}
}

// ppp decodes what a PPP protocol number announces.
func (d *Decoder) ppp(p *Packet, protocol uint16, b []byte, cut int) {
	switch protocol {
	case pppIPv4:
		if len(b) < ipv4Len {
			d.invalid(p, EventPPPIPv4PacketTooSmall)
			return
		}
		d.ipv4(p, b, cut)
	case pppIPv6:
		if len(b) < ipv6Len {
			d.invalid(p, EventPPPIPv6PacketTooSmall)
			return
		}
		d.ipv6(p, b, cut)
	case pppVJUncompressed:
		// The protocol field of the IP header holds a connection number (RFC 1144, section 3.2.2): always TCP.
		if len(b) < ipv4Len {
			d.invalid(p, EventPPPVJUPacketTooSmall)
			return
		}
		d.event(p, EventPPPUnsupportedProtocol)
	default:
		switch {
		case pppControl(protocol): // the ends agree on how to talk
		case pppUnsupported(protocol):
			d.event(p, EventPPPUnsupportedProtocol)
		default:
			d.invalid(p, EventPPPWrongType)
		}
	}
}

// pppControl reports whether a protocol controls the link or a network protocol on it (RFC 1661, section 2).
func pppControl(protocol uint16) bool {
	switch protocol {
	case 0xc021, 0xc023, 0xc025, 0xc029, 0xc02b, 0xc02d, 0xc223, 0xc227, // LCP, PAP, LQR, CBCP, BACP, BAP, CHAP, EAP
		0x8021, 0x8023, 0x8025, 0x8027, 0x8029, 0x802b, // of IPv4, OSI, XNS, DECnet, AppleTalk, IPX
		0x8031, 0x8033, 0x8035, 0x803f, 0x804d, // bridging, ST-II, Vines, NetBIOS, SNA
		0x8053, 0x8055, 0x8057, 0x80fb, 0x80fd, // encryption, IPv6, compression
		0x8281, 0x8283: // MPLS
		return true
	}
	return false
}

// pppUnsupported reports whether a protocol is an assigned network protocol that has no decoder.
func pppUnsupported(protocol uint16) bool {
	switch protocol {
	case 0x0001, // padding
		0x0023, 0x0025, 0x0027, 0x0029, 0x002b, // OSI, XNS, DECnet, AppleTalk, IPX
		pppVJCompressed, 0x0031, 0x0033, 0x0035, // bridging, ST-II, Vines
		0x003d, 0x003f, 0x004d, // multilink, NetBIOS, SNA
		0x0053, 0x0055, 0x00fb, 0x00fd, // encrypted, compressed
		0x0201, 0x0231, 0x0233, 0x0281, 0x0283: // 802.1D, Luxcom, Sigma, MPLS
		return true
	}
	return false
}
