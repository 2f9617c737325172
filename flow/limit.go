package flow

import "time"

// tries is the number of entries that takeIdle looks at.
const tries = 32

// recent is how long ago the last packet of a flow must be for its place to be taken, by state.
var recent = [numStates]int64{
	New:             int64(time.Second),
	Established:     int64(5 * time.Second),
	Closed:          int64(3 * time.Second),
	LocalBypassed:   int64(30 * time.Second),
	CaptureBypassed: int64(30 * time.Second),
}

// takeIdle frees an entry by ending a flow: the one that has been idle for longest of the next few, if it was not
// active just now. It begins emergency mode.
func (t *Table[V]) takeIdle() bool {
	if t.used <= 1 {
		return false // not even memory for a first slab
	}
	t.enterEmergency()
	var found Handle
	oldest := t.clock.now
	for range min(tries, t.used-1) {
		t.taking++
		if t.taking >= t.used {
			t.taking = 1
		}
		t.counters.TakenLooked++
		e := t.Entry(Handle(t.taking))
		if t.clock.now-e.last <= recent[e.State()] {
			t.counters.TakenRejected++
		} else if e.last < oldest {
			found, oldest = Handle(t.taking), e.last
		}
	}
	if found == 0 {
		t.counters.TakenNone++
		return false
	}
	t.counters.Taken++
	t.end(found, t.Entry(found), Forced)
	return true
}

func (t *Table[V]) enterEmergency() {
	if t.emergency {
		return
	}
	t.emergency = true
	t.counters.EmergencyEntered++
	t.limits = &t.urgent
	for i := range t.deadlines {
		t.deadlines[i] = t.clock.now // they were made with longer timeouts
	}
	t.hand = 0
	t.due = t.clock.now
}

// recover ends emergency mode when enough is free. It is called at the end of each pass.
func (t *Table[V]) recover() {
	if !t.emergency {
		return
	}
	capacity := uint64(len(t.slabs)) * slabSize
	if (capacity-t.counters.Active)*100 < capacity*t.recovery {
		return
	}
	t.emergency = false
	t.counters.EmergencyOver++
	t.limits = &t.normal
}
