package mpm

import (
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
	// wide is how far windows are apart of which every pattern has one that is long enough, and wideText how long that is.
	wide     = 4
	wideText = window + wide - 1
)

// filter finds where patterns may begin. near looks for few patterns, at each place. Where there are more, the longer ones are far's.
// What either tells of is compared by a hash: eight bytes, or the whole of a shorter pattern.
type filter struct {
	near *near // or nil
	far  *far  // or nil

	or      uint64 // set in eight bytes: makes letters lower case, and some other bytes alike
	lengths table  // per first window: the lengths of patterns, or head for longer ones, each as a bit
	heads   table  // per hash of so many bytes: whether they begin patterns with case, without, or both
}

// Kinds of patterns, as bits.
const (
	withCase uint32 = 1 << iota
	noCase
	isShort // no longer than maxShort
)

func newFilter(patterns []Pattern) filter {
	var f filter
	for i := range patterns {
		if patterns[i].folds() {
			f.or = 0x2020202020202020
		}
	}
	lengths, heads := map[uint32]uint32{}, map[uint32]uint32{}
	for _, p := range patterns {
		n := min(len(p.Text), head)
		if n <= maxShort {
			continue
		}
		x := f.headOf(p.Text)
		kind := withCase
		if p.folds() {
			kind = noCase
		}
		heads[f.hashHead(x, n)] |= kind
		lengths[uint32(x)] |= 1 << n
	}
	f.heads, f.lengths = newTable(entries(heads)), newTable(entries(lengths))
	f.divide(patterns)
	return f
}

// divide decides who looks for which patterns.
func (f *filter) divide(patterns []Pattern) {
	heads := headsOf(patterns)
	if len(heads) <= maxNear {
		f.near = newNear(heads)
		return
	}
	step, least := wide, wideText
	heads = headsOf(shorter(patterns, least))
	if len(heads) > maxNear {
		step, least = 1, window
		heads = headsOf(shorter(patterns, least))
	}
	f.near = newNear(heads)
	f.far = newFar(f, patterns, step, least)
}

// shorter returns those that have less than n bytes.
func shorter(patterns []Pattern, n int) []Pattern {
	var list []Pattern
	for _, p := range patterns {
		if len(p.Text) < n {
			list = append(list, p)
		}
	}
	return list
}

func entries(m map[uint32]uint32) []entry {
	list := make([]entry, 0, len(m))
	for key, value := range m {
		list = append(list, entry{key, value})
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return list
}

// headOf returns the first eight bytes of text, or zeros behind it.
func (f *filter) headOf(text []byte) uint64 {
	var b [head]byte
	copy(b[:], text)
	return binary.LittleEndian.Uint64(b[:]) | f.or
}

// hashHead hashes the first n of eight bytes. What has the same hash passes for the same.
func (f *filter) hashHead(x uint64, n int) uint32 {
	return uint32((x | f.or) << (64 - 8*n) * 0x9E3779B97F4A7C15 >> 32)
}

// kinds tells of which kinds that are not short a pattern may be that begins at i, at least a window before the end. goesOn says that it may
// end behind data.
func (f *filter) kinds(data []byte, i int, goesOn bool) (kinds uint32) {
	data = data[i:]
	n := len(data)
	var x uint64
	switch {
	case n >= head:
		x, n = binary.LittleEndian.Uint64(data), head
	case goesOn:
		return withCase | noCase
	default:
		last := uint64(binary.LittleEndian.Uint32(data[n-window:]))
		x = uint64(binary.LittleEndian.Uint32(data)) | last<<(8*(n-window))
	}
	lengths := f.lengths.get(uint32(x|f.or)) & (2<<n - 1) // of patterns that end in data
	for ; lengths != 0; lengths &= lengths - 1 {
		kinds |= f.heads.get(f.hashHead(x, bits.TrailingZeros32(lengths)))
	}
	return kinds
}

// hunt is what a filter knows of data. The zero value is nothing yet.
type hunt struct {
	near, far sight
	goesOn    bool // patterns may end behind the data
}

// sight is the next place where a pattern may begin that one of a filter's halves knows of, and of what kinds; 0: none is left.
type sight struct {
	at    int
	kinds uint32
	valid bool // it was looked for
}

// next returns the first place from i on where a pattern may begin, and of which kinds it may be; 0 if there is none. Of the last
// blind bytes it may see nothing but short patterns.
func (f *filter) next(data []byte, h *hunt, i int) (at int, kinds uint32) {
	if f.near != nil && (!h.near.valid || h.near.kinds != 0 && h.near.at < i) {
		h.near = f.nextNear(data, i, h.goesOn)
	}
	if f.far != nil && (!h.far.valid || h.far.kinds != 0 && h.far.at < i) {
		h.far = f.nextFar(data, i, h.goesOn)
	}
	n, r := &h.near, &h.far
	switch {
	case r.kinds == 0 || n.kinds != 0 && n.at < r.at:
		return n.at, n.kinds
	case n.kinds == 0 || r.at < n.at:
		return r.at, r.kinds
	}
	return n.at, n.kinds | r.kinds
}

func (f *filter) nextNear(data []byte, i int, goesOn bool) sight {
	for ; ; i++ {
		at, found := f.near.next(data, i)
		if found == 0 {
			return sight{valid: true}
		}
		kinds := uint32(0)
		if found&f.near.longer != 0 && at+window <= len(data) {
			kinds = f.kinds(data, at, goesOn)
		}
		if found&f.near.short != 0 {
			kinds |= isShort
		}
		if kinds != 0 {
			return sight{at, kinds, true}
		}
		i = at
	}
}

func (f *filter) nextFar(data []byte, i int, goesOn bool) sight {
	step := f.far.step
	for {
		at := f.far.next(data, (i+step-1)&^(step-1))
		if at+window > len(data) {
			return sight{valid: true}
		}
		for i = max(i, at-step+1); i <= at; i++ {
			if !f.far.may(data, i) {
				continue
			}
			if kinds := f.kinds(data, i, goesOn); kinds != 0 {
				return sight{i, kinds, true}
			}
		}
	}
}

// blind is how many bytes at the end of data it may see nothing of but short patterns.
func (f *filter) blind() int {
	if f.far != nil {
		return window + f.far.step - 2
	}
	return window - 1
}
