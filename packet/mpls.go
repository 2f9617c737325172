package packet

const mplsLen = 4

// Labels with a meaning of their own (RFC 3032, section 2.1).
const (
	labelIPv4         = 0
	labelRouterAlert  = 1
	labelIPv6         = 2
	labelImplicitNull = 3
	labelReserved     = 15 // the first that is not reserved here
)

// pseudowireControlLen is the length of the control word of an Ethernet pseudowire (RFC 4448, section 4.6).
const pseudowireControlLen = 4

// mpls decodes a stack of MPLS labels. The stack does not tell what it carries, except for the explicit null labels;
// otherwise it is guessed from the first nibble, as routers do (RFC 4385, section 3).
func (d *Decoder) mpls(p *Packet, b []byte, cut int) {
	d.Counters.MPLS++
	if !d.deeper(p) {
		return
	}
	var entry uint32
	for bottom := false; !bottom; {
		if len(b) < mplsLen {
			d.invalid(p, EventMPLSHeaderTooSmall)
			return
		}
		entry = be32(b)
		b = b[mplsLen:]
		bottom = entry&0x100 != 0
	}

	switch label := entry >> 12; {
	case label == labelIPv4:
		d.ipv4(p, b, cut)
		return
	case label == labelIPv6:
		d.ipv6(p, b, cut)
		return
	case label == labelRouterAlert: // not valid at the bottom
		d.event(p, EventMPLSBadLabelRouterAlert)
		return
	case label == labelImplicitNull: // never on the wire
		d.event(p, EventMPLSBadLabelImplicitNull)
		return
	case label < labelReserved:
		d.event(p, EventMPLSBadLabelReserved)
		return
	}

	if len(b) < pseudowireControlLen {
		d.invalid(p, EventMPLSPacketTooSmall)
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.ipv4(p, b, cut)
	case 6:
		d.ipv6(p, b, cut)
	case 0:
		d.ethernet(p, b[pseudowireControlLen:], cut)
	default:
		d.invalid(p, EventMPLSUnknownPayloadType)
	}
}
