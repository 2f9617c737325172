package stream

import "math"

// Pair is the two streams of a connection, ToServer first.
type Pair = [2]Stream

// Push takes a segment of direction d whose bytes begin at off and delivers what can be read. Bytes that follow
// without a hole are read where they lie, without a copy; what is left unread is stored. Only with Config.Immediate. With
// Config.Inline bytes of data that differ from held ones are overwritten with those.
func (st *Store) Push(p *Pair, d Dir, off int64, data []byte, r Reader) Inserted {
	s := &p[d&1]
	if off == s.contig && len(data) > 0 && st.clear(s) && p[d&1^1].flags&onHold == 0 {
		return st.pass(p, d, off, data, r)
	}
	if did := st.admit(s, off, len(data)); did != 0 {
		st.Deliver(p, d, r)
		return did | st.again(s, off, data)
	}
	end := off + int64(len(data))
	inOrder := off <= s.contig && s.contig < end && !st.beyond(s) && s.flags&finished == 0 && s.side == 0
	if !inOrder || off < s.contig && (s.index.root() != 0 || st.left(s) < s.contig) {
		did := st.insert(s, off, data, noFin)
		st.Deliver(p, d, r)
		return did
	}
	at := s.contig
	if late := min(at, s.edge) - max(off, 0); late > 0 {
		st.Counters.LateBytes += uint64(late)
	}
	live := data[at-off:]
	s.flags |= seen
	s.contig, s.edge = end, max(s.edge, end)
	st.deliver(p, d, r, live, at, false)
	return st.keep(s, segment{off: at, data: live, start: off, end: end})
}

// beyond reports whether bytes are held behind contig.
func (st *Store) beyond(s *Stream) bool {
	return s.edge > s.contig && s.index.root() != 0 && st.trees.last(&s.index).end() > s.contig
}

// clear reports whether nothing of s is held or waited for but the next byte, nothing can keep it out, and nobody but the
// parser reads.
func (st *Store) clear(s *Stream) bool {
	return st.plain && s.index.root() == 0 && s.app == s.contig && s.edge == s.contig && s.side == 0 && s.want <= 1 &&
		s.flags&^(seen|hasGap) == 0
}

// pass is Push for the segment that nearly every segment is: the next one of a direction that is clear. Most Readers read
// it whole; then nothing is left to do.
func (st *Store) pass(p *Pair, d Dir, off int64, data []byte, r Reader) Inserted {
	s, c, v, peer := &p[d&1], &st.cursors[d&1], &st.views[d&1], &st.views[d&1^1]
	end := off + int64(len(data))
	s.flags |= seen
	s.contig, s.edge = end, end
	st.pair, st.closing = p, false
	peer.open = false
	v.open, v.live, v.liveAt, v.lost, v.limit, v.last = true, data, off, 0, end, Short
	c.s, c.fence, c.off, c.buf = s, noFence, off, data
	st.arena = st.arena[:0]
	r.Read(d, c)
	if s.app == end && !peer.open && s.flags&logOn == 0 { // the Reader may have called HoldLog
		s.want = max(s.want, 1)
		return 0
	}
	st.awaits(c, off)
	read := peer.open
	st.deliver(p, d, r, data, off, false)
	if read {
		st.tidy(&p[d.Opposite()])
	}
	return st.keep(s, segment{off: off, data: data, start: off, end: end})
}

// keep stores what is still held for somebody of bytes that were delivered.
func (st *Store) keep(s *Stream, seg segment) Inserted {
	left := st.edgeOf(s)
	if seg.end <= left {
		return 0
	}
	if left > seg.off {
		seg.pass(left - seg.off)
	}
	did := st.store(s, seg, nil)
	st.count(did)
	if did&Refused != 0 { // what the parser has not read is lost
		s.contig = s.app
		st.advance(s)
		n := uint32(s.contig - s.app)
		if s.scan = min(s.scan, n); s.scanFor != 0 {
			s.want = min(s.want, n+1)
		}
	}
	return did
}

// Deliver lets r read what direction d has ready, reports what is lost, and ends the direction when its end was reached.
func (st *Store) Deliver(p *Pair, d Dir, r Reader) {
	if !p[d&1].idle() {
		st.deliver(p, d, r, nil, 0, false)
	}
}

// Close delivers what is left, first to the server, then to the client, with every hole as a gap, ends both directions
// and frees what they hold.
func (st *Store) Close(p *Pair, r Reader) {
	for d := ToServer; d <= ToClient; d++ {
		st.Finish(p, d, r)
	}
	for i := range p {
		st.Release(&p[i])
	}
}

// Finish is the part of Close that delivers what is left of direction d, and ends it. What content inspection and dumps hold
// stays until they had it, or Release.
func (st *Store) Finish(p *Pair, d Dir, r Reader) { st.deliver(p, d, r, nil, 0, true) }

func (st *Store) deliver(p *Pair, d Dir, r Reader, live []byte, liveAt int64, closing bool) {
	s := &p[d]
	if s.flags&(ended|closed) != 0 {
		st.tidy(s)
		return
	}
	o := &p[d.Opposite()]
	st.pair, st.closing = p, closing
	st.views[d.Opposite()].open = false
	st.open(d)
	st.views[d].live, st.views[d].liveAt = live, liveAt
	st.run(s, d, r, closing)
	for o.flags&onHold != 0 {
		at := s.app
		st.open(d.Opposite())
		st.run(o, d.Opposite(), r, closing)
		if s.app == at {
			break
		}
		st.run(s, d, r, closing) // the Reader read here, too
	}
	if cap(st.arena) > keepArena {
		st.arena = nil
	}
	st.tidy(s)
	if st.views[d.Opposite()].open { // it may have been read, too
		st.tidy(o)
	}
}

// tidy follows a Skip into what has not arrived, and frees what was read.
func (st *Store) tidy(s *Stream) {
	if s.app > s.contig {
		st.advance(s)
	}
	if (s.index.root() != 0 || s.page != 0) && !st.lingers {
		st.trim(s, st.edgeOf(s))
	}
}

// open makes the cursor of direction d one of the pair being delivered.
func (st *Store) open(d Dir) {
	c, v := &st.cursors[d], &st.views[d]
	c.s, c.fence, c.off, c.buf = &st.pair[d], noFence, -1, nil
	v.open, v.live, v.lost = true, nil, 0
	st.look(c.s, v, st.closing)
}

// idle reports whether nothing can have changed for the parser of s.
func (s *Stream) idle() bool {
	return s.index.root() == 0 && s.contig == s.app && s.flags&(finished|deep) == 0 && s.side == 0
}

// edgeOf returns the offset before which nothing of s is held for anybody.
func (st *Store) edgeOf(s *Stream) int64 {
	if s.flags&(ended|closed) != 0 {
		return st.edgeOfEnded(s)
	}
	left := st.left(s)
	switch {
	case st.config.Inline:
		left = min(left, s.acked)
	case st.config.CheckOverlap:
		left = max(0, left-int64(st.config.OverlapWindow))
	}
	return left
}

// edgeOfEnded is edgeOf for a stream that the parser is done with.
func (st *Store) edgeOfEnded(s *Stream) int64 {
	left := int64(math.MaxInt64)
	if s.flags&closed != 0 {
		return left
	}
	if st.config.Inline && s.acked < min(s.app, s.edge) {
		left = s.acked // what the receiver may get again
	}
	if end := s.length(); s.flags&rawOn != 0 && s.raw < end || s.flags&logOn != 0 && s.log < end {
		left = st.leftOfHolders(s, left)
	}
	return left
}

// look sets how far s can be read and what lies there.
func (st *Store) look(s *Stream, v *view, closing bool) {
	end, last := s.contig, Short
	switch {
	case s.flags&finished != 0 && s.contig >= s.final:
		end, last = s.final, End
		if !closing && !st.config.Immediate && !st.finTaken(s) {
			last = Short
		}
	case closing && s.contig >= s.length():
		last = End
	case closing:
		last = Gap
	}
	if limit := max(s.acked, s.app); limit < end && !closing && !st.config.Immediate {
		end, last = limit, Short
	}
	if s.flags&deep != 0 && (s.flags&finished == 0 || end < s.final) { // what is not acknowledged is given up, too
		last = Depth
	}
	v.limit, v.last = end, last
}

// finTaken reports whether the receiver took the FIN at final: it acknowledged it, and there is no byte in its place
// that may have been acknowledged instead. What the parser skipped is not asked for.
func (st *Store) finTaken(s *Stream) bool {
	return s.acked > s.final && (s.edge <= s.final || s.app > s.final || st.held(s, s.final) == nil)
}

// run calls r as long as it can get on: it reads, or a gap passes, or the direction ends.
func (st *Store) run(s *Stream, d Dir, r Reader, closing bool) {
	if s.side != 0 || s.app > s.contig { // what is acknowledged now may have a FIN; the other direction may have skipped
		st.advance(s)
	}
	c, v := &st.cursors[d], &st.views[d]
	for s.flags&(ended|closed) == 0 {
		st.look(s, v, closing)
		c.off, c.buf = s.app, nil
		switch {
		case v.limit-s.app >= int64(max(s.want, 1)):
			st.read(s, c, d, r)
		case v.last >= End:
			if !st.finish(s, c, d, r, closing) {
				return
			}
		default:
			lost := st.hole(s, closing)
			if lost == 0 || !closing && st.waits(s) {
				return
			}
			st.lose(s, c, d, r, lost)
		}
	}
}

// read calls the Reader once. If it neither read nor asked for more than there is, any further byte is awaited: so
// every round of run moves app or raises want above what is there.
func (st *Store) read(s *Stream, c *Cursor, d Dir, r Reader) {
	if s.want <= 1 { // or the bytes at app were looked at before, and a read goes on behind them
		c.sync()
	}
	st.arena = st.arena[:0]
	before := s.app
	r.Read(d, c)
	st.awaits(c, before)
}

// awaits follows a call of the Reader that began at before.
func (st *Store) awaits(c *Cursor, before int64) {
	s := c.s
	st.advance(s)
	if n := c.view.limit - s.app; n >= int64(s.want) && (s.app == before || s.want == 0) {
		s.want = uint32(max(0, n)) + 1
	}
}

// finish lets r read what is left, as long as it reads any of it, and ends the direction, unless the Reader holds it. It
// reports whether run is to go on.
func (st *Store) finish(s *Stream, c *Cursor, d Dir, r Reader, closing bool) bool {
	st.arena = st.arena[:0]
	s.flags &^= onHold
	if c.Len() > 0 {
		before := s.app
		c.view.hold = false
		r.Read(d, c)
		if c.view.hold && c.Len() > 0 && !closing {
			s.flags |= onHold
			return false
		}
		if s.app > before {
			st.advance(s)
			return true
		}
	}
	s.flags |= ended
	rest := c.gather(c.Len())
	s.app = max(s.app, c.view.limit)
	s.contig = s.app // what was not delivered goes
	if s.side != 0 {
		st.drop(s)
	}
	r.End(d, rest)
	return true
}

// hole returns how many bytes of the hole at contig are lost: the receiver has them, and bytes behind them are held.
func (st *Store) hole(s *Stream, closing bool) int64 {
	behind, held := s.length(), false
	if s.index.root() != 0 && s.contig < s.edge {
		if _, p := st.trees.seek(&s.index, s.contig); p != nil && p.off < behind {
			behind, held = p.off, true
		}
	}
	switch {
	case closing:
		return behind - s.contig
	case !held:
		return 0
	}
	return max(0, min(behind, s.acked)-s.contig)
}

// lose passes n lost bytes at contig: a Piece that is being read takes its share, what is left goes to Gap.
func (st *Store) lose(s *Stream, c *Cursor, d Dir, r Reader, n int64) {
	if s.acked > s.contig { // what nobody acknowledged, the receiver may not have had either
		st.Counters.Gaps++
	}
	st.Counters.LostBytes += uint64(n)
	s.flags |= hasGap
	st.arena = st.arena[:0]
	c.view.lost, c.view.last = n, Gap
	r.Read(d, c)
	n, c.view.lost = c.view.lost, 0
	if n > 0 {
		held := c.gather(c.Len())
		at := c.view.limit
		s.app = max(s.app, at+n)
		s.want, s.scan, s.scanFor = 0, 0, 0
		c.view.limit = s.app
		c.off, c.buf = s.app, nil
		r.Gap(d, c, Loss{Held: held, Lost: n, Offset: at})
	}
	st.advance(s)
}
