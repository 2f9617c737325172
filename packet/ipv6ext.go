package packet

// Next header values of extension headers (RFC 8200, section 4, and IANA).
const (
	nextHopByHop    = 0
	nextRouting     = 43
	nextFragment    = 44
	nextAuth        = 51
	nextNone        = 59
	nextDestOptions = 60
	nextMobility    = 135
	nextHIP         = 139
	nextShim6       = 140
)

// extensions walks the chain of IPv6 extension headers from b on and decodes what is behind it. Every header has at
// least eight bytes, so the walk is linear.
func (d *Decoder) extensions(p *Packet, next uint8, b []byte, missing int) {
	var hopByHop, destOptions, routing, auth, fragment int // seen so far
	named := ipv6NextHeader                                // where in the datagram next was read
	for {
		var n int
		switch next {
		case nextHopByHop, nextDestOptions, nextRouting, nextMobility, nextHIP, nextShim6:
			n = 8
			if len(b) >= 2 {
				n += int(b[1]) * 8
			}
		case nextAuth:
			n = 12
			if len(b) >= 2 { // in units of four bytes, less two; RFC 4302 has at least one
				n = max(n, (int(b[1])+2)*4)
			}
		case nextFragment:
			n = fragmentLen
		default:
			if len(b)+missing < 2 && next != nextNone { // headers, and nothing that they lead to
				d.invalid(p, EventIPv6TruncatedExtHeader)
				return
			}
			d.transport6(p, next, b, missing)
			return
		}
		if len(b) < n {
			d.short(p, b, missing, n, EventIPv6TruncatedExtHeader)
			return
		}

		header := b[:n]
		switch next {
		case nextHopByHop:
			hopByHop++
			if hopByHop > 1 {
				d.event(p, EventIPv6ExtHeaderDuplicateHopByHop)
			} else {
				d.ipv6Options(p, header[2:], EventIPv6HopByHopUnknownOption, EventIPv6HopByHopOnlyPadding)
			}
		case nextDestOptions: // may come before and after a routing header
			destOptions++
			if destOptions > 2 {
				d.event(p, EventIPv6ExtHeaderDuplicateDestOptions)
			} else {
				d.ipv6Options(p, header[2:], EventIPv6DestOptionsUnknownOption, EventIPv6DestOptionsOnlyPadding)
			}
		case nextRouting:
			routing++
			if routing > 1 {
				d.event(p, EventIPv6ExtHeaderDuplicateRouting)
			} else if header[2] == 0 { // deprecated by RFC 5095
				d.event(p, EventIPv6RoutingType0)
			}
		case nextAuth:
			auth++
			if auth > 1 {
				d.event(p, EventIPv6ExtHeaderDuplicateAH)
			}
			if be16(header[2:4]) != 0 {
				d.event(p, EventIPv6ExtHeaderAHReservedNotNull)
			}
		case nextFragment:
			fragment++
			if be16(header[2:4])&0xfff9 != 0 { // an offset, or more to come
				d.fragment6(p, b, missing, named)
				return
			}
			// The only fragment of its datagram: nothing is to be reassembled (RFC 6946).
			if fragment > 1 {
				d.event(p, EventIPv6ExtHeaderDuplicateFrag)
			} else {
				d.event(p, EventIPv6ExtHeaderUselessFrag)
			}
			if header[1] != 0 {
				d.event(p, EventIPv6FragNonZeroReservedField)
			}
		}
		next = header[0]
		named = len(p.Network) - len(b)
		b = b[n:]
	}
}

// Options of hop-by-hop and destination options headers that are known here (IANA ipv6-parameters).
const (
	ipv6OptionPad1        = 0x00
	ipv6OptionPadN        = 0x01
	ipv6OptionTunnelLimit = 0x04 // RFC 2473
	ipv6OptionRouterAlert = 0x05 // RFC 2711
	ipv6OptionJumbo       = 0xc2 // RFC 2675
	ipv6OptionHomeAddress = 0xc9 // RFC 6275
)

// ipv6Options checks the options of a hop-by-hop or destination options header.
func (d *Decoder) ipv6Options(p *Packet, b []byte, unknown, onlyPadding Event) {
	pads, others := 0, 0
	for len(b) > 0 {
		if b[0] == ipv6OptionPad1 {
			b = b[1:]
			pads++
			continue
		}
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			d.invalid(p, EventIPv6ExtHeaderInvalidOptionLen)
			return
		}
		kind, n := b[0], int(b[1])
		b = b[2+n:]
		want := n
		switch kind {
		case ipv6OptionPadN:
			pads++
			if n == 0 {
				d.event(p, EventIPv6ZeroLenPadN)
			}
			continue
		case ipv6OptionTunnelLimit:
			want = 1
		case ipv6OptionRouterAlert:
			want = 2
		case ipv6OptionJumbo:
			want = 4
		case ipv6OptionHomeAddress:
			want = 16
		default:
			d.event(p, unknown)
		}
		others++
		if n != want {
			d.invalid(p, EventIPv6ExtHeaderInvalidOptionLen)
			return
		}
	}
	if pads > 0 && others == 0 {
		d.event(p, onlyPadding)
	}
}
