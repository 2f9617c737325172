package engine

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/stream"
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
