package stream

import "time"

// Pair is the two streams of a connection, ToServer first.
type Pair = [2]Stream

// Push takes a segment of direction d whose bytes begin at off and delivers what can be read. Bytes that follow
// without a hole are read where they lie, without a copy; what is left unread is stored. Only with Config.Immediate.
func (st *Store) Push(p *Pair, d Dir, off int64, data []byte, r Reader) Inserted {
	s := &p[d]
	if !st.admit(s, off, len(data)) {
		did := st.rejected(s)
		st.Deliver(p, d, r)
		return did
	}
	end := off + int64(len(data))
	inOrder := off <= s.contig && s.contig < end && s.edge <= s.contig && s.flags&finished == 0
	if !inOrder || off < s.contig && (s.index.root() != 0 || s.left() < s.contig) {
		did := st.insert(s, off, data)
		st.Deliver(p, d, r)
		return did
	}
	at := s.contig
	if late := min(at, s.edge) - off; late > 0 {
		st.Counters.LateBytes += uint64(late)
	}
	live := data[at-off:]
	s.flags |= seen
	s.contig, s.edge = end, end
	st.deliver(p, d, r, live, at, false)
	return st.keep(s, segment{at, live, off, end})
}

// keep stores what is still held for somebody of bytes that were delivered.
func (st *Store) keep(s *Stream, seg segment) Inserted {
	left := s.left()
	if st.config.Inline {
		left = min(left, s.acked)
	}
	if seg.end <= left || s.flags&(ended|closed) != 0 {
		return 0
	}
	if left > seg.off {
		seg.off, seg.data = left, seg.data[left-seg.off:]
	}
	did := st.store(s, seg)
	st.count(did)
	if did&Refused != 0 { // it cannot be kept, so it is lost
		s.contig = max(s.app, seg.off)
	}
	return did
}

// Deliver lets r read what direction d has ready, reports what is lost, and ends the direction when its end was reached.
func (st *Store) Deliver(p *Pair, d Dir, r Reader) {
	if !p[d].idle() {
		st.deliver(p, d, r, nil, 0, false)
	}
}

// Close delivers what is left, first to the server, then to the client, with every hole as a gap, ends both directions
// and frees what they hold.
func (st *Store) Close(p *Pair, r Reader) {
	for d := ToServer; d <= ToClient; d++ {
		st.deliver(p, d, r, nil, 0, true)
	}
	for i := range p {
		st.Release(&p[i])
	}
}

func (st *Store) deliver(p *Pair, d Dir, r Reader, live []byte, liveAt int64, closing bool) {
	s := &p[d]
	if s.flags&(ended|closed) != 0 {
		return
	}
	o := &p[d.Opposite()]
	st.pair, st.closing = p, closing
	st.views[d.Opposite()].open = false
	st.open(d)
	st.views[d].live, st.views[d].liveAt = live, liveAt
	st.run(s, d, r, closing)
	if o.flags&onHold != 0 {
		st.open(d.Opposite())
		st.run(o, d.Opposite(), r, closing)
	}
	if cap(st.arena) > keepArena {
		st.arena = nil
	}
	if s.index.root() != 0 || s.page != 0 {
		st.trim(s, st.edgeOf(s))
	}
	if st.views[d.Opposite()].open { // it may have been read, too
		st.advance(o)
		if o.index.root() != 0 {
			st.trim(o, st.edgeOf(o))
		}
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
	return s.index.root() == 0 && s.contig == s.app && s.flags&(finished|deep) == 0
}

// edgeOf returns the offset before which nothing of s is held for anybody.
func (st *Store) edgeOf(s *Stream) int64 {
	if s.flags&(ended|closed) != 0 {
		return 1<<63 - 1
	}
	left := s.left()
	if st.config.Inline {
		left = min(left, s.acked)
	}
	return left
}

// look sets how far s can be read and what lies there.
func (st *Store) look(s *Stream, v *view, closing bool) {
	v.limit, v.last = s.contig, Short
	if !closing && !st.config.Immediate {
		v.limit = min(v.limit, max(s.acked, s.app))
	}
	switch {
	case s.flags&deep != 0: // what is not acknowledged yet is given up with the rest
		v.last = Depth
	case v.limit < s.contig:
	case s.flags&finished != 0 && s.contig >= s.final:
		v.limit, v.last = s.final, End
	case closing && s.contig >= s.edge:
		v.last = End
	case closing:
		v.last = Gap
	}
}

// run calls r as long as it can get on: it reads, or a gap passes, or the direction ends.
func (st *Store) run(s *Stream, d Dir, r Reader, closing bool) {
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
			if lost == 0 || st.waits(s, closing) {
				return
			}
			st.lose(s, c, d, r, lost)
		}
	}
}

// read calls the Reader once. If it neither read nor asked for more than there is, any further byte is awaited: so
// every round of run moves app or raises want above what is there.
func (st *Store) read(s *Stream, c *Cursor, d Dir, r Reader) {
	c.sync()
	st.arena = st.arena[:0]
	before := s.app
	r.Read(d, c)
	st.advance(s)
	if n := c.view.limit - s.app; n >= int64(s.want) && (s.app == before || s.want == 0) {
		s.want = uint32(max(0, n)) + 1
	}
}

// finish hands on what is left and ends the direction, unless the Reader holds it.
func (st *Store) finish(s *Stream, c *Cursor, d Dir, r Reader, closing bool) (done bool) {
	st.arena = st.arena[:0]
	s.flags &^= onHold
	if c.Len() > 0 {
		c.view.hold = false
		r.Read(d, c)
		if c.view.hold && c.Len() > 0 && !closing {
			s.flags |= onHold
			return false
		}
	}
	s.flags |= ended
	rest := c.gather(c.Len())
	s.app = max(s.app, c.view.limit)
	s.contig = max(s.contig, s.app)
	r.End(d, rest)
	return true
}

// hole returns how many bytes of the hole at contig are lost: the receiver has them, and bytes behind them are held.
func (st *Store) hole(s *Stream, closing bool) int64 {
	behind := int64(-1)
	if s.index.root() != 0 && s.contig < s.edge {
		if _, p := st.trees.seek(&s.index, s.contig); p != nil {
			behind = p.off
		}
	}
	if behind < 0 { // nothing is held behind contig
		if !closing {
			return 0
		}
		if behind = s.edge; s.flags&finished != 0 {
			behind = max(behind, s.final)
		}
	}
	if closing {
		return behind - s.contig
	}
	return max(0, min(behind, s.acked)-s.contig)
}

// lose passes n lost bytes at contig: a Piece that is being read takes its share, what is left goes to Gap.
func (st *Store) lose(s *Stream, c *Cursor, d Dir, r Reader, n int64) {
	st.Counters.Gaps++
	st.Counters.LostBytes += uint64(n)
	s.flags = s.flags&^graced | hasGap
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

// waits reports whether the hole at contig is to be left open for now.
func (st *Store) waits(s *Stream, closing bool) bool {
	cfg := &st.config
	if closing || cfg.GracePackets == 0 && cfg.GraceTime == 0 {
		return false
	}
	ms := uint32(st.now/int64(time.Millisecond)) & 0xffffff
	if s.flags&graced == 0 {
		s.flags |= graced
		s.grace = ms << 8
		return true
	}
	if packets := s.grace&0xff + 1; packets < 0xff {
		s.grace++
	}
	late := time.Duration((ms-s.grace>>8)&0xffffff) * time.Millisecond
	return (cfg.GracePackets == 0 || int(s.grace&0xff) < cfg.GracePackets) && (cfg.GraceTime == 0 || late < cfg.GraceTime)
}
