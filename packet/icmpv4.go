package packet

const icmpLen = 8

// ICMPv4 types (RFC 792, 950, 1256).
const (
	icmpEchoReply      = 0
	icmpUnreachable    = 3
	icmpSourceQuench   = 4
	icmpRedirect       = 5
	icmpEcho           = 8
	icmpRouterAdvert   = 9
	icmpRouterSolicit  = 10
	icmpTimeExceeded   = 11
	icmpParameter      = 12
	icmpTimestamp      = 13
	icmpMaskReply      = 18
	maxUnreachableCode = 15
)

// icmpHeader decodes what ICMPv4 and ICMPv6 have in common. It reports false, and notes tooSmall, for a header that is cut.
func (d *Decoder) icmpHeader(p *Packet, b []byte, missing int, tooSmall Event) bool {
	if len(b) < icmpLen {
		d.short(p, b, missing, icmpLen, tooSmall)
		return false
	}
	p.ICMPType, p.ICMPCode = b[0], b[1]
	p.Flags |= HasICMP
	p.Payload = b[icmpLen:]
	p.Lost = missing
	return true
}

// icmpv4 decodes an ICMPv4 header.
func (d *Decoder) icmpv4(p *Packet, b []byte, missing int) {
	d.Counters.ICMPv4++
	if !d.icmpHeader(p, b, missing, EventICMPv4PacketTooSmall) {
		return
	}

	var maxCode uint8
	switch t := p.ICMPType; {
	case t == icmpUnreachable:
		maxCode = maxUnreachableCode
	case t == icmpRedirect:
		maxCode = 3
	case t == icmpTimeExceeded:
		maxCode = 1
	case t == icmpParameter:
		maxCode = 2
	case t == icmpRouterAdvert, t == icmpRouterSolicit: // mobile IP has codes of its own
		maxCode = 255
	case t == icmpEchoReply, t == icmpEcho, t == icmpSourceQuench, t >= icmpTimestamp && t <= icmpMaskReply:
	default:
		d.event(p, EventICMPv4UnknownType)
		return
	}
	if p.ICMPCode > maxCode {
		d.event(p, EventICMPv4UnknownCode)
		return
	}
	if p.IsICMPError() {
		d.quotedIPv4(p)
	}
}

// IsICMPError reports whether the packet is an ICMP message about another packet, which it quotes.
func (p *Packet) IsICMPError() bool {
	if p.Flags&HasICMP == 0 {
		return false
	}
	if p.Version == 6 {
		return p.ICMPType < icmp6Echo
	}
	switch p.ICMPType {
	case icmpUnreachable, icmpSourceQuench, icmpRedirect, icmpTimeExceeded, icmpParameter:
		return true
	}
	return false
}

// quotedIPv4 checks the header that an ICMPv4 error quotes.
func (d *Decoder) quotedIPv4(p *Packet) {
	q := p.Payload
	switch {
	case len(q) == 0:
	case len(q)+p.Lost < ipv4Len:
		d.invalid(p, EventICMPv4IPv4TruncatedPacket)
	case q[0]>>4 != 4:
		d.invalid(p, EventICMPv4IPv4UnknownVersion)
	}
}
