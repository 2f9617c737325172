package engine_test

import (
	"context"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
)

// connections notes what a ConnectionHandler is told, by flow.
type connections struct {
	t       *testing.T
	states  map[uint64]string // the last call
	packets uint32
}

var _ engine.ConnectionHandler = (*connections)(nil)

// step wants the flow's last call to have been one of before.
func (h *connections) step(f *engine.Flow, now string, before ...string) {
	for _, s := range before {
		if h.states[f.ID()] == s {
			h.states[f.ID()] = now
			return
		}
	}
	h.t.Errorf("%v: %s after %q", f, now, h.states[f.ID()])
}

func (h *connections) Begin(f *engine.Flow) {
	h.step(f, "begin", "")
	if f.State() != "none" || f.Packets(stream.ToServer) != 1 || f.Acknowledged(stream.ToServer) != 0 || f.Last() != f.Start() {
		h.t.Errorf("%v begins %s with %d packets", f, f.State(), f.Packets(stream.ToServer))
	}
}

func (h *connections) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	h.step(f, "read", "begin", "read", "end") // the other direction may have ended
	in.Skip(int64(in.Len()))
	if f.Packet() != 0 && f.Acknowledged(d) < in.Offset() {
		h.t.Errorf("%v: read to %d, acknowledged to %d", f, in.Offset(), f.Acknowledged(d))
	}
}

func (h *connections) Gap(f *engine.Flow, _ stream.Dir, l stream.Loss) {
	h.t.Errorf("%v lost %d bytes", f, l.Lost)
}

func (h *connections) End(f *engine.Flow, _ stream.Dir, _ []byte) {
	h.step(f, "end", "begin", "read", "end")
}

func (h *connections) Finish(f *engine.Flow) {
	h.step(f, "finish", "begin", "end")
	h.packets += f.Packets(stream.ToServer) + f.Packets(stream.ToClient)
	if f.State() != "closed" || f.Midstream() || f.OneSided() || !f.Last().After(f.Start()) {
		h.t.Errorf("%v is %s from %v to %v", f, f.State(), f.Start(), f.Last())
	}
}

func TestConnectionHandler(t *testing.T) {
	h := &connections{t: t, states: map[uint64]string{}}
	e, err := engine.New(engine.Config{Streams: h})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), &frames{all: load(t, mailCapture)}); err != nil {
		t.Fatal(err)
	}
	for id, s := range h.states {
		if s != "finish" {
			t.Errorf("flow %d: the last call is %s", id, s)
		}
	}
	if want := uint32(e.Totals().Packets); len(h.states) != 8 || h.packets > want || h.packets < want-16 {
		t.Errorf("%d connections, %d packets in them, of %d in all", len(h.states), h.packets, want)
	}
}
