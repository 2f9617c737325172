package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stats"
	"github.com/reknit/reknit/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lines is a sink that keeps whole records.
type lines struct{ all []string }

func (s *lines) Event(r *event.Record) { s.all = append(s.all, string(r.AppendJSON(nil, nil))) }

// shared runs a capture through so many workers, and returns the records, sorted.
func shared(t testing.TB, c engine.Config, workers int, all []frame) ([]string, *engine.Engine) {
	t.Helper()
	var s lines
	c.Protocols = []app.Protocol{smtp.New(smtp.Config{})}
	c.DecodeEvents, c.StreamEvents = true, true
	c.Sink, c.Workers = &s, workers
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), &frames{all: all}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.all)
	return s.all, e
}

// alike are the counters that do not depend on the number of workers.
func alike(e *engine.Engine) (all []string) {
	for _, r := range e.Stats(0, 0).Total.Rows {
		switch {
		case strings.HasPrefix(r.Name, "flow.mgr."), strings.HasPrefix(r.Name, "flow.wrk."), strings.Contains(r.Name, "memuse"),
			r.Name == "flow.spare", strings.HasPrefix(r.Name, "memcap."), strings.HasSuffix(r.Name, "_from_cache"), strings.HasSuffix(r.Name, "_from_pool"):
		default:
			all = append(all, fmt.Sprint(r.Name, " ", r.Value))
		}
	}
	return all
}

// captures are variants of one, and things that workers may get wrong.
func captures(t testing.TB) map[string][]frame {
	plain := load(t, mailCapture)
	one := func(b []byte) [][]byte { return [][]byte{b} }
	all := map[string][]frame{
		"plain":                  plain,
		"one byte at a time":     recut(plain, 1, false, 1),
		"seven backwards, twice": recut(plain, 7, true, 2),
		"whole, backwards":       recut(plain, 1<<16, true, 1),
		"in IPv4":                rewrite(plain, func(b []byte) [][]byte { return one(in4(ipProtocol(b), b)) }),
		"in VXLAN in IPv6": rewrite(plain, func(b []byte) [][]byte {
			return one(in6(17, inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 0, 0}, ethernet(b))))
		}),
		"in GRE in IPv6":       rewrite(plain, func(b []byte) [][]byte { return one(in6(47, inGRE(b))) }),
		"fragments":            rewrite(plain, func(b []byte) [][]byte { return fragmented(b, 16) }),
		"fragments of tunnels": rewrite(plain, func(b []byte) [][]byte { return fragmented(in4(47, inGRE(b)), 48) }),
		"fragments in tunnels": rewrite(plain, func(b []byte) [][]byte {
			f := fragmented(b, 48)
			for i := range f {
				f[i] = in6(47, inGRE(f[i]))
			}
			return f
		}),
	}
	s := newScript()
	for n := range 300 {
		client := client
		if n%3 == 0 {
			client = client2
		}
		a := s.talk(addPort(client, n), server)
		a.open()
		a.greet()
		s.udp(addPort(client, n), server, "a datagram")
		s.icmp(server.Addr(), client.Addr(), 8, 0, nil)
		s.icmp(server.Addr(), client.Addr(), 3, 3, network(s.all[len(s.all)-3])[:28]) // an error, about the connection
		s.wait([]time.Duration{time.Millisecond, time.Second, 7 * time.Second, 70 * time.Second}[n%4])
		switch n % 5 {
		case 0:
			a.mail("late")
		case 1:
			a.close()
		case 2:
			s.wait(2 * time.Hour)
			a.mail("too late")
		case 3:
			s.last()[40] ^= 1
		}
	}
	all["pauses"] = s.all
	return all
}

// Law 5: any number of workers gives the same records, times and identifiers included, and counts the same.
func TestWorkersInvariance(t *testing.T) {
	for name, all := range captures(t) {
		for _, inline := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/inline %v", name, inline), func(t *testing.T) {
				c := engine.Config{Inline: inline, Prevent: inline, Netflows: true, Ethernet: true, Drops: true}
				if inline {
					c.Exceptions = engine.Exceptions{Midstream: engine.DropFlow, Parser: engine.PassFlow}
				}
				want, single := shared(t, c, 1, all)
				if len(want) < 15 {
					t.Fatalf("%d records of one worker", len(want))
				}
				counted := alike(single)
				for _, workers := range []int{2, 3, 8} {
					for _, c.ByPair = range []bool{false, true} {
						got, e := shared(t, c, workers, all)
						diff(t, got, want)
						if t.Failed() {
							t.Fatalf("with %d workers", workers)
						}
						diff(t, alike(e), counted)
						if a, b := e.Totals(), single.Totals(); a != b {
							t.Errorf("%d workers: totals %+v, want %+v", workers, a, b)
						}
						if n := len(e.Stats(0, 0).Threads); n != workers+1 {
							t.Errorf("%d workers: %d threads", workers, n)
						}
					}
				}
			})
		}
	}
}

// Whether checksums were filled in is found out from all packets in their order, not by each worker from its own.
func TestWorkersChecksums(t *testing.T) {
	for _, test := range []struct {
		name         string
		first, every int // packets whose checksum is spoilt
	}{{"offloaded", 1 << 30, 1}, {"some", 400, 7}, {"few", 1 << 30, 12}, {"the first", 19, 1}} {
		all := recut(load(t, mailCapture), 60, false, 1)
		for len(all) < 3000 {
			all = append(all, all...)
		}
		for i := range all {
			all[i].data = slices.Clone(all[i].data)
			if i < test.first && i%test.every == 0 {
				if g, ok := parse(all[i]); ok {
					all[i].data[g.tcp+16] ^= 0x55
				}
			}
		}
		want, single := shared(t, engine.Config{}, 1, all)
		for _, workers := range []int{2, 5} {
			got, e := shared(t, engine.Config{}, workers, all)
			diff(t, got, want)
			diff(t, alike(e), alike(single))
			if t.Failed() {
				t.Fatalf("%s, %d workers", test.name, workers)
			}
		}
	}
}

// gated is a Source that waits before its first packet, and may wait before its end.
type gated struct {
	engine.Source
	open, end <-chan struct{} // nil: it does not wait
}

func (g *gated) Next(p *packet.Packet) error {
	if g.open != nil {
		<-g.open
		g.open = nil
	}
	err := g.Source.Next(p)
	if err != nil && g.end != nil {
		<-g.end
	}
	return err
}

// seeing is a StreamHandler that tells of the first line with a word.
type seeing struct {
	mu   sync.Mutex
	told map[string]chan struct{}
}

func (s *seeing) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	for {
		line, ok := in.Line(1000)
		if !ok {
			return
		}
		s.mu.Lock()
		if c := s.told[string(line)]; c != nil {
			close(c)
			delete(s.told, string(line))
		}
		s.mu.Unlock()
	}
}
func (s *seeing) Gap(f *engine.Flow, d stream.Dir, l stream.Loss) {}
func (s *seeing) End(f *engine.Flow, d stream.Dir, rest []byte)   {}

// Packets of one direction on several queues are told once per flow and counted; those of two directions on two queues are
// counted apart. What the streams carry is the same.
func TestWrongThread(t *testing.T) {
	var s [2]*script
	for i := range s {
		s[i] = newScript()
	}
	s[1].now += 1e9
	// wrong changes the queue in the middle, right stays, split has its directions on different queues from its start.
	wrong, right := s[0].talk(client, server), s[0].talk(addPort(client, 1), server)
	wrong.open()
	right.open()
	wrong.say(0, "one\n")
	right.say(0, "two\n")
	split := s[0].talk(addPort(client, 2), server)
	split.segment(0, syn, "")
	s[0].udp(client, server, "a datagram")
	s[0].udp(client, server, "another")
	last := s[0].talk(addPort(client, 3), server) // says when all of this was processed
	last.open()
	last.segment(0, psh|ack, "go\n")

	wrong.script, split.script = s[1], s[1]
	split.segment(1, syn|ack, "")
	split.segment(1, ack, "")
	wrong.say(0, "three\n")
	wrong.close()
	s[1].udp(client, server, "on another queue")

	for _, workers := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			seen := make(chan struct{})
			h := &seeing{told: map[string]chan struct{}{"go": seen}}
			var out lines
			e, err := engine.New(engine.Config{Workers: workers, ByPair: true, StreamEvents: true, Sink: &out, Streams: h,
				Stream: stream.Config{Immediate: true}, Stats: stats.Config{Extensions: true}})
			if err != nil {
				t.Fatal(err)
			}
			ready := ready{&gated{Source: &frames{all: s[0].all}, end: seen}}
			if err := e.Run(context.Background(), ready, &gated{Source: &frames{all: s[1].all}, open: seen}); err != nil {
				t.Fatal(err)
			}
			var flows, events int
			for _, r := range out.all {
				if strings.Contains(r, `"wrong_thread":true`) {
					flows++
				}
				if strings.Contains(r, `"event":"stream.wrong_thread"`) {
					events++
				}
			}
			if flows != 2 || events != 1 {
				t.Errorf("%d flows, %d events, want 2 (one of them of datagrams) and 1:\n%s", flows, events, strings.Join(out.all, "\n"))
			}
			n := e.Stats(0, 0)
			for name, want := range map[string]uint64{
				"tcp.pkt_on_wrong_thread": 5, "reknit.flow_split_queues": 1, "tcp.reassembly_gap": 0,
			} {
				if got := n.Total.Value(name); got != want {
					t.Errorf("%s is %d, want %d", name, got, want)
				}
			}
		})
	}
}

// ready is a Live source that never has a packet at once, so that each one is handed over by itself.
type ready struct{ engine.Source }

func (ready) Ready() bool { return false }

// endless is a Source without an end.
type endless struct {
	w     *wire
	n     int
	after func(n int)
}

func (s *endless) Next(p *packet.Packet) error {
	if s.n++; s.after != nil {
		s.after(s.n)
	}
	q := s.w.next(0, 0x10, 100)
	p.Number, p.Time, p.Link, p.Frame, p.WireLen = q.Number, q.Time, q.Link, q.Frame, q.WireLen
	return nil
}

func TestWorkersCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e, err := engine.New(engine.Config{Workers: 3, Checksums: engine.ChecksumIgnore})
	if err != nil {
		t.Fatal(err)
	}
	src := &endless{w: newWire(100), after: func(n int) {
		if n == 5000 {
			cancel()
		}
	}}
	other := &endless{w: newWire(100)}
	if err := e.Run(ctx, src, other); err != context.Canceled {
		t.Errorf("Run returns %v, want %v", err, context.Canceled)
	}
	if n := e.Totals().Packets; n < 5000 {
		t.Errorf("%d packets were processed, want what was read", n)
	}
}

func TestWorkersSourceFails(t *testing.T) {
	broken := errors.New("the file is cut")
	e, err := engine.New(engine.Config{Workers: 2, Checksums: engine.ChecksumIgnore})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), &endless{w: newWire(100)}, failing{broken}); err != broken {
		t.Errorf("Run returns %v, want %v", err, broken)
	}
	if err := e.Run(context.Background()); err != nil {
		t.Errorf("Run without a source returns %v", err)
	}
}

// panicking is a sink and a source with a fault.
type panicking struct{}

func (panicking) Event(*event.Record)         { panic("the sink") }
func (panicking) Next(p *packet.Packet) error { panic("the source") }

// A fault ends the run and is reported; nobody waits for ever.
func TestWorkersPanic(t *testing.T) {
	s := newScript()
	for n := range 2000 {
		s.wait(time.Hour / 2)
		s.udp(addPort(client, n), server, "a datagram")
	}
	for _, workers := range []int{2, 3} {
		e, err := engine.New(engine.Config{Workers: workers, Sink: panicking{}})
		if err != nil {
			t.Fatal(err)
		}
		var p *engine.Panic
		if err := e.Run(context.Background(), &frames{all: s.all}, &endless{w: newWire(100)}); !errors.As(err, &p) {
			t.Fatalf("Run returns %v, want a *Panic", err)
		}
		if p.Value != "the sink" || !strings.HasPrefix(p.Thread, "W#0") || p.Number == 0 || len(p.Stack) == 0 {
			t.Errorf("panic %+v", p)
		}
		e, err = engine.New(engine.Config{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Run(context.Background(), panicking{}); !errors.As(err, &p) || p.Thread != "RX#01" {
			t.Errorf("Run returns %v, want a *Panic of the source", err)
		}
	}
}

// busy is a Live source that floods.
type busy struct{ *endless }

func (busy) Ready() bool { return true }

// slow is a sink that takes its time.
type slow struct{ until <-chan struct{} }

func (s slow) Event(*event.Record) { <-s.until }

// A live source never waits: what there is no room for is counted. A file does.
func TestWorkersFull(t *testing.T) {
	free := make(chan struct{})
	e, err := engine.New(engine.Config{Workers: 2, DecodeEvents: true, Sink: slow{free}, Stats: stats.Config{Extensions: true}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := newWire(100)
	w.packet.Link = packet.LinkRaw // every packet is odd
	const read = 10000
	src := &endless{w: w, after: func(n int) {
		if n == read {
			close(free)
			cancel()
		}
	}}
	if err := e.Run(ctx, busy{src}); err != context.Canceled {
		t.Fatal(err)
	}
	n := e.Stats(0, 0)
	packets, dropped := n.Total.Value("decoder.pkts"), n.Total.Value("reknit.ring_drops")
	if packets+dropped != uint64(src.n) || dropped < read/2 || packets < 1000 {
		t.Errorf("%d packets processed and %d dropped of %d", packets, dropped, src.n)
	}
}

// Counters can be asked for while workers work.
func TestStatsWhileRunning(t *testing.T) {
	e, err := engine.New(engine.Config{Workers: 3, Checksums: engine.ChecksumIgnore})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	last := uint64(0)
	src := &endless{w: newWire(100), after: func(n int) {
		if n%1000 != 0 {
			return
		}
		s := e.Stats(0, 0)
		if packets := s.Total.Value("decoder.pkts"); packets < last || packets > uint64(n) {
			t.Errorf("%d packets after %d, of %d read", packets, last, n)
		} else if last = packets; n == 20000 {
			cancel()
		}
		e.Totals()
	}}
	e.Run(ctx, src)
	if last == 0 {
		t.Error("no packets were counted")
	}
}
