package stream

import "unsafe"

// queue mirrors the queue in which a current Linux receiver keeps what lies beyond the next byte that it expects. What
// becomes of a segment there hangs on more than the bytes around it: one that begins exactly where an entry ends is
// merged into it, if the receiver meets that entry on its way down a red-black tree. From then on it began where the
// entry began, which decides against later copies of its bytes. So the tree is kept as the receiver has it, node by
// node; the bytes themselves are pieces, whose segment begins where the entry begins that owns them.
//
//	held     ---aaaa-----    one entry
//	segment  -------bbb--    merged: one entry, aaaabbb
//	segment  -----ccccccc    begins in it and reaches further: an entry of its own
//	result   ---aaaabbbcc    of which the earlier start gives the bytes
//
// Not mirrored: the few mergers that a receiver leaves because of how a segment lies in its memory, and what it throws
// away when memory is short. No capture tells.
type queue struct {
	root uint32
	last uint32 // the entry that begins last; means nothing when the queue is empty
}

func (q *queue) empty() bool { return q.root == 0 }

// entry is what the receiver keeps as one. The position behind the last byte counts where a FIN stands.
//
// Invariant: no two entries begin at the same offset; they may overlap.
type entry struct {
	start, end          int64
	fin                 int64 // where the FIN stands; noFin without one
	parent, left, right uint32
	red                 bool
}

const (
	noFin      = -1
	entryBytes = int64(unsafe.Sizeof(entry{}))
)

// queues keeps the entries of all queues.
type queues struct{ slab[entry] }

func (t *queues) bytes() int64 { return int64(t.used()) * entryBytes }

// insert puts a segment into the queue. It returns where the entry begins that took it; not taken is what lies inside
// an entry.
func (t *queues) insert(q *queue, start, end, fin int64) (owner int64, taken bool) {
	if q.empty() {
		q.root = t.node(start, end, fin, 0)
		t.at(q.root).red = false
		q.last = q.root
		return start, true
	}
	last := t.at(q.last)
	if start == last.end {
		last.merge(end, fin)
		return last.start, true
	}
	parent, right := q.last, true
	if start < last.end {
		for i := q.root; i != 0; {
			e := t.at(i)
			parent, right = i, start >= e.start
			switch {
			case !right:
				i = e.left
				continue
			case end <= e.end:
				return 0, false
			case start == e.start: // it takes the place of the entry
				e.end, e.fin = end, fin
				t.cover(q, i)
				return start, true
			case start == e.end:
				e.merge(end, fin)
				return e.start, true
			}
			i = e.right
		}
	}
	i := t.node(start, end, fin, parent)
	if right {
		t.at(parent).right = i
	} else {
		t.at(parent).left = i
	}
	t.balance(q, i)
	t.cover(q, i)
	return start, true
}

// merge lets e go on to end.
func (e *entry) merge(end, fin int64) {
	e.end = end
	if fin != noFin {
		e.fin = fin
	}
}

// cover removes the entries behind i that lie inside it.
func (t *queues) cover(q *queue, i uint32) {
	end := t.at(i).end
	for {
		n := t.next(i)
		if n == 0 {
			q.last = i
			return
		}
		if end < t.at(n).end {
			return
		}
		t.remove(q, n)
	}
}

// drain removes the entries that a receiver delivers which expects next. It returns where a FIN stands among them, or
// noFin; behind a FIN the queue is void. A FIN at or before reached is taken for data: something else stands there.
func (t *queues) drain(q *queue, next, reached int64) (fin int64) {
	for !q.empty() {
		i := t.first(q)
		e := t.at(i)
		if e.start > next {
			break
		}
		next, fin = max(next, e.end), e.fin
		t.remove(q, i)
		if fin != noFin && reached <= fin {
			t.clear(q)
			return fin
		}
	}
	return noFin
}

// mirror puts a segment that lies beyond what the receiver of s expects into its queue, and makes it begin where it
// begins there.
func (st *Store) mirror(s *Stream, seg *segment, fin int64) {
	next := max(s.contig, s.acked)
	if s.side != 0 {
		st.drain(s, next, s.contig)
	}
	if seg.start <= next { // in order: it is taken whole, whatever is queued
		if s.side != 0 {
			st.drain(s, max(next, seg.end), max(s.contig, seg.end))
		}
		return
	}
	if !st.fits(entryBytes+sideBytes) || int(s.held)+len(seg.data) > st.config.MaxHeld {
		return // then it is compared with its neighbours alone
	}
	end := seg.end
	if fin != noFin {
		end++
	}
	owner, taken := st.queues.insert(&st.few(s).queue, seg.start, end, fin)
	if taken {
		seg.start = owner
	} else {
		seg.yields = true
	}
}

// drain removes from the queue of s what its receiver delivers that expects next.
func (st *Store) drain(s *Stream, next, reached int64) {
	q := &st.sides.at(s.side).queue
	if q.empty() {
		return
	}
	if fin := st.queues.drain(q, next, reached); fin != noFin {
		s.Finish(fin)
	}
}
