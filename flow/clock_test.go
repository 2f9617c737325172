package flow

import (
	"slices"
	"testing"
	"time"
)

// port makes the tuple of a flow that the record of ends knows by its client's port.
func port(p uint16, protocol uint8) Tuple {
	x := tcp(0)
	x.SrcPort, x.Protocol = p, protocol
	return x
}

func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		name      string
		protocol  uint8
		state     State
		config    Config
		emergency bool
		want      time.Duration
	}{
		{"tcp new", 6, New, Config{}, false, 60 * time.Second},
		{"tcp established", 6, Established, Config{}, false, 600 * time.Second},
		{"tcp closed", 6, Closed, Config{}, false, 60 * time.Second},
		{"tcp bypassed", 6, LocalBypassed, Config{}, false, 100 * time.Second},
		{"udp new", 17, New, Config{}, false, 30 * time.Second},
		{"udp established", 17, Established, Config{}, false, 300 * time.Second},
		{"icmp new", 1, New, Config{}, false, 30 * time.Second},
		{"icmpv6 established", 58, Established, Config{}, false, 300 * time.Second},
		{"other bypassed", 47, CaptureBypassed, Config{}, false, 100 * time.Second},
		{"other closed", 47, Closed, Config{}, false, 0},
		{"tcp new, emergency", 6, New, Config{}, true, 5 * time.Second},
		{"tcp established, emergency", 6, Established, Config{}, true, 100 * time.Second},
		{"udp new, emergency", 17, New, Config{}, true, 10 * time.Second},
		{"configured", 6, New, Config{Timeouts: Timeouts{TCP: StateTimeouts{New: 7 * time.Second}}}, false, 7 * time.Second},
		{"at once", 6, New, Config{Timeouts: Timeouts{TCP: StateTimeouts{New: -1}}}, false, 0},
		{
			"emergency larger than normal", 6, New,
			Config{Emergency: Timeouts{TCP: StateTimeouts{New: 61 * time.Second}}}, true, 6 * time.Second,
		},
	} {
		for _, found := range []bool{true, false} { // by a packet of the flow, or by the hand
			for _, late := range []time.Duration{-1, 0} {
				var x ended
				table := NewTable(c.config, x.end)
				if c.emergency {
					lookup(table, port(9, 6), base)
					table.enterEmergency()
				}
				h, _, _ := lookup(table, port(1, c.protocol), base)
				table.SetState(h, c.state)
				at := base + int64(c.want+late)
				if at < base {
					continue
				}
				gone := false
				if found {
					_, _, gone = lookup(table, port(1, c.protocol), at)
				} else {
					table.due = at // the hand is due in this moment
					table.Advance(max(at, base+1))
					gone = slices.Contains(x.ports, 1)
				}
				if want := late == 0; gone != want {
					t.Errorf("%s, found %v: after %v it has ended: %v, want %v", c.name, found, c.want+late, gone, want)
				}
				if i := slices.Index(x.ports, 1); gone && (i < 0 || x.reasons[i] != Timeout) {
					t.Errorf("%s: ends %v, reasons %v", c.name, x.ports, x.reasons)
				}
			}
		}
	}
}

// TestHandIsInTime keeps many flows idle while packets of one flow make the time go on: each must end within ten
// seconds of its timeout.
func TestHandIsInTime(t *testing.T) {
	for _, step := range []int64{second / 10, second, 9 * second} {
		now := base
		ends := map[uint16]int64{}
		table := NewTable(Config{}, func(_ Handle, e *Entry[value], _ Reason) {
			if x := e.Key().Tuple(); x.Protocol == 17 {
				ends[x.SrcPort] = now
			}
		})
		const flows = 5000
		for i := range flows {
			lookup(table, port(uint16(i), 17), base+int64(i)*second/1000)
		}
		for now = base + 6*second; now < base+60*second; now += step {
			lookup(table, port(1, 6), now)
		}
		for i := range flows {
			deadline := base + int64(i)*second/1000 + 30*second
			if end, ok := ends[uint16(i)]; !ok || end < deadline || end > deadline+10*second+step {
				t.Fatalf("step %v: flow %d ended %v s after its timeout (ended: %v)", step, i, float64(end-deadline)/1e9, ok)
			}
		}
		if n := table.Counters().Active; n != 1 {
			t.Errorf("step %v: %d flows are left, want 1", step, n)
		}
	}
}

// TestLazyDeadline checks that a flow kept alive by packets does not end, and ends in time when they stop.
func TestLazyDeadline(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	lookup(table, port(1, 17), base)
	for s := range int64(100) {
		if _, _, created := lookup(table, port(1, 17), base+s*20*second); created {
			t.Fatalf("it ended after %d s, with a packet every 20 s", s*20)
		}
	}
	last := base + 99*20*second
	table.Advance(last + 29*second)
	if len(x.ports) != 0 {
		t.Fatal("it ended too early")
	}
	table.Advance(last + 40*second)
	if len(x.ports) != 1 {
		t.Fatal("it has not ended")
	}
}

// TestStateShortens checks that a flow that is closed ends by the shorter timeout, though its slab was looked at with
// the longer one in mind.
func TestStateShortens(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	h, _, _ := lookup(table, port(1, 6), base)
	table.SetState(h, Established)
	table.Advance(base + 500*second)
	h, _, _ = lookup(table, port(1, 6), base+500*second)
	table.SetState(h, Closed)
	table.Advance(base + 559*second)
	if len(x.ports) != 0 {
		t.Fatal("it ended too early")
	}
	table.Advance(base + 570*second)
	if len(x.ports) != 1 {
		t.Fatal("it has not ended")
	}
}

func TestBackwards(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	lookup(table, port(1, 17), base)
	h, _, _ := lookup(table, port(2, 17), base-1000*second)
	if e := table.Entry(h); e.Start() != base || e.Last() != base {
		t.Errorf("start %d, last %d, want both %d", e.Start(), e.Last(), base)
	}
	if table.Now() != base || len(x.ports) != 0 {
		t.Errorf("the clock shows %d, ended %v", table.Now(), x.ports)
	}
}

func TestJump(t *testing.T) {
	const jump = 3 * 3600 * second
	for _, c := range []struct {
		name    string
		times   []int64 // of packets of flow 2, after one of flow 1 at base
		expired bool    // flow 1
		flows   uint64  // made for flow 2
	}{
		{"not confirmed", []int64{base + jump}, false, 1},
		{"confirmed", []int64{base + jump, base + jump}, true, 1},
		{"confirmed by one even later", []int64{base + jump, base + 2*jump}, true, 2},
		{"refuted", []int64{base + jump, base + 1, base + jump}, false, 1},
		{"refuted at the same time", []int64{base + jump, base, base + jump}, false, 1},
		{"small enough", []int64{base + 3600*second}, true, 1},
	} {
		var x ended
		table := NewTable(Config{}, x.end)
		lookup(table, port(1, 6), base)
		for _, at := range c.times {
			h, _, _ := lookup(table, port(2, 17), at)
			if e := table.Entry(h); e.Last() != at {
				t.Errorf("%s: last %d, want the packet's time %d", c.name, e.Last(), at)
			}
		}
		if got := slices.Contains(x.ports, 1); got != c.expired {
			t.Errorf("%s: expired %v, want %v", c.name, got, c.expired)
		}
		if n := table.Counters().UDP; n != c.flows {
			t.Errorf("%s: %d flows, want %d", c.name, n, c.flows)
		}
	}
}

// TestLoneFutureEnds checks that a flow of a packet whose time was wrong does not stay for ever.
func TestLoneFutureEnds(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	lookup(table, port(1, 6), base)
	lookup(table, port(2, 17), base+1000*3600*second)
	for s := range int64(80) {
		lookup(table, port(1, 6), base+s*second)
	}
	if !slices.Contains(x.ports, 2) {
		t.Error("it is still there")
	}
}

// TestIdlePassesAreCheap gives a table that once held many flows a packet every ten seconds: a pass must not look at
// every entry.
func TestIdlePassesAreCheap(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	for i := range 200_000 {
		x := tcp(i)
		x.Protocol = 17
		lookup(table, x, base)
	}
	for s := range int64(1000) {
		lookup(table, port(1, 6), base+60*second+s*10*second)
	}
	c := table.Counters()
	if c.Active != 1 {
		t.Errorf("%d flows are left, want 1", c.Active)
	}
	if c.Passes < 900 || c.Checked > 400_000 {
		t.Errorf("%d passes looked at %d flows", c.Passes, c.Checked)
	}
}
