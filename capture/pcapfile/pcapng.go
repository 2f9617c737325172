package pcapfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/reknit/reknit/packet"
)

// Block types of pcapng (draft-ietf-opsawg-pcapng, section 11.1).
const (
	blockInterface      = 1
	blockPacketObsolete = 2
	blockSimplePacket   = 3
	blockEnhancedPacket = 6
	blockSection        = 0x0a0d0d0a
)

// Options of an interface (section 4.2).
const (
	optionEnd      = 0
	optionTSResol  = 9
	optionTSOffset = 14
)

const (
	byteOrderMagic = 0x1a2b3c4d

	// A block of ours may be as long as this; others are skipped whatever their length.
	maxBlock = maxFrame

	// maxInterfaces of a section.
	maxInterfaces = 1 << 16
)

// pcapngFormat is the state of a section.
type pcapngFormat struct {
	interfaces []iface
	rest       int64 // what is left of the block: to be skipped before the next one
	at         int64 // where that block begins
	length     uint32
	started    bool // a section has begun
	useful     bool // an interface with a supported link type was seen
	lastTime   int64
}

// iface is an interface of a section.
type iface struct {
	link    packet.LinkType
	skip    bool // the link type is not supported
	warned  bool // … and that was said
	snap    uint32
	units   resolution
	offsetS int64 // seconds to be added
}

// nextBlock reads blocks up to the next packet.
func (f *file) nextBlock() error {
	x := &f.pcapng
	for {
		if x.rest > 0 {
			if err := f.endOfBlock(); err != nil {
				return err
			}
		}
		b := f.peek(12)
		at := f.offset()
		if len(b) < 12 {
			if len(b) == 0 && f.err == io.EOF {
				return io.EOF
			}
			return f.cut(at)
		}
		if binary.LittleEndian.Uint32(b) == blockSection {
			// The byte order of a section is its own.
			switch binary.LittleEndian.Uint32(b[8:]) {
			case byteOrderMagic:
				f.swapped = false
			case bits.ReverseBytes32(byteOrderMagic):
				f.swapped = true
			default:
				return f.ngError(at, "no byte order in the section header")
			}
		}
		kind, length := f.uint32(b), f.uint32(b[4:])
		if length < 12 || length%4 != 0 {
			return f.ngError(at, fmt.Sprintf("block of %d bytes", length))
		}
		if !x.started && kind != blockSection {
			return f.ngError(at, "no section header")
		}
		x.rest, x.at, x.length = int64(length), at, length
		found, err := f.block(kind, length, at)
		if found || err != nil {
			return err
		}
	}
}

// endOfBlock skips what is left of a block and checks its length, which is there again.
func (f *file) endOfBlock() error {
	x := &f.pcapng
	ok := f.skip(x.rest - 4)
	x.rest = 0
	b := f.peek(4)
	if !ok || len(b) < 4 {
		return f.cut(x.at)
	}
	if f.uint32(b) != x.length {
		return f.ngError(x.at, fmt.Sprintf("block of %d bytes ends with the length %d", x.length, f.uint32(b)))
	}
	f.take(4)
	return nil
}

// block reads a block; found tells that it is a packet.
func (f *file) block(kind, length uint32, at int64) (found bool, err error) {
	x := &f.pcapng
	var fixed int // bytes before the packet or the options
	switch kind {
	case blockSection:
		fixed = 24
	case blockInterface:
		fixed = 16
	case blockSimplePacket:
		fixed = 12
	case blockEnhancedPacket, blockPacketObsolete:
		fixed = 28
	default:
		return false, nil
	}
	if int(length) < fixed+4 { // and the length again
		return false, f.ngError(at, fmt.Sprintf("block of %d bytes", length))
	}
	b := f.peek(fixed)
	if len(b) < fixed {
		return false, f.cut(at)
	}
	switch kind {
	case blockSection:
		if major := f.uint16(b[12:]); major != 1 {
			return false, f.ngError(at, fmt.Sprintf("version %d of the format", major))
		}
		x.interfaces = x.interfaces[:0]
		x.started = true
		return false, nil
	case blockInterface:
		return false, f.interfaceBlock(length, at)
	case blockSimplePacket:
		if len(x.interfaces) == 0 {
			return false, f.ngError(at, "packet without an interface")
		}
		i := &x.interfaces[0]
		wire := f.uint32(b[8:])
		n := min(wire, length-16)
		if i.snap > 0 {
			n = min(n, i.snap)
		}
		return f.packetBlock(i, x.lastTime, fixed, n, wire, length, at)
	}
	id := f.uint32(b[8:])
	if kind == blockPacketObsolete {
		id = uint32(f.uint16(b[8:]))
	}
	if uint64(id) >= uint64(len(x.interfaces)) {
		return false, f.ngError(at, fmt.Sprintf("packet of interface %d, which is not described", id))
	}
	i := &x.interfaces[id]
	when := i.units.time(uint64(f.uint32(b[12:]))<<32|uint64(f.uint32(b[16:])), i.offsetS)
	return f.packetBlock(i, when, fixed, f.uint32(b[20:]), f.uint32(b[24:]), length, at)
}

// packetBlock takes a packet of n bytes that begins after fixed bytes of the block.
func (f *file) packetBlock(i *iface, when int64, fixed int, n, wire, length uint32, at int64) (found bool, err error) {
	x := &f.pcapng
	if i.skip {
		return false, f.skipPacket(i, at)
	}
	if n > length-uint32(fixed)-4 {
		return false, f.ngError(at, fmt.Sprintf("packet of %d bytes in a block of %d", n, length))
	}
	if n > maxFrame {
		return false, f.wrong(at, ErrTooLong)
	}
	whole := fixed + int(n)
	b := f.peek(whole)
	if len(b) < whole {
		return false, f.cut(at)
	}
	x.lastTime = when
	f.time, f.link, f.wire = when, i.link, max(int(wire), int(n))
	f.frame = b[fixed:whole:whole]
	f.take(whole)
	x.rest -= int64(whole)
	return true, nil
}

// skipPacket leaves out a packet of a link type that is not supported. If there has been no other link type so far, that
// is an error.
func (f *file) skipPacket(i *iface, at int64) error {
	f.skipped++
	if !f.pcapng.useful {
		return f.wrong(at, &LinkError{i.link})
	}
	if !i.warned {
		i.warned = true
		f.warn(f.wrong(at, fmt.Errorf("%w: the interface's packets are left out", &LinkError{i.link})))
	}
	return nil
}

// interfaceBlock reads the description of an interface.
func (f *file) interfaceBlock(length uint32, at int64) error {
	x := &f.pcapng
	if length > maxBlock {
		return f.ngError(at, fmt.Sprintf("description of an interface of %d bytes", length))
	}
	if len(x.interfaces) == maxInterfaces {
		return f.ngError(at, fmt.Sprintf("more than %d interfaces", maxInterfaces))
	}
	b := f.peek(int(length))
	if len(b) < int(length) {
		return f.cut(at)
	}
	i := iface{link: packet.LinkType(f.uint16(b[8:])), snap: f.uint32(b[12:]), units: decimal(6)}
	for o := b[16 : length-4]; len(o) >= 4; {
		code, n := f.uint16(o), int(f.uint16(o[2:]))
		o = o[4:]
		if code == optionEnd {
			break
		}
		if n > len(o) {
			return f.ngError(at, fmt.Sprintf("option of %d bytes where %d are left", n, len(o)))
		}
		switch {
		case code == optionTSResol && n == 1:
			if v := o[0] & 0x7f; o[0]&0x80 == 0 {
				i.units = decimal(v)
			} else {
				i.units = binaryUnits(v)
			}
		case code == optionTSOffset && n == 8:
			i.offsetS = int64(f.uint64(o))
		}
		o = o[min((n+3)&^3, len(o)):]
	}
	if i.skip = !i.link.Supported(); !i.skip {
		x.useful = true
	}
	x.interfaces = append(x.interfaces, i)
	return nil
}

// ngError reports a corrupt block.
func (f *file) ngError(at int64, what string) error {
	return f.wrong(at, fmt.Errorf("%w: %s", ErrCorrupt, what))
}

// resolution converts time stamps to nanoseconds.
type resolution struct {
	multiply uint64 // nanoseconds per unit; 0: less than one
	limit    uint64 // above this, the product is no int64
	divide   uint64 // units per nanosecond, if not 0
	shift    uint8  // binary fractions: bits after the point; 0: not binary
}

// decimal returns the resolution of 10^-n seconds.
func decimal(n uint8) resolution {
	pow := func(n uint8) (p uint64) {
		for p = 1; n > 0; n-- {
			p *= 10
		}
		return p
	}
	switch {
	case n <= 9:
		m := pow(9 - n)
		return resolution{multiply: m, limit: math.MaxInt64 / m}
	case n <= 9+19:
		return resolution{divide: pow(n - 9)}
	}
	return resolution{divide: math.MaxUint64} // too fine for any time but 0
}

// binaryUnits returns the resolution of 2^-n seconds.
func binaryUnits(n uint8) resolution {
	if n == 0 {
		return decimal(0)
	}
	return resolution{shift: n}
}

// time returns the time stamp ts plus an offset of s seconds, in nanoseconds; the nearest possible if there is no such
// int64.
func (r *resolution) time(ts uint64, s int64) int64 {
	var ns int64
	switch {
	case r.multiply != 0 && ts <= r.limit:
		ns = int64(ts * r.multiply)
	case r.multiply != 0:
		ns = math.MaxInt64
	case r.divide != 0:
		ns = int64(min(ts/r.divide, math.MaxInt64))
	case r.shift < 64:
		hi, lo := bits.Mul64(ts, 1e9)
		if hi>>r.shift != 0 {
			ns = math.MaxInt64
		} else {
			ns = int64(min(hi<<(64-r.shift)|lo>>r.shift, math.MaxInt64))
		}
	default: // up to 2^-127
		hi, _ := bits.Mul64(ts, 1e9)
		ns = int64(hi >> (r.shift - 64))
	}
	if s == 0 {
		return ns
	}
	const most = math.MaxInt64 / int64(1e9)
	switch {
	case s > most || s > 0 && ns > math.MaxInt64-s*1e9:
		return math.MaxInt64
	case s < -most:
		return math.MinInt64 // cannot be meant
	}
	return ns + s*1e9
}
