package mpm

// Patterns of up to three bytes are looked up without automaton: they would be under way at every other byte.

// maxShort is how long a short pattern is.
const maxShort = 3

// shortKey is the key of a short text in automaton.short.
func shortKey(text []byte, fold *[256]byte) uint32 {
	key := uint32(len(text))
	for _, b := range text {
		key = key<<8 | uint32(fold[b])
	}
	return key
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
	for n := least + 1; n <= len(b); n++ {
		f.end(&s.exact, s.exact.short.get(shortKey(b[:n], &asIs)), off+int64(n))
		f.end(&s.folded, s.folded.short.get(shortKey(b[:n], &lower)), off+int64(n))
	}
}
