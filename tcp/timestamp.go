package tcp

import (
	"time"

	"github.com/reknit/reknit/stream"
)

const pawsIdle = uint32(24 * 24 * time.Hour / time.Second)

// fresh checks the timestamp of g against the last one of its sender: protection against wrapped sequence numbers
// (RFC 7323, section 5). Systems differ in what they make of a handshake whose timestamp was 0.
func (t *Tracker) fresh(c *Conn, d stream.Dir, g *Segment) bool {
	if t.old(c, d, g) {
		t.raise(InvalidTimestamp)
		return false
	}
	return true
}

// old reports whether g has a timestamp for which its receiver drops it.
func (t *Tracker) old(c *Conn, d stream.Dir, g *Segment) bool {
	s := &c.sides[d]
	if c.flags&timestamps == 0 || g.Options&Timestamps == 0 {
		return false
	}
	policy := c.policy(d)
	behind := int32(g.TSVal - s.ts)
	if behind >= -1 && (policy == stream.Linux6 || policy == stream.Unset) {
		return false
	}
	idle := s.ts != 0 && seconds(g.Time)-s.tsTime > pawsIdle && g.Time/1e9 > int64(s.tsTime)
	switch policy {
	case stream.Unset, stream.Linux6:
		return s.ts != 0 && !idle && int32(s.ts-g.TSVal) > 1
	case stream.Linux, stream.Windows2k3:
		if s.flags&zeroTimestamp != 0 {
			return false
		}
	case stream.OldLinux, stream.Windows, stream.Vista:
		if s.flags&zeroTimestamp != 0 && g.Seq == s.next {
			return false
		}
	case stream.HPUX11:
		if g.Seq != s.next {
			return false
		}
	}
	if !t.config.StrictTimestamps || policy == stream.Linux {
		behind++
	}
	if g.TSVal == 0 && !takesZero(policy) {
		return true
	}
	return (behind < 0 || idle) && !(idle && g.Seq == s.next)
}

// takesZero reports whether a timestamp of 0 is one like any other.
func takesZero(p stream.Policy) bool {
	switch p {
	case stream.OldLinux, stream.Windows, stream.Windows2k3, stream.Vista, stream.Solaris, stream.OldSolaris:
		return true
	}
	return false
}

// stamp remembers the timestamp of an accepted segment, whose payload is not stored yet.
//
// A current Linux takes it from every segment that does not begin behind what it acknowledged last. For the older systems it is taken from
// segments at next, which in an established connection has passed those with a payload: less is refused then, which is what Suricata does.
func (t *Tracker) stamp(c *Conn, d stream.Dir, g *Segment) {
	if c.flags&timestamps == 0 {
		return
	}
	policy := c.policy(d)
	s, st := &c.sides[d], &c.streams[d]
	if g.Options&Timestamps == 0 {
		if policy == stream.Solaris || policy == stream.OldSolaris {
			c.flags &^= timestamps
		}
		return
	}
	if policy == stream.Unset || policy == stream.Linux6 {
		if g.Seq.AtOrBefore(s.lastAck) && !g.behind().Before(s.lastAck) && int32(s.ts-g.TSVal) <= 0 {
			s.ts, s.tsTime = g.TSVal, seconds(g.Time)
		}
		return
	}
	s.tsTime = seconds(g.Time)
	if s.flags&zeroTimestamp != 0 && (policy == stream.Linux || policy == stream.Windows2k3) {
		c.flags &^= timestamps
	}
	if g.Seq == s.next && st.Contiguous() >= st.Edge() {
		s.ts = g.TSVal
		s.flags &^= zeroTimestamp
	}
}
