package packet

// ICMPv6 types (IANA icmpv6-parameters).
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
	icmp6LastAssigned   = 161
	maxUnreachable6Code = 8
	maxParameter6Code   = 10
)

// icmpv6 decodes an ICMPv6 header.
func (d *Decoder) icmpv6(p *Packet, b []byte, missing int) {
	d.Counters.ICMPv6++
	if !d.icmpHeader(p, b, missing, EventICMPv6PacketTooSmall) {
		return
	}

	var maxCode uint8
	switch t := p.ICMPType; {
	case t == icmp6Unreachable:
		maxCode = maxUnreachable6Code
	case t == icmp6TimeExceeded:
		maxCode = 1
	case t == icmp6Parameter:
		maxCode = maxParameter6Code
	case t == icmp6NodeQuery, t == icmp6NodeReply:
		maxCode = 2
	case t == icmp6TooBig, t >= icmp6Echo && t <= icmp6Redirect, t == icmp6MLDv2Report:
	case t >= icmp6Renumbering && t <= icmp6LastAssigned: // with codes of their own
		maxCode = 255
	case t == 100, t == 101, t == 200, t == 201: // for private experiments (RFC 4443, section 2.1)
		d.event(p, EventICMPv6ExperimentationType)
		return
	case t == 0, t == 127: // reserved
		d.event(p, EventICMPv6UnknownType)
		return
	default:
		d.event(p, EventICMPv6UnassignedType)
		return
	}
	if p.ICMPCode > maxCode {
		d.event(p, EventICMPv6UnknownCode)
	}
	if p.isMLD() && p.TTL != 1 { // RFC 2710, section 3; RFC 3810, section 5
		d.event(p, EventICMPv6MLDMessageWithInvalidHopLimit)
	}
	if p.ICMPCode <= maxCode && p.IsICMPError() {
		d.quotedIPv6(p)
	}
}

func (p *Packet) isMLD() bool {
	t := p.ICMPType
	return t >= icmp6MLDQuery && t <= icmp6MLDDone || t == icmp6MLDv2Report
}

// quotedIPv6 checks the header that an ICMPv6 error quotes.
func (d *Decoder) quotedIPv6(p *Packet) {
	q := p.Payload
	switch {
	case len(q)+p.Lost < ipv6Len:
		d.invalid(p, EventICMPv6IPv6TruncatedPacket)
	case len(q) > 0 && q[0]>>4 != 6:
		d.invalid(p, EventICMPv6IPv6UnknownVersion)
	}
}
