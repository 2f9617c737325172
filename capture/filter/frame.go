package filter

import (
	"encoding/binary"

	"github.com/reknit/reknit/packet"
)

// frame is what tests look at.
type frame struct {
	b     []byte
	link  packet.LinkType
	wire  int  // its length as it was sent
	short bool // a test looked for bytes that are not there
}

// Types of the payload of an Ethernet frame.
const (
	typeIP   = 0x0800
	typeARP  = 0x0806
	typeRARP = 0x8035
	typeVLAN = 0x8100
	typeIPv6 = 0x86dd
)

// load returns size bytes at a place as a number.
func (f *frame) load(at, size int) uint32 {
	if at < 0 || at > len(f.b)-size {
		f.short = true
		return 0
	}
	switch b := f.b[at:]; size {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.BigEndian.Uint16(b))
	default:
		return binary.BigEndian.Uint32(b)
	}
}

// network returns the type of what a frame carries below so many VLAN tags, and where it is.
func (f *frame) network(tags int) (kind uint32, at int) {
	switch f.link {
	case packet.LinkEthernet:
		at = 12 + 4*tags
		return f.load(at, 2), at + 2
	case packet.LinkSLL:
		at = 14 + 4*tags
		return f.load(at, 2), at + 2
	case packet.LinkSLL2:
		if tags == 0 {
			return f.load(0, 2), 20
		}
		at = 18 + 4*tags
		return f.load(at, 2), at + 2
	case packet.LinkCHDLC:
		return f.load(2, 2), 4
	case packet.LinkPPP:
		if f.load(0, 2) == 0xff03 {
			at = 2
		}
		return map[uint32]uint32{0x0021: typeIP, 0x0057: typeIPv6}[f.load(at, 2)], at + 2
	case packet.LinkNull, packet.LinkLoop:
		at = 4
	}
	switch f.load(at, 1) >> 4 { // IP, as it is
	case 4:
		return typeIP, at
	case 6:
		return typeIPv6, at
	}
	return 0, at
}

// is returns whether what a frame carries is of a type, and where it is.
func (f *frame) is(kind uint32, tags int) (at int, ok bool) {
	k, at := f.network(tags)
	return at, k == kind
}

// Lengths of headers without options.
const (
	ipv6Header     = 40
	fragmentHeader = 44 // its number
)

// carries reports whether an IP packet is of a protocol; of IPv6, behind a fragment header, too.
func (f *frame) carries(version, protocol uint32, tags int) bool {
	if version != 6 {
		if at, ok := f.is(typeIP, tags); ok {
			return f.load(at+9, 1) == protocol
		}
	}
	if version != 4 {
		if at, ok := f.is(typeIPv6, tags); ok {
			next := f.load(at+6, 1)
			return next == protocol || next == fragmentHeader && f.load(at+ipv6Header, 1) == protocol
		}
	}
	return false
}

// transport returns where the header of a protocol is, if it is there: in an IPv4 packet that is no later fragment, or at once in an IPv6 packet.
func (f *frame) transport(version, protocol uint32, tags int) (at int, ok bool) {
	if version == 4 {
		at, ok = f.is(typeIP, tags)
		if !ok || f.load(at+9, 1) != protocol || f.load(at+6, 2)&0x1fff != 0 {
			return 0, false
		}
		return at + int(f.load(at, 1)&0x0f)*4, true
	}
	at, ok = f.is(typeIPv6, tags)
	return at + ipv6Header, ok && f.load(at+6, 1) == protocol
}
