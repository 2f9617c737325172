package tcp

import "github.com/reknit/reknit/stream"

// expected reports whether g is what nearly all segments are: one of an established connection that carries the next
// octets, acknowledges what was seen, or both, inside of the windows. For those transfer comes to the same result by a
// longer way (header prediction).
func (t *Tracker) expected(c *Conn, d stream.Dir, g *Segment) bool {
	snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
	return c.state == Established && g.Flags&^PSH == ACK && g.Seq == snd.next && (snd.flags|rcv.flags)&(keepAlive|windowProbe) == 0 &&
		c.flags&(midstreamFirst|async) == 0 && g.Ack.within(rcv.lastAck, rcv.next) && g.Ack.AtOrBefore(rcv.nextWin) &&
		snd.lastAck.AtOrBefore(g.Seq) && g.end().AtOrBefore(snd.nextWin) && !t.old(c, d, g) &&
		(g.size() > 1 || g.size() == 1 && snd.window != 0 || g.size() == 0 && g.Ack != rcv.lastAck)
}

// proceed takes an expected segment.
func (t *Tracker) proceed(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	if d == stream.ToClient {
		c.flags |= confirmed
	}
	c.sides[d].next = g.end()
	t.acknowledge(c, d, g)
	t.stamp(c, d, g)
	return t.data(c, d, g, r)
}
