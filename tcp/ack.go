package tcp

import "github.com/reknit/reknit/stream"

// ackFits reports whether g may acknowledge what it does of direction x, and raises the event when it may not.
func (t *Tracker) ackFits(c *Conn, x stream.Dir, g *Segment) bool {
	if t.acksSent(c, x, g) {
		return true
	}
	t.raise(InvalidAck)
	return false
}

// acksSent reports whether what g acknowledges of direction x can have been sent, and is not from long ago.
func (t *Tracker) acksSent(c *Conn, x stream.Dir, g *Segment) bool {
	s := &c.sides[x]
	switch {
	case g.Flags&ACK == 0, g.Ack == s.lastAck:
		return true
	case g.Ack.After(s.lastAck) && g.Ack.AtOrBefore(s.nextWin.latest(s.next)):
		return true
	case s.flags&finSent != 0 && g.Ack == s.nextWin+1: // a FIN may be sent when the window is full
		return true
	case s.flags&waiting != 0 && g.Ack.After(s.lastAck) && t.waits(c, x, g.Ack):
		return true
	case g.Ack.Before(s.lastAck) && c.policy(x.Opposite()) == stream.Linux6:
		return !g.Ack.Before(c.oldest(x))
	case g.Ack.Before(s.lastAck):
		return s.window == 0 || !g.Ack.Before(s.lastAck-Seq(s.window))
	}
	if t.config.TrustAfterLoss && s.flags&beyond != 0 { // the receiver opened its window, and that was not captured
		c.flags |= lossy
	}
	return c.flags&async != 0 || t.trusts(c)
}

// trusts reports whether windows are not to be held against the ends of c, because the capture lost some of what they
// said.
func (t *Tracker) trusts(c *Conn) bool { return t.config.TrustAfterLoss && c.flags&lossy != 0 }

// widen raises the highest number that the side may send, when its receiver has so many octets beyond its acknowledgement.
func (s *side) widen(beyond uint32) {
	if to := s.lastAck + Seq(s.window+beyond); to.After(s.nextWin) {
		s.nextWin = to
	}
}
