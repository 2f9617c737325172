package stream

// Linger makes what is read of a pair of streams stay held until Let is called, so that it can still be shown when all have read. One
// pair lingers at a time.
func (st *Store) Linger(p *Pair) {
	st.lingers = true
	for d := range p {
		s := &p[d]
		st.lingering[d] = st.edgeOf(s)
		if !st.config.Inline {
			st.lingering[d] = max(st.lingering[d], st.left(s)) // not what is kept for comparison
		}
	}
}

// Let ends what Linger began: what nobody needs is freed.
func (st *Store) Let(p *Pair) {
	st.lingers = false
	for d := range p {
		if s := &p[d]; s.flags&closed == 0 {
			st.tidy(s)
		}
	}
}

// Lingering yields what direction d of the pair held when Linger was called, and what came since, as far as its receiver acknowledged it; at
// the end of the stream, and where bytes are delivered at once, all of it. lost bytes are missing before data, which is valid during the
// call.
func (st *Store) Lingering(p *Pair, d Dir, yield func(lost int64, data []byte) bool) {
	s := &p[d]
	limit := st.visible(s)
	if s.flags&ended != 0 {
		limit = s.edge
	}
	next := st.lingering[d]
	at, piece := st.trees.seek(&s.index, next)
	for piece != nil {
		from, to := max(piece.off, next), min(piece.end(), limit)
		if from >= to || !yield(from-next, st.pages.data(piece.page)[int64(piece.at)+from-piece.off:][:to-from]) {
			return
		}
		next = to
		at, piece = st.trees.next(&s.index, at)
	}
}
