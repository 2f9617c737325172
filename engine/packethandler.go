package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// PacketHandler looks at packets when all stations are through with them: the place of rules. Each worker has its own. f and p
// are valid during the call.
//
// Packets that were dropped before, and those of flows that are dropped, passed or bypassed, are not shown.
type PacketHandler interface {
	// FlowStart is called for the first packet to the server of each flow, before Packet is.
	FlowStart(f *Flow, p *packet.Packet) Action
	// Packet is called for each packet. f is nil when it has no flow.
	//
	// When a TCP flow ends for which something is left, it is called without p (nil) for each direction of which there is, that
	// to the server first, and once more when it came further by what the server sent last; the Action does not matter then. So it
	// is when the protocol of a flow changes: the Action is for the flow then.
	Packet(f *Flow, p *packet.Packet, a Aspect) Action
}

// Action is what a PacketHandler wants done; the values are those for exceptions. What is done about the whole flow first holds:
// a flow that passes cannot be dropped any more. Where nothing can be dropped, a flow that should be is not shown any more.
type Action = Exception

// Aspect is what is to be known of a packet besides what is in it.
type Aspect struct {
	Dir         stream.Dir // in its flow
	First       bool       // the first one in this direction; no ICMP error about the flow ever is
	Established bool       // packets of both ends were seen; of a TCP connection: it was established before
	NoPayload   bool       // what it carries is encrypted, or for another reason not to be looked at
	Last        bool       // without packet: the last call for the flow
	Was         string     // without packet: the flow does not end, but goes on as another protocol than this
}

// skipped are the marks of flows whose packets are not shown.
const skipped = dropped | bypassed | passed | condemned

// show shows p, through which all stations are, to the PacketHandler.
func (w *Worker) show(p *packet.Packet) {
	if w.verdict == packet.Drop || w.spared {
		return
	}
	e := w.entry
	if e == nil {
		w.act(w.packets.Packet(nil, p, Aspect{}))
		return
	}
	before := e.Mark
	if before&skipped != 0 {
		return
	}
	if w.first && w.dir == stream.ToServer {
		w.act(w.packets.FlowStart(&w.flow, p))
	}
	if w.verdict != packet.Drop && e.Mark&skipped == 0 {
		w.act(w.packets.Packet(&w.flow, p, Aspect{
			Dir: w.dir, First: w.first, Established: w.established(e), NoPayload: w.hidden(e, w.dir),
		}))
	}
	if e.Mark&^before&(dropped|bypassed) != 0 {
		w.giveUp(e)
	}
}

// giveUp lets go of the connection of flow e, of whose packets nothing more becomes. What is not complete by now is not told when
// the flow is dropped, as it does not come to be.
func (w *Worker) giveUp(e *flow.Entry[flowState]) {
	w.settle()
	if s := w.flow.Session(); s != nil && e.Mark&dropped != 0 {
		s.Forget()
	}
	if v := &e.Value; e.Key().Protocol() == protocolTCP && v.conn != 0 {
		w.tracker.Drop(w.conns.at(v.conn))
	}
}

// showFragment shows a fragment, which may have been refused. It reports whether the packet goes on.
func (w *Worker) showFragment(p *packet.Packet) bool {
	if w.packets != nil {
		w.show(p)
	}
	return w.verdict != packet.Drop
}

// showEnd shows the end of direction d of the flow, if something was left to be told of it.
func (w *Worker) showEnd(d stream.Dir, left [2]bool) {
	if w.packets == nil || !left[d] || w.entry.Mark&skipped != 0 {
		return
	}
	w.dir = d
	w.packets.Packet(&w.flow, nil, Aspect{
		Dir: d, Established: true, NoPayload: w.hidden(w.entry, d), Last: d == stream.ToClient || !left[stream.ToClient],
	})
}

// showEnds shows the end of both directions.
func (w *Worker) showEnds(left [2]bool) {
	w.showEnd(stream.ToServer, left)
	w.showEnd(stream.ToClient, left)
}

// established reports whether both ends of a flow have spoken to each other. The segment that completes a handshake is not
// part of what it establishes.
func (w *Worker) established(e *flow.Entry[flowState]) bool {
	if e.Key().Protocol() == protocolTCP {
		return w.agreed
	}
	return e.State() == flow.Established
}

// hidden reports whether the payload in direction d of a flow is not to be looked at.
func (w *Worker) hidden(e *flow.Entry[flowState], d stream.Dir) bool {
	if e.Mark&muted != 0 {
		return true
	}
	v := &e.Value
	return v.session != 0 && w.config.Streams == nil && w.sessions.at(v.session).Opaque(d)
}

// act does with the packet and its flow what a PacketHandler wants.
func (w *Worker) act(a Action) {
	if a == Ignore || a == PassPacket {
		return
	}
	switch a {
	case Reject, RejectBoth:
		if w.config.Prevent {
			w.rejected = a
		}
		fallthrough
	case DropFlow, DropPacket:
		w.prevent(dropRules)
	}
	e := w.entry
	if e == nil || e.Mark&skipped != 0 {
		return
	}
	switch a {
	case Reject, RejectBoth, DropFlow:
		e.Mark |= condemned
		if w.config.Prevent {
			e.Mark = e.Mark&^condemned | dropped
		}
	case PassFlow:
		e.Mark |= passed
		w.passing = true
	case BypassFlow:
		e.Mark |= bypassed
	}
}

// Session returns what the parsers know of the flow, or nil.
func (f *Flow) Session() *app.Session {
	if v := f.w.entry.Value.session; v != 0 && f.w.config.Streams == nil {
		return f.w.sessions.at(v)
	}
	return nil
}

// Alert says that a rule told of the flow, which its record mentions.
func (f *Flow) Alert() { f.w.entry.Mark |= alerted }
