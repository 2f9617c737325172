package flow

import (
	"testing"
	"unsafe"
)

const slabBytes = int64(unsafe.Sizeof(slab[value]{}))

// room is enough memory for n slabs.
func room(n int64) int64 { return n*slabBytes + max(n*slabSize*8, segmentBytes) }

func TestMemoryLimit(t *testing.T) {
	var forced []int64 // start times
	table := NewTable(Config{Memory: room(3)}, func(_ Handle, e *Entry[value], r Reason) {
		if r == Forced {
			forced = append(forced, e.Start())
		}
		if !e.Emergency() {
			t.Error("ended by force, but not in an emergency")
		}
	})
	c := table.Counters()
	const capacity = 3*slabSize - 1
	for i := range capacity {
		if h, _, _ := lookup(table, tcp(i), base+int64(i)*1000); h == 0 {
			t.Fatalf("no memory after %d flows", i)
		}
	}
	if table.InEmergency() || c.Memcap != 0 || c.Memory > uint64(room(3)) {
		t.Fatalf("before the limit: emergency %v, counters %+v", table.InEmergency(), *c)
	}

	// All flows are younger than a second: none may be taken.
	if h, _, created := lookup(table, tcp(capacity), base+second/10); h != 0 || created {
		t.Errorf("Lookup = %v, %v at the limit", h, created)
	}
	if !table.InEmergency() || c.EmergencyEntered != 1 || c.Memcap != 1 || c.TakenNone != 1 || c.TakenRejected != tries {
		t.Errorf("emergency %v, counters %+v", table.InEmergency(), *c)
	}
	if h, _ := func() (Handle, Dir) { x := tcp(5); k := MakeKey(&x); return table.Find(&k, base+second/10) }(); h == 0 {
		t.Error("an old flow was lost")
	}

	// Two seconds later they are idle: each new flow takes the place of an old one.
	for i := range 100 {
		if h, _, _ := lookup(table, tcp(capacity+1+i), base+2*second); h == 0 {
			t.Fatal("no idle flow was taken")
		}
	}
	if len(forced) != 100 || c.Taken != 100 || c.EmergencyEntered != 1 || c.Active != capacity {
		t.Errorf("%d ended by force, counters %+v", len(forced), *c)
	}

	// The shorter timeout of the emergency empties the table, which ends it.
	table.Advance(base + 8*second)
	table.Advance(base + 10*second)
	if table.InEmergency() || c.EmergencyOver != 1 || c.Active > 100 {
		t.Errorf("emergency %v, counters %+v", table.InEmergency(), *c)
	}
	if h, _, _ := lookup(table, tcp(1), base+10*second); h == 0 {
		t.Error("no flow after the emergency")
	}
	table.enterEmergency() // for the check in the callback
	table.Close()
}

func TestNoMemoryAtAll(t *testing.T) {
	table := NewTable[value](Config{Memory: 1000}, nil)
	for i := range 10 {
		if h, _, created := lookup(table, tcp(i), base+int64(i)*100*second); h != 0 || created {
			t.Fatalf("Lookup = %v, %v", h, created)
		}
	}
	if c := table.Counters(); c.Memcap != 10 || c.Total != 0 {
		t.Errorf("counters %+v", *c)
	}
	table.Close()
}

// TestFlood fills a table many times over with flows of one packet each. The memory must stay within the limit.
func TestFlood(t *testing.T) {
	table := NewTable[value](Config{Memory: room(2)}, nil)
	for i := range 50_000 {
		lookup(table, tcp(i), base+int64(i)*second/100)
		if c := table.Counters(); c.Memory > uint64(room(2)) {
			t.Fatalf("%d bytes, want at most %d", c.Memory, room(2))
		}
	}
	c := table.Counters()
	if c.Total+c.Memcap != 50_000 || c.Memcap > 100 || c.Total != c.Recycled+c.Active {
		t.Errorf("counters %+v", *c)
	}
}
