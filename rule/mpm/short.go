package mpm

import "encoding/binary"

// Patterns of up to three bytes are looked up without automaton and filter: they would be under way at every other byte.

// maxShort is how long a short pattern is.
const maxShort = 3

// short finds where short patterns may begin.
type short struct {
	// pairs has, for each two bytes, the first in the lower half, the groups of patterns that begin with them, as bits; third has
	// those that go on with a byte. Patterns of one byte are a group, and those of two; they go on with anything.
	pairs [1 << 16]uint8
	third [256]uint8
}

// Groups of short patterns, as bits.
const (
	ones = 1 << iota
	twos
	threes = 0xff &^ ones &^ twos
)

// newShort returns nil if there are no short patterns.
func newShort(patterns []Pattern) *short {
	var t *short
	for _, p := range patterns {
		if len(p.Text) > maxShort {
			continue
		}
		if t == nil {
			t = new(short)
			for b := range t.third {
				t.third[b] = ones | twos
			}
		}
		t.add(p)
	}
	return t
}

func (t *short) add(p Pattern) {
	group := uint8(ones)
	switch len(p.Text) {
	case 2:
		group = twos
	case 3:
		group = 4 << (shortKey(p.Text, &lower) * hashFactor >> 16 % 6)
		for _, b := range p.cases(2) {
			t.third[b] |= group
		}
	}
	for _, first := range p.cases(0) {
		for _, second := range p.cases(1) {
			t.pairs[int(first)|int(second)<<8] |= group
		}
	}
}

// cases returns the bytes that match the pattern's byte at i; all of them behind its end.
func (p *Pattern) cases(i int) []byte {
	if i >= len(p.Text) {
		return everyByte
	}
	b := p.Text[i]
	if p.NoCase && isLetter(b) {
		return []byte{b | 0x20, b &^ 0x20}
	}
	return []byte{b}
}

var everyByte = func() (all []byte) {
	for b := range 256 {
		all = append(all, byte(b))
	}
	return all
}()

// shortKey is the key of a short text in automaton.short.
func shortKey(text []byte, fold *[256]byte) uint32 {
	key := uint32(len(text))
	for _, b := range text {
		key = key<<8 | uint32(fold[b])
	}
	return key
}

// next returns the first place from i on where a pattern may begin, which the last byte always is, or len(data).
func (t *short) next(data []byte, i int) int {
	for i+maxShort <= len(data) {
		for ; i+8 <= len(data); i += 4 {
			x := binary.LittleEndian.Uint64(data[i:])
			if t.pairs[uint16(x)]&t.third[uint8(x>>16)]|t.pairs[uint16(x>>8)]&t.third[uint8(x>>24)]|
				t.pairs[uint16(x>>16)]&t.third[uint8(x>>32)]|t.pairs[uint16(x>>24)]&t.third[uint8(x>>40)] != 0 {
				break
			}
		}
		for end := min(i+4, len(data)-maxShort+1); i < end; i++ {
			if t.pairs[binary.LittleEndian.Uint16(data[i:])]&t.third[data[i+2]] != 0 {
				return i
			}
		}
	}
	if i+2 == len(data) && t.pairs[binary.LittleEndian.Uint16(data[i:])] == 0 {
		i++
	}
	return i
}

// scanShort looks for short patterns in data.
func (s *Set) scanShort(st *State, data []byte, f *finder) {
	off := int64(0)
	if st != nil {
		off = st.off
		s.scanCut(st, data, f)
	}
	for i := s.short.next(data, 0); i < len(data); i = s.short.next(data, i+1) {
		s.shortAt(data[i:min(i+maxShort, len(data))], 0, off+int64(i), f)
	}
}

// scanCut looks for short patterns that began before data, and remembers its last bytes.
func (s *Set) scanCut(st *State, data []byte, f *finder) {
	var near [2 * (maxShort - 1)]byte
	before := copy(near[:], st.last[:st.lasts])
	n := before + copy(near[before:], data[:min(len(data), maxShort-1)])
	for i := range before {
		s.shortAt(near[i:min(i+maxShort, n)], before-i, st.off+int64(i-before), f)
	}
	if len(data) >= maxShort-1 {
		n = copy(near[:], data[len(data)-maxShort+1:])
	}
	st.lasts = uint8(copy(st.last[:], near[max(n-maxShort+1, 0):n]))
}

// shortAt looks up what b, one to three bytes, begins with and that is longer than least. Its first byte has offset off.
func (s *Set) shortAt(b []byte, least int, off int64, f *finder) {
	groups := uint8(0xff)
	if len(b) > 1 {
		groups = s.short.pairs[binary.LittleEndian.Uint16(b)]
	}
	if groups&ones != 0 && least < 1 {
		f.end(&s.exact, s.exact.one[b[0]], off+1)
		f.end(&s.folded, s.folded.one[lower[b[0]]], off+1)
	}
	if groups&twos != 0 && least < 2 && len(b) >= 2 {
		s.lookUp(b[:2], off+2, f)
	}
	if groups&threes != 0 && len(b) == 3 && groups&threes&s.short.third[b[2]] != 0 {
		s.lookUp(b, off+3, f)
	}
}

// lookUp looks up two or three bytes that end at offset at.
func (s *Set) lookUp(b []byte, at int64, f *finder) {
	f.end(&s.exact, s.exact.short.get(shortKey(b, &asIs)), at)
	f.end(&s.folded, s.folded.short.get(shortKey(b, &lower)), at)
}
