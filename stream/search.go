package stream

import (
	"bytes"
	"hash/maphash"
	"math"
)

// find returns the offset of the first b in [from, to), or -1.
func (c *Cursor) find(b byte, from, to int64) int64 {
	var at place
	for from < to {
		s := c.span(from, &at)
		s = s[:min(int64(len(s)), to-from)]
		if i := bytes.IndexByte(s, b); i >= 0 {
			c.view.store.Counters.Scanned += uint64(i + 1)
			return from + int64(i)
		}
		c.view.store.Counters.Scanned += uint64(len(s))
		from += int64(len(s))
	}
	return -1
}

// findAll returns the offset of the first delim that lies in [from, to) whole, or -1.
func (c *Cursor) findAll(delim []byte, from, to int64) int64 {
	n := int64(len(delim))
	var at place
	for to-from >= n && n > 0 {
		s := c.span(from, &at)
		s = s[:min(int64(len(s)), to-from)]
		if i := bytes.Index(s, delim); i >= 0 {
			c.view.store.Counters.Scanned += uint64(i) + uint64(n)
			return from + int64(i)
		}
		c.view.store.Counters.Scanned += uint64(len(s))
		next := from + int64(len(s))
		for from = max(from, next-n+1); from < next; from++ { // it may begin at the end of s
			if to-from >= n && c.has(delim, from) {
				return from
			}
		}
	}
	return -1
}

// has reports whether delim stands at off.
func (c *Cursor) has(delim []byte, off int64) bool {
	var at place
	for len(delim) > 0 {
		s := c.span(off, &at)
		n := min(len(s), len(delim))
		if n == 0 || !bytes.Equal(s[:n], delim[:n]) {
			return false
		}
		delim, off = delim[n:], off+int64(n)
	}
	return true
}

func (c *Cursor) byteAt(off int64) byte {
	var at place
	return c.span(off, &at)[0]
}

// resume returns the offset at which a search of the given kind goes on.
func (c *Cursor) resume(kind uint32) int64 {
	if c.s.scanFor == kind {
		return c.s.app + int64(c.s.scan)
	}
	return c.s.app
}

// searched notes that a search of the given kind found nothing before off.
func (c *Cursor) searched(kind uint32, off int64) {
	c.s.scanFor, c.s.scan = kind, uint32(max(0, min(off-c.s.app, math.MaxUint32)))
}

// kind names a search for delim; it is never 0 or 1. Nobody outside can find two delimiters of one name.
func (c *Cursor) kind(delim []byte) uint32 {
	return max(2, uint32(maphash.Bytes(c.view.store.seed, delim)))
}
