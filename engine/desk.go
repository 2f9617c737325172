package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// What follows are abilities that a PacketHandler may have. One that is a RawHandler also inspects streams, unless Config.Raw
// does; its counters are those of the worker if it is a stats.Lister.

// Recorder is a PacketHandler that makes records.
type Recorder interface {
	// Records is called once, before all other methods.
	Records(to Desk)
}

// FlowKeeper is a PacketHandler that keeps something of flows.
type FlowKeeper interface {
	// FlowEnd is the last call for a flow, after its record was made.
	FlowEnd(f *Flow)
	// Variables returns what all records of the flow show of what is kept, or nil. It is valid until the next call.
	Variables(f *Flow) event.Appender
}

// Anomalist is a PacketHandler that wants to know what was odd about the protocol of a flow, apart from its transactions.
type Anomalist interface {
	// Anomaly is called while a packet is processed, before Packet. a is valid during the call.
	Anomaly(f *Flow, a *app.Anomaly)
}

// Desk is where a PacketHandler has records made. It belongs to a worker.
type Desk struct{ w *Worker }

// Record returns the worker's record with the header of p, or, when p is nil, of a packet in direction d of the flow that ends.
// It is valid until the next one is asked for.
func (d Desk) Record(p *packet.Packet, dir stream.Dir, kind string) *event.Record {
	w := d.w
	if p != nil {
		return w.ofPacket(p, kind)
	}
	r := w.begin()
	r.Type = kind
	w.orient(r, dir, false)
	return r
}

// Send gives a record that Record returned to the Sink.
func (d Desk) Send(r *event.Record) {
	if r.Type == "alert" {
		d.w.noteAlert()
	}
	d.w.send(r)
}

// Tag says that the keyword tag means the packet, if there is one.
func (d Desk) Tag() {
	if d.w.packet != nil {
		d.w.fate.Tagged = true
	}
}

// Untrack has the packet belong to no flow. It is for EarlyHandler.BeforeFlow.
func (d Desk) Untrack() { d.w.untracked = true }

// Limited says that the packet, if it is dropped for its rules, is so because something happened too often.
func (d Desk) Limited() {
	if d.w.why == noReason {
		d.w.why = dropOften
	}
}

// Blame says for which rule the packet is dropped; its record can show that. The first one counts.
func (d Desk) Blame(s *event.Signature) {
	if d.w.blamed == nil {
		d.w.blamed = s
	}
}

// equip gives the worker's PacketHandler what it can have.
func (w *Worker) equip() {
	if r, ok := w.packets.(Recorder); ok {
		r.Records(Desk{w})
	}
	w.early = earlyOf(w.packets)
	w.keeper, _ = w.packets.(FlowKeeper)
	w.anomalist, _ = w.packets.(Anomalist)
	if raw, ok := w.packets.(RawHandler); ok && w.config.Raw == nil {
		w.config.Raw = raw
		w.beside = newBeside(&w.config)
	}
}

// Handle is a number that no other flow of the worker has as long as this one lasts.
func (f *Flow) Handle() uint32 { return uint32(f.w.handle) }

// Bytes returns how many bytes there were in direction d, headers included.
func (f *Flow) Bytes(d stream.Dir) uint64 { return f.w.entry.Bytes(flow.Dir(d)) }

// Held yields what direction d of the connection held when the packet came, and what came with it, as far as it was acknowledged: with
// Config.ShowStreams, while a PacketHandler is shown a packet. lost bytes are missing before data, which is valid during the call.
func (f *Flow) Held(d stream.Dir, yield func(lost int64, data []byte) bool) {
	if c := f.conn(); c != nil && f.w.config.ShowStreams && (f.w.followed != nil || f.w.packet == nil) {
		f.w.store.Lingering(c.Streams(), f.w.turned(d), yield)
	}
}

// let ends what lingers of the connection of the packet, or of the flow that ends.
func (w *Worker) let() {
	if !w.config.ShowStreams {
		return
	}
	var gone stream.Pair
	p := &gone
	if v := &w.entry.Value; v.conn != 0 {
		p = w.conns.at(v.conn).Streams()
	}
	w.store.Let(p)
}

// Sent returns how many sequence numbers the sender of direction d used up: its bytes, SYN and FIN.
func (f *Flow) Sent(d stream.Dir) uint32 {
	if c := f.conn(); c != nil {
		return c.Sent(d)
	}
	return 0
}

// Oddities returns what was odd about the segment p, of this flow.
func (f *Flow) Oddities(p *packet.Packet) *tcp.Events {
	if f.w.followed == p && p != nil {
		return f.w.tracker.Events()
	}
	return &noEvents
}

var noEvents tcp.Events
