package tcp

import (
	"fmt"
	"slices"

	"github.com/reknit/reknit/stream"
)

// Urgent says what becomes of urgent octets (RFC 9293, section 3.8.5), which most systems give to the application apart
// from the stream.
type Urgent uint8

const (
	UrgentInline  Urgent = iota // they are part of the stream
	UrgentApart                 // they are left out, and no hole remains
	UrgentGap                   // they are lost
	UrgentRefused               // inline, their segments are rejected; otherwise they are part of the stream
)

var urgentNames = [...]string{"inline", "oob", "gap", "drop"}

func (u Urgent) String() string { return urgentNames[u] }

// ParseUrgent returns what the configuration calls by a name.
func ParseUrgent(name string) (Urgent, error) {
	if i := slices.Index(urgentNames[:], name); i >= 0 {
		return Urgent(i), nil
	}
	return 0, fmt.Errorf("no policy for urgent data is called %q", name)
}

// maxUrgent is how many octets of a direction are left out.
const maxUrgent = 1<<16 - 1

// urgent is what is known about the urgent octets of a direction.
type urgent struct {
	left    int    // octets that were left out
	waiting [8]Seq // of them, those that something is missing before, in order; offsets behind one are one less for it
	n       uint8  // of waiting
	passed  bool
	last    Seq // with passed: the last octet left out that nothing is missing before; the side's isn counts it
}

// LeftOut returns how many urgent octets of direction d are not in the stream.
func (t *Tracker) LeftOut(c *Conn, d stream.Dir) int {
	if e := t.extras.of(c); e != nil {
		return e.urgent[d].left
	}
	return 0
}

// refusesUrgent reports whether g is rejected because it is urgent.
func (t *Tracker) refusesUrgent(c *Conn, d stream.Dir, g *Segment) bool {
	if g.Flags&URG == 0 || !t.store.Config().Inline {
		return false
	}
	if t.config.Urgent == UrgentApart && t.config.UrgentLimit == UrgentRefused && t.LeftOut(c, d) >= maxUrgent {
		if _, is := t.urgentOctet(c, d, g); is {
			t.raise(UrgentLimitReached)
			return true
		}
	}
	return t.config.Urgent == UrgentRefused
}

// urgentOctet returns the number of the octet that g makes urgent. Current Linux kernels take the one before the pointer, with
// the pointer 0 the first one of the segment; for the others it is, as in Suricata, the last one of the segment.
func (t *Tracker) urgentOctet(c *Conn, d stream.Dir, g *Segment) (u Seq, is bool) {
	if g.Flags&URG == 0 {
		return 0, false
	}
	if c.policy(d) == stream.Linux6 {
		return g.Seq.Add(max(0, int(g.Urgent)-1)), true
	}
	return g.end() - 1, g.Urgent >= 1 && int(g.Urgent) <= g.size()
}

// urge does with the urgent octet of g what the policy says. lose reports whether u is to be taken from the payload with
// its place left open.
func (t *Tracker) urge(c *Conn, d stream.Dir, g *Segment) (u Seq, lose bool) {
	u, is := t.urgentOctet(c, d, g)
	policy := t.config.Urgent
	if !is || policy == UrgentInline || policy == UrgentRefused {
		return u, false
	}
	if policy == UrgentApart {
		if c.offset(d, u) < c.received(d) || t.isLeftOut(c, d, u) {
			return u, false // too late, or known
		}
		if t.LeftOut(c, d) < maxUrgent {
			return u, !t.leaveOut(c, d, u)
		}
		t.raise(UrgentLimitReached)
		policy = t.config.UrgentLimit
	}
	return u, policy == UrgentGap
}

// isLeftOut reports whether u is left out, or can no longer be.
func (t *Tracker) isLeftOut(c *Conn, d stream.Dir, u Seq) bool {
	e := t.extras.of(c)
	if e == nil {
		return false
	}
	s := &e.urgent[d]
	if s.n > 0 && c.policy(d) == stream.Linux6 && u.Before(s.waiting[s.n-1]) {
		return true // an older pointer says nothing
	}
	return s.passed && u.AtOrBefore(s.last) || slices.Contains(s.waiting[:s.n], u)
}

// leaveOut notes that u is left out. It cannot be when something behind it is stored, as that has its place.
func (t *Tracker) leaveOut(c *Conn, d stream.Dir, u Seq) bool {
	e := t.extras.of(c)
	if e == nil {
		if e = t.extra(c, 0); e == nil {
			return false
		}
	}
	s, st := &e.urgent[d], &c.streams[d]
	if s.n > 0 && c.policy(d) == stream.Linux6 && st.Edge() <= t.offset(c, d, s.waiting[s.n-1]) && u.After(s.waiting[s.n-1]) {
		s.n-- // a newer pointer takes the place of one that nobody came to
		s.left--
		t.Counters.UrgentApart--
	}
	if int(s.n) == len(s.waiting) || st.Edge() > t.offset(c, d, u) || s.n > 0 && u.Before(s.waiting[s.n-1]) {
		return false
	}
	s.waiting[s.n] = u
	s.n++
	s.left++
	t.Counters.UrgentApart++
	c.flags |= leftOut
	return true
}

// offset returns the stream offset of seq in direction d, as Conn.offset does, when urgent octets are left out.
func (t *Tracker) offset(c *Conn, d stream.Dir, seq Seq) int64 {
	off := c.offset(d, seq)
	if c.flags&leftOut == 0 {
		return off
	}
	s := &t.extras.of(c).urgent[d]
	for _, u := range s.waiting[:s.n] {
		if u.Before(seq) {
			off--
		}
	}
	return off
}

// putAround stores the payload of g without the octets that are left out, and without the one at hole when lose is set.
func (t *Tracker) putAround(c *Conn, d stream.Dir, g *Segment, hole Seq, lose bool, r stream.Reader) (did stream.Inserted) {
	seq, data := g.Seq, g.Payload
	if c.flags&leftOut != 0 {
		s := &t.extras.of(c).urgent[d]
		if s.passed && seq.AtOrBefore(s.last) { // all before it was received
			n := min(int(s.last-seq)+1, len(data))
			seq, data = seq.Add(n), data[n:]
		}
	}
	for len(data) > 0 {
		cut, found := t.cut(c, d, seq, len(data), hole, lose)
		n := len(data)
		if found {
			n = int(cut - seq)
		}
		if n > 0 {
			did |= t.put(c, d, t.offset(c, d, seq), data[:n], r)
		}
		if found {
			n++
		}
		seq, data = seq.Add(n), data[n:]
	}
	if c.flags&leftOut != 0 {
		t.pass(c, d)
	}
	if t.store.Immediate() {
		t.store.Deliver(&c.streams, d, r)
	}
	return did
}

// cut returns the first of n octets from seq on that is not to be stored.
func (t *Tracker) cut(c *Conn, d stream.Dir, seq Seq, n int, hole Seq, lose bool) (cut Seq, found bool) {
	first := n
	if lose && int(hole-seq) < first {
		first = int(hole - seq)
	}
	if c.flags&leftOut != 0 {
		s := &t.extras.of(c).urgent[d]
		for _, u := range s.waiting[:s.n] {
			first = min(first, int(u-seq))
		}
	}
	return seq.Add(first), first < n
}

// pass counts urgent octets that nothing is missing before any more in the initial number: what follows them has
// offsets that are one less.
func (t *Tracker) pass(c *Conn, d stream.Dir) {
	s := &t.extras.of(c).urgent[d]
	for s.n > 0 && c.streams[d].Contiguous() >= c.offset(d, s.waiting[0]) {
		if !c.sides[d].next.After(s.waiting[0]) { // not sent yet
			return
		}
		s.last, s.passed = s.waiting[0], true
		copy(s.waiting[:], s.waiting[1:])
		s.n--
		c.sides[d].isn++
	}
}
