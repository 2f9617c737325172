package stream

import (
	"time"
	"unsafe"
)

// side is what few streams have: a depth of its own, a hole that is left open for a while, a FIN that came too early, a queue that mirrors
// the receiver's. It is kept as long as it says anything.
type side struct {
	since   int64 // when the hole at contig was first seen to be acknowledged
	packets int   // segments of the direction since then
	depth   int64 // of the stream; counts with deeper
	fin     int64 // where a FIN stands that is out of order; noFin without one, and always with the policy Linux6
	queue   queue
	reach   int64 // where the bytes in order end that others than the parser follow, while it has skipped beyond; else noReach
}

const noReach = -1

const sideBytes = int64(unsafe.Sizeof(side{}))

// few returns the side of s, which is made when there is none.
func (st *Store) few(s *Stream) *side {
	if s.side == 0 {
		s.side = st.sides.get()
		*st.sides.at(s.side) = side{fin: noFin, reach: noReach}
	}
	return st.sides.at(s.side)
}

// settle frees the side of s when it says nothing any more.
func (st *Store) settle(s *Stream) {
	d := st.sides.at(s.side)
	if s.flags&(graced|deeper) == 0 && d.fin == noFin && d.reach == noReach && d.queue.empty() {
		st.sides.put(s.side)
		s.side = 0
	}
}

// drop frees the side of s and all that belongs to it.
func (st *Store) drop(s *Stream) {
	d := st.sides.at(s.side)
	st.queues.clear(&d.queue)
	d.fin, d.reach = noFin, noReach
	s.flags &^= graced | deeper
	st.settle(s)
}

// Deepen makes depth the depth of s, if it is more than that of Config. It is not made less, and what was discarded stays so.
func (st *Store) Deepen(s *Stream, depth int64) {
	if st.config.Depth == 0 || depth <= st.depth(s) || s.flags&(deep|ended|closed) != 0 || s.side == 0 && !st.fits(sideBytes) {
		return
	}
	st.few(s).depth = depth
	s.flags |= deeper
}

// depth returns the number of bytes of s that are looked at, where there is a limit.
func (st *Store) depth(s *Stream) int64 {
	if s.flags&deeper == 0 {
		return st.config.Depth
	}
	return st.sides.at(s.side).depth
}

// waits reports whether the hole at contig, of which the receiver acknowledged something, is left open for now.
func (st *Store) waits(s *Stream) bool {
	cfg := &st.config
	if cfg.GracePackets == 0 && cfg.GraceTime == 0 || s.side == 0 && !st.fits(sideBytes) {
		return false
	}
	d := st.few(s)
	if s.flags&graced == 0 {
		s.flags |= graced
		d.since, d.packets = st.now, 0
		return true
	}
	return (cfg.GracePackets == 0 || d.packets < cfg.GracePackets) &&
		(cfg.GraceTime == 0 || time.Duration(st.now-d.since) < cfg.GraceTime)
}

// beside notes that seg is about to be stored.
func (st *Store) beside(s *Stream, seg *segment) {
	d := st.sides.at(s.side)
	d.packets++
	if seg.start < d.fin && d.fin < seg.end {
		d.fin = noFin // data stands where it stood
	}
}

// early notes a FIN at off, behind bytes that have not all arrived. Of several the first counts; one within a piece
// that is held does not count.
func (st *Store) early(s *Stream, off int64) {
	if s.side == 0 && !st.fits(sideBytes) {
		return
	}
	if _, p := st.trees.seek(&s.index, off); p != nil && p.off < off {
		return
	}
	if d := st.few(s); d.fin == noFin || d.fin > off {
		d.fin = off
	}
}

// advanceSlowly is advance for a stream with a side: it finds the FIN on the way, and notes that the hole is another one.
func (st *Store) advanceSlowly(s *Stream) {
	d := st.sides.at(s.side)
	before := s.contig
	s.contig = max(s.contig, s.app)
	st.drain(s, st.inOrder(s))
	at, p := st.trees.seek(&s.index, s.contig)
	for {
		if d.fin != noFin && (s.contig >= d.fin || s.acked > d.fin) {
			if s.contig == d.fin || s.acked == d.fin+1 {
				s.Finish(d.fin)
			}
			d.fin = noFin
		}
		if p == nil || p.off > s.contig {
			break
		}
		s.contig = p.end()
		at, p = st.trees.next(&s.index, at)
	}
	if s.contig != before {
		s.flags &^= graced
	}
	if d.reach != noReach {
		st.reach(s, d)
	}
	st.settle(s)
}

// outrun notes that the parser of s skips beyond the bytes that are in order, which others follow.
func (st *Store) outrun(s *Stream) {
	if s.side == 0 && !st.fits(sideBytes) {
		return
	}
	if d := st.few(s); d.reach == noReach {
		d.reach = s.contig
	}
}

// reach moves d.reach over the pieces that follow it.
func (st *Store) reach(s *Stream, d *side) {
	d.reach = max(d.reach, min(s.acked, s.edge))
	at, p := st.trees.seek(&s.index, d.reach)
	for p != nil && p.off <= d.reach {
		d.reach = p.end()
		at, p = st.trees.next(&s.index, at)
	}
	if d.reach >= s.contig || s.flags&(rawOn|logOn) == 0 {
		d.reach = noReach
	}
}

// inOrder returns where the bytes end that came in order, also where the parser skipped beyond them and others follow.
func (st *Store) inOrder(s *Stream) int64 {
	if s.side != 0 {
		if r := st.sides.at(s.side).reach; r != noReach {
			return r
		}
	}
	return s.contig
}
