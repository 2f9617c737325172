package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// reused reports whether the segment, a SYN, begins another connection on the addresses of flow h.
func (w *Worker) reused(h flow.Handle, d stream.Dir) bool {
	v := &w.flows.Entry(h).Value
	switch {
	case v.opening.IsOpen():
		return false
	case v.conn == 0:
		return w.tracker.Reuses(nil, d, &w.segment)
	}
	return w.tracker.Reuses(w.conns.at(v.conn), d, &w.segment)
}

// follow gives the segment to its connection.
func (w *Worker) follow(p *packet.Packet) {
	v := &w.entry.Value
	g := &w.segment
	if w.whole != nil && w.entry.Mark&begun == 0 {
		w.entry.Mark |= begun
		w.whole.Begin(&w.flow)
	}
	if v.conn == 0 {
		if !w.enters(p) {
			return
		}
		switch {
		case v.opening.IsOpen() && v.opening.Repeated(w.dir, g):
			return
		case !v.opening.IsOpen() && w.dir == stream.ToServer && !w.config.Segments && w.tracker.Remember(&v.opening, g):
			return
		}
		v.conn = w.conns.get()
		if c := w.conns.at(v.conn); v.opening.IsOpen() {
			v.opening.Promote(w.tracker, c, p.Time)
		}
		if w.beside != nil && !g.Flags.Has(tcp.SYN|tcp.ACK) {
			w.holds(w.conns.at(v.conn))
		}
	}
	c := w.conns.at(v.conn)
	if c.Stream(w.dir).Policy() == stream.Unset {
		g.Policy = w.policy(p)
	}
	before := c.State()
	w.agreed = before >= tcp.Established
	refused := w.config.Faults.Data != 0 && w.refuses(p)
	w.followed = p
	if w.config.ShowStreams {
		w.store.Linger(c.Streams())
	}
	res := w.tracker.Segment(c, w.dir, g, (*reader)(w))
	usual := res&^tcp.Stored == tcp.Tracked && !refused
	if !usual || c.State() != before {
		w.flowChanges(c, before, res)
	}
	if w.config.StreamEvents {
		w.streamEvents()
	}
	if w.config.Segments && res&tcp.Tracked != 0 {
		w.segmentRecord(p, c, before, res)
	}
	if !usual {
		w.heedPayload(p, res, refused)
	}
	if w.beside != nil {
		if refused {
			res &^= tcp.Stored
		}
		w.attend(p, c, res)
	}
	if res&tcp.Rejected != 0 {
		w.preventRejected(res)
	}
	if w.config.BypassDeep && v.conn != 0 && deep(c) {
		w.entry.Mark |= bypassed
	}
	if w.entry.Mark&(dropped|bypassed) != 0 {
		w.settle()
		if v.conn != 0 {
			w.tracker.Drop(c)
		}
	}
}

// flowChanges does with the flow what a segment has done to its connection, which was in state before.
func (w *Worker) flowChanges(c *tcp.Conn, before tcp.State, res tcp.Result) {
	if res&tcp.Reversed != 0 {
		w.entry.Reverse()
		w.reverseDetail()
		if w.queues != nil {
			w.arrivedReversed()
		}
		w.dir = w.dir.Opposite()
	}
	if s := c.State(); s != before {
		w.flowFollows(s)
	}
	if v := &w.entry.Value; res&tcp.Tracked == 0 {
		w.conns.put(v.conn)
		v.conn = 0
	}
}

// heedPayload does with the packet what is called for by what became of its payload.
func (w *Worker) heedPayload(p *packet.Packet, res tcp.Result, refused bool) {
	if refused || res&tcp.Unstored != 0 {
		w.counters.SegmentsRefused++
		w.except(noData)
		if w.config.Streams == nil && w.entry.Mark&(dropped|bypassed|muted) == 0 {
			w.session(app.TCP).Unkept(w.dir)
		}
	}
	if res&tcp.Modified != 0 {
		w.rewritten(p)
	}
}

// preventRejected drops a packet whose segment counts for nothing, where such packets can be dropped.
func (w *Worker) preventRejected(res tcp.Result) {
	if res&tcp.RefusedUrgent != 0 {
		w.prevent(dropUrgent)
	} else if w.config.Inline && !w.config.KeepInvalid {
		w.prevent(dropInvalid)
	}
}

// refuses takes the payload from the segment if it is the one that shall not be stored.
func (w *Worker) refuses(p *packet.Packet) bool {
	g := &w.segment
	if w.config.Faults.Data != p.Number || len(g.Payload) == 0 {
		return false
	}
	g.Lost, g.Payload = g.Lost+len(g.Payload), nil
	return true
}

// settle does with the packet and its flow what was decided while the packet was processed.
func (w *Worker) settle() {
	if w.entry.Mark&dropped != 0 {
		w.dropOfFlow()
	}
	if w.entry.Mark&bypassed != 0 {
		w.flows.SetState(w.handle, flow.LocalBypassed)
	}
}

// flowFollows sets the state of the flow to what its connection's state calls for.
func (w *Worker) flowFollows(s tcp.State) {
	switch s {
	case tcp.Established, tcp.FinWait1, tcp.FinWait2, tcp.Closing, tcp.CloseWait:
		w.flows.SetState(w.handle, flow.Established)
	case tcp.LastAck, tcp.TimeWait, tcp.Closed:
		w.flows.SetState(w.handle, flow.Closed)
	}
}
