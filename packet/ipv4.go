package packet

const ipv4Len = 20

// Transport protocol numbers that have a decoder.
const (
	protoICMP   = 1
	protoIPv4   = 4
	protoTCP    = 6
	protoUDP    = 17
	protoIPv6   = 41
	protoGRE    = 47
	protoESP    = 50
	protoICMPv6 = 58
	protoSCTP   = 132
)

// ipv4 decodes an IPv4 header and goes on to the transport header, unless the datagram is a fragment.
func (d *Decoder) ipv4(p *Packet, b []byte, cut int) {
	d.Counters.IPv4++
	if len(b) < ipv4Len {
		d.invalid(p, EventIPv4PacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	h := (*[ipv4Len]byte)(b)
	if h[0]>>4 != 4 {
		d.invalid(p, EventIPv4WrongVersion)
		return
	}
	headerLen := int(h[0]&0x0f) * 4
	if headerLen < ipv4Len {
		d.invalid(p, EventIPv4HeaderLenTooSmall)
		return
	}
	length := int(be16(h[2:4]))
	if length == 0 { // the network card was to fill it in
		length = len(b) + cut
		p.Flags |= Offload
	}
	if length < headerLen {
		d.invalid(p, EventIPv4LenSmallerThanHeaderLen)
		return
	}
	missing := length - len(b)
	if missing <= 0 {
		b = b[:length]
		missing = 0
	} else {
		if missing > cut || headerLen > len(b) {
			d.invalid(p, EventIPv4TruncatedPacket)
			return
		}
		p.Flags |= Cut
	}

	p.Version = 4
	p.TTL = h[8]
	p.Protocol = h[9]
	p.Src.set4((*[4]byte)(h[12:16]))
	p.Dst.set4((*[4]byte)(h[16:20]))
	p.Network = b
	if headerLen > ipv4Len && !d.ipv4Options(p, b[ipv4Len:headerLen]) {
		return // hosts discard it
	}
	if field := be16(h[6:8]); field&0x3fff != 0 { // more fragments, or an offset
		p.fragment4(be16(h[4:6]), field, headerLen)
		return
	}

	b = b[headerLen:]
	p.Transport = b
	switch h[9] {
	case protoTCP:
		d.tcp(p, b, missing)
	case protoUDP:
		d.udp(p, b, missing)
	case protoICMP:
		d.icmpv4(p, b, missing)
	case protoSCTP:
		d.sctp(p, b, missing)
	case protoESP:
		d.esp(p, b, missing)
	case protoGRE:
		d.gre(p, b, missing)
	case protoIPv4:
		d.Counters.IPv4InIPv4++
		d.tunnel(p, Inner{Origin: FromIPv4, EtherType: etherIPv4, Bytes: b, Lost: missing})
	case protoIPv6:
		d.Counters.IPv6InIPv4++
		d.tunnel(p, Inner{Origin: FromIPv4, EtherType: etherIPv6, Bytes: b, Lost: missing})
	case protoICMPv6:
		d.invalid(p, EventIPv4ICMPv6)
	}
}

// short handles a transport header of which only len(b) bytes are here: either the snap length cut it, or the datagram
// is too small, which e tells.
func (d *Decoder) short(p *Packet, b []byte, missing, headerLen int, e Event) {
	switch {
	case len(b)+missing < headerLen:
		d.invalid(p, e)
	case p.Version == 4:
		d.invalid(p, EventIPv4TruncatedPacket)
	default:
		d.invalid(p, EventIPv6TruncatedPacket)
	}
}
