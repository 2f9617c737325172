package packet

const ipv6Len = 40

// ipv6 decodes an IPv6 header and goes on to the transport header, or to the extension headers before it.
func (d *Decoder) ipv6(p *Packet, b []byte, cut int) {
	d.Counters.IPv6++
	if len(b) < ipv6Len {
		d.invalid(p, EventIPv6PacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	h := (*[ipv6Len]byte)(b)
	if h[0]>>4 != 6 {
		d.invalid(p, EventIPv6WrongVersion)
		return
	}
	next := h[6]
	length := ipv6Len + int(be16(h[4:6]))
	if length == ipv6Len && next != nextNone && len(b)+cut > ipv6Len { // offload, or a jumbogram (RFC 2675)
		length = len(b) + cut
		p.Flags |= Offload
	}
	missing := length - len(b)
	if missing <= 0 {
		b = b[:length]
		missing = 0
	} else {
		if missing > cut {
			d.invalid(p, EventIPv6TruncatedPacket)
			return
		}
		p.Flags |= Cut
	}

	p.Version = 6
	p.TTL = h[7]
	p.Protocol = next
	p.Src = [16]byte(h[8:24])
	p.Dst = [16]byte(h[24:40])
	p.Network = b

	b = b[ipv6Len:]
	p.Transport = b
	switch next {
	case protoTCP:
		d.tcp(p, b, missing)
	case protoUDP:
		d.udp(p, b, missing)
	case protoICMPv6:
		d.icmpv6(p, b, missing)
	default:
		d.extensions(p, next, b, missing)
	}
}

// transport6 decodes what ends a chain of IPv6 headers.
func (d *Decoder) transport6(p *Packet, next uint8, b []byte, missing int) {
	p.Protocol = next
	p.Transport = b
	switch next {
	case protoTCP:
		d.tcp(p, b, missing)
	case protoUDP:
		d.udp(p, b, missing)
	case protoICMPv6:
		d.icmpv6(p, b, missing)
	case protoSCTP:
		d.sctp(p, b, missing)
	case protoESP:
		d.esp(p, b, missing)
	case protoGRE:
		d.gre(p, b, missing)
	case protoIPv4:
		d.inIPv6(p, etherIPv4, b, missing)
	case protoIPv6:
		d.inIPv6(p, etherIPv6, b, missing)
	case nextNone:
		if len(b)+missing > 0 {
			d.event(p, EventIPv6DataAfterNoneHeader)
		}
	case protoICMP:
		d.event(p, EventIPv6ICMPv4)
	default:
		d.event(p, EventIPv6UnknownNextHeader)
	}
}
