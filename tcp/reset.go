package tcp

import "github.com/reknit/reknit/stream"

// reset handles an RST.
func (t *Tracker) reset(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	if o := d.Opposite(); c.state == SynRecv && c.sides[o].flags&waiting != 0 {
		t.refuse(c, o, g.Seq)
	}
	if !t.resets(c, d, g) {
		return Rejected
	}
	o := d.Opposite()
	if g.Flags&ACK != 0 && t.acksSent(c, o, g) {
		c.ack(o, g.Ack)
	}
	if to := c.awaited(d); c.policy(d) == stream.Linux6 && g.Seq.After(to) {
		c.ack(d, to) // what waits behind a hole is never read
	} else {
		c.ack(d, g.Seq) // all that its sender sent before counts as acknowledged
	}
	c.reset(d, g.Options&Signed != 0)
	t.doubtReset(c)
	return t.data(c, d, g, r)
}

// reset closes the connection for an RST of direction d. A doubtful one is one that its receiver may ignore.
func (c *Conn) reset(d stream.Dir, doubtful bool) {
	c.before, c.state = c.state, Closed
	c.flags |= closedByRST
	if doubtful {
		c.sides[d.Opposite()].flags |= resetTaken
	}
}

// cutUnread ends the stream of direction d at its hole when its receiver reset the connection: what stands behind was not
// read any more. Of a hole that was acknowledged in part the end is taken.
func (t *Tracker) cutUnread(c *Conn, d stream.Dir) {
	snd, rcv, s := &c.sides[d], &c.sides[d.Opposite()], &c.streams[d]
	if c.flags&closedByRST == 0 || rcv.bits&RST == 0 || snd.bits&RST != 0 || snd.flags&finSent != 0 {
		return
	}
	end := s.Contiguous()
	if s.App() > s.Acked() {
		end = s.App()
	}
	if edge := s.Edge(); end < edge {
		t.Counters.Unread += uint64(edge - end)
		s.Unread(end)
	}
}

// resets reports whether the receiver takes the RST.
func (t *Tracker) resets(c *Conn, d stream.Dir, g *Segment) bool {
	if g.size() > 0 {
		t.raise(RstWithData)
	}
	if c.flags&lossy != 0 {
		return true
	}
	policy := c.policy(d)
	if policy != stream.Linux6 {
		if !t.fresh(c, d, g) {
			return false
		}
		if g.Flags&ACK != 0 && g.Ack != 0 && !t.ackFits(c, d.Opposite(), g) {
			t.raise(RstInvalidAck)
			return false
		}
	}
	snd := &c.sides[d]
	if c.flags&async != 0 {
		return !g.Seq.Before(snd.next)
	}
	switch policy {
	case stream.Linux6:
		return t.linuxResets(c, d, g)
	case stream.HPUX11:
		return !g.Seq.Before(snd.next)
	case stream.OldLinux, stream.Linux, stream.Solaris, stream.OldSolaris:
		if c.state == SynRecv && c.flags&evasion != 0 {
			return false
		}
		return !g.end().Before(snd.lastAck) && g.Seq.Before(snd.next+Seq(snd.window))
	}
	return g.Seq == snd.next || snd.flags&finSent != 0 && g.Seq == c.finSeq(d)+1 // the number behind the FIN
}
