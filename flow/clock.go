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

// Advance tells the table the time when there are no packets. Flows that have timed out are ended.
func (t *Table[V]) Advance(now int64) { t.advance(now) }

// advance moves the table's clock to now and lets the hand follow. It returns the time to be used for the packet:
// now, or what the clock shows if that is later.
func (t *Table[V]) advance(now int64) int64 {
	if now <= t.now {
		t.ahead = 0
		return t.now
	}
	if now >= t.due || t.ahead != 0 {
		t.move(now)
	} else {
		t.now = now
	}
	return now
}

// move is the slow part of advance: now is later than the clock shows, and the hand is due, which it is whenever the
// time jumps ahead.
func (t *Table[V]) move(now int64) {
	switch {
	case t.due == 0: // the very first packet
		t.now, t.due = now, now+pass
		return
	case uint64(now)-uint64(t.now) <= uint64(maxJump):
		t.ahead = 0
	case t.ahead == 0:
		t.ahead = now // one packet alone does not move the clock
		return
	default:
		t.ahead = 0
	}
	t.now = now
	if now >= t.due {
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
		t.due = t.now + around
		return
	}
	step := max(around/int64(n), 1)
	for i := min((t.now-t.due)/step, int64(n-1)); i >= 0; i-- {
		if t.deadlines[t.hand] <= t.now {
			t.sweepSlab(t.hand)
		}
		t.hand++
		if t.hand == n {
			t.hand = 0
			t.counters.Passes++
			t.recover()
		}
	}
	t.due = t.now + step
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
		e.last = min(e.last, t.now) // it is later after a jump that was not confirmed
		timeout := t.limits[e.flags&kindMask]
		if t.now-e.last >= timeout {
			t.counters.TimedOut++
			t.counters.HandEvicted++
			t.end(Handle(i<<slabShift+j), e, Timeout)
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
	*d = min(*d, min(e.last, t.now)+t.limits[e.flags&kindMask])
}
