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
	n    uint32
}

// maxEntries is how many segments a queue mirrors. A receiver's memory holds fewer, as each costs it more than half a
// kilobyte.
const maxEntries = 16 << 10

func (q *queue) empty() bool { return q.root == 0 }

// entry is what the receiver keeps as one. A FIN in it takes the place of a byte.
//
// Invariant: no two entries begin at the same offset; they may overlap.
type entry struct {
	start, end          int64
	fins                uint32 // the last of its FINs, 0: none
	parent, left, right uint32
	red                 bool
}

// mark is where a FIN stands in an entry.
type mark struct {
	off  int64
	next uint32 // the FIN before
}

const (
	noFin      = -1
	entryBytes = int64(unsafe.Sizeof(entry{}))
)

// queues keeps the entries of all queues.
type queues struct {
	slab[entry]
	marks slab[mark]
}

// insert puts a segment into the queue. It returns where the entry begins that took it; not taken is what lies inside
// an entry.
func (t *queues) insert(q *queue, start, end, fin int64) (owner int64, taken bool) {
	if q.empty() {
		q.root = t.node(q, start, end, fin, 0)
		t.at(q.root).red = false
		q.last = q.root
		return start, true
	}
	last := t.at(q.last)
	if start == last.end {
		t.merge(last, end, fin)
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
				t.forget(e)
				t.merge(e, end, fin)
				t.cover(q, i)
				return start, true
			case start == e.end:
				t.merge(e, end, fin)
				return e.start, true
			}
			i = e.right
		}
	}
	i := t.node(q, start, end, fin, parent)
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
func (t *queues) merge(e *entry, end, fin int64) {
	e.end = end
	if fin != noFin {
		m := t.marks.get()
		*t.marks.at(m) = mark{fin, e.fins}
		e.fins = m
	}
}

// forget removes the FINs of e.
func (t *queues) forget(e *entry) {
	for e.fins != 0 {
		m := e.fins
		e.fins = t.marks.at(m).next
		t.marks.put(m)
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

// drain removes the entries that a receiver delivers which expects next, or acknowledged all before acked. An entry that
// holds nothing new is dropped with its FINs. It stops at one that counts, with which the stream ends, and returns it
// and what was expected then; the rest of the queue is void.
func (t *queues) drain(q *queue, next, acked int64) (last entry, at int64) {
	for !q.empty() {
		i := t.first(q)
		e := *t.at(i)
		if e.start > max(next, acked) {
			break
		}
		if e.end > next && e.fins != 0 && e.end >= acked {
			t.at(i).fins = 0 // they are the caller's
			t.clear(q)
			return e, next
		}
		t.remove(q, i)
		next = max(next, e.end)
	}
	return entry{}, next
}

// mirror puts a segment that lies beyond what the receiver of s expects into its queue, and makes it begin where it
// begins there.
func (st *Store) mirror(s *Stream, seg *segment, fin int64) {
	next := st.inOrder(s)
	if s.side != 0 {
		st.drain(s, next)
	}
	if seg.start <= max(next, s.acked) { // in order: it is taken whole, whatever is queued
		if s.side != 0 {
			st.drain(s, max(next, seg.end))
		}
		return
	}
	if !st.fits(entryBytes+sideBytes) || int(s.held)+len(seg.data) > st.config.MaxHeld ||
		s.side != 0 && st.sides.at(s.side).queue.n >= maxEntries {
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

// Queued returns the end of what lies beyond a hole in the queue of the receiver of s, as far as it is mirrored; a FIN
// counts as one byte. It is 0 when nothing does.
func (st *Store) Queued(s *Stream) int64 {
	if s.side == 0 {
		return 0
	}
	st.Drain(s)
	q := &st.sides.at(s.side).queue
	if q.empty() {
		return 0
	}
	return st.queues.at(q.last).end
}

// Drain takes out of the receiver's queue, as far as it is mirrored, what the receiver has come upon, also by its
// acknowledgement. Where the stream ends may become known by it.
func (st *Store) Drain(s *Stream) {
	if s.side != 0 {
		st.drain(s, st.inOrder(s))
	}
}

// Has reports whether all bytes of s from one offset to another are held or were delivered.
func (st *Store) Has(s *Stream, from, to int64) bool {
	from = max(from, s.contig)
	for from < to {
		_, p := st.trees.seek(&s.index, from)
		if p == nil || p.off > from {
			return false
		}
		from = p.end()
	}
	return true
}

// drain removes from the queue of s what its receiver delivers that expects next.
func (st *Store) drain(s *Stream, next int64) {
	q := &st.sides.at(s.side).queue
	if q.empty() {
		return
	}
	if last, at := st.queues.drain(q, next, s.acked); last.fins != 0 {
		if st.queues.marks.at(last.fins).next != 0 {
			s.flags |= finSure // its place is not where it is acknowledged
		}
		s.Finish(st.queues.ends(&last, at, func(from, to int64) { st.move(s, from, to) }))
		st.queues.forget(&last)
	}
}

// maxMove is how many bytes behind a FIN are moved.
const maxMove = 64 << 10

// ends returns where a stream ends with entry e, of which the receiver takes what lies behind next. For its application
// the places of FINs never were: the bytes that were merged into the entry behind them take their places, for which ends
// calls move.
func (t *queues) ends(e *entry, next int64, move func(from, to int64)) int64 {
	first, all := uint32(0), int64(0) // turn the list: the FINs in order of offset
	for m := e.fins; m != 0; all++ {
		k := t.marks.at(m)
		first, m, k.next = m, k.next, first
	}
	e.fins = first
	fin := t.marks.at(first)
	n := int64(0) // FINs before off
	for off := fin.off; off < min(e.end, next+maxMove); off++ {
		if n < all && off == fin.off {
			n++
			if fin.next != 0 {
				fin = t.marks.at(fin.next)
			}
			continue
		}
		if off-n >= next {
			move(off, off-n)
		}
	}
	return max(next, e.end-all)
}

// move copies a held byte to another place, as far as there is memory for it.
func (st *Store) move(s *Stream, from, to int64) {
	b := st.held(s, from)
	if b == nil {
		return
	}
	if at := st.held(s, to); at != nil {
		*at = *b
	} else {
		st.weave(s, segment{off: to, data: []byte{*b}, start: to, end: to + 1})
	}
}

// held returns the byte at off, or nil when it is not held.
func (st *Store) held(s *Stream, off int64) *byte {
	_, p := st.trees.seek(&s.index, off)
	if p == nil || p.off > off {
		return nil
	}
	return &st.pages.data(p.page)[int64(p.at)+off-p.off]
}
