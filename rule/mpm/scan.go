package mpm

// State is where the scan of one direction of a stream stands. The zero value is its beginning. It belongs to one Set.
type State struct {
	off           int64              // bytes so far
	exact, folded uint32             // nodes
	last          [maxShort - 1]byte // the last bytes: so many of them
	lasts         uint8
}

// Offset returns how many bytes were scanned or skipped.
func (st *State) Offset() int64 { return st.off }

// Skip passes over n bytes that are lost: no match spans them.
func (st *State) Skip(n int64) { *st = State{off: st.off + n} }

// Scan looks at the next bytes of a stream and returns the IDs of the patterns that end in them, once for each pattern, in no
// particular order. The result is valid until the next use of sc. The time taken is linear in len(data), whatever the patterns
// and data.
//
// Without a State, data is a buffer of its own. That is a little faster.
func (s *Set) Scan(st *State, data []byte, sc *Scratch) []uint32 {
	sc.ids = sc.ids[:0]
	s.scan(st, data, &finder{sc: sc})
	sc.of[0].clear()
	sc.of[1].clear()
	return sc.ids
}

// Each looks at the next bytes of a stream, or at a buffer, as Scan does, and calls emit for every match in them, with the offset of
// its end from where st began, in no particular order. There may be many: where patterns end with one another, as many at each byte.
func (s *Set) Each(st *State, data []byte, emit func(id uint32, end int64)) {
	s.scan(st, data, &finder{emit: emit})
}

func (s *Set) scan(st *State, data []byte, f *finder) {
	if len(data) == 0 {
		return
	}
	exact, folded := walk{data: data}, walk{data: data}
	if st != nil {
		exact.node, exact.off = st.exact, st.off
		folded.node, folded.off = st.folded, st.off
		s.exact.read(&exact, -1, -1, f)
		s.folded.read(&folded, -1, -1, f)
		if s.short {
			s.scanCut(st, data, f)
		}
	}
	s.scanFound(&exact, &folded, st != nil, f)
	if st != nil {
		tail := max(len(data)-s.filter.blind(), 0) // what the filter does not see
		s.exact.read(&exact, tail, len(data), f)
		s.folded.read(&folded, tail, len(data), f)
		st.exact, st.folded, st.off = exact.node, folded.node, st.off+int64(len(data))
	}
}

// unfiltered is for how many bytes the filter is not asked after it said yes twice in a row: where everything looks like a pattern,
// it is of no use.
const unfiltered = 32

// scanFound has the automata read, and short patterns looked up, where the filter says that patterns may begin. goesOn says that patterns may
// end behind the data.
func (s *Set) scanFound(exact, folded *walk, goesOn bool, f *finder) {
	data := exact.data
	before := -2 // where it was not asked any more; none
	h := hunt{goesOn: goesOn}
	for at, kinds := s.filter.next(data, &h, 0); kinds != 0; {
		to := at
		if kinds&(withCase|noCase) != 0 {
			if at == before+1 {
				to, kinds = min(at+unfiltered, len(data)-1), withCase|noCase|isShort
			}
			before = to
		}
		if kinds&isShort != 0 && s.short {
			for i := at; i <= to; i++ {
				s.shortAt(data[i:min(i+maxShort, len(data))], 0, exact.off+int64(i), f)
			}
		}
		if kinds&withCase != 0 {
			s.exact.read(exact, at, to, f)
		}
		if kinds&noCase != 0 {
			s.folded.read(folded, at, to, f)
		}
		at, kinds = s.filter.next(data, &h, to+1)
	}
}

// walk is how far an automaton is in a segment.
type walk struct {
	data []byte
	off  int64  // of the segment
	i    int    // bytes read or passed over
	node uint32 // after them
}

// read is told that patterns may begin at places at through to of the segment, and between the place before and at not. It goes on until
// none is under way that begins in them, and tells f what ends. With -1 for both it does so for what began before the segment.
// Places come in ascending order, so that no byte is read twice.
func (a *automaton) read(w *walk, at, to int, f *finder) {
	if at >= w.i {
		w.i, w.node = at, 0
	}
	s, i := w.node, w.i
	for i < len(w.data) && i-int(a.nodes[s].depth) <= to {
		s = a.step(s, w.data[i])
		i++
		if a.nodes[s].label&matches != 0 {
			f.end(a, a.out[s], w.off+int64(i))
		}
	}
	w.i, w.node = i, s
}
