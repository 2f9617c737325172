package flow

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// modelFlow is a flow in the slow and obvious version of a Table.
type modelFlow struct {
	handle      Handle
	client      Tuple
	state       State
	start, last int64
	packets     [2]uint32
}

// unordered makes the tuples of both directions equal.
func unordered(t Tuple) Tuple {
	if r := reply(t); string(t.Src[:]) > string(r.Src[:]) || t.Src == r.Src && t.SrcPort > r.SrcPort {
		return r
	}
	return t
}

// TestModel compares a Table with a map, over random packets, ends, state changes and pauses. The hand may end a flow
// a little late, so flows that have timed out are only compared when they are looked up.
func TestModel(t *testing.T) {
	timeouts := map[State]time.Duration{New: 60e9, Established: 600e9, Closed: 60e9, LocalBypassed: 100e9, CaptureBypassed: 100e9}
	rapid.Check(t, func(t *rapid.T) {
		model := map[Tuple]*modelFlow{}
		now := base
		table := NewTable(Config{}, func(h Handle, e *Entry[value], r Reason) {
			k := unordered(e.Key().Tuple())
			m := model[k]
			if m == nil || m.handle != h || m.state != e.State() || m.start != e.Start() || m.last != e.Last() {
				t.Fatalf("ended %+v, the model has %+v", e, m)
			}
			if late := now-m.last >= int64(timeouts[m.state]); r == Timeout && !late {
				t.Fatalf("timed out after %v", time.Duration(now-m.last))
			}
			delete(model, k)
		})
		tuple := rapid.Custom(func(t *rapid.T) Tuple {
			x := tcp(rapid.IntRange(0, 40).Draw(t, "client"))
			x.VLAN[0] = uint16(rapid.IntRange(0, 1).Draw(t, "vlan"))
			if rapid.Bool().Draw(t, "reply") {
				x = reply(x)
			}
			return x
		})
		any := func() *modelFlow {
			var all []*modelFlow
			for _, m := range model {
				all = append(all, m)
			}
			if len(all) == 0 {
				t.Skip("no flow")
			}
			least := all[0]
			for _, m := range all {
				if m.handle < least.handle {
					least = m
				}
			}
			return least
		}
		t.Repeat(map[string]func(*rapid.T){
			"packet": func(t *rapid.T) {
				x := tuple.Draw(t, "tuple")
				m := model[unordered(x)]
				if m != nil && now-m.last >= int64(timeouts[m.state]) {
					m = nil // the end callback takes it from the model
				}
				k := MakeKey(&x)
				h, d, created := table.Lookup(&k, now)
				if m == nil {
					if !created || d != ToServer {
						t.Fatalf("Lookup = %v, %v, %v for a new flow", h, d, created)
					}
					m = &modelFlow{handle: h, client: x, start: now}
					model[unordered(x)] = m
				} else if created || h != m.handle || (d == ToServer) != (x == m.client) {
					t.Fatalf("Lookup = %v, %v, %v, the model has %+v", h, d, created, m)
				}
				m.last = now
				m.packets[d]++
				e := table.Entry(h)
				e.Count(d, 1)
				if e.packets != m.packets {
					t.Fatalf("%v packets, want %v", e.packets, m.packets)
				}
			},
			"pause": func(t *rapid.T) {
				now += rapid.SampledFrom([]int64{1, second, 20 * second, 70 * second, 500 * second}).Draw(t, "pause")
			},
			"tick": func(t *rapid.T) { table.Advance(now) },
			"end":  func(t *rapid.T) { table.End(any().handle, Forced) },
			"state": func(t *rapid.T) {
				m := any()
				m.state = State(rapid.IntRange(0, int(numStates)-1).Draw(t, "state"))
				table.SetState(m.handle, m.state)
			},
			"reverse": func(t *rapid.T) {
				m := any()
				table.Entry(m.handle).Reverse()
				m.client = reply(m.client)
				m.packets[0], m.packets[1] = m.packets[1], m.packets[0]
			},
			"": func(t *rapid.T) {
				if n := table.Counters().Active; n != uint64(len(model)) {
					t.Fatalf("%d flows, the model has %d", n, len(model))
				}
			},
		})
		left := maps.Clone(model)
		table.Close()
		if len(model) != 0 {
			t.Fatalf("Close left %d of %d flows", len(model), len(left))
		}
	})
}
