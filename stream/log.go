package stream

// Logger takes the bytes of streams as they are delivered, beside the parsers.
type Logger interface {
	// Log is given bytes that stand at off. They follow those of the call before, or lost ones. data is valid during the
	// call and must not be written to.
	Log(d Dir, off int64, data []byte)
}

// HoldLog makes the stream keep its bytes until Log has passed them, beginning at the first byte that is held. A Reader may call it
// before it reads: then it begins with the bytes that it is given.
func (s *Stream) HoldLog() {
	if s.flags&logOn == 0 {
		s.flags |= logOn
		s.log = min(s.app, s.edge)
	}
}

// DropLog ends what HoldLog began.
func (s *Stream) DropLog() { s.flags &^= logOn }

// Log gives l what can be delivered of s and was not given yet: everything that is held when closing, else what the
// receiver acknowledged, or what came without a hole where bytes are delivered at once. Holes are left out once they were given
// up for the parser.
func (st *Store) Log(s *Stream, d Dir, closing bool, l Logger) {
	if s.flags&logOn == 0 {
		return
	}
	limit := st.visible(s)
	if closing {
		limit = s.length()
	}
	if s.flags&unread != 0 {
		limit = min(limit, s.final)
	}
	if s.log >= limit {
		return
	}
	at, p := st.trees.seek(&s.index, s.log)
	for p != nil {
		from, to := max(p.off, s.log), min(p.end(), limit)
		if from >= to || from > s.log && !closing && !s.passed(from) {
			break
		}
		s.log = to
		l.Log(d, from, st.pages.data(p.page)[int64(p.at)+from-p.off:][:to-from])
		at, p = st.trees.next(&s.index, at)
	}
	if closing {
		s.DropLog()
	}
	st.tidy(s)
}
