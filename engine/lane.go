package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
)

// Panic is the error of a run that a fault ended: of this project, or of a Source, Sink or handler.
type Panic struct {
	Thread string // that it happened in: W#01
	Number uint64 // of the packet; 0: there was none
	Value  any    // that panic was called with
	Stack  []byte
}

func (p *Panic) Error() string {
	where := p.Thread
	if p.Number != 0 {
		where += fmt.Sprintf(", packet %d", p.Number)
	}
	return fmt.Sprintf("engine: %s: panic: %v", where, p.Value)
}

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// several makes c the configuration of each of several workers.
func (c *Config) several() {
	n := int64(c.Workers)
	if c.Flow.Memory <= 0 {
		c.Flow.Memory = flow.DefaultMemory
	}
	if c.Stream.MemoryCap == 0 {
		c.Stream.MemoryCap = stream.DefaultMemoryCap
	}
	c.Flow.Memory = max(c.Flow.Memory/n, min(c.Flow.Memory, leastFlowMemory))
	c.Stream.MemoryCap /= n
	c.ConnectionMemory = (c.ConnectionMemory + n - 1) / n
	if c.Sink != nil && !event.Concurrent(c.Sink) {
		c.Sink = &oneAtATime{sink: c.Sink}
	}
}

// leastFlowMemory is what a worker's flows get at least: a table in which there is room for a few thousand.
const leastFlowMemory = 1 << 20

// oneAtATime is for a sink that only one goroutine may call at a time.
type oneAtATime struct {
	mu   sync.Mutex
	sink event.Sink
}

func (s *oneAtATime) Event(r *event.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sink.Event(r)
}

// lane is a worker with a goroutine, and the rings from which it gets its packets.
type lane struct {
	worker *Worker
	name   string
	rings  []*ring // one per queue

	mu     sync.Mutex // held while packets are processed
	fault  *Panic     // why no more are processed
	failed func()     // told when there is one

	asleep atomic.Bool
	awake  chan struct{}

	gate    *gate         // nil: nobody waits for others
	number  uint64        // of the packet that is being processed
	reached atomic.Uint64 // the same, when it was last asked for
}

// wake makes the worker look at its rings, if it does not.
func (l *lane) wake() {
	if l.asleep.Load() && l.asleep.CompareAndSwap(true, false) {
		wake(l.awake)
	}
}

// run processes packets until all rings are closed, and ends all flows.
func (l *lane) run() {
	for {
		if l.some() {
			continue
		}
		for _, r := range l.rings {
			r.release()
		}
		l.gate.tell()
		if l.closed() {
			break
		}
		l.asleep.Store(true)
		if l.pending() {
			l.asleep.Store(false)
			continue
		}
		<-l.awake
	}
	l.end()
}

// some processes some packets. It reports whether there were any.
func (l *lane) some() (any bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s *slot
	defer func() {
		if v := recover(); v != nil {
			l.broke(v, s)
			any = true
		}
	}()
	for range batch {
		var r *ring
		var queue int
		if len(l.rings) == 1 {
			r, s = l.rings[0], l.rings[0].peek()
		} else {
			r, queue, s = l.earliest()
		}
		if s == nil {
			return any
		}
		any = true
		l.take(r, s, uint16(queue))
	}
	return any
}

// take processes s, the next packet of r, and tells its source what becomes of it.
func (l *lane) take(r *ring, s *slot, queue uint16) {
	number, b, own := s.number, s.ballot, s.own
	var v packet.Verdict
	var known bool
	if l.gate != nil {
		l.gate.pass(l, number)
	}
	if l.fault == nil {
		v, known = l.worker.take(s, queue)
	} else if own != 0 {
		v, known = l.worker.config.unseenPart(b)
	}
	if v == packet.Rewritten {
		decide(r.decider, number, v, b.frame(s.frame))
		r.take()
		return
	}
	r.take()
	if known {
		decide(r.decider, number, v, nil)
	}
}

// earliest returns the earliest of the packets that wait in several rings: so those of one flow are in order again.
func (l *lane) earliest() (from *ring, queue int, first *slot) {
	for i, r := range l.rings {
		if s := r.peek(); s != nil && (first == nil || s.time < first.time) {
			from, queue, first = r, i, s
		}
	}
	return from, queue, first
}

// broke notes that processing s panicked. What is still to come is taken and not processed, so that nobody waits for ever.
func (l *lane) broke(v any, s *slot) {
	l.fault = &Panic{Thread: l.name, Value: v, Stack: debug.Stack()}
	if s != nil {
		l.fault.Number = s.number
	}
	l.failed()
}

func (l *lane) closed() bool {
	return !slices.ContainsFunc(l.rings, func(r *ring) bool { return !r.closed.Load() || !r.empty() })
}

func (l *lane) pending() bool {
	return l.closed() || slices.ContainsFunc(l.rings, func(r *ring) bool { return !r.empty() })
}

// end ends all flows, at the time of the end of the capture.
func (l *lane) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault != nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			l.broke(v, nil)
		}
	}()
	for _, r := range l.rings {
		l.worker.flows.Follow(r.final)
	}
	l.number = lastNumber
	l.worker.Close()
}

// running is the run of an engine with several workers or sources.
type running struct {
	mu          sync.Mutex
	lanes       []*lane
	dispatchers []*dispatcher
	threads     []*stats.Thread // of the dispatchers
	shown       []*dispatched
	datagrams   defrag.Counters // a copy, for the first thread
}

// each calls f for every worker, while the worker does nothing else.
func (e *Engine) each(f func(n int, w *Worker)) {
	e.run.mu.Lock()
	lanes := e.run.lanes
	e.run.mu.Unlock()
	for n, w := range e.workers {
		if lanes == nil {
			f(n, w)
			continue
		}
		l := lanes[n]
		l.mu.Lock()
		f(n, w)
		l.mu.Unlock()
	}
}

// collect brings the counters of the dispatchers up to date.
func (r *running) collect() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, d := range r.dispatchers {
		d.mu.Lock()
		*r.shown[n] = d.shown
		d.mu.Unlock()
		if n == 0 {
			d.datagrams.mu.Lock()
			r.datagrams = d.datagrams.table.Counters
			d.datagrams.mu.Unlock()
		}
		r.threads[n].Collect()
	}
}

// share is Run with several workers or sources.
func (e *Engine) share(ctx context.Context, sources []Source) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	e.prepare(len(sources), func() { cancel(errPanic) })
	lanes, dispatchers := e.run.lanes, e.run.dispatchers

	var workers, readers sync.WaitGroup
	for n, d := range dispatchers {
		d.of(sources[n])
	}
	for _, l := range lanes {
		workers.Go(l.run)
	}
	errs := make([]error, len(sources))
	for n, d := range dispatchers {
		read := func() {
			errs[n] = d.all(ctx, sources[n])
			if errs[n] != nil {
				cancel(errs[n])
			}
		}
		if n == len(dispatchers)-1 {
			read()
		} else {
			readers.Go(read)
		}
	}
	readers.Wait()
	workers.Wait()
	for _, l := range lanes {
		if l.fault != nil {
			return l.fault
		}
	}
	return verdictOf(ctx, errs)
}

// errPanic is why a run is cancelled when a worker panicked.
var errPanic = errors.New("a worker panicked")

// verdictOf returns what Run does: the error that came first.
func verdictOf(ctx context.Context, errs []error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	if cause := context.Cause(ctx); slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, cause) }) {
		return cause
	}
	return errs[i]
}

// prepare makes the rings between so many sources and the workers.
func (e *Engine) prepare(sources int, failed func()) {
	r := &e.run
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.datagrams == nil {
		e.datagrams = &datagrams{table: defrag.New(e.config.defragConfig())}
	}
	r.lanes, r.dispatchers = nil, nil
	for n, w := range e.workers {
		l := &lane{worker: w, name: fmt.Sprintf("W#%02d", n+1), failed: failed, awake: make(chan struct{}, 1)}
		for range sources {
			l.rings = append(l.rings, newRing())
		}
		w.lane, w.queues = l, nil
		if sources > 1 {
			w.queues = new(arrivals)
		}
		r.lanes = append(r.lanes, l)
	}
	announcers := announcersOf(e.config.Protocols)
	var g *gate
	if sources == 1 && announcers != nil {
		g = newGate(r.lanes, announcers)
		for _, l := range r.lanes {
			l.gate = g
		}
	}
	spread := flow.NewSpread(len(e.workers), e.config.ByPair)
	for n := range sources {
		if n == len(r.threads) {
			r.addThread(e.gather, &e.config)
		}
		d := &dispatcher{
			config: &e.config, name: fmt.Sprintf("RX#%02d", n+1), spread: spread, lanes: r.lanes, datagrams: e.datagrams,
			gate: g,
			own:  make([]layers, len(e.workers)), counters: *r.shown[n], shown: *r.shown[n],
		}
		d.checksum.mode = e.config.Checksums
		e.config.prepare(&d.decoder)
		for _, l := range r.lanes {
			d.rings = append(d.rings, l.rings[n])
		}
		r.dispatchers = append(r.dispatchers, d)
	}
}

// addThread adds the counters of another dispatcher. Those of datagrams, which all of them share, are the first one's.
func (r *running) addThread(g *stats.Gatherer, c *Config) {
	n := len(r.threads)
	t := g.Thread(fmt.Sprintf("RX#%02d", n+1))
	r.shown = append(r.shown, new(dispatched))
	t.Add(r.shown[n], overloads{c, r.shown[n]})
	if n == 0 {
		t.Add(&r.datagrams)
	}
	r.threads = append(r.threads, t)
}
