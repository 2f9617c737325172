package app

import "slices"

// held is bytes of a stream, with holes between runs of them.
//
// Invariants: runs are sorted by off and do not touch; their bytes stand in data one after the other, from start on.
type held struct {
	runs  []run
	data  []byte
	start int   // of the first run in data
	end   int64 // of what came, also of what was let go
}

// run is bytes without a hole.
type run struct {
	off int64
	n   int
}

// add adds bytes that stand at off, behind all others, and returns how many of the oldest it let go of because there were more
// than most.
func (h *held) add(off int64, b []byte, most int) (lost int) {
	if late := h.end - off; late > 0 {
		b = b[min(late, int64(len(b))):]
		off = h.end
	}
	if len(b) == 0 {
		return 0
	}
	if n := len(h.runs); n > 0 && off == h.end {
		h.runs[n-1].n += len(b)
	} else {
		h.runs = append(h.runs, run{off, len(b)})
	}
	h.data = append(h.data, b...)
	h.end = off + int64(len(b))
	if over := h.size() - most; over > 0 {
		lost = over
		h.drop(over)
	}
	return lost
}

// borrow holds b alone, which begins at 0, without a copy.
func (h *held) borrow(b []byte) {
	*h = held{runs: append(h.runs[:0], run{0, len(b)}), data: b[:len(b):len(b)], end: int64(len(b))}
}

func (h *held) size() int { return len(h.data) - h.start }

// drop lets go of the first n bytes that are held.
func (h *held) drop(n int) {
	h.start += n
	gone := 0
	for n > 0 {
		r := &h.runs[gone]
		if r.n > n {
			r.off, r.n = r.off+int64(n), r.n-n
			break
		}
		n -= r.n
		gone++
	}
	h.runs = slices.Delete(h.runs, 0, gone)
	switch {
	case h.size() == 0:
		h.data, h.start = nil, 0 // an idle direction holds nothing
	case h.start > len(h.data)/2:
		h.data = h.data[:copy(h.data, h.data[h.start:])]
		h.start = 0
	}
}

// forget lets go of what stands before off.
func (h *held) forget(off int64) {
	n := 0
	for _, r := range h.runs {
		if r.off >= off {
			break
		}
		n += int(min(int64(r.n), off-r.off))
	}
	if n > 0 {
		h.drop(n)
	}
}

// pieces yields what is held between two offsets, run by run. The bytes are valid until others are added.
func (h *held) pieces(from, to int64) func(yield func(off int64, b []byte) bool) {
	return func(yield func(off int64, b []byte) bool) {
		at := h.start
		for _, r := range h.runs {
			a, b := max(from, r.off), min(to, r.off+int64(r.n))
			if a < b && !yield(a, h.data[at+int(a-r.off):at+int(b-r.off)]) {
				return
			}
			at += r.n
		}
	}
}
