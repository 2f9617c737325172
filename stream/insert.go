package stream

import (
	"bytes"
	"math"
)

// Inserted tells what became of a segment's bytes.
type Inserted uint8

const (
	Overlapped Inserted = 1 << iota // it overlapped what is held
	Differed                        // and differed there (with CheckOverlap)
	Refused                         // a limit was reached: nothing, or not all, of it was stored
	TooDeep                         // it crosses the depth: discarded, as everything from here on
	Ignored                         // the depth was reached before, or the stream ended: discarded
	Rewritten                       // inline: where it differed, its bytes were overwritten with those that are held
)

// segment is bytes to insert, and where the segment that brought them began and ended.
type segment struct {
	off        int64
	data       []byte
	start, end int64
	yields     bool // it replaces nothing
}

// Insert stores bytes that begin at off. data is copied.
func (st *Store) Insert(s *Stream, off int64, data []byte) Inserted {
	if did := st.admit(s, off, len(data)); did != 0 {
		return did | st.again(s, off, data)
	}
	return st.insert(s, off, data, noFin)
}

// InsertLast is Insert for a segment that carries a FIN: the stream ends behind data, which may be empty. A FIN that is
// out of order counts where the receiver comes upon it, unless another segment has taken its place by then.
func (st *Store) InsertLast(s *Stream, off int64, data []byte) Inserted {
	end := off + int64(len(data))
	if did := st.admit(s, off, len(data)); did != 0 {
		return did | st.again(s, off, data)
	}
	fin := int64(noFin)
	switch next := max(s.contig, s.acked); {
	case s.flags&finished != 0:
	case off <= next && (end >= next || end >= s.contig && end+1 == s.acked):
		s.Finish(end)
	case end <= next: // other bytes stand there
	case st.policy(s) == Linux6:
		fin = end
	default:
		st.early(s, end)
	}
	return st.insert(s, off, data, fin)
}

// admit tells why bytes at off may not be stored or delivered; 0: the stream is open and they lie before its depth.
func (st *Store) admit(s *Stream, off int64, n int) Inserted {
	if s.flags&(deep|ended|closed) != 0 {
		return Ignored
	}
	if end := off + int64(n); st.config.Depth > 0 && end > st.config.Depth && end > s.contig && end > st.depth(s) {
		s.flags |= deep
		st.Counters.DepthReached++
		return TooDeep
	}
	return 0
}

// insert stores bytes, and behind them the FIN that stands at fin, if there is one.
func (st *Store) insert(s *Stream, off int64, data []byte, fin int64) Inserted {
	if s.flags&finished != 0 && st.config.Immediate && off+int64(len(data)) > s.final { // nothing lies behind the FIN
		data = data[:max(0, s.final-off)]
	}
	if len(data) == 0 && fin == noFin {
		return 0
	}
	seg := segment{off: off, data: data, start: off, end: off + int64(len(data))}
	if len(data) > 0 {
		s.flags |= seen
	}
	if s.side != 0 {
		st.beside(s, &seg)
	}
	var did Inserted
	if left := st.left(s); off < left {
		did = st.late(s, seg, left)
		s.edge = max(s.edge, seg.end)
		if seg.end <= left {
			st.count(did)
			return did
		}
		seg.off, seg.data = left, data[left-off:]
	}
	behind := seg.off >= s.edge
	s.edge = max(s.edge, seg.end)
	if st.policy(s) == Linux6 {
		st.mirror(s, &seg, fin)
	}
	if behind {
		did |= st.store(s, seg, nil)
	} else {
		did |= st.weave(s, seg)
	}
	if seg.off <= s.contig {
		st.advance(s)
	}
	st.count(did)
	return did
}

// late takes note of the part of seg before left: bytes that arrive twice, or whose hole was declared lost. They are
// for nobody, but with CheckOverlap they are compared with what is still held.
func (st *Store) late(s *Stream, seg segment, left int64) Inserted {
	if late := min(seg.end, left, s.edge) - max(seg.off, 0); late > 0 {
		st.Counters.LateBytes += uint64(late)
	}
	if !st.config.CheckOverlap || s.index.root() == 0 {
		return 0
	}
	var did Inserted
	end := min(seg.end, left)
	at, p := st.trees.seek(&s.index, seg.off)
	for ; p != nil && p.off < end; at, p = st.trees.next(&s.index, at) {
		from, to := max(p.off, seg.off), min(p.end(), end)
		old := st.pages.data(p.page)[int64(p.at)+from-p.off:][:to-from]
		did |= Overlapped
		if data := seg.data[from-seg.off : to-seg.off]; !bytes.Equal(old, data) {
			did |= st.differs(data, old)
		}
	}
	return did
}

// differs tells of bytes that came again as others. Inline their receiver may not have them yet: it shall get those that
// were read here.
func (st *Store) differs(data, old []byte) Inserted {
	if !st.config.Inline {
		return Differed
	}
	copy(data, old)
	return Differed | Rewritten
}

// again compares a segment that came after the end of s with what the receiver has not acknowledged.
func (st *Store) again(s *Stream, off int64, data []byte) Inserted {
	if !st.config.Inline || s.index.root() == 0 {
		return 0
	}
	end := off + int64(len(data))
	did := st.late(s, segment{off: off, data: data, start: off, end: end}, end)
	st.count(did)
	return did
}

func (st *Store) count(did Inserted) {
	if did&Overlapped != 0 {
		st.Counters.Overlaps++
	}
	if did&Differed != 0 {
		st.Counters.OverlapsDiffer++
	}
	switch did & (Overlapped | Refused) {
	case Refused:
		st.Counters.Refused++
	case Refused | Overlapped:
		st.Counters.RefusedOverlap++
	}
}

// policy returns the policy in force for s.
func (st *Store) policy(s *Stream) Policy {
	if st.config.Inline || st.config.Immediate && s.policy == Unset {
		return First
	}
	return s.policy
}

// fixed returns the offset before which held bytes never change: the receiver has them, or the parser may have read
// them.
func (st *Store) fixed(s *Stream) int64 {
	if st.config.Immediate || s.policy == Linux6 {
		return max(st.inOrder(s), s.acked)
	}
	return s.acked
}

// weave stores a segment that begins before the end of what is held: it fills holes, and the policy decides about the
// bytes that are there already.
//
//	held    ---aaaa---bbb-----
//	segment -----++++++++++---
//	result  ---aa??+++???++---
func (st *Store) weave(s *Stream, seg segment) Inserted {
	var did Inserted
	var w way
	policy, fixed := st.policy(s), st.fixed(s)
	for len(seg.data) > 0 {
		st.trees.find(&s.index, seg.off, &w)
		at, p := st.trees.from(&s.index, w.place, seg.off)
		if p == nil || p.off > seg.off { // a hole
			n := int64(len(seg.data))
			if p != nil {
				n = min(n, p.off-seg.off)
			}
			did |= st.store(s, seg.first(n), &w)
			seg.pass(n)
			continue
		}
		did |= Overlapped
		for p != nil && p.off <= seg.off && len(seg.data) > 0 {
			n := min(int64(len(seg.data)), p.end()-seg.off)
			old := st.pages.data(p.page)[int64(p.at)+seg.off-p.off:][:n]
			if st.config.CheckOverlap && !bytes.Equal(old, seg.data[:n]) {
				did |= st.differs(seg.data[:n], old)
			}
			free := max(0, fixed-seg.off)
			if a, b := p.segment(); free < n && !seg.yields && policy.newWins(a, b, seg.start, seg.end) {
				copy(old[free:], seg.data[free:n])
				st.claim(s, p, fixed, seg, seg.off+n)
				seg.pass(n)
				break // the index may have changed
			}
			seg.pass(n)
			at, p = st.trees.next(&s.index, at)
		}
	}
	return did
}

// claim notes that the bytes of p from seg.off to end are those of seg now: a later segment has to win against it. It is
// harder to beat than what was there before, under every policy, so there is no need to remember that. Nothing is noted
// when there is no memory for it.
func (st *Store) claim(s *Stream, p *piece, fixed int64, seg segment, end int64) {
	if seg.off > max(p.off, fixed) { // else nobody asks what the bytes before belong to
		if p = st.split(s, p, seg.off); p == nil {
			return
		}
	}
	if p.end() > end {
		if st.split(s, p, end) == nil {
			return
		}
		_, p = st.trees.seek(&s.index, end-1)
	}
	p.from, p.to = span32(seg.start-p.off), span32(seg.end-p.end())
}

// split makes two of piece p, which has bytes before off and behind it, and returns the second; nil when there is no
// memory for it.
func (st *Store) split(s *Stream, p *piece, off int64) *piece {
	m := st.pages.meta(p.page)
	if m.refs == fullOfRefs || !st.fits(st.trees.growth(&s.index)) {
		return nil
	}
	a, b := p.segment()
	first := uint16(off - p.off)
	q := piece{off: off, page: p.page, at: p.at + first, n: p.n - first, from: span32(a - off), to: p.to}
	p.n, p.to = first, span32(b-off)
	m.refs++
	var w way
	st.trees.find(&s.index, off, &w)
	st.trees.insert(&s.index, &w, q)
	_, p = st.trees.seek(&s.index, off)
	return p
}

// first returns seg with its first n bytes only.
func (seg segment) first(n int64) segment {
	seg.data = seg.data[:n]
	return seg
}

// pass takes the first n bytes off seg.
func (seg *segment) pass(n int64) { seg.off, seg.data = seg.off+n, seg.data[n:] }

// store adds the bytes of seg, which overlap nothing that is held and belong at w; nil: behind everything.
func (st *Store) store(s *Stream, seg segment, w *way) Inserted {
	if len(seg.data) == 0 {
		return 0
	}
	if len(seg.data) > st.config.MaxHeld-int(s.held) {
		return st.refuse(seg)
	}
	if w == nil {
		w = new(way)
		st.trees.end(&s.index, w)
	}
	for {
		n := int64(len(seg.data))
		if n <= maxPage/2 {
			if !st.add(s, seg, w) {
				return st.refuse(seg)
			}
			return 0
		}
		if !st.add(s, seg.first(maxPage/2), w) {
			return st.refuse(seg)
		}
		seg.pass(maxPage / 2)
		st.trees.find(&s.index, seg.off, w)
	}
}

func (st *Store) refuse(seg segment) Inserted {
	st.Counters.RefusedBytes += uint64(len(seg.data))
	return Refused
}

// add writes the bytes of seg, at most half a page, behind what the stream's page holds and puts them in the index. It
// reports whether there was memory for it.
func (st *Store) add(s *Stream, seg segment, w *way) bool {
	n := len(seg.data)
	if !st.room(s, n) {
		return false
	}
	m := st.pages.meta(s.page)
	at := int(m.fill)
	copy(st.pages.data(s.page)[at:], seg.data)
	m.fill += uint16(n)
	s.held += uint32(n)
	p := piece{
		off: seg.off, page: s.page, at: uint16(at), n: uint16(n),
		from: span32(seg.start - seg.off), to: span32(seg.end - seg.off - int64(n)),
	}
	if q := st.trees.before(&s.index, w.place); q != nil && st.joins(s, q, &p) {
		q.n, q.from, q.to = q.n+p.n, span32(seg.start-q.off), p.to
		return true
	}
	m.refs++
	st.trees.insert(&s.index, w, p)
	return true
}

// room makes sure that the stream's page has room for n bytes more, and that the index may grow by a piece. Pages are
// the larger, the more the stream holds.
func (st *Store) room(s *Stream, n int) bool {
	growth := st.trees.growth(&s.index)
	if s.page != 0 && st.pages.room(s.page, n) {
		return st.fits(growth)
	}
	class := pageClass(max(n, min(int(s.held), maxPage/4)))
	if !st.fits(growth + int64(pageSize(class))) {
		class = pageClass(n)
		if !st.fits(growth + int64(pageSize(class))) {
			return false
		}
	}
	page := st.pages.get(class)
	if s.page != 0 {
		st.pages.unref(s.page)
	}
	s.page = page
	return true
}

// joins reports whether p may become part of q, the piece before it: it follows in the stream and in the page, and nobody
// will ask where their segments met.
func (st *Store) joins(s *Stream, q, p *piece) bool {
	if q.end() != p.off || q.page != p.page || int(q.at)+int(q.n) != int(p.at) || int(q.n)+int(p.n) >= maxPage {
		return false
	}
	if s.side != 0 && st.sides.at(s.side).fin == p.off {
		return false
	}
	if q.end() <= st.fixed(s) {
		return true // nothing changes the bytes of q any more
	}
	switch policy := st.policy(s); {
	case !policy.bounded():
		return true
	case policy == Linux6:
		a, _ := q.segment()
		b, _ := p.segment()
		return a == b
	}
	return false
}

// span32 is a distance as far as its field reaches.
func span32(n int64) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }

// advance moves contig over the pieces that follow it without a hole.
func (st *Store) advance(s *Stream) {
	if s.app > s.contig && s.flags&(rawOn|logOn) != 0 {
		st.outrun(s)
	}
	if s.side != 0 {
		st.advanceSlowly(s)
		return
	}
	s.contig = max(s.contig, s.app)
	if s.index.root() == 0 || s.contig >= s.edge {
		return
	}
	at, p := st.trees.seek(&s.index, s.contig)
	for p != nil && p.off <= s.contig {
		s.contig = p.end()
		at, p = st.trees.next(&s.index, at)
	}
}
