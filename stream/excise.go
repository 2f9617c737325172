package stream

// maxMoved is how many pieces, or entries of the receiver's queue, Excise moves.
const maxMoved = 1024

// Excise takes the byte at off out of s, which nobody has read: what lies behind it moves up by one, and no hole remains. It
// is for octets that a receiver gives to its application apart from the stream. It reports whether it did: not when the
// byte is not held, nor when very much is held behind it.
func (st *Store) Excise(s *Stream, off int64) bool {
	if off < s.app || off >= s.contig || s.index.levels() > 2 || s.side != 0 && st.sides.at(s.side).queue.n > maxMoved {
		return false
	}
	at, p := st.trees.seek(&s.index, off)
	if p == nil || p.off > off || p.n == 1 && s.index.levels() == 2 && len(st.trees.leafPieces(&s.index, at.leaf)) == 1 {
		return false
	}
	page := p.page
	if p.n--; p.n > 0 {
		i := int(p.at) + int(off-p.off)
		data := st.pages.data(page)
		copy(data[i:], data[i+1:int(p.at)+int(p.n)+1])
		p.to++
		at, p = st.trees.next(&s.index, at)
	} else {
		at, p = st.trees.remove(&s.index, at)
		st.pages.unref(page)
	}
	for ; p != nil; at, p = st.trees.next(&s.index, at) {
		p.off--
	}
	st.trees.lowerBounds(&s.index, off)
	s.held--
	s.contig--
	for _, x := range []*int64{&s.edge, &s.acked, &s.raw, &s.log, &s.final} {
		if *x > off {
			*x--
		}
	}
	if s.side != 0 {
		st.queues.moveUp(&st.sides.at(s.side).queue, off)
	}
	return true
}

// remove takes the piece at a place out, which is not the only one of a leaf that has neighbours, and returns the one
// behind it.
func (t *trees) remove(x *index, at place) (place, *piece) {
	if x.levels() == 0 {
		t.single.put(x.root())
		*x = index{}
		return place{}, nil
	}
	f := t.leaf.at(at.leaf)
	ps := f.p[f.start : f.start+f.n]
	copy(ps[at.i:], ps[at.i+1:])
	if f.n--; f.n == 0 {
		t.leaf.put(at.leaf)
		*x = index{}
		return place{}, nil
	}
	return t.next(x, place{at.leaf, at.i - 1})
}

// lowerBounds adapts the bounds of an index of at most two levels after the pieces behind off moved up by one.
func (t *trees) lowerBounds(x *index, off int64) {
	if x.levels() < 2 {
		return
	}
	n := t.node.at(x.root())
	for i := range n.first[:n.n] {
		if n.first[i] > off {
			n.first[i]--
		}
	}
}

// moveUp moves what begins behind off up by one.
func (t *queues) moveUp(q *queue, off int64) {
	if q.empty() {
		return
	}
	for i := t.first(q); i != 0; i = t.next(i) {
		e := t.at(i)
		if e.start > off {
			e.start--
		}
		if e.end > off {
			e.end--
		}
		for m := e.fins; m != 0; m = t.marks.at(m).next {
			if t.marks.at(m).off > off {
				t.marks.at(m).off--
			}
		}
	}
}
