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
func (d *Decoder) pppoeDiscovery(p *Packet, b []byte) {
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
	length := int(be16(b[4:6]))
	tags := b[pppoeLen:]
	if length > len(tags) {
		d.invalid(p, EventPPPoEMalformedTags)
		return
	}
	for tags = tags[:length]; len(tags) > 0; {
		if len(tags) < pppoeTagLen {
			d.invalid(p, EventPPPoEMalformedTags)
			return
		}
		n := pppoeTagLen + int(be16(tags[2:4]))
		if n > len(tags) {
			d.invalid(p, EventPPPoEMalformedTags)
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
	if len(b) < pppoeLen+1 {
		d.invalid(p, EventPPPoEPacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	length := int(be16(b[4:6]))
	b = b[pppoeLen:]
	if length < len(b) && length > 0 { // Ethernet padding
		b, cut = b[:length], 0
	} else {
		cut = min(cut, max(length-len(b), 0))
	}

	// The protocol field may be compressed to one octet, which is then odd (RFC 1661, section 6.5).
	protocol := uint16(b[0])
	n := 1
	if protocol&1 == 0 {
		if len(b) < 2 {
			d.invalid(p, EventPPPoEPacketTooSmall)
			return
		}
		protocol = be16(b[0:2])
		n = 2
	}
	d.ppp(p, protocol, b[n:], cut)
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
		if pppKnown(protocol) {
			d.event(p, EventPPPUnsupportedProtocol)
		} else {
			d.invalid(p, EventPPPWrongType)
		}
	}
}

// pppKnown reports whether a protocol that is not decoded is assigned: network layer protocols, and the control
// protocols of links and networks (RFC 1661, section 2).
func pppKnown(protocol uint16) bool {
	switch protocol {
	case pppVJCompressed, 0x0001, 0x0023, 0x0025, 0x0027, 0x0029, 0x002b, 0x0031, 0x0033, 0x0035, 0x003d, 0x003f,
		0x004d, 0x0281, 0x0283: // padding, OSI, XNS, DECnet, AppleTalk, IPX, bridging, ST-II, Vines, multilink, NetBIOS, SNA, MPLS
		return true
	case 0xc021, 0xc023, 0xc025, 0xc029, 0xc02b, 0xc02d, 0xc223, 0xc227: // LCP, PAP, LQR, CBCP, BACP, BAP, CHAP, EAP
		return true
	}
	return protocol>>12 == 8 // network control protocols
}
