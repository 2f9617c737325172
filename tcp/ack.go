package tcp

import (
	"time"

	"github.com/reknit/reknit/stream"
)

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

const pawsIdle = uint32(24 * 24 * time.Hour / time.Second)

// fresh checks the timestamp of g against the last one of its sender: protection against wrapped sequence numbers
// (RFC 7323, section 5).
func (t *Tracker) fresh(c *Conn, d stream.Dir, g *Segment) bool {
	s := &c.sides[d]
	if c.flags&timestamps == 0 || g.Options&Timestamps == 0 || s.flags&zeroTimestamp != 0 {
		return true
	}
	behind := int32(g.TSVal - s.ts)
	if !t.config.StrictTimestamps || c.streams[d].Policy() == stream.Linux {
		behind++
	}
	old := behind < 0 || s.ts != 0 && seconds(g.Time)-s.tsTime > pawsIdle
	if !old || g.Seq == s.next && seconds(g.Time)-s.tsTime > pawsIdle {
		return true
	}
	t.raise(InvalidTimestamp)
	return false
}

// stamp remembers the timestamp of an accepted segment.
func (t *Tracker) stamp(c *Conn, d stream.Dir, g *Segment) {
	if c.flags&timestamps == 0 || g.Options&Timestamps == 0 {
		return
	}
	s := &c.sides[d]
	s.tsTime = seconds(g.Time)
	if g.Seq == s.next {
		s.ts = g.TSVal
	}
}
