package detect

import (
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
)

// early are the rules for packets before the stations are through with them, by what the packets are.
type early struct {
	flow   [numClasses]rules // before there is a flow
	stream [numClasses]rules // before the connection takes the packet
	has    [2]bool
}

// place puts a rule among them, if that is where it says.
func (e *early) place(g *signature) bool {
	var lists *[numClasses]rules
	switch g.Protocol.Hook {
	case rule.PreFlow:
		lists, e.has[0] = &e.flow, true
	case rule.PreStream:
		lists, e.has[1] = &e.stream, true
	default:
		return false
	}
	for c := range numClasses {
		if g.fits(c) {
			lists[c].add(g, g.rawFast())
		}
	}
	return true
}

func (e *early) ready() {
	for c := range numClasses {
		e.flow[c].ready()
		e.stream[c].ready()
	}
}

// Early reports whether there are rules for packets before they have a flow, and before their connection takes them.
func (s *Set) Early() (beforeFlow, beforeStream bool) { return s.early.has[0], s.early.has[1] }

// Early is called by the engine.
func (w *Worker) Early() (beforeFlow, beforeStream bool) {
	w.Refresh()
	return w.set.Early()
}

// BeforeFlow is called by the engine for each packet before it is looked for its flow.
func (w *Worker) BeforeFlow(p *packet.Packet) engine.Action {
	w.begun()
	return w.before(&w.set.early.flow, nil, p, engine.Aspect{})
}

// BeforeStream is called by the engine for each TCP packet before its connection takes it.
func (w *Worker) BeforeStream(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	w.begun()
	return w.before(&w.set.early.stream, f, p, a)
}

// before evaluates rules for a packet.
func (w *Worker) before(lists *[numClasses]rules, f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	w.look(f, p, a)
	w.now, w.bypass = p.Time, false
	var payload []byte
	if !a.NoPayload {
		payload = p.Payload
	}
	for _, g := range w.inPayload(&lists[w.class], payload) {
		if w.inPacket(g) {
			w.match(g, match{})
		}
	}
	action := w.conclude()
	w.scene, w.ofPacket = scene{}, w.ofPacket[:0]
	return action
}
