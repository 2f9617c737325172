package reknit

import (
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// Flow is a TCP connection: its ends, its start, and a value of the caller's.
type Flow = engine.Flow

// Assembler turns packets into streams. Set OnStream, give it packets, and Close it at the end; flow table, time-outs
// and limits are included. The zero Assembler with an OnStream is ready to use. It belongs to one goroutine.
type Assembler struct {
	// OnStream is called when bytes of a direction can be read. It reads as many units as it can and returns when a read
	// fails; it is called again when that read can succeed. f and the slices read are valid during the call.
	OnStream func(f *Flow, d stream.Dir, in *stream.Cursor)
	// OnGap is told what is lost of a direction. When nil, losses are passed in silence (Stats counts them).
	OnGap func(f *Flow, d stream.Dir, l stream.Loss)
	// OnEnd is the last call of a direction; rest is what OnStream left unread. It may be nil.
	OnEnd func(f *Flow, d stream.Dir, rest []byte)

	// Acknowledged holds bytes back until the receiver acknowledged them: what nobody acknowledged is delivered when
	// the flow ends. Without it bytes are delivered as soon as they follow without a hole.
	Acknowledged bool
	// Checksums says what is done about segments with a wrong checksum. The zero value verifies them unless the
	// capture was made where the network card fills them in.
	Checksums engine.Checksums
	// Limits of the flow table and of what is held. The zero values have defaults.
	Flow   flow.Config
	Stream stream.Config

	engine *engine.Engine
	worker *engine.Worker // of engine
	packet packet.Packet
	count  uint64
}

// Packet takes a frame that was captured at when. frame is only used during the call. The verdict is packet.Drop when a
// callback gave the flow up with Flow.Drop, and packet.Rewritten when a part of frame was overwritten (Stream.Inline).
func (a *Assembler) Packet(when time.Time, link packet.LinkType, frame []byte) packet.Verdict {
	a.count++
	p := &a.packet
	p.Number, p.Time, p.Link, p.Frame, p.WireLen = a.count, when.UnixNano(), link, frame, len(frame)
	return a.Captured(p)
}

// Captured is Packet for a frame in a packet.Packet, whose part that a capture source sets is filled in.
func (a *Assembler) Captured(p *packet.Packet) packet.Verdict {
	if a.worker == nil {
		a.start()
	}
	return a.worker.Packet(p)
}

// Close delivers what is left, with every hole as a gap, and ends all flows. The Assembler can then be used anew.
func (a *Assembler) Close() {
	if a.engine != nil {
		a.engine.Close()
		a.engine, a.worker, a.count = nil, nil, 0
	}
}

// Stats returns all counters so far, by name. Call it before Close.
func (a *Assembler) Stats() *stats.Snapshot { return a.start().Stats(0, 0) }

// start returns the engine, which it makes for the first packet.
func (a *Assembler) start() *engine.Engine {
	if a.engine == nil {
		c := engine.Config{
			Streams:   (*handler)(a),
			NoFlows:   true,
			Checksums: a.Checksums,
			Flow:      a.Flow,
			Stream:    a.Stream,
			Stats:     stats.Config{StreamEvents: true},
			TCP:       tcp.Config{Midstream: true, AsyncOneSide: true, TrustAfterLoss: true},
		}
		c.Stream.Immediate = !a.Acknowledged
		e, err := engine.New(c)
		if err != nil {
			panic("BUG: " + err.Error()) // only a protocol can be impossible, and there is none
		}
		a.engine, a.worker = e, e.Worker()
	}
	return a.engine
}

// handler passes what the engine has to say to the callbacks of an Assembler.
type handler Assembler

var _ engine.StreamHandler = (*handler)(nil)

func (h *handler) Read(f *Flow, d stream.Dir, in *stream.Cursor) { h.OnStream(f, d, in) }

func (h *handler) Gap(f *Flow, d stream.Dir, l stream.Loss) {
	if h.OnGap != nil {
		h.OnGap(f, d, l)
	}
}

func (h *handler) End(f *Flow, d stream.Dir, rest []byte) {
	if h.OnEnd != nil {
		h.OnEnd(f, d, rest)
	}
}
