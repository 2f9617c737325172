package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/reknit/reknit/expect"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stats"
)

// Source is where packets come from. Next fills in the part of p that a source sets; what p points to is valid until
// the next call. At the end it returns io.EOF. When no packet comes for a while it may return ErrQuiet, with the time in p.
type Source interface{ Next(p *packet.Packet) error }

// Live is a Source whose packets do not wait. With several workers, a packet whose worker cannot keep up is dropped and
// counted; of other Sources none ever is.
type Live interface {
	Source
	// Ready reports whether Next would return at once.
	Ready() bool
}

// ErrQuiet is what Next of a Source returns when no packet came for a while. Flows then time out by the time that it set in p,
// which is to be that of a packet that would come now. Once a second is enough.
var ErrQuiet = errors.New("engine: no packet came")

// Engine is a configured set of workers.
type Engine struct {
	config    Config
	workers   []*Worker
	gather    *stats.Gatherer
	threads   []*stats.Thread // of the workers
	datagrams *datagrams      // where there are several workers

	demand atomic.Pointer[Demand] // nil: the configuration's

	expectations *expectations
	expected     expect.Counters // of expectations, a copy

	run running
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
	if tell := c.Notice; tell != nil {
		var mu sync.Mutex
		c.Notice = func(text string) {
			mu.Lock()
			defer mu.Unlock()
			tell(text)
		}
	}
	if c.Workers > 1 {
		c.several()
	}
	c.App.DetectMost = int(min(c.Stream.Depth, math.MaxInt))
	e := &Engine{config: c, gather: stats.New(c.Stats), expectations: expect.New[foretold](c.Expectations)}
	for n := range max(c.Workers, 1) {
		w, err := newWorker(c)
		if err != nil {
			return nil, fmt.Errorf("engine: %w", err)
		}
		t := e.gather.Thread(fmt.Sprintf("W#%02d", n+1))
		t.Add(&w.decoder.Counters, &w.datagrams.Counters, w.flows.Counters(), &w.tracker.Counters, &w.store.Counters,
			w.gateway.Counters(), w.gateway, &w.counters, &w.endings, connectionStates{&w.endings}, &w.elephants, &w.memory,
			new(needless), &w.exceptions, &w.verdicts)
		if n == 0 {
			t.Add(&e.expected)
		}
		if l, ok := w.packets.(stats.Lister); ok {
			t.Add(l)
		}
		w.expectations, w.wanted = e.expectations, &e.demand
		for _, own := range []any{c.Logger, c.Sink} {
			if l, ok := own.(stats.Lister); ok && n == 0 {
				t.Add(l)
			}
		}
		e.workers, e.threads = append(e.workers, w), append(e.threads, t)
	}
	return e, nil
}

// Stats returns all counters. now is the time that the snapshot bears, in nanoseconds since the Unix epoch. With one worker,
// call it when no packet is being processed.
func (e *Engine) Stats(now int64, uptime time.Duration) *stats.Snapshot {
	e.expected = e.expectations.Counters()
	e.each(func(n int, w *Worker) {
		w.gauge()
		e.threads[n].Collect()
	})
	e.run.collect()
	return e.gather.Snapshot(now, uptime)
}

// Between calls f with the PacketHandler of each worker, between two of its packets. It does so with several workers or sources
// only: a single worker, whose packets may come from elsewhere, is its caller's to stop. It may be called at any time, by any
// goroutine but those of the workers.
func (e *Engine) Between(f func(h PacketHandler)) {
	e.run.mu.Lock()
	running := e.run.lanes != nil
	e.run.mu.Unlock()
	if !running {
		return
	}
	e.each(func(_ int, w *Worker) {
		if w.packets != nil {
			f(w.packets)
		}
	})
}

// Worker returns the engine's first worker, for a caller that has its packets from elsewhere than a Source.
func (e *Engine) Worker() *Worker { return e.workers[0] }

// cancelCheck is the number of packets after which Run looks whether it was cancelled.
const cancelCheck = 256

// Run processes all packets of the sources, ends all flows, and returns. When ctx is cancelled it stops early, ends all flows
// likewise, and returns the context's error; any other error is a source's, or a *Panic of a worker.
//
// Several sources are the queues of one capture: they are read at the same time, each by a goroutine of its own.
func (e *Engine) Run(ctx context.Context, sources ...Source) error {
	if len(e.workers) > 1 || len(sources) > 1 {
		return e.share(ctx, sources)
	}
	defer e.Close()
	if len(sources) == 0 {
		return nil
	}
	src, w := sources[0], e.workers[0]
	waits, _ := src.(Decider)
	var p packet.Packet
	for n := 1; ; n++ {
		switch err := src.Next(&p); {
		case err == nil:
			v := w.Packet(&p)
			decide(waits, p.Number, v, p.Frame)
		case errors.Is(err, ErrQuiet):
			w.Tick(p.Time)
			n = 0 // look whether the run was cancelled
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
		if n%cancelCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Tick tells the worker the time, in nanoseconds since the Unix epoch, when no packets come: flows that have timed out are
// ended. Time never runs backwards, and a leap of more than an hour counts once the next packet or Tick confirms it. Run does it
// when its Source is quiet.
func (w *Worker) Tick(now int64) { w.flows.Advance(now) }

// Close ends all flows. Run does it by itself.
func (e *Engine) Close() {
	for _, w := range e.workers {
		w.Close()
	}
}

// Close ends all flows of the worker, in the order in which they began.
func (w *Worker) Close() { w.flows.Close() }

// Totals are the figures of a run that people ask for first.
type Totals struct {
	Packets, Bytes uint64 // read; bytes as captured
	Flows          uint64
}

// Totals returns the figures so far. With one worker, call it when no packet is being processed.
func (e *Engine) Totals() (t Totals) {
	e.each(func(_ int, w *Worker) {
		t.Packets += w.decoder.Counters.Packets
		t.Bytes += w.decoder.Counters.Bytes
		t.Flows += w.flows.Counters().Total
	})
	return t
}

// Scanned returns how many bytes were searched for the end of a line or a delimiter in held bytes: at most in proportion
// to the bytes that came.
func (e *Engine) Scanned() (n uint64) {
	e.each(func(_ int, w *Worker) { n += w.store.Counters.Scanned })
	return n
}
