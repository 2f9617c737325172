package defrag

import "github.com/reknit/reknit/packet"

const (
	unitLen   = 8    // offsets are multiples of it
	pageUnits = 256  // units of a page
	pageLen   = 2048 // bytes of a page
	maxPages  = 1 << 16 / pageLen
	inlineLen = 64 // longer headers take a page
)

// page is a part of a datagram that begins at a multiple of pageLen.
type page struct {
	data  [pageLen]byte
	owner [pageUnits]extent // of the fragment whose bytes a unit has; empty: none
}

// extent is the bytes that a fragment had, within its datagram.
type extent struct{ start, end uint16 }

// key tells which datagram a fragment belongs to.
type key struct {
	src, dst packet.Addr
	id       uint32
	vlan     [3]uint16
	protocol uint8 // IPv4 only
	version  uint8
	depth    uint8
}

// tracker is an incomplete datagram.
//
// Invariants: held is the number of bytes that units have; held <= end; the datagram is complete when held == end and
// final. The unit at 0 has an owner if and only if there is a header.
type tracker struct {
	key       key
	deadline  int64
	pages     [maxPages]uint32 // handles
	older     uint32           // neighbours in order of age, 0 at the ends
	newer     uint32
	held, end int32 // bytes held; end of the fragment that reaches farthest
	fragments int32
	final     bool // nothing follows end
	policy    Policy

	// The headers before the data in the fragment that owns the unit at 0.
	headerLen  uint16
	named      uint16
	protocol   uint8
	header     [inlineLen]byte
	headerPage uint32 // handle; 0: inline
}

// units returns the extent of unit i that a fragment with the extent x covers.
func (x extent) within(unit int) int {
	return min(int(x.end), (unit+1)*unitLen) - unit*unitLen
}
