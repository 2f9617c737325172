package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/packet"
)

// Exception is what is done about traffic that cannot be followed or parsed.
type Exception uint8

const (
	Ignore     Exception = iota // nothing
	PassPacket                  // the packet is not inspected by rules
	PassFlow                    // nor is the rest of its flow, which is parsed all the same
	BypassFlow                  // the rest of the flow is only counted
	DropPacket
	DropFlow   // the packet, and all that follow
	Reject     // the same, and its sender is told, where packets can be dropped; otherwise nothing
	RejectBoth // both ends are told
	numExceptions
)

var exceptionNames = [numExceptions]string{"ignore", "pass_packet", "pass_flow", "bypass", "drop_packet", "drop_flow",
	"reject", "rejectboth"}

// String is the name in EVE.
func (e Exception) String() string {
	if e < numExceptions {
		return exceptionNames[e]
	}
	return "unknown"
}

// Exceptions are the policies for what can go wrong. The zero value ignores everything.
type Exceptions struct {
	Connection Exception // there is no memory for another connection
	Midstream  Exception // a segment belongs to no connection that is followed
	Data       Exception // the payload of a segment could not be stored
	Flow       Exception // there is no memory for another flow; the values for flows are not possible
	Fragment   Exception // there is no memory for another fragment; the values for flows are not possible
	Parser     Exception // a parser gave up
	// Overload is for packets of a Live source whose worker cannot keep up: they are dropped, or pass unseen; the values for
	// flows are those for the packet.
	Overload Exception
	// PerProtocol counts what was done about parsers for each protocol, too.
	PerProtocol bool
	// Uncounted leaves out the counters exception_policy.… of what was done.
	Uncounted bool
}

// target is what an exception is about.
type target uint8

const (
	noFragment target = iota // in the order of EVE
	noConnection
	noData
	noFlow
	noSession
	parserError
	numTargets
)

// targets says how each target is named, what a drop for it is put down to, and which mark a flow has that met it.
var targets = [numTargets]struct {
	name, counter string
	why           reason
	mark          uint16 // 0: the packet has no flow
}{
	noFragment:   {"defrag_memcap", "exception_policy.defrag.memcap.", dropFragment, 0},
	noConnection: {"stream_memcap", "exception_policy.tcp.ssn_memcap.", dropConnection, metNoConnection},
	noData:       {"stream_reassembly_memcap", "exception_policy.tcp.reassembly.", dropData, metNoData},
	noFlow:       {"flow_memcap", "exception_policy.flow.memcap.", dropNoFlow, 0},
	noSession:    {"stream_midstream", "exception_policy.tcp.midstream.", dropMidstream, metNoSession},
	parserError:  {"app_layer_error", "exception_policy.app_layer.error.", dropParser, metParserError},
}

func (e *Exceptions) of(t target) Exception {
	switch t {
	case noFragment:
		return e.Fragment
	case noConnection:
		return e.Connection
	case noData:
		return e.Data
	case noFlow:
		return e.Flow
	case noSession:
		return e.Midstream
	}
	return e.Parser
}

// except does what the policy for t says, and returns it.
func (w *Worker) except(t target) Exception {
	policy := w.config.Exceptions.of(t)
	w.exceptions.count[t][policy]++
	e := w.entry
	if e != nil {
		e.Mark |= targets[t].mark
	}
	switch policy {
	case Reject, RejectBoth:
		if !w.config.Prevent {
			return policy
		}
		w.rejected = policy
		w.dropFlow(targets[t].why)
	case DropFlow:
		w.dropFlow(targets[t].why)
	case DropPacket:
		w.prevent(targets[t].why)
		w.spared = true
	case PassPacket:
		w.spared = true
	case BypassFlow:
		if e != nil {
			e.Mark |= bypassed | passed
		}
	case PassFlow:
		if e != nil {
			e.Mark |= passed
		}
	}
	return policy
}

// dropFlow gives up the flow for an exception. Where nothing can be dropped, its connection is still followed, and not
// parsed.
func (w *Worker) dropFlow(why reason) {
	w.prevent(why)
	if w.entry == nil {
		return
	}
	w.entry.Mark |= condemned | muted
	if w.config.Prevent {
		w.entry.Mark |= dropped
	}
}

// prevent drops the packet, where packets can be dropped.
func (w *Worker) prevent(why reason) {
	if w.config.Prevent && w.packet != nil {
		w.drop(why)
	}
}

// exceptionOfParser acts on the end of a parser.
func (w *Worker) exceptionOfParser(err *app.Error) {
	policy := w.except(parserError)
	if w.config.Exceptions.PerProtocol && policy != Ignore {
		if w.exceptions.parsers == nil {
			w.exceptions.parsers = make(map[string]uint64)
		}
		w.exceptions.parsers[err.Protocol]++
	}
}

// enters decides about a segment that belongs to no connection whether it goes on to the tracker.
func (w *Worker) enters(p *packet.Packet) bool {
	g, v := &w.segment, &w.entry.Value
	begins := v.opening.IsOpen() // it becomes a connection
	if !begins && isMidstream(g.Flags) {
		policy := w.except(noSession)
		g.NoPickup = policy != Ignore && policy != PassFlow
		begins = !g.NoPickup && (w.config.TCP.Midstream || w.config.TCP.AsyncOneSide)
		if w.entry.Mark&(dropped|bypassed) != 0 {
			w.settle()
			return false
		}
	} else if !begins {
		begins = beginsConnection(g.Flags)
	}
	if begins && w.crowded(p) {
		w.counters.ConnectionsRefused++
		w.except(noConnection)
		w.settle()
		return false
	}
	return true
}

// crowded reports whether there is no memory for another connection.
func (w *Worker) crowded(p *packet.Packet) bool {
	if f := w.config.Faults.Connection; f != 0 && f == p.Number {
		return true
	}
	limit := w.config.ConnectionMemory
	return limit > 0 && w.conns.memory()+uint64(w.tracker.MemoryUse()) >= uint64(limit)
}

// exceptions counts what was done about exceptions.
type exceptions struct {
	config  *Config
	count   [numTargets][numExceptions]uint64
	parsers map[string]uint64 // by protocol, with Exceptions.PerProtocol
}

// possible reports whether a policy makes sense for a target: counters of others are not written.
func (c *Config) possible(t target, e Exception) bool {
	switch {
	case e == Ignore:
		return false
	case t == noSession && c.TCP.Midstream:
		return e == PassFlow
	case t == noSession && (e == PassPacket || e == DropPacket):
		return false
	case targets[t].mark == 0 && (e == PassFlow || e == DropFlow || e == BypassFlow):
		return false
	}
	return c.Prevent || e != DropFlow && e != DropPacket
}

// Each calls yield for each counter.
func (x *exceptions) Each(yield func(name string, value uint64)) {
	for t := target(0); t < numTargets && !x.config.Exceptions.Uncounted; t++ {
		if x.config.Exceptions.of(t) == Ignore {
			continue
		}
		for e := range numExceptions {
			if x.config.possible(t, e) {
				yield(targets[t].counter+e.String(), x.count[t][e])
			}
		}
	}
	for protocol, n := range x.parsers {
		for e := range numExceptions {
			if !x.config.possible(parserError, e) {
				continue
			}
			value := n
			if e != x.config.Exceptions.Parser {
				value = 0
			}
			yield("app_layer.error."+protocol+".exception_policy."+e.String(), value)
		}
	}
}
