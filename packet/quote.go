package packet

// Quote is the packet that an ICMP error is about, as far as the error quotes it.
type Quote struct {
	Protocol         uint8
	Src, Dst         Addr
	SrcPort, DstPort uint16 // TCP, UDP and SCTP
}

// Quote returns what an ICMP error quotes: a packet of the same IP version that went the other way, or was to go on
// beyond the sender of the error. It reports false when the packet is no error, or quotes too little to tell the flow.
func (p *Packet) Quote() (Quote, bool) {
	if !p.IsICMPError() {
		return Quote{}, false
	}
	var q Quote
	var transport []byte
	var ok bool
	if p.Version == 4 {
		transport, ok = q.ipv4(p.Payload)
	} else {
		transport, ok = q.ipv6(p.Payload)
	}
	if !ok {
		return Quote{}, false
	}
	switch q.Protocol {
	case protoTCP, protoUDP, protoSCTP:
		if len(transport) < 4 {
			return Quote{}, false
		}
		q.SrcPort = be16(transport[0:2])
		q.DstPort = be16(transport[2:4])
	}
	return q, true
}

// ipv4 reads a quoted IPv4 header and returns what is behind it.
func (q *Quote) ipv4(b []byte) (transport []byte, ok bool) {
	if len(b) < ipv4Len || b[0]>>4 != 4 {
		return nil, false
	}
	n := int(b[0]&0x0f) * 4
	if n < ipv4Len || n > len(b) || be16(b[6:8])&0x1fff != 0 { // not the first fragment
		return nil, false
	}
	q.Protocol = b[9]
	copy(q.Src[:4], b[12:16])
	copy(q.Dst[:4], b[16:20])
	return b[n:], true
}

// ipv6 reads a quoted IPv6 header and its extension headers, and returns what is behind them.
func (q *Quote) ipv6(b []byte) (transport []byte, ok bool) {
	if len(b) < ipv6Len || b[0]>>4 != 6 {
		return nil, false
	}
	q.Protocol = b[6]
	q.Src = [16]byte(b[8:24])
	q.Dst = [16]byte(b[24:40])
	b = b[ipv6Len:]
	for {
		n := 0
		switch q.Protocol {
		case nextHopByHop, nextDestOptions, nextRouting:
			if len(b) >= 2 {
				n = 8 + int(b[1])*8
			}
		case nextFragment:
			n = fragmentLen
			if len(b) >= 4 && be16(b[2:4])&^7 != 0 { // not the first fragment
				return nil, false
			}
		default:
			return b, true
		}
		if n == 0 || n > len(b) {
			return nil, false
		}
		q.Protocol = b[0]
		b = b[n:]
	}
}
