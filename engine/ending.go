package engine

import (
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// endings counts how flows ended, and how much was left to do for them.
type endings struct {
	states [tcp.Closed + 1]uint64 // of their connections

	Liberal uint64 `stat:"flow.end.tcp_liberal"` // connections that had lost bytes

	// Flows with bytes or transactions that nobody was told of: found out by a packet with their addresses, or by the hand.
	MetUnfinished  uint64 `stat:"flow.wrk.flows_evicted_needs_work"`
	HandUnfinished uint64 `stat:"flow.mgr.flows_evicted_needs_work"`
	Unfinished     uint64 `stat:"flow.wrk.flows_evicted_pkt_inject"` // directions in which such flows were ended
	Injected       uint64 `stat:"flow.wrk.flows_injected"`           // flows that the hand left to the worker, which is the same here
	InjectedMax    uint64 `stat:"flow.wrk.flows_injected_max,max"`   // … between two packets

	between uint64 // flows injected since the packet before
	packet  uint64 // number of that packet
}

// Each calls yield for the count of each state.
func (c *endings) eachState(yield func(name string, value uint64)) {
	for s, n := range c.states {
		if s != 1 { // there is no state of that number: nobody listens
			yield("flow.end.tcp_state."+tcp.State(s).String(), n)
		}
	}
}

// connectionStates names the counters of the states in which connections ended.
type connectionStates struct{ of *endings }

// Each calls yield for each counter.
func (c connectionStates) Each(yield func(name string, value uint64)) { c.of.eachState(yield) }

// ending counts the end of flow e, before anything is done about it; left tells what is left.
func (w *Worker) ending(e *flow.Entry[flowState], why flow.Reason, left [2]bool, number uint64) {
	v, n := &e.Value, &w.endings
	if e.Key().Protocol() != protocolTCP {
		return
	}
	switch {
	case v.opening.IsOpen():
		n.states[tcp.SynSent]++
		w.tracker.Forget(&v.opening)
	case v.conn != 0:
		c := w.conns.at(v.conn)
		n.states[c.State()]++
		if c.Lossy() {
			n.Liberal++
		}
	}
	if why != flow.Timeout {
		return
	}
	if left == ([2]bool{}) {
		return
	}
	for _, some := range left {
		if some {
			n.Unfinished++
		}
	}
	if !w.flows.Sweeping() {
		n.MetUnfinished++
		return
	}
	n.HandUnfinished++
	n.Injected++
	if number != n.packet {
		n.packet, n.between = number, 0
	}
	n.between++
	n.InjectedMax = max(n.InjectedMax, n.between)
}

// unfinished returns in which directions of a TCP flow something is left to be told: bytes, or transactions.
func (w *Worker) unfinished(e *flow.Entry[flowState]) (left [2]bool) {
	v := &e.Value
	if v.conn == 0 || e.Key().Protocol() != protocolTCP || e.Mark&(dropped|bypassed) != 0 {
		return left
	}
	c := w.conns.at(v.conn)
	if s := c.State(); s >= tcp.Established && s < tcp.Closed || v.session != 0 && w.config.Streams == nil && w.sessions.at(v.session).Busy() {
		return [2]bool{true, true}
	}
	for d := stream.ToServer; d <= stream.ToClient; d++ {
		s := c.Stream(d)
		at, inspected := s.Raw()
		left[d] = s.App() < s.Edge() || inspected && at < s.Edge() || w.framesLeft(v, d)
	}
	return left
}
