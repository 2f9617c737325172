package flow

import (
	"math"
	"time"
)

const (
	// The hand goes around once in pass, in emergency mode once in urgentPass.
	pass       = 10 * int64(time.Second)
	urgentPass = int64(time.Second)

	// A packet whose time is further ahead than this must be confirmed by the next one.
	maxJump = int64(time.Hour)

	never = math.MaxInt64
)

// Clock is the time of a capture as a Table takes it from the packets: it never runs backwards, and one packet alone that
// is far ahead does not move it. The zero Clock has seen none.
type Clock struct {
	now   int64 // latest packet time
	ahead int64 // time of a packet that jumped ahead and is not confirmed; 0: none
}

// Now returns the time that the clock shows.
func (c *Clock) Now() int64 { return c.now }

// Advance takes the time of a packet.
func (c *Clock) Advance(now int64) {
	switch {
	case now <= c.now:
		c.ahead = 0
	case c.now == 0 || c.ahead != 0 || uint64(now)-uint64(c.now) <= uint64(maxJump):
		c.now, c.ahead = now, 0
	default:
		c.ahead = now
	}
}

// Follow sets the table's clock to c, unless that is behind: so several tables that share the packets of a capture have the same
// time as one table that gets them all. c has seen all packets before the one to come. Flows that have timed out are ended.
func (t *Table[V]) Follow(c Clock) {
	if c.now < t.clock.now || c.now == 0 {
		return
	}
	t.clock = c
	switch {
	case t.due == 0:
		t.due = c.now + pass
	case c.now >= t.due:
		t.sweep()
	}
}

// Advance tells the table the time when there are no packets. Flows that have timed out are ended.
func (t *Table[V]) Advance(now int64) { t.advance(now) }

// advance moves the table's clock to now and lets the hand follow. It returns the time to be used for the packet:
// now, or what the clock shows if that is later.
func (t *Table[V]) advance(now int64) int64 {
	if now <= t.clock.now {
		t.clock.ahead = 0
		return t.clock.now
	}
	if now >= t.due || t.clock.ahead != 0 {
		t.move(now)
	} else {
		t.clock.now = now
	}
	return now
}

// move is the slow part of advance: now is later than the clock shows, and the hand is due, which it is whenever the
// time jumps ahead.
func (t *Table[V]) move(now int64) {
	t.clock.Advance(now)
	switch {
	case t.due == 0: // the very first packet
		t.due = now + pass
	case t.clock.now >= t.due:
		t.sweep()
	}
}

// sweep moves the hand over as many slabs as are due, at most once around.
func (t *Table[V]) sweep() {
	n := len(t.slabs)
	around := pass
	if t.emergency {
		around = urgentPass
	}
	if n == 0 {
		t.due = t.clock.now + around
		return
	}
	step := max(around/int64(n), 1)
	for i := min((t.clock.now-t.due)/step, int64(n-1)); i >= 0; i-- {
		if t.deadlines[t.hand] <= t.clock.now {
			t.sweepSlab(t.hand)
		}
		t.hand++
		if t.hand == n {
			t.hand = 0
			t.counters.Passes++
			t.recover()
		}
	}
	t.due = t.clock.now + step
}

// sweepSlab ends the flows of a slab that have timed out, and finds out when the next one can.
func (t *Table[V]) sweepSlab(i int) {
	deadline := int64(never)
	s := t.slabs[i]
	for j := range s {
		e := &s[j]
		if e.flags&live == 0 {
			continue
		}
		t.counters.Checked++
		e.last = min(e.last, t.clock.now) // it is later after a jump that was not confirmed
		timeout := t.limits[e.flags&kindMask]
		if t.clock.now-e.last >= timeout {
			t.counters.TimedOut++
			t.counters.HandEvicted++
			t.sweeping = true
			t.end(Handle(i<<slabShift+j), e, Timeout)
			t.sweeping = false
			continue
		}
		t.counters.NotTimedOut++
		deadline = min(deadline, e.last+timeout)
	}
	t.deadlines[i] = deadline
}

// lowerDeadline makes the hand look at the slab of h in time for e to time out. Packets only ever put a timeout off,
// so this is needed for new flows and changes of state alone.
func (t *Table[V]) lowerDeadline(h Handle, e *Entry[V]) {
	d := &t.deadlines[h>>slabShift]
	*d = min(*d, min(e.last, t.clock.now)+t.limits[e.flags&kindMask])
}
