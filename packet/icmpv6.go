package packet

// ICMPv6 types (RFC 4443, 2710, 3810, 4861 and IANA).
const (
	icmp6Unreachable    = 1
	icmp6TooBig         = 2
	icmp6TimeExceeded   = 3
	icmp6Parameter      = 4
	icmp6Echo           = 128 // types from here on are informational
	icmp6EchoReply      = 129
	icmp6MLDQuery       = 130
	icmp6MLDDone        = 132
	icmp6RouterSolicit  = 133
	icmp6Redirect       = 137
	icmp6Renumbering    = 138
	icmp6NodeQuery      = 139
	icmp6NodeReply      = 140
	icmp6MLDv2Report    = 143
	icmp6HomeAgent      = 144
	icmp6LastAssigned   = 161
	icmp6FirstPrivate   = 200
	icmp6SecondPrivate  = 201
	icmp6ReservedHigh   = 255
	icmp6ReservedLow    = 127
	icmp6ErrorPrivate1  = 100
	icmp6ErrorPrivate2  = 101
	maxUnreachable6Code = 8
	maxParameter6Code   = 10
)

// icmpv6 decodes an ICMPv6 header.
func (d *Decoder) icmpv6(p *Packet, b []byte, missing int) {
	d.Counters.ICMPv6++
	if len(b) < icmpLen {
		d.short(p, b, missing, icmpLen, EventICMPv6PacketTooSmall)
		return
	}
	p.ICMPType, p.ICMPCode = b[0], b[1]
	p.Flags |= HasICMP
	p.Payload = b[icmpLen:]
	p.Lost = missing

	var maxCode uint8
	switch t := p.ICMPType; {
	case t == icmp6Unreachable:
		maxCode = maxUnreachable6Code
	case t == icmp6TimeExceeded:
		maxCode = 1
	case t == icmp6Parameter:
		maxCode = maxParameter6Code
	case t >= icmp6MLDQuery && t <= icmp6MLDDone, t == icmp6MLDv2Report:
		if p.TTL != 1 { // RFC 2710, section 3; RFC 3810, section 5
			d.event(p, EventICMPv6MLDMessageWithInvalidHopLimit)
		}
	case t == icmp6NodeQuery, t == icmp6NodeReply:
		maxCode = 2
	case t == icmp6TooBig, t == icmp6Echo, t == icmp6EchoReply, t >= icmp6RouterSolicit && t <= icmp6Redirect:
	case t == icmp6Renumbering, t > icmp6NodeReply && t <= icmp6LastAssigned:
		maxCode = 255
	case t == icmp6ErrorPrivate1, t == icmp6ErrorPrivate2, t == icmp6FirstPrivate, t == icmp6SecondPrivate,
		t == icmp6ReservedLow, t == icmp6ReservedHigh:
		d.event(p, EventICMPv6ExperimentationType)
		return
	case t < icmp6Echo, t < icmp6FirstPrivate:
		d.event(p, EventICMPv6UnassignedType)
		return
	default:
		d.event(p, EventICMPv6UnknownType)
		return
	}
	if p.ICMPCode > maxCode {
		d.event(p, EventICMPv6UnknownCode)
		return
	}
	if p.IsICMPError() {
		d.quotedIPv6(p)
	}
}

// quotedIPv6 checks the header that an ICMPv6 error quotes.
func (d *Decoder) quotedIPv6(p *Packet) {
	q := p.Payload
	switch {
	case len(q) < ipv6Len:
		if len(q)+p.Lost < ipv6Len {
			d.event(p, EventICMPv6IPv6TruncatedPacket)
		}
	case q[0]>>4 != 6:
		d.event(p, EventICMPv6IPv6UnknownVersion)
	}
}
