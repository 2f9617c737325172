package pcapfile

import (
	"errors"
	"io"
	"sync/atomic"
)

const (
	// firstBlock is read when a file is opened, block from then on. Measured: see docs/performance.md.
	firstBlock = 64 << 10
	block      = 256 << 10

	// maxFrame is the length of the longest packet; for those that do not fit into a block it grows.
	maxFrame = 256 << 10
)

// blocks reads a file in large pieces and gives out parts of them.
//
// Invariant: buf[r:w] is what was read and not consumed, and base is the offset of buf[0] in the file.
type blocks struct {
	src  io.Reader
	buf  []byte
	r, w int
	base int64
	err  error // why there is no more: io.EOF or what src said
}

// peek returns at least n unread bytes, or fewer if the file ends before. They are valid until the next peek or skip.
func (b *blocks) peek(n int) []byte {
	if b.w-b.r < n {
		b.fill(n)
	}
	return b.buf[b.r:b.w]
}

// take consumes n bytes that peek has returned.
func (b *blocks) take(n int) { b.r += n }

// offset returns the offset of the first unread byte.
func (b *blocks) offset() int64 { return b.base + int64(b.r) }

// skip consumes n bytes that need not have been read, and tells whether there were so many.
func (b *blocks) skip(n int64) bool {
	for n > int64(b.w-b.r) {
		n -= int64(b.w - b.r)
		b.r = b.w
		if b.fill(1); b.r == b.w {
			return false
		}
	}
	b.r += int(n)
	return true
}

// fill reads until there are n unread bytes or the file ends. It does not wait for more than n.
func (b *blocks) fill(n int) {
	if b.err != nil {
		return
	}
	rest := b.buf[b.r:b.w]
	switch {
	case b.buf == nil:
		b.buf = make([]byte, max(n, firstBlock))
	case len(b.buf) < n || len(b.buf) < block && b.w == len(b.buf): // the last read filled it: there is more
		b.buf = make([]byte, max(n, block))
	}
	copy(b.buf, rest)
	b.base += int64(b.r)
	b.r, b.w = 0, len(rest)
	for idle := 0; b.w < n && b.err == nil; {
		m, err := b.src.Read(b.buf[b.w:])
		b.w += m
		b.err = err
		if m > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			b.err = io.ErrNoProgress
		}
	}
}

// failed returns what went wrong with reading, or nil at an ordinary end.
func (b *blocks) failed() error {
	// io.ErrUnexpectedEOF is how a decompressor says that its input is cut off.
	if b.err == nil || b.err == io.EOF || errors.Is(b.err, io.ErrUnexpectedEOF) {
		return nil
	}
	return b.err
}

// counted counts what is read through it.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}
