package tcp

import "github.com/reknit/reknit/stream"

// ackFits reports whether g may acknowledge what it does of direction x.
func (t *Tracker) ackFits(c *Conn, x stream.Dir, g *Segment) bool {
	s := &c.sides[x]
	switch {
	case g.Flags&ACK == 0, g.Ack == s.lastAck:
		return true
	case g.Ack.After(s.lastAck) && g.Ack.AtOrBefore(s.nextWin):
		return true
	case g.Ack.Before(s.lastAck):
		if s.window == 0 || !g.Ack.Before(s.lastAck-Seq(s.window)) {
			return true
		}
	case c.flags&async != 0 || t.trusts(c):
		return true
	}
	t.raise(InvalidAck)
	return false
}

// trusts reports whether windows are not to be held against the ends of c, because the capture lost some of what they
// said.
func (t *Tracker) trusts(c *Conn) bool { return t.config.TrustAfterLoss && c.flags&lossy != 0 }

// widen raises the highest number that direction x may send.
func (s *side) widen() {
	if to := s.lastAck + Seq(s.window); to.After(s.nextWin) {
		s.nextWin = to
	}
}
