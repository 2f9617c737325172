package tcp

import (
	"slices"

	"github.com/reknit/reknit/stream"
)

// undecided is a segment of which the capture does not tell whether its receiver took it. It waits beside the stream until
// the receiver's acknowledgements tell. Where bytes are delivered at once nobody waits: then the better guess counts.
type undecided struct {
	Segment
	likely  bool // it was taken, if nothing ever tells
	refuted bool // the receiver acknowledged what comes before it, and not more
}

const (
	// maxUndecided is how many segments of a direction wait. For further ones the guess counts.
	maxUndecided = 8

	undecidedBytes = 128 // besides the payload
)

// hold lets g wait, whose acknowledgement counts for nothing so far. It reports whether it does; otherwise likely has to
// count.
func (t *Tracker) hold(c *Conn, d stream.Dir, g *Segment, likely bool) bool {
	if t.store.Immediate() || g.Flags&URG != 0 || c.flags&leftOut != 0 {
		return false
	}
	if e := t.extras.of(c); e != nil && len(e.undecided[d]) >= maxUndecided {
		return false
	}
	e := t.extra(c, undecidedBytes+int64(len(g.Payload)))
	if e == nil {
		return false
	}
	q := undecided{Segment: *g, likely: likely}
	q.Payload = slices.Clone(g.Payload)
	e.undecided[d] = append(e.undecided[d], q)
	c.sides[d].flags |= waiting
	return true
}

// evidence settles what is undecided of direction d, as far as g tells, a segment of its receiver.
func (t *Tracker) evidence(c *Conn, d stream.Dir, g *Segment) {
	if c.sides[d].flags&probeHeld != 0 {
		t.takeProbe(c, d, g.Ack)
	}
	if c.sides[d].flags&waiting != 0 {
		t.tell(c, d, g)
	}
}

// tell takes what waits of direction d and was taken by the receiver, as far as its segment g tells, and forgets what
// was not.
func (t *Tracker) tell(c *Conn, d stream.Dir, g *Segment) {
	e := t.extras.of(c)
	if c.behindEnd(d, g.Ack) {
		c.streams[d].Reopen() // the receiver never saw that FIN
	}
	exact := func(q undecided) bool { return q.behind() == g.Ack && g.Ack.After(c.awaited(d)) }
	if i := slices.IndexFunc(e.undecided[d], exact); i >= 0 {
		t.take(c, d, &e.undecided[d][i].Segment)
		t.forget(c, d, i)
	}
	for i := 0; i < len(e.undecided[d]); {
		q := &e.undecided[d][i]
		awaited, end := c.awaited(d), q.behind()
		switch {
		case end.AtOrBefore(awaited): // other octets stand there
		case g.Ack.After(awaited) && !g.Ack.Before(end), g.reports(q.Seq, q.end()) && !t.has(c, d, q.Seq, q.end()):
			t.take(c, d, &q.Segment)
			t.forget(c, d, i)
			i = 0 // others may lie behind it
			continue
		default:
			q.refuted = q.refuted || g.Ack == awaited && q.Seq.AtOrBefore(awaited)
			i++
			continue
		}
		t.forget(c, d, i)
	}
	t.tellNoMore(c, d)
}

// refuse forgets what waits of direction d with an acknowledgement that its receiver answered with an RST at that number.
func (t *Tracker) refuse(c *Conn, d stream.Dir, ack Seq) {
	e := t.extras.of(c)
	for i := len(e.undecided[d]) - 1; i >= 0; i-- {
		if e.undecided[d][i].Ack == ack {
			t.forget(c, d, i)
		}
	}
	t.tellNoMore(c, d)
}

// guess settles what still waits of direction d.
func (t *Tracker) guess(c *Conn, d stream.Dir) {
	e := t.extras.of(c)
	for i := range e.undecided[d] {
		if q := &e.undecided[d][i]; q.likely && !q.refuted {
			t.take(c, d, &q.Segment)
		}
	}
	t.forgetUndecided(c, d)
}

// waits reports whether a segment of direction d waits that ends at or behind a number.
func (t *Tracker) waits(c *Conn, d stream.Dir, at Seq) bool {
	return slices.ContainsFunc(t.extras.of(c).undecided[d], func(q undecided) bool { return at.AtOrBefore(q.behind()) })
}

// behind returns the number behind g, its FIN included.
func (g *Segment) behind() Seq {
	if g.Flags&FIN != 0 {
		return g.end() + 1
	}
	return g.end()
}

// reports reports whether a SACK block of g has all from one number to another.
func (g *Segment) reports(from, to Seq) bool {
	for _, b := range g.SACK[:g.SACKs] {
		if !from.Before(Seq(b[0])) && to.AtOrBefore(Seq(b[1])) && from != to {
			return true
		}
	}
	return false
}

// has reports whether a receiver that reports all of direction d from one number to another may have it from segments that
// are stored: the last octet may be a FIN.
func (t *Tracker) has(c *Conn, d stream.Dir, from, to Seq) bool {
	s, off, end := &c.streams[d], c.offset(d, from), c.offset(d, to)
	return t.store.Has(s, off, end) || t.store.Has(s, off, end-1) && t.store.Queued(s) >= end
}

// take stores a segment of direction d that waited.
func (t *Tracker) take(c *Conn, d stream.Dir, g *Segment) {
	snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
	snd.next = snd.next.latest(g.end())
	t.stamp(c, d, g)
	if g.Ack.After(rcv.next) { // of what the capture lost
		rcv.next = g.Ack
		t.Counters.AckUnseen++
		if t.config.TrustAfterLoss {
			c.flags |= lossy
		}
	}
	if g.Ack.After(rcv.lastAck) {
		c.ack(d.Opposite(), g.Ack)
	}
	off := c.offset(d, g.Seq)
	if g.Flags&FIN == 0 {
		t.inserted(c, t.store.Insert(&c.streams[d], off, g.Payload))
		return
	}
	snd.flags |= finSent
	t.step(c, d, true, false)
	t.inserted(c, t.store.InsertLast(&c.streams[d], off, g.Payload))
}

// forget removes the i-th segment that waits.
func (t *Tracker) forget(c *Conn, d stream.Dir, i int) {
	e := t.extras.of(c)
	t.extras.bytes -= undecidedBytes + int64(len(e.undecided[d][i].Payload))
	e.undecided[d] = slices.Delete(e.undecided[d], i, i+1)
}

func (t *Tracker) forgetUndecided(c *Conn, d stream.Dir) {
	for e := t.extras.of(c); e != nil && len(e.undecided[d]) > 0; {
		t.forget(c, d, len(e.undecided[d])-1)
	}
	t.tellNoMore(c, d)
}

func (t *Tracker) tellNoMore(c *Conn, d stream.Dir) {
	if e := t.extras.of(c); e == nil || len(e.undecided[d]) == 0 {
		c.sides[d].flags &^= waiting
	}
}
