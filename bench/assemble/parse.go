package main

import (
	"context"
	"runtime"
	"time"

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

func newParseLayer() *parseLayer { return newSharedLayer(0) }

// newSharedLayer returns a parseLayer with so many workers.
func newSharedLayer(workers int) *parseLayer {
	l := &parseLayer{counts: map[string]int64{}}
	e, err := engine.New(engine.Config{
		Protocols: all.Protocols(all.Config{}),
		Workers:   workers,
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

// measureShared runs the capture through an engine that reads it by itself, with so many workers. Its end is part of the run.
func (r *result) measureShared(src source, workers int) error {
	var before, after runtime.MemStats
	l := newSharedLayer(workers)
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpu, wall := cpuSeconds(), time.Now()
	if err := l.engine.Run(context.Background(), src); err != nil {
		return err
	}
	r.CPU, r.Wall = cpuSeconds()-cpu, time.Since(wall).Seconds()
	runtime.ReadMemStats(&after)
	t := l.engine.Totals()
	r.Packets, r.WireBytes = int64(t.Packets), int64(t.Bytes)
	n := float64(max(r.Packets, 1))
	r.Allocs = float64(after.Mallocs-before.Mallocs) / n
	r.AllocBytes = float64(after.TotalAlloc-before.TotalAlloc) / n
	r.GC = after.NumGC - before.NumGC
	l.finish(r)
	return r.end(src, n)
}
