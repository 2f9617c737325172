package mpm

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	// window is how many bytes of the data a filter looks at, everywhere, to tell whether a pattern may begin there.
	window = 4
	// head is how many it looks at where that may be.
	head = 8
	// sparse is how many entries filter.marks has for each window, at least, as far as that is less than maxMarks.
	sparse   = 16
	minMarks = 1 << 10
	maxMarks = 1 << 18
)

// filter finds where patterns may begin that are not short. It looks at every four bytes, a window. A pattern of eight bytes and
// more may begin where its first and its second four bytes are, a shorter one where its first are. Then all of the eight
// bytes, or of the shorter pattern, are compared, by a hash.
type filter struct {
	or uint64 // set in eight bytes: makes letters lower case, and some other bytes alike

	// marks has for each hash of a window the groups of patterns that begin with it, as bits of the lower half, and those that go
	// on with it, as bits of the upper. There are eight groups; patterns shorter than eight bytes are one, and go on with
	// anything. Its size is a power of two. It is small, so that it stays in a near cache.
	marks []uint16
	only  []byte // the first window, if there is but one and case matters

	lengths table // per first window: the lengths of patterns, or head for longer ones, each as a bit
	heads   table // per hash of so many bytes: whether they begin patterns with case, without, or both
}

// Kinds of patterns, as bits.
const (
	withCase uint32 = 1 << iota
	noCase
)

func newFilter(patterns []Pattern, folds bool) filter {
	var f filter
	if folds {
		f.or = 0x2020202020202020
	}
	lengths, heads := map[uint32]uint32{}, map[uint32]uint32{}
	var marks []mark
	for _, p := range patterns {
		n := min(len(p.Text), head)
		if n <= maxShort {
			continue
		}
		var b [head]byte
		copy(b[:], p.Text)
		x := binary.LittleEndian.Uint64(b[:]) | f.or
		h := f.hashHead(x, n)
		if p.NoCase && hasLetter(p.Text) {
			heads[h] |= noCase
		} else {
			heads[h] |= withCase
		}
		if n < head {
			marks = append(marks, mark{first: uint32(x)})
		} else {
			marks = append(marks, mark{uint32(x), uint32(x >> 32), 1 + h%7})
		}
		lengths[uint32(x)] |= 1 << n
	}
	f.heads, f.lengths = newTable(entries(heads)), newTable(entries(lengths))
	f.mark(marks)
	return f
}

// mark is a pattern in filter.marks: what it begins with, and what it goes on with, unless its group is 0.
type mark struct{ first, second, group uint32 }

func entries(m map[uint32]uint32) []entry {
	list := make([]entry, 0, len(m))
	for key, value := range m {
		list = append(list, entry{key, value})
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return list
}

func (f *filter) key(b []byte) uint32 { return binary.LittleEndian.Uint32(b) | uint32(f.or) }

// hashHead hashes the first n of eight bytes. What has the same hash passes for the same.
func (f *filter) hashHead(x uint64, n int) uint32 {
	return uint32((x | f.or) << (64 - 8*n) * 0x9E3779B97F4A7C15 >> 32)
}

// mark fills marks, or leaves it nil if there are no patterns.
func (f *filter) mark(list []mark) {
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b mark) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.group, b.group)) })
	f.marks = make([]uint16, min(max(sparse<<bits.Len(uint(len(list))), minMarks), maxMarks))
	for i := range f.marks {
		f.marks[i] = 1 << 8
	}
	for _, m := range list {
		f.marks[f.slot(m.first)] |= 1 << m.group
		if m.group != 0 {
			f.marks[f.slot(m.second)] |= 1 << 8 << m.group
		}
	}
	if f.or == 0 && list[0].first == list[len(list)-1].first {
		f.only = binary.LittleEndian.AppendUint32(nil, list[0].first)
	}
}

// slot returns the place in marks of a window.
func (f *filter) slot(w uint32) uint32 { return w * hashFactor >> 12 & uint32(len(f.marks)-1) }

// next returns the first place from i on where a pattern may begin, and of which kinds it may be; 0 if there is none. Of the
// last window-1 bytes it sees nothing.
func (f *filter) next(data []byte, i int) (at int, kinds uint32) {
	if f.marks == nil {
		return i, 0
	}
	for ; ; i++ {
		if f.only != nil {
			i = f.scanOnly(data, i)
		} else {
			i = f.scan(data, i)
		}
		if i+window > len(data) {
			return i, 0
		}
		if kinds := f.kinds(data, i); kinds != 0 {
			return i, kinds
		}
	}
}

// scan returns the first place from i on that marks tells of. Four at a time with one test take half the time that they take one by
// one. That second windows are looked at too halves the time for texts with thousands of patterns, and costs a fifth with few.
func (f *filter) scan(data []byte, i int) int {
	for i+window <= len(data) {
		if i+head+window <= len(data) {
			i = f.scanFour(data, i)
		}
		for end := min(i+4, len(data)-window+1); i < end; i++ {
			groups := f.marks[f.slot(f.key(data[i:]))]
			if i+head <= len(data) {
				groups &= f.marks[f.slot(f.key(data[i+window:]))] >> 8
			}
			if groups&0xff != 0 {
				return i
			}
		}
	}
	return i
}

// scanFour returns a place at most three before the first, from i on, that marks tells of; or one in the last twelve bytes, which are
// too few for it.
func (f *filter) scanFour(data []byte, i int) int {
	marks, mask, or := f.marks, uint32(len(f.marks)-1), f.or
	x := binary.LittleEndian.Uint64(data[i:]) | or
	a0 := marks[uint32(x)*hashFactor>>12&mask]
	a1 := marks[uint32(x>>8)*hashFactor>>12&mask]
	a2 := marks[uint32(x>>16)*hashFactor>>12&mask]
	a3 := marks[uint32(x>>24)*hashFactor>>12&mask]
	for ; i+head+window <= len(data); i += 4 {
		x = binary.LittleEndian.Uint64(data[i+window:]) | or
		b0 := marks[uint32(x)*hashFactor>>12&mask]
		b1 := marks[uint32(x>>8)*hashFactor>>12&mask]
		b2 := marks[uint32(x>>16)*hashFactor>>12&mask]
		b3 := marks[uint32(x>>24)*hashFactor>>12&mask]
		if a0&(b0>>8)|a1&(b1>>8)|a2&(b2>>8)|a3&(b3>>8) != 0 {
			break
		}
		a0, a1, a2, a3 = b0, b1, b2, b3
	}
	return i
}

// scanOnly is scan for one window.
func (f *filter) scanOnly(data []byte, i int) int {
	if n := bytes.Index(data[i:], f.only); n >= 0 {
		return i + n
	}
	return len(data)
}

// kinds tells of which kinds a pattern may be that begins at i, where there is a window.
func (f *filter) kinds(data []byte, i int) (kinds uint32) {
	if i+head > len(data) {
		return withCase | noCase
	}
	x := binary.LittleEndian.Uint64(data[i:])
	for lengths := f.lengths.get(uint32(x | f.or)); lengths != 0; lengths &= lengths - 1 {
		kinds |= f.heads.get(f.hashHead(x, bits.TrailingZeros32(lengths)))
	}
	return kinds
}
