package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stats"
)

// Source is where packets come from. Next fills in the part of p that a source sets; what p points to is valid until
// the next call. At the end it returns io.EOF.
type Source interface{ Next(p *packet.Packet) error }

// Engine is a configured set of workers.
type Engine struct {
	worker *Worker
	gather *stats.Gatherer
	thread *stats.Thread
}

// New returns an engine. An error names what in c is not possible.
func New(c Config) (*Engine, error) {
	if c.Inline {
		c.Stream.Inline, c.App.Inline = true, true
	}
	if c.Stream.Immediate {
		c.App.Inline = true
	}
	if c.TCP.Midstream {
		c.App.Reverse = true
	}
	w, err := newWorker(c)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	e := &Engine{worker: w, gather: stats.New(c.Stats)}
	e.thread = e.gather.Thread("W#01")
	e.thread.Add(&w.decoder.Counters, &w.datagrams.Counters, w.flows.Counters(), &w.tracker.Counters, &w.store.Counters,
		w.gateway.Counters(), w.gateway, &w.counters, &w.exceptions, &w.verdicts)
	return e, nil
}

// Stats returns all counters. now is the time that the snapshot bears, in nanoseconds since the Unix epoch. Call it when
// no packet is being processed.
func (e *Engine) Stats(now int64, uptime time.Duration) *stats.Snapshot {
	e.worker.gauge()
	e.thread.Collect()
	return e.gather.Snapshot(now, uptime)
}

// Worker returns the engine's worker, for a caller that has its packets from elsewhere than a Source.
func (e *Engine) Worker() *Worker { return e.worker }

// cancelCheck is the number of packets after which Run looks whether it was cancelled.
const cancelCheck = 256

// Run processes all packets of src, ends all flows, and returns. When ctx is cancelled it stops early, ends all flows
// likewise, and returns the context's error; any other error is the source's.
func (e *Engine) Run(ctx context.Context, src Source) error {
	defer e.Close()
	var p packet.Packet
	for n := 1; ; n++ {
		if err := src.Next(&p); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		e.worker.Packet(&p)
		if n%cancelCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Close ends all flows. Run does it by itself.
func (e *Engine) Close() { e.worker.Close() }

// Close ends all flows of the worker, in the order in which they began.
func (w *Worker) Close() { w.flows.Close() }

// Totals are the figures of a run that people ask for first.
type Totals struct {
	Packets, Bytes uint64 // read; bytes as captured
	Flows          uint64
}

// Totals returns the figures so far. Call it when no packet is being processed.
func (e *Engine) Totals() Totals {
	w := e.worker
	return Totals{Packets: w.decoder.Counters.Packets, Bytes: w.decoder.Counters.Bytes, Flows: w.flows.Counters().Total}
}

// Scanned returns how many bytes were searched for the end of a line or a delimiter in held bytes: at most in proportion
// to the bytes that came.
func (e *Engine) Scanned() uint64 { return e.worker.store.Counters.Scanned }
