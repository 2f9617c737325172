package receiver

import (
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// sensor is how the reknit command follows connections without a configuration, as far as TCP goes: acknowledged bytes
// only, policy linux-6.
var sensor = tcp.Config{AsyncOneSide: true, TrustAfterLoss: true, Urgent: tcp.UrgentApart}

// reknit returns what reknit delivers of the streams to the listener that frames hold.
func reknit(c tcp.Config, frames []Frame) ([]Stream, error) {
	var r reader
	e, err := engine.New(engine.Config{Streams: &r, NoFlows: true, Checksums: engine.ChecksumVerify, TCP: c,
		Flow: flow.Config{Memory: 256 << 10}})
	if err != nil {
		return nil, err
	}
	w := e.Worker()
	for i := range frames {
		h, _ := parse(frames[i].Packet)
		r.begins = h.flags&flagSYN != 0
		w.Packet(&packet.Packet{Number: uint64(i + 1), Time: frames[i].Time.UnixNano(), Link: packet.LinkRaw, Frame: frames[i].Packet,
			WireLen: len(frames[i].Packet)})
	}
	r.closing = true
	e.Close()
	var streams []Stream
	for _, s := range r.streams {
		streams = append(streams, s.Stream)
	}
	return streams, nil
}

// reader takes down what is delivered to servers.
type reader struct {
	streams []*delivered
	begins  bool // the packet may begin another connection
	closing bool
}

// delivered is what a cursor delivered of a stream. What lies behind a gap is no part of it: no application reads that.
type delivered struct {
	Stream
	gap bool
}

func (r *reader) of(f *engine.Flow) *delivered {
	d, ok := f.Value().(*delivered)
	if !ok {
		d = new(delivered)
		f.SetValue(d)
		r.streams = append(r.streams, d)
	}
	return d
}

// Read implements engine.StreamHandler.
func (r *reader) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	s := r.of(f)
	for {
		p, ok := in.Piece(1 << 30)
		if !ok {
			return
		}
		if d == stream.ToServer && !s.gap {
			s.gap = p.Lost > 0
			s.Data = append(s.Data, p.Data...)
		}
	}
}

// Gap implements engine.StreamHandler.
func (r *reader) Gap(f *engine.Flow, d stream.Dir, _ stream.Loss) {
	if d == stream.ToServer {
		r.of(f).gap = true
	}
}

// End implements engine.StreamHandler.
func (r *reader) End(f *engine.Flow, d stream.Dir, _ []byte) {
	if d != stream.ToServer {
		return
	}
	if s := r.of(f); !r.closing && !r.begins && !s.gap {
		s.End = EOF
	}
}
