package tcp

import "github.com/reknit/reknit/stream"

// expected reports whether g is what nearly all segments are: one of an established connection that carries the next
// octets, acknowledges what was seen, or both, inside of the windows. For those transfer comes to the same result by a
// longer way (header prediction).
func (t *Tracker) expected(c *Conn, d stream.Dir, g *Segment) bool {
	snd, rcv := &c.sides[d&1], &c.sides[d&1^1]
	return c.state == Established && g.Flags&^PSH == ACK && g.Options&Signed == 0 && g.Seq == snd.next && g.Lost == 0 && g.SACKs == 0 &&
		c.extra == 0 &&
		(snd.flags|rcv.flags)&(keepAlive|windowProbe|probeHeld) == 0 && c.flags&(midstreamFirst|async|leftOut) == 0 &&
		g.Ack.within(rcv.lastAck, rcv.next) && g.Ack.AtOrBefore(rcv.nextWin) &&
		snd.lastAck.AtOrBefore(g.Seq) && g.end().AtOrBefore(snd.nextWin) && !t.old(c, d, g) &&
		(len(g.Payload) > 1 || len(g.Payload) == 0 && g.Ack != rcv.lastAck || len(g.Payload) == 1 && snd.window != 0)
}

// proceed takes an expected segment.
func (t *Tracker) proceed(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	snd, rcv := &c.sides[d&1], &c.sides[o&1]
	if d == stream.ToClient {
		c.flags |= confirmed
	}
	snd.next = g.end()
	rcv.window = uint32(g.Window) << (rcv.scale & 31)
	c.ack(o, g.Ack)
	rcv.widen(0)
	if c.flags&timestamps != 0 {
		t.stamp(c, d, g)
	}

	st := t.store
	gaps := st.Counters.Gaps
	st.Deliver(&c.streams, o, r)
	var did stream.Inserted
	switch n := len(g.Payload); {
	case st.Immediate() && n == 0:
		st.Deliver(&c.streams, d, r)
	case st.Immediate():
		did = st.Push(&c.streams, d, c.offset(d, g.Seq), g.Payload, r)
	case n > 0:
		if did = st.Insert(&c.streams[d&1], c.offset(d, g.Seq), g.Payload); did&stream.TooDeep != 0 {
			st.Deliver(&c.streams, d, r)
		}
	}
	if did != 0 || st.Counters.Gaps != gaps || t.events.n != 0 {
		res := Tracked | t.stored(c, len(g.Payload), did, gaps)
		t.account(res)
		return res
	}
	if len(g.Payload) > 0 {
		return Tracked | Stored
	}
	return Tracked
}
