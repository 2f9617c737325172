package stream

import "bytes"

// Inserted tells what became of a segment's bytes.
type Inserted uint8

const (
	Overlapped Inserted = 1 << iota // it overlapped what is held
	Differed                        // and differed there (with CheckOverlap)
	Refused                         // a limit was reached: nothing, or not all, of it was stored
	TooDeep                         // it crosses the depth: discarded
)

// segment is bytes to insert, and where the segment that brought them began and ended.
type segment struct {
	off        int64
	data       []byte
	start, end int64
}

// Insert stores bytes that begin at off. data is copied.
func (st *Store) Insert(s *Stream, off int64, data []byte) Inserted {
	if !st.admit(s, off, len(data)) {
		return st.rejected(s)
	}
	return st.insert(s, off, data)
}

// admit reports whether bytes at off may be stored or delivered: the stream is open and they lie before its depth.
func (st *Store) admit(s *Stream, off int64, n int) bool {
	if s.flags&(deep|ended|closed) != 0 {
		return false
	}
	if st.config.Depth > 0 && off+int64(n) > st.config.Depth && off+int64(n) > s.contig {
		s.flags |= deep
		st.Counters.DepthReached++
		return false
	}
	return true
}

func (st *Store) rejected(s *Stream) Inserted {
	if s.flags&deep != 0 {
		return TooDeep
	}
	return 0
}

func (st *Store) insert(s *Stream, off int64, data []byte) Inserted {
	if s.flags&finished != 0 && off+int64(len(data)) > s.final { // nothing lies behind the FIN
		data = data[:max(0, s.final-off)]
	}
	seg := segment{off, data, off, off + int64(len(data))}
	if len(data) == 0 {
		return 0
	}
	s.flags |= seen
	if left := s.left(); off < left {
		if late := min(seg.end, left, s.edge) - off; late > 0 {
			st.Counters.LateBytes += uint64(late)
		}
		if seg.end <= left {
			s.edge = max(s.edge, seg.end)
			return 0
		}
		seg.off, seg.data = left, data[left-off:]
	}
	var did Inserted
	if s.index.root() == 0 || seg.off >= st.trees.last(&s.index).end() {
		did = st.store(s, seg)
	} else {
		did = st.weave(s, seg)
	}
	st.advance(s)
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

// fixed returns the offset before which held bytes never change: the receiver has them.
func (st *Store) fixed(s *Stream) int64 {
	if st.config.Immediate || s.policy == Linux6 {
		return s.contig
	}
	return max(s.app, s.acked)
}

// weave stores a segment that begins before the end of what is held: it fills holes, and the policy decides about the
// bytes that are there already.
//
//	held    ---aaaa---bbb-----
//	segment -----++++++++++---
//	result  ---aa??+++???++---
func (st *Store) weave(s *Stream, seg segment) Inserted {
	var did Inserted
	policy := st.policy(s)
	end, fixed := seg.end, st.fixed(s)
	for len(seg.data) > 0 {
		_, p := st.trees.seek(&s.index, seg.off)
		if p == nil || p.off >= end {
			return did | st.store(s, seg)
		}
		if p.off > seg.off {
			n := p.off - seg.off
			did |= st.store(s, segment{seg.off, seg.data[:n], seg.start, seg.end})
			seg.off, seg.data = seg.off+n, seg.data[n:]
			continue // p may have moved
		}
		n := min(p.end(), end) - seg.off
		old := st.pages.data(p.page)[p.at:][seg.off-p.off:][:n]
		did |= Overlapped
		if st.config.CheckOverlap && !bytes.Equal(old, seg.data[:n]) {
			did |= Differed
		}
		if policy.newWins(p.off-int64(p.before), p.end()+int64(p.after), seg.start, seg.end) {
			if open := max(0, min(n, fixed-seg.off)); open < n {
				copy(old[open:], seg.data[open:n])
			}
		}
		seg.off, seg.data = seg.off+n, seg.data[n:]
	}
	return did
}

// store adds the bytes of seg, which overlap nothing that is held.
func (st *Store) store(s *Stream, seg segment) Inserted {
	if len(seg.data) == 0 {
		return 0
	}
	if int(s.held)+len(seg.data) > st.config.MaxHeld || st.MemoryUse()+int64(len(seg.data)) > st.config.MemoryCap {
		st.Counters.RefusedBytes += uint64(len(seg.data))
		return Refused
	}
	for len(seg.data) > 0 {
		n := min(len(seg.data), maxPage/2)
		st.add(s, segment{seg.off, seg.data[:n], seg.start, seg.end})
		seg.off, seg.data = seg.off+int64(n), seg.data[n:]
	}
	return 0
}

// add writes one piece's bytes behind what the stream's page holds and puts it in the index.
func (st *Store) add(s *Stream, seg segment) {
	n := len(seg.data)
	if s.page == 0 || !st.pages.room(s.page, n) {
		page := st.pages.get(max(n, min(int(s.held), maxPage/4)))
		if s.page != 0 {
			st.pages.unref(s.page)
		}
		s.page = page
	}
	m := st.pages.meta(s.page)
	at := int(m.fill)
	copy(st.pages.data(s.page)[at:], seg.data)
	m.fill += uint16(n)
	s.held += uint32(n)
	s.edge = max(s.edge, seg.off+int64(n))
	if last := st.trees.last(&s.index); last != nil && last.end() == seg.off && last.page == s.page && int(last.at)+int(last.n) == at &&
		int(last.n)+n < maxPage && st.joins(s, last) {
		last.n += uint16(n)
		last.after = side(seg.end - last.end())
		return
	}
	m.refs++
	st.trees.insert(&s.index, piece{
		off: seg.off, page: s.page, at: uint16(at), n: uint16(n),
		before: side(seg.off - seg.start), after: side(seg.end - seg.off - int64(n)),
	})
}

// joins reports whether bytes that follow p may become part of it: nobody will ask where the segments met.
func (st *Store) joins(s *Stream, p *piece) bool {
	policy := st.policy(s)
	return !policy.bounded() || policy == Linux6 || p.end() <= st.fixed(s)
}

// side is a length before or after a piece, as far as its field reaches.
func side(n int64) uint16 { return uint16(max(0, min(n, 1<<16-1))) }

// advance moves contig over the pieces that follow it without a hole.
func (st *Store) advance(s *Stream) {
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
