package main

import (
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/all"
)

// parseLayer is the whole engine as a sensor runs it, acknowledged bytes only: streams go to the parsers, which decode
// what they carry; no hashes. Records are counted and not written.
type parseLayer struct {
	engine *engine.Engine
	counts map[string]int64
}

func newParseLayer() *parseLayer {
	l := &parseLayer{counts: map[string]int64{}}
	e, err := engine.New(engine.Config{
		Protocols: all.Protocols(all.Config{}),
		Sink:      l,
		Checksums: engine.ChecksumIgnore,
		Flow:      flow.Config{Memory: tableMemory},
	})
	if err != nil {
		panic("BUG: " + err.Error())
	}
	l.engine = e
	return l
}

// Event counts records.
func (l *parseLayer) Event(r *event.Record) { l.counts[r.Type]++ }

func (l *parseLayer) packet(p *packet.Packet) { l.engine.Worker().Packet(p) }

func (l *parseLayer) finish(r *result) {
	l.engine.Close()
	s := l.engine.Stats(0, 0)
	r.TCPPackets = int64(s.Total.Value("decoder.tcp"))
	r.Flows = l.counts["flow"]
	r.Records = l.counts
}
