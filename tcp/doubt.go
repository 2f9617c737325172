package tcp

import "github.com/reknit/reknit/stream"

// A FIN or an RST that passes here may never come to its receiver, or not be taken there. What its sender sends behind
// it tells nothing, as that may be made up, too: what the receiver acknowledges does. Where acknowledged bytes only are
// delivered the end is in doubt until then, and what lies behind it is kept. Inline, where bytes are delivered at once,
// what lies behind it is rejected: no sender that means it sends any.

// refuteFin takes back the FIN of direction d when its receiver acknowledged more than it.
func (t *Tracker) refuteFin(c *Conn, d stream.Dir) {
	s, st := &c.sides[d], &c.streams[d]
	_, known := st.Finished()
	if !known || st.Ended() || c.flags&leftOut != 0 || !c.behindEnd(d, s.lastAck) {
		return
	}
	st.Reopen()
	t.raise(SuspectedFin)
	s.flags &^= finSent
	s.next = s.next.latest(s.lastAck)
	other := c.sides[d.Opposite()].flags&finSent != 0
	switch {
	case c.state == Closed:
	case !other:
		c.state = Established
	case d == stream.ToServer:
		c.state = FinWait1
	default:
		c.state = CloseWait
	}
}

// finMoves reports whether g has a FIN of direction d behind the one that is known, which was not acknowledged: then
// that was none.
func (t *Tracker) finMoves(c *Conn, d stream.Dir, g *Segment) bool {
	s, st := &c.sides[d], &c.streams[d]
	end, known := st.Finished()
	if !known || st.Ended() || c.offset(d, g.end()) <= end || s.lastAck.After(c.finSeq(d)) {
		return false
	}
	st.Reopen()
	t.raise(SuspectedFin)
	return true
}

// behindFin reports whether g has bytes behind the FIN of its sender, which was not acknowledged. Later they are nothing,
// or a keep-alive's.
func (c *Conn) behindFin(d stream.Dir, g *Segment) bool {
	if c.sides[d].flags&finSent == 0 || g.size() == 0 || c.flags&leftOut != 0 || c.finAcked(d) {
		return false
	}
	end, known := c.streams[d].Finished()
	return known && c.offset(d, g.end()) > end
}

// doubtReset notes where the streams end with an RST that is taken. One of which bytes are missing does not.
func (t *Tracker) doubtReset(c *Conn) {
	if t.store.Immediate() || c.flags&leftOut != 0 {
		return
	}
	for d := range c.streams {
		if st := &c.streams[d]; c.sides[d].flags&finSent == 0 && st.Acked() <= st.Edge() {
			st.Finish(st.Edge())
		}
	}
}

// doubted reports whether the stream of direction d ends with an RST, and where.
func (c *Conn) doubted(d stream.Dir) (end int64, is bool) {
	end, known := c.streams[d].Finished()
	return end, known && c.sides[d].flags&finSent == 0 && c.flags&closedByRST != 0
}

// refutesReset reports whether g acknowledges what was sent behind the RST of the other end: then its sender did not
// take that.
func (c *Conn) refutesReset(d stream.Dir, g *Segment) bool {
	x := d.Opposite()
	end, is := c.doubted(x)
	return is && g.Flags&(SYN|ACK) == ACK && c.streams[x].Edge() > end && c.offset(x, g.Ack) > end && g.Ack.AtOrBefore(c.sides[x].nextWin)
}

// behindReset handles what comes behind an RST.
func (t *Tracker) behindReset(c *Conn, d stream.Dir, g *Segment) Result {
	snd := &c.sides[d]
	if c.before < Established || g.Flags&(SYN|ACK) != ACK || g.size() == 0 || !c.brings(d, g) {
		return 0
	}
	if t.store.Config().Inline && snd.bits&RST != 0 { // of the other end it may have been on its way
		return Rejected
	}
	end, is := c.doubted(d)
	if !is || c.offset(d, g.Seq) < end || g.end().After(snd.nextWin) || t.old(c, d, g) {
		return 0
	}
	did := t.store.Insert(&c.streams[d], c.offset(d, g.Seq), g.Payload)
	t.inserted(c, did)
	if did&stream.Refused != 0 {
		return Unstored
	}
	return Stored
}

// revive makes c what it was before an RST that its receiver did not take.
func (c *Conn) revive() {
	c.state = c.before
	c.flags &^= closedByRST
	for d := range c.sides {
		if c.sides[d].flags&finSent == 0 {
			c.streams[d].Reopen()
		}
	}
}

// beside handles what an end sends that may have ignored the RST that came to it, and leaves the connection closed.
func (t *Tracker) beside(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	c.state = c.before
	res := t.dispatch(c, d, g, r)
	c.before, c.state = c.state, Closed
	return res
}
