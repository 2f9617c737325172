package detect

import (
	"slices"
	"sync/atomic"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/mpm"
	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

type tcpEvent = tcp.Event

// Worker evaluates a Set for one worker of the engine.
type Worker struct {
	live      *Live
	set       *Set
	has       atomic.Pointer[Set] // the same, for others
	inside    bool                // something of a packet, or of the end of a flow, was looked at, and it has not ended
	ahead     bool                // of a packet, before it has a flow
	desk      engine.Desk
	flows     map[uint32]*kept
	evaluator payload.Evaluator

	transformer rule.Transformer
	decoded     []byte
	address     [16]byte // that a rule looks at

	scene
	now    int64
	bypass bool // a rule wants the flow to be bypassed

	lately  lately
	maybe   []*signature // rules whose fast pattern was found
	merged  []*signature
	scratch mpm.Scratch

	found []found    // rules for streams of which what they look for was found since the last packet
	odd   []oddEvent // events that are of no transaction since the last packet

	queue  []match       // in the order of evaluation
	beyond engine.Action // of the rules that the queue had no room for

	fit []bool // which values of a field that has several fit

	captured []variable // by regular expressions of the rule that is evaluated
	ofPacket []variable // that rules keep of the packet

	counters  Counters
	gaveUp    uint64 // as the evaluator counts
	alert     event.Alert
	alertFlow event.AlertFlow
	rebuilt   []byte
	held      []byte // of a stream, for the alert
	tunnel    event.Tunnel
	shown     variables
	image     event.Frame
	body      app.FrameBody
	files     []event.Appender
}

// Counters count what rules found.
type Counters struct {
	Alerts     uint64 // that were told
	Overflow   uint64 // that a packet had too many of
	Suppressed uint64 // matches that are not told
	Unsorted   uint64 // packets and chunks that all rules were looked for in, as there were too many kinds of them
}

// found is a rule for streams.
type found struct {
	*signature
	flow     uint32
	dir      stream.Dir
	loose    bool // it looked at a payload that is no part of the stream
	captured []variable
}

type oddEvent struct{ protocol, name string }

var (
	_ engine.PacketHandler = (*Worker)(nil)
	_ engine.EarlyHandler  = (*Worker)(nil)
	_ engine.RawHandler    = (*Worker)(nil)
	_ engine.Recorder      = (*Worker)(nil)
	_ engine.FlowKeeper    = (*Worker)(nil)
	_ engine.Anomalist     = (*Worker)(nil)
	_ stats.Lister         = (*Worker)(nil)
)

// Worker returns what evaluates the rules for a worker of the engine, if they are never exchanged. See Live.
func (s *Set) Worker() *Worker { return NewLive(s).Worker() }

// Records is called by the engine.
func (w *Worker) Records(to engine.Desk) { w.desk = to }

// Each calls yield for each counter.
func (w *Worker) Each(yield func(name string, value uint64)) {
	yield("detect.alert", w.counters.Alerts)
	yield("detect.alert_queue_overflow", w.counters.Overflow)
	yield("detect.alerts_suppressed", w.counters.Suppressed)
	yield("reknit.dataset_full", w.evaluator.Full)
	yield("reknit.inspection_given_up", w.evaluator.GivenUp)
	yield("reknit.pcre_given_up", w.evaluator.GivenUpRegexps)
	yield("reknit.rules_unsorted", w.counters.Unsorted)
}

// Anomaly is called by the engine for events that are of no transaction.
func (w *Worker) Anomaly(f *engine.Flow, a *app.Anomaly) {
	w.enter()
	if len(w.set.oddities) == 0 || len(w.odd) >= maxOdd {
		return
	}
	o := oddEvent{name: a.Name}
	if a.Layer != event.LayerDetect {
		o.protocol = a.Protocol
	}
	w.odd = append(w.odd, o)
}

const maxOdd = 32

// FlowEnd is called by the engine.
func (w *Worker) FlowEnd(f *engine.Flow) { delete(w.flows, f.Handle()) }

// Variables is called by the engine for each record of a flow.
func (w *Worker) Variables(f *engine.Flow) event.Appender {
	v := variables{kept: w.flows[f.Handle()], ofPacket: w.ofPacket}
	if v.empty() {
		return nil
	}
	w.shown = v
	return &w.shown
}

// FlowStart is called by the engine.
func (w *Worker) FlowStart(*engine.Flow, *packet.Packet) engine.Action { return engine.Ignore }

// Packet is called by the engine for each packet, and for each direction of a flow that ends.
func (w *Worker) Packet(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	w.enter()
	w.look(f, p, a)
	switch {
	case p != nil:
		w.now = p.Time
	default:
		w.now = f.Now().UnixNano()
	}
	w.bypass = false
	if p != nil {
		if f == nil || a.First {
			w.addressed()
		}
		w.packets()
	} else {
		w.onlyFound()
	}
	if w.session != nil {
		w.ofProtocol()
		w.frames()
		w.transactions()
	}
	w.oddities()
	action := w.conclude()
	w.recordTagged()
	if w.session != nil && w.set.keeps && !w.early() {
		w.session.Inspected(w.dir) // the alerts have told of them
	}
	if w.odd = w.odd[:0]; p != nil || a.Last {
		w.found = w.found[:0]
		w.leave(p != nil)
	}
	w.scene, w.ofPacket = scene{}, w.ofPacket[:0]
	return action
}

// early reports whether the packet is of a connection that is not established yet. What came with its SYN is for rules that want
// it established too, with the next packet.
func (w *Worker) early() bool { return w.packet != nil && w.class == ofTCP && !w.aspect.Established }

// each evaluates rules that look at nothing but the packet's headers and its flow.
func (w *Worker) each(list []*signature) {
	for _, g := range list {
		if g.header(w) && g.checked(w) {
			w.match(g, match{})
		}
	}
}

// checked makes the tests of the packet and its flow.
func (g *signature) checked(w *Worker) bool {
	w.captured = w.captured[:0]
	for _, c := range g.checks {
		if !c(w) {
			return false
		}
	}
	return true
}

// packets evaluates the rules for packets, and those whose part that looks at streams was found, in their order.
func (w *Worker) packets() {
	w.settleFound()
	var payload []byte
	if !w.aspect.NoPayload {
		payload = w.packet.Payload
	}
	server := serverPort(w.aspect.Dir, w.srcPort, w.dstPort)
	list, rest := w.inPayload(w.rulesFor(&w.set.packets[w.class], w.flow, server, w.aspect.Dir, w.dir), payload), w.found
	for _, g := range list {
		for len(rest) > 0 && rest[0].index < g.index {
			w.stream(&rest[0])
			rest = rest[1:]
		}
		for len(rest) > 0 && rest[0].index == g.index {
			w.stream(&rest[0])
			rest = rest[1:]
		}
		if w.inPacket(g) {
			w.match(g, match{})
		}
	}
	for i := range rest {
		w.stream(&rest[i])
	}
}

// onlyFound evaluates the rules for streams, and those that want no more than a protocol, where a direction of a flow ends or goes
// on as something else.
func (w *Worker) onlyFound() {
	w.settleFound()
	for _, g := range w.set.speaking {
		if g.header(w) && w.speaks(g) && g.checked(w) {
			w.match(g, match{})
		}
	}
	for i := range w.found {
		w.stream(&w.found[i])
	}
	w.found = slices.DeleteFunc(w.found, func(f found) bool { return f.dir == w.dir })
}

// inPacket reports whether a rule for packets matches.
func (w *Worker) inPacket(g *signature) bool {
	if g.Type == rule.StreamRule && w.class == ofTCP && w.flow != nil {
		return false // see Inspect
	}
	if !g.header(w) || g.Protocol.App != nil && !w.speaks(g) || !g.checked(w) {
		return false
	}
	w.evaluator.Forget()
	for _, s := range g.headers {
		b := s.get(w)
		if b == nil || !s.matches(w, b) {
			return false
		}
	}
	if len(g.raw) == 0 {
		return true
	}
	b := w.packet.Payload
	if len(b) == 0 || w.aspect.NoPayload {
		return false
	}
	return g.inRaw(w, b)
}

// inRaw reports whether what is looked for in payloads and streams is in b.
func (g *signature) inRaw(w *Worker, b []byte) bool {
	for _, s := range g.raw {
		if !s.matches(w, b) {
			return false
		}
	}
	return true
}

// speaks reports whether the flow is of a protocol of the rule.
func (w *Worker) speaks(g *signature) bool {
	return w.session != nil && slices.Contains(g.App, w.protocol())
}

// protocol returns the protocol of the session that the worker is at.
func (w *Worker) protocol() string {
	if w.aspect.Was != "" {
		return w.aspect.Was
	}
	return w.session.Protocol()
}

// ofProtocol evaluates the rules about the protocol of the flow, once in each direction.
func (w *Worker) ofProtocol() {
	if len(w.set.detected) == 0 || !w.session.Decided(w.aspect.Dir) {
		return
	}
	k := w.keep()
	if k.detected[w.aspect.Dir] {
		return
	}
	k.detected[w.aspect.Dir] = true
	w.each(w.set.detected)
}

// oddities evaluates the rules for events that are of no transaction.
func (w *Worker) oddities() {
	for _, o := range w.odd {
		for _, g := range w.set.oddities {
			for _, e := range g.odd {
				if e.Name == o.name && e.Protocol == o.protocol && g.header(w) && g.checked(w) {
					w.match(g, match{})
				}
			}
		}
	}
}
