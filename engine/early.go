package engine

import (
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// EarlyHandler is a PacketHandler that looks at packets before the stations are through with them. f and p are valid during
// the call. Where packets can be dropped, one that it wants dropped goes no further; what it wants of a flow is as for
// PacketHandler.
type EarlyHandler interface {
	// Early says which of the other methods are to be called. It is asked at the beginning, and after Engine.Change.
	Early() (beforeFlow, beforeStream bool)
	// BeforeFlow is called for each packet that has a flow, or would get one, before it is looked for.
	BeforeFlow(p *packet.Packet) Action
	// BeforeStream is called for each TCP packet of a flow before its connection takes it.
	BeforeStream(f *Flow, p *packet.Packet, a Aspect) Action
}

// early is who looks at packets before the stations do.
type early struct {
	flow, stream EarlyHandler // nil: nobody
}

// earlyOf finds out whether h looks at packets early.
func earlyOf(h PacketHandler) (e early) {
	x, ok := h.(EarlyHandler)
	if !ok {
		return
	}
	beforeFlow, beforeStream := x.Early()
	if beforeFlow {
		e.flow = x
	}
	if beforeStream {
		e.stream = x
	}
	return e
}

// stopped shows p before it is looked for its flow, and reports whether it goes no further.
func (w *Worker) stopped(p *packet.Packet) bool {
	w.act(w.early.flow.BeforeFlow(p))
	if w.verdict != packet.Drop && !w.untracked {
		return false
	}
	w.flows.Advance(p.Time)
	w.oddities(p)
	return true
}

// heldUp shows the TCP packet p before its connection takes it, and reports whether it goes no further.
func (w *Worker) heldUp(p *packet.Packet) bool {
	e := w.entry
	if w.verdict == packet.Drop || e.Mark&skipped != 0 {
		return false
	}
	established := false
	if conn := e.Value.conn; conn != 0 {
		established = w.conns.at(conn).State() >= tcp.Established
	}
	w.act(w.early.stream.BeforeStream(&w.flow, p, Aspect{
		Dir: stream.Dir(w.dir), First: w.first, Established: established, NoPayload: w.hidden(e, w.dir),
	}))
	if w.verdict != packet.Drop {
		return false
	}
	if e.Mark&dropped != 0 {
		w.giveUp(e)
	}
	return true
}
