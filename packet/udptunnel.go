package packet

// inUDP looks for a tunnel in a UDP datagram. What does not look like one is left as it is. Teredo comes last: it has the
// least to be known by, and is looked for on all ports if so configured.
func (d *Decoder) inUDP(p *Packet, ports *tunnelPorts) {
	src, dst := p.SrcPort, p.DstPort
	switch {
	case (ports.has(tunnelGeneve, src) || ports.has(tunnelGeneve, dst)) && d.geneve(p):
	case ports.has(tunnelVXLAN, dst) && d.vxlan(p, ports.strict):
	case (ports.has(tunnelGTP, src) || ports.has(tunnelGTP, dst)) && d.gtp(p):
	case ports.has(tunnelTeredo, src) || ports.has(tunnelTeredo, dst):
		d.teredo(p)
	}
}

// geneve decodes a Geneve header (RFC 8926, section 3.4) and its options.
func (d *Decoder) geneve(p *Packet) bool {
	const headerLen, optionLen = 8, 4
	b := p.Payload
	if len(b) < headerLen || b[0]>>6 != 0 {
		return false
	}
	n := headerLen + int(b[0]&0x3f)*4
	if n > len(b) {
		return false
	}
	for options := b[headerLen:n]; len(options) > 0; { // their lengths must add up
		o := optionLen + int(options[3]&0x1f)*4
		if o > len(options) {
			return false
		}
		options = options[o:]
	}
	d.Counters.Geneve++
	in := Inner{Origin: FromGeneve, EtherType: be16(b[2:4]), Bytes: b[n:], Lost: p.Lost}
	switch in.EtherType {
	case etherIPv4, etherIPv6, etherBridge, etherVLAN, etherQinQ, etherARP, etherMPLS, etherMPLSMulticast, etherNSH:
		d.tunnel(p, in)
	default:
		d.invalid(p, EventGeneveUnknownPayloadType)
	}
	return true
}

// vxlan decodes a VXLAN header (RFC 7348, section 5) and the Ethernet header behind it, which is no part of the inner
// packet, as in Suricata.
func (d *Decoder) vxlan(p *Packet, strict bool) bool {
	const headerLen, valid = 8, 0x08
	b := p.Payload
	if len(b) < headerLen+ethernetLen || b[0]&valid == 0 {
		return false
	}
	if strict && (b[0] != valid || b[1] != 0 || b[2] != 0 || b[3] != 0 || b[7] != 0) {
		return false
	}
	d.Counters.VXLAN++
	frame := b[headerLen:]
	etherType := be16(frame[12:14])
	switch etherType {
	case etherIPv4, etherIPv6, etherVLAN, etherQinQ, etherARP, etherMPLS, etherMPLSMulticast, etherPPPoESession, etherPPPoEDiscover,
		etherNSH:
		d.tunnel(p, Inner{Origin: FromVXLAN, EtherType: etherType, Bytes: frame[ethernetLen:], Lost: p.Lost})
	default:
		d.invalid(p, EventVXLANUnknownPayloadType)
	}
	return true
}

// gtp decodes a GTP-U header (3GPP TS 29.281, section 5) in front of a user's packet.
func (d *Decoder) gtp(p *Packet) bool {
	const (
		headerLen = 8
		extraLen  = 4 // sequence number, N-PDU number, type of the first extension header
		extension = 0x04
		anyExtra  = 0x07
		userData  = 255
	)
	b := p.Payload
	if len(b) < headerLen || b[0]>>4 != 3 || b[1] != userData { // version 1, not GTP'
		return false
	}
	n := headerLen
	if b[0]&anyExtra != 0 {
		n += extraLen
	}
	if n > len(b) {
		return false
	}
	if b[0]&extension != 0 {
		for next := b[n-1]; next != 0; next = b[n-1] { // the first octet counts words, the last is the next type
			if n >= len(b) || b[n] == 0 || n+int(b[n])*4 > len(b) {
				return false
			}
			n += int(b[n]) * 4
		}
	}
	in := Inner{Origin: FromGTP, Bytes: b[n:], Lost: p.Lost}
	if end := headerLen + int(be16(b[2:4])); end >= n && end < len(b) {
		in.Bytes, in.Lost = b[n:end], 0
	}
	if len(in.Bytes) == 0 {
		return false
	}
	switch in.Bytes[0] >> 4 { // the session tells what is inside; IP shows itself
	case 4:
		in.EtherType = etherIPv4
	case 6:
		in.EtherType = etherIPv6
	default:
		return false
	}
	d.Counters.GTP++
	d.tunnel(p, in)
	return true
}

// teredo decodes IPv6 behind UDP (RFC 4380, section 5.1.1), with or without an origin indication. As nothing marks it, the
// IPv6 header must fit the datagram exactly and lead to something known.
func (d *Decoder) teredo(p *Packet) {
	const indicationLen = 8
	b := p.Payload
	if len(b) >= indicationLen && b[0] == 0 && b[1] == 0 {
		b = b[indicationLen:]
	}
	if len(b) < ipv6Len || b[0]>>4 != 6 {
		return
	}
	length, next, hopLimit := int(be16(b[4:6])), b[6], b[7]
	if hopLimit == 0 || ipv6Len+length != len(b)+p.Lost {
		return
	}
	switch next {
	case nextHopByHop, nextRouting, nextFragment, nextDestOptions, nextAuth:
		if length < 8 {
			return
		}
	case protoTCP, protoUDP, protoICMPv6, protoESP, protoSCTP, nextNone:
	default:
		return
	}
	d.Counters.Teredo++
	d.tunnel(p, Inner{Origin: FromTeredo, EtherType: etherIPv6, Bytes: b, Lost: p.Lost})
}
