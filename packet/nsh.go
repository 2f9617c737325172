package packet

const nshLen = 8 // base header and service path header

// What a network service header may announce (RFC 8300, section 2.2).
const (
	nshIPv4     = 1
	nshIPv6     = 2
	nshEthernet = 3
	nshMPLS     = 5
)

// nsh decodes a network service header (RFC 8300).
func (d *Decoder) nsh(p *Packet, b []byte, cut int) {
	d.Counters.NSH++
	if len(b) < nshLen {
		d.invalid(p, EventNSHHeaderTooSmall)
		return
	}
	if b[0]>>6 != 0 {
		d.invalid(p, EventNSHUnsupportedVersion)
		return
	}
	n := int(b[1]&0x3f) * 4
	if n < nshLen || n >= len(b)+cut {
		d.invalid(p, EventNSHBadHeaderLength)
		return
	}
	switch kind := b[2] & 0x0f; kind {
	case 0, 15: // reserved, experimental
		d.invalid(p, EventNSHReservedType)
		return
	case 1: // context of fixed length
		if n != 24 {
			d.invalid(p, EventNSHBadHeaderLength)
			return
		}
	case 2:
	default:
		d.invalid(p, EventNSHUnsupportedType)
		return
	}
	if n > len(b) {
		d.invalid(p, EventNSHHeaderTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	next := b[3]
	b = b[n:]
	switch next {
	case nshIPv4:
		d.network(p, etherIPv4, b, cut)
	case nshIPv6:
		d.network(p, etherIPv6, b, cut)
	case nshEthernet:
		d.ethernet(p, b, cut)
	case nshMPLS:
		d.network(p, etherMPLS, b, cut)
	default:
		d.invalid(p, EventNSHUnknownPayload)
	}
}
