package tcp

import "github.com/reknit/reknit/stream"

// A current Linux receiver keeps one urgent pointer, the latest that lies beyond what it received before. When its
// application has read as far, it passes over the octet there; of a pointer that a later one replaced before that, nothing
// remains. Applications are taken to read at once what they can: no capture tells when they do.

// pointer is the urgent pointer of a direction.
type pointer struct {
	at  Seq // the octet
	set bool
}

// keepsPointer reports whether urgent octets of direction d are taken out when the receiver comes upon them.
func (t *Tracker) keepsPointer(c *Conn, d stream.Dir) bool {
	return t.config.Urgent == UrgentApart && c.policy(d) == stream.Linux6 && !t.store.Immediate() && t.LeftOut(c, d) < maxUrgent
}

// point takes the urgent pointer of g. It reports false when there is no memory for it.
func (t *Tracker) point(c *Conn, d stream.Dir, g *Segment) bool {
	at, _ := t.urgentOctet(c, d, g)
	e := t.extras.of(c)
	switch {
	case !t.pointsAhead(c, d, g): // too late
		return true
	case e != nil && e.pointers[d].set && !at.After(e.pointers[d].at):
		return true
	case e == nil:
		if e = t.extra(c, 0); e == nil {
			return false
		}
	}
	e.pointers[d] = pointer{at, true}
	c.sides[d].flags |= pointed
	return true
}

// pointsAhead reports whether the urgent octet of g is still to come to the receiver.
func (t *Tracker) pointsAhead(c *Conn, d stream.Dir, g *Segment) bool {
	at, _ := t.urgentOctet(c, d, g)
	return !at.Before(c.awaited(d))
}

// passPointer takes the urgent octet of direction d out of the stream when nothing is missing before it any more.
func (t *Tracker) passPointer(c *Conn, d stream.Dir) {
	e := t.extras.of(c)
	p := &e.pointers[d]
	if !p.set || !c.awaited(d).After(p.at) {
		return
	}
	p.set = false
	if t.store.Excise(&c.streams[d], c.offset(d, p.at)) {
		c.sides[d].isn++ // offsets behind it are one less
		e.urgent[d].left++
		t.Counters.UrgentApart++
	}
}
