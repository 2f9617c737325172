package packet

import "encoding/binary"

const nullLen = 4

// raw decodes a frame that starts with the IP header.
func (d *Decoder) raw(p *Packet, b []byte, cut int) {
	d.Counters.Raw++
	d.ip(p, b, cut)
}

// ip decodes the IP datagram that b is, whichever version it has.
func (d *Decoder) ip(p *Packet, b []byte, cut int) {
	if len(b) == 0 {
		d.invalid(p, EventIPv4PacketTooSmall)
		return
	}
	switch b[0] >> 4 {
	case 4:
		d.ipv4(p, b, cut)
	case 6:
		d.ipv6(p, b, cut)
	default:
		d.invalid(p, EventIPRawInvalidIPVersion)
	}
}

// null decodes the header of BSD loopback captures: an address family, in the byte order of the host that captured
// (LinkNull) or in network order (LinkLoop). Either is taken in either order.
func (d *Decoder) null(p *Packet, b []byte, cut int) {
	d.Counters.Null++
	if len(b) < nullLen {
		d.invalid(p, EventNullPacketTooSmall)
		return
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2:
		d.ipv4(p, b[nullLen:], cut)
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, Darwin
		d.ipv6(p, b[nullLen:], cut)
	default:
		d.invalid(p, EventNullUnsupportedType)
	}
}
