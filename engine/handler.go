package engine

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// StreamHandler takes the streams of all connections as they are, in place of parsers. Its methods are called while a
// packet is processed; f and what in returns are valid during the call.
type StreamHandler interface {
	// Read reads what it can. It is called again when the read that failed can succeed.
	Read(f *Flow, d stream.Dir, in *stream.Cursor)
	// Gap is told what is lost.
	Gap(f *Flow, d stream.Dir, l stream.Loss)
	// End is the last call of a direction; rest is what Read left.
	End(f *Flow, d stream.Dir, rest []byte)
}

// ConnectionHandler is a StreamHandler that wants to be told of connections as a whole, also of those without data.
type ConnectionHandler interface {
	// Begin is called for the first segment of a connection. When that is a SYN/ACK, client and server are still
	// mistaken for each other.
	Begin(f *Flow)
	// Finish is the last call of a connection.
	Finish(f *Flow)
}

// Flow is a connection as a StreamHandler sees it.
type Flow struct{ w *Worker }

// ID returns the number of the flow: it depends on its addresses, ports and start only, and is never 0.
func (f *Flow) ID() uint64 { return f.w.entry.ID() }

// String returns both ends, the client first: "192.0.2.1:40000 > 198.51.100.25:25".
func (f *Flow) String() string { return f.Client().String() + " > " + f.Server().String() }

// Client returns the address and port of the end that began the connection.
func (f *Flow) Client() netip.AddrPort {
	t := f.w.entry.Key().Tuple()
	return netip.AddrPortFrom(address(t.Src, t.Version), t.SrcPort)
}

// Server returns the address and port of the other end.
func (f *Flow) Server() netip.AddrPort {
	t := f.w.entry.Key().Tuple()
	return netip.AddrPortFrom(address(t.Dst, t.Version), t.DstPort)
}

// Start returns the time of the first packet.
func (f *Flow) Start() time.Time { return time.Unix(0, f.w.entry.Start()) }

// Last returns the time of the latest packet.
func (f *Flow) Last() time.Time { return time.Unix(0, f.w.entry.Last()) }

// Packets returns how many packets there were in direction d, modulo 2^32.
func (f *Flow) Packets(d stream.Dir) uint32 { return f.w.entry.Packets(flow.Dir(d)) }

// State returns the state of the connection as EVE has it: "syn_sent", "established", "closed".
func (f *Flow) State() string {
	if c := f.conn(); c != nil {
		return c.State().String()
	}
	if f.w.entry.Value.opening.IsOpen() {
		return tcp.SynSent.String()
	}
	return tcp.None.String()
}

// Midstream reports whether the connection was picked up without its SYN.
func (f *Flow) Midstream() bool { c := f.conn(); return c != nil && c.Midstream() }

// OneSided reports whether only one direction is seen.
func (f *Flow) OneSided() bool { c := f.conn(); return c != nil && c.Async() }

// Acknowledged returns the offset in direction d before which the receiver acknowledged everything.
func (f *Flow) Acknowledged(d stream.Dir) int64 {
	if c := f.conn(); c != nil {
		return c.Stream(d).Acked()
	}
	return 0
}

// Missing returns how many bytes at the end of direction d nobody saw, although its FIN stands behind them and the receiver
// acknowledged them. When the direction ends, no Gap tells of them.
func (f *Flow) Missing(d stream.Dir) int64 {
	c := f.conn()
	if c == nil {
		return 0
	}
	s := c.Stream(d)
	end, known := s.Finished()
	if !known {
		return 0
	}
	return max(0, min(end, s.Acked())-max(s.Edge(), s.App()))
}

// conn returns the connection, or nil while nothing answered its SYN.
func (f *Flow) conn() *tcp.Conn {
	if v := &f.w.entry.Value; v.conn != 0 {
		return f.w.conns.at(v.conn)
	}
	return nil
}

// Now returns the time of the packet being processed.
func (f *Flow) Now() time.Time { return time.Unix(0, f.w.now) }

// Packet returns the number of the packet being processed, from 1, or 0 when the flow is ended without one.
func (f *Flow) Packet() uint64 {
	if f.w.packet == nil {
		return 0
	}
	return f.w.packet.Number
}

// Value returns what SetValue set for the flow, or nil.
func (f *Flow) Value() any {
	if v := f.w.entry.Value.session; v != 0 {
		return f.w.values.at(v)
	}
	return nil
}

// SetValue keeps something with the flow until it ends.
func (f *Flow) SetValue(x any) {
	v := &f.w.entry.Value
	if v.session == 0 {
		v.session = f.w.values.put(x)
		return
	}
	f.w.values.set(v.session, x)
}

// Drop gives the connection up: nothing more is delivered of it, and the verdict on this packet and all that follow is
// packet.Drop.
func (f *Flow) Drop() {
	if f.w.entry.Mark&dropped == 0 {
		f.w.entry.Mark |= dropped
		f.w.counters.FlowsDropped++
	}
}
