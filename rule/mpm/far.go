package mpm

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	// sparse is how many entries far.marks has for each window, at least, as far as that is less than maxMarks.
	sparse   = 8
	minMarks = 1 << 10
	maxMarks = 1 << 18
	// groups is how many groups patterns are in.
	groups = 4
)

// far finds windows that patterns have among their first bytes, looking at some places only: so many that each pattern has one. A
// pattern may have a window where that is, and the window that follows it in the pattern is next to it.
type far struct {
	step int    // from window to window: 1 or wide
	or   uint32 // see filter

	// marks has for each hash of a window the groups of patterns that have it, as bits of the lower half, and those in which it
	// follows another, as bits of the upper. Where a pattern is too short for a second window it is
	// in group 0, and anything may follow. Its size is a power of two. It is small, so that it stays in a near cache.
	marks []uint8
}

// newFar makes it of the patterns of at least so many bytes.
func newFar(f *filter, patterns []Pattern, step, least int) *far {
	r := &far{step: step, or: uint32(f.or)}
	list := make([]mark, 0, step*len(patterns))
	for _, p := range patterns {
		if len(p.Text) < least {
			continue
		}
		group := 1 + f.hashHead(f.headOf(p.Text), min(len(p.Text), head))%(groups-1)
		for i := range step {
			m := mark{first: r.key(p.Text[i:])}
			if i+2*window <= len(p.Text) {
				m.second, m.group = r.key(p.Text[i+window:]), group
			}
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.second, b.second), cmp.Compare(a.group, b.group))
	})
	r.mark(slices.Compact(list))
	return r
}

// mark is a window of a pattern and the one that follows it, unless its group is 0.
type mark struct{ first, second, group uint32 }

func (r *far) mark(list []mark) {
	r.marks = make([]uint8, min(max(sparse<<bits.Len(uint(len(list))), minMarks), maxMarks))
	for i := range r.marks {
		r.marks[i] = 1 << groups
	}
	for _, m := range list {
		r.marks[r.slot(m.first)] |= 1 << m.group
		if m.group != 0 {
			r.marks[r.slot(m.second)] |= 1 << groups << m.group
		}
	}
}

func (r *far) key(b []byte) uint32 { return binary.LittleEndian.Uint32(b) | r.or }

// slot returns the place in marks of a window.
func (r *far) slot(w uint32) uint32 { return w * hashFactor >> 12 & uint32(len(r.marks)-1) }

// next returns the first place from i on, which is a multiple of step, that marks tells of; or one in the last bytes, which are too few
// for a window.
func (r *far) next(data []byte, i int) int {
	found := false
	switch {
	case i+window > len(data):
		return i
	case r.step == wide:
		i, found = r.skipWide(data, i)
	default:
		i, found = r.skip(data, i)
	}
	if found {
		return i
	}
	for ; i+window <= len(data); i += r.step { // some windows are left
		if r.may(data, i) {
			break
		}
	}
	return i
}

// may reports whether marks tells of the window at i.
func (r *far) may(data []byte, i int) bool {
	found := r.marks[r.slot(r.key(data[i:]))]
	if i+2*window <= len(data) {
		found &= r.marks[r.slot(r.key(data[i+window:]))] >> groups
	}
	return found&(1<<groups-1) != 0
}

// skip looks at four places at a time, from i on, and returns the first that marks tells of; else one in the last eleven bytes, which are too
// few for it.
func (r *far) skip(data []byte, i int) (at int, found bool) {
	rest := data[i:]
	if len(rest) < 3*window {
		return i, false
	}
	marks, mask, or := r.marks, uint32(len(r.marks)-1), uint64(r.or)<<32|uint64(r.or)
	x := binary.LittleEndian.Uint64(rest) | or
	a0 := marks[uint32(x)*hashFactor>>12&mask]
	a1 := marks[uint32(x>>8)*hashFactor>>12&mask]
	a2 := marks[uint32(x>>16)*hashFactor>>12&mask]
	a3 := marks[uint32(x>>24)*hashFactor>>12&mask]
	for ; len(rest) >= 3*window; rest = rest[4:] {
		x = binary.LittleEndian.Uint64(rest[window:]) | or
		b0 := marks[uint32(x)*hashFactor>>12&mask]
		b1 := marks[uint32(x>>8)*hashFactor>>12&mask]
		b2 := marks[uint32(x>>16)*hashFactor>>12&mask]
		b3 := marks[uint32(x>>24)*hashFactor>>12&mask]
		at0, at1, at2, at3 := a0&(b0>>groups), a1&(b1>>groups), a2&(b2>>groups), a3&(b3>>groups)
		if at0|at1|at2|at3 != 0 {
			return len(data) - len(rest) + first(at0, at1, at2), true
		}
		a0, a1, a2, a3 = b0, b1, b2, b3
	}
	return len(data) - len(rest), false
}

// skipWide is skip for windows next to each other: of four times four bytes.
func (r *far) skipWide(data []byte, i int) (at int, found bool) {
	rest := data[i:]
	if len(rest) < 5*window {
		return i, false
	}
	marks, mask, or := r.marks, uint32(len(r.marks)-1), r.or
	a := marks[(binary.LittleEndian.Uint32(rest)|or)*hashFactor>>12&mask]
	for ; len(rest) >= 5*window; rest = rest[4*window:] {
		next := (*[5 * window]byte)(rest) // one check of the length
		b := marks[(binary.LittleEndian.Uint32(next[4:])|or)*hashFactor>>12&mask]
		c := marks[(binary.LittleEndian.Uint32(next[8:])|or)*hashFactor>>12&mask]
		d := marks[(binary.LittleEndian.Uint32(next[12:])|or)*hashFactor>>12&mask]
		e := marks[(binary.LittleEndian.Uint32(next[16:])|or)*hashFactor>>12&mask]
		at0, at1, at2, at3 := a&(b>>groups), b&(c>>groups), c&(d>>groups), d&(e>>groups)
		if at0|at1|at2|at3 != 0 {
			return len(data) - len(rest) + window*first(at0, at1, at2), true
		}
		a = e
	}
	return len(data) - len(rest), false
}

// first returns which of four numbers is the first that is not 0; the last is not if the others are.
func first(a, b, c uint8) int {
	switch {
	case a != 0:
		return 0
	case b != 0:
		return 1
	case c != 0:
		return 2
	}
	return 3
}
