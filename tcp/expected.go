package tcp

import "github.com/reknit/reknit/stream"

// expected reports whether g is what nearly all segments are: one of an established connection that carries the next
// octets, acknowledges what was seen, or both, inside of the windows. For those transfer comes to the same result by a
// longer way (header prediction).
func (t *Tracker) expected(c *Conn, d stream.Dir, g *Segment) bool {
	snd, rcv := &c.sides[d&1], &c.sides[d&1^1]
	return c.state == Established && g.Flags&^PSH == ACK && g.Seq == snd.next && g.Lost == 0 && g.SACKs == 0 && c.extra == 0 &&
		(snd.flags|rcv.flags)&(keepAlive|windowProbe|probeHeld) == 0 && c.flags&(midstreamFirst|async|leftOut) == 0 &&
		g.Ack.within(rcv.lastAck, rcv.next) && g.Ack.AtOrBefore(rcv.nextWin) &&
		snd.lastAck.AtOrBefore(g.Seq) && g.end().AtOrBefore(snd.nextWin) && !t.old(c, d, g) &&
		(len(g.Payload) > 1 || len(g.Payload) == 0 && g.Ack != rcv.lastAck || len(g.Payload) == 1 && snd.window != 0)
}

// proceed takes an expected segment.
func (t *Tracker) proceed(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	if d == stream.ToClient {
		c.flags |= confirmed
	}
	c.sides[d&1].next = g.end()
	rcv := &c.sides[o&1]
	rcv.window = uint32(g.Window) << (rcv.scale & 31)
	c.ack(o, g.Ack)
	rcv.widen(0)
	t.stamp(c, d, g)

	st := t.store
	gaps := st.Counters.Gaps
	st.Deliver(&c.streams, o, r)
	var did stream.Inserted
	if len(g.Payload) > 0 {
		did = t.put(c, d, c.offset(d, g.Seq), g.Payload, r)
	}
	if len(g.Payload) == 0 && st.Immediate() || did&stream.TooDeep != 0 && !st.Immediate() {
		st.Deliver(&c.streams, d, r)
	}
	res := Tracked | t.stored(c, len(g.Payload), did, gaps)
	if t.events.n != 0 {
		t.account(res)
	}
	return res
}
