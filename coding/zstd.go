package coding

import (
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow is the largest window that RFC 9659 allows for the content coding.
const maxZstdWindow = 8 << 20

// maxZstdBlock is the number of bytes of the largest block (RFC 8878, section 3.1.1.2.4), before and after decoding.
const maxZstdBlock = 128 << 10

// zstdEngine decodes zstd. The library wants to read; it is let to when a whole block is here, and then never asks for
// more than that.
type zstdEngine struct {
	in       source
	d        *zstd.Decoder
	to       sink
	out      []byte
	held     []byte // what waits for a whole block
	end      int    // how long held is when its last unit is complete
	skip     int64  // bytes of a skippable frame
	state    zstdState
	checksum bool // the frame ends in one
	fresh    bool // the library knows nothing of the frame yet
	last     bool // the block is the frame's last one
	empty    bool // the block decodes to nothing
}

// zstdState is what the unit is.
type zstdState uint8

const (
	frameMagic zstdState = iota
	skippableSize
	skippable
	frameDescriptor
	frameHeader
	zstdBlockHeader
	zstdBlock
)

func newZstd() *zstdEngine {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.IgnoreChecksum(true))
	if err != nil {
		panic("BUG: options of zstd: " + err.Error())
	}
	return &zstdEngine{d: d, out: make([]byte, maxZstdBlock)}
}

func (e *zstdEngine) start(_ format, to sink) {
	e.to = to
	e.frame()
}

// frame makes ready for a frame.
func (e *zstdEngine) frame() { e.held, e.state, e.end = e.held[:0], frameMagic, 4 }

func (e *zstdEngine) write(b []byte) bool {
	for len(b) > 0 {
		if e.state == skippable {
			n := min(e.skip, int64(len(b)))
			e.skip -= n
			if b = b[n:]; e.skip == 0 {
				e.frame()
			}
			continue
		}
		n := min(e.end-len(e.held), len(b))
		e.held = append(e.held, b[:n]...)
		b = b[n:]
		for len(e.held) == e.end && e.state != skippable {
			if !e.unit() {
				return false
			}
		}
	}
	return true
}

// unit takes a unit that is complete (RFC 8878, section 3.1).
func (e *zstdEngine) unit() bool {
	const magic, skippableMagic = 0xfd2fb528, 0x184d2a50
	switch e.state {
	case frameMagic:
		switch m := binary.LittleEndian.Uint32(e.held); {
		case m == magic:
			e.state, e.end = frameDescriptor, 5
		case m&^15 == skippableMagic:
			e.state, e.end = skippableSize, 8
		default:
			return false
		}
	case skippableSize:
		e.skip = int64(binary.LittleEndian.Uint32(e.held[4:]))
		if e.frame(); e.skip > 0 {
			e.state = skippable
		}
	case frameDescriptor:
		d := e.held[4]
		e.checksum = d&4 != 0
		e.state, e.end = frameHeader, 5+[4]int{0, 1, 2, 4}[d&3]+[4]int{0, 2, 4, 8}[d>>6]
		if single := d&0x20 != 0; !single || d>>6 == 0 {
			e.end++ // the window's size, or the content's in one byte
		}
	case frameHeader:
		e.fresh = true
		e.state, e.end = zstdBlockHeader, e.end+3
	case zstdBlockHeader:
		return e.blockHeader()
	case zstdBlock:
		return e.block()
	}
	return true
}

// blockHeader takes the header of a block (RFC 8878, section 3.1.1.2).
func (e *zstdEngine) blockHeader() bool {
	const rle, reserved = 1, 3
	b := e.held[e.end-3:]
	h := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	kind, size := h>>1&3, h>>3
	if kind == reserved || size > maxZstdBlock {
		return false
	}
	e.last, e.empty = h&1 != 0, size == 0 && kind <= rle
	if kind == rle {
		size = 1
	}
	if e.last && e.checksum {
		size += 4
	}
	e.state = zstdBlock
	e.end += size
	return true
}

// block decodes what is held. One block that is not empty makes the library return once, with all of it. Empty ones wait
// for the next.
func (e *zstdEngine) block() bool {
	e.state = zstdBlockHeader
	if e.empty && !e.last {
		e.end += 3
		return e.end <= 2*maxZstdBlock
	}
	e.in = source{b: e.held}
	if e.last {
		e.in.end = io.EOF
	}
	if e.fresh {
		e.fresh = false
		if e.d.Reset(&e.in) != nil {
			return false
		}
	}
	n, err := e.d.Read(e.out)
	if n > 0 && !e.to.take(e.out[:n]) {
		return false
	}
	if err != nil && !(e.last && err == io.EOF) {
		return false
	}
	e.held, e.end = e.held[:0], 3
	if e.last {
		e.frame()
	}
	return true
}
