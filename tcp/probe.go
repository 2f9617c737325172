package tcp

import "github.com/reknit/reknit/stream"

// probe is the octet of a zero window probe.
type probe struct {
	seq   Seq
	octet [1]byte
}

// holdProbe keeps the octet of a zero window probe: the receiver's acknowledgement tells whether it took it, or the
// same place will have another octet. It reports whether it could.
func (t *Tracker) holdProbe(c *Conn, d stream.Dir, g *Segment) bool {
	e := t.extras.of(c)
	if e == nil {
		if e = t.extra(c, 0); e == nil {
			return false
		}
	}
	e.probes[d] = probe{g.Seq, [1]byte{g.Payload[0]}}
	c.sides[d].flags |= probeHeld
	return true
}

// takeProbe stores the octet that direction d probed with, if ack lies behind it and nothing else has come in its place.
func (t *Tracker) takeProbe(c *Conn, d stream.Dir, ack Seq) {
	p, st := &t.extras.of(c).probes[d], &c.streams[d]
	at := t.offset(c, d, p.seq)
	switch {
	case st.Contiguous() > at:
	case !ack.After(p.seq):
		return // not yet
	default:
		t.inserted(c, t.store.Insert(st, at, p.octet[:]))
	}
	c.sides[d].flags &^= probeHeld
}
