package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stats"
)

// deciding is a Source whose packets wait for their verdicts.
type deciding struct {
	engine.Source
	mu       sync.Mutex
	verdicts map[uint64]packet.Verdict
	frames   map[uint64]string // that are sent on in place of what was captured
	twice    int
}

func (s *deciding) Decide(number uint64, v packet.Verdict, frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.verdicts[number]; ok {
		s.twice++
	}
	s.verdicts[number] = v
	if frame != nil {
		s.frames[number] = string(frame)
	}
}

// The source of each packet is told once what becomes of it, and the same with any number of workers: also when several of
// them have a part of it. The packet in a tunnel that is dropped takes the tunnel's with it.
func TestDecide(t *testing.T) {
	for name, all := range captures(t) {
		t.Run(name, func(t *testing.T) {
			var want map[uint64]packet.Verdict
			var counted []string
			for _, workers := range []int{1, 2, 3, 8} {
				e, err := engine.New(engine.Config{
					Workers: workers, Protocols: []app.Protocol{blocking("alice@example.net")}, Inline: true, Prevent: true, KeepInvalid: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				src := &deciding{Source: &frames{all: all}, verdicts: map[uint64]packet.Verdict{}}
				if err := e.Run(context.Background(), src); err != nil {
					t.Fatal(err)
				}
				if src.twice > 0 || len(src.verdicts) != len(all) {
					t.Errorf("%d workers: %d verdicts on %d packets, %d of them twice", workers, len(src.verdicts), len(all), src.twice)
				}
				if want == nil {
					want, counted = src.verdicts, alike(e)
					dropped := 0
					for _, v := range want {
						dropped += int(v)
					}
					if dropped == 0 {
						t.Fatal("nothing is dropped")
					}
					continue
				}
				for n, v := range want {
					if src.verdicts[n] != v {
						t.Fatalf("%d workers: verdict on packet %d is %v, want %v", workers, n, src.verdicts[n], v)
					}
				}
				diff(t, alike(e), counted)
			}
		})
	}
}

// flood is a Live source that floods, and whose packets wait for their verdicts.
type flood struct {
	busy
	*deciding
}

func (s flood) Next(p *packet.Packet) error { return s.busy.Next(p) }

// A packet for which there is no room is dropped or passes, as the policy has it, and its source is told.
func TestOverload(t *testing.T) {
	for _, test := range []struct {
		policy  engine.Exception
		prevent bool
		drops   bool
	}{{engine.Ignore, true, false}, {engine.PassPacket, true, false}, {engine.DropPacket, true, true}, {engine.Reject, true, true},
		{engine.DropPacket, false, false}} {
		t.Run(fmt.Sprint(test.policy, " ", test.prevent), func(t *testing.T) {
			free := make(chan struct{})
			e, err := engine.New(engine.Config{
				Workers: 2, DecodeEvents: true, Sink: slow{free}, Stats: stats.Config{Extensions: true},
				Prevent: test.prevent, Exceptions: engine.Exceptions{Overload: test.policy},
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			w := newWire(100)
			w.packet.Link = packet.LinkRaw // every packet is odd
			const read = 5000
			src := flood{
				busy{&endless{w: w, after: func(n int) {
					if n == read {
						close(free)
						cancel()
					}
				}}},
				&deciding{verdicts: map[uint64]packet.Verdict{}},
			}
			if err := e.Run(ctx, src); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			n := e.Stats(0, 0)
			unseen := n.Total.Value("reknit.ring_drops")
			if unseen < read/4 || src.twice > 0 || len(src.verdicts) != src.n {
				t.Fatalf("%d of %d packets unseen, %d verdicts, %d twice", unseen, src.n, len(src.verdicts), src.twice)
			}
			dropped := uint64(0)
			for _, v := range src.verdicts {
				dropped += uint64(v)
			}
			want := uint64(0)
			if test.drops {
				want = unseen
			}
			if dropped != want {
				t.Errorf("%d packets dropped, want %d", dropped, want)
			}
			if !test.prevent {
				return
			}
			if a, b := n.Total.Value("ips.accepted"), n.Total.Value("ips.blocked"); a+b != uint64(src.n) || b != want {
				t.Errorf("%d accepted and %d blocked of %d packets, want %d blocked", a, b, src.n, want)
			}
		})
	}
}

// When a worker fails, nobody waits for a verdict that does not come.
func TestDecidePanic(t *testing.T) {
	s := newScript()
	for n := range 2000 {
		s.wait(time.Hour / 2)
		s.udp(addPort(client, n), server, "a datagram")
	}
	e, err := engine.New(engine.Config{Workers: 2, Sink: panicking{}})
	if err != nil {
		t.Fatal(err)
	}
	frames := &frames{all: s.all}
	src := &deciding{Source: frames, verdicts: map[uint64]packet.Verdict{}}
	var p *engine.Panic
	if err := e.Run(context.Background(), src); !errors.As(err, &p) {
		t.Fatalf("Run returns %v, want a *Panic", err)
	}
	if src.twice > 0 || len(src.verdicts) != frames.n {
		t.Errorf("%d verdicts on %d packets, %d of them twice", len(src.verdicts), frames.n, src.twice)
	}
}

// quiet is a Source that has no packets at certain times, and then ends.
type quiet struct {
	engine.Source
	after []time.Duration // of the last packet
	last  int64
}

func (s *quiet) Next(p *packet.Packet) error {
	err := s.Source.Next(p)
	if err == nil {
		s.last = p.Time
		return nil
	}
	if err != io.EOF || len(s.after) == 0 {
		return err
	}
	p.Time = s.last + int64(s.after[0])
	s.after = s.after[1:]
	return engine.ErrQuiet
}

// On a quiet interface flows time out by the clock of the source, with any number of workers. One look at a clock that is wrong
// ends nothing.
func TestQuiet(t *testing.T) {
	const timeout = 30 * time.Second
	for _, test := range []struct {
		name  string
		after []time.Duration
		ended bool
	}{
		{"no time passes", nil, false},
		{"not long enough", []time.Duration{time.Second, timeout - time.Second}, false},
		{"long enough", []time.Duration{10 * time.Second, timeout + 10*time.Second}, true},
		{"a leap", []time.Duration{3 * time.Hour}, false},
		{"a leap that is taken back", []time.Duration{3 * time.Hour, time.Second}, false},
		{"a leap that is confirmed", []time.Duration{3 * time.Hour, 3*time.Hour + time.Second}, true},
		{"backwards", []time.Duration{-time.Hour, -2 * time.Hour}, false},
	} {
		s := newScript()
		s.udp(client, server, "one")
		s.udp(client2, server, "two")
		for _, workers := range []int{1, 2, 5} {
			var reasons []string
			e, err := engine.New(engine.Config{Workers: workers, Sink: sink(func(r *event.Record) {
				reasons = append(reasons, r.Body.(*event.Flow).Reason)
			})})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Run(context.Background(), &quiet{Source: &frames{all: s.all}, after: test.after}); err != nil {
				t.Fatal(err)
			}
			want := "[shutdown shutdown]"
			if test.ended {
				want = "[timeout timeout]"
			}
			if got := fmt.Sprint(reasons); got != want {
				t.Errorf("%s, %d workers: flows end for %s, want %s", test.name, workers, got, want)
			}
		}
	}
}

// Tick is for callers that have packets from elsewhere.
func TestTick(t *testing.T) {
	s := newScript()
	s.udp(client, server, "one")
	f := s.start(t, engine.Config{})
	f.engine.Worker().Tick(s.now + int64(29*time.Second))
	if n := f.counter("flow.active"); n != 1 {
		t.Errorf("%d flows before the time-out", n)
	}
	f.engine.Worker().Tick(s.now + int64(50*time.Second))
	r := f.one("flow")
	f.check(r, map[string]any{"flow.reason": "timeout"})
	if at, err := time.Parse("2006-01-02T15:04:05.999999-0700", r["timestamp"].(string)); err != nil || at.UnixNano() != f.start0(r)+int64(30*time.Second) {
		t.Errorf("the record is of %v (%v), want the time of the time-out", at, err)
	}
}

// start0 returns when a flow began.
func (f *found) start0(r record) int64 {
	at, err := time.Parse("2006-01-02T15:04:05.999999-0700", r.of("flow", "start").(string))
	if err != nil {
		f.t.Fatal(err)
	}
	return at.UnixNano()
}

// A run on a quiet interface can be cancelled.
func TestQuietCancelled(t *testing.T) {
	for _, workers := range []int{1, 2} {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		e, err := engine.New(engine.Config{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = e.Run(ctx, next(func(p *packet.Packet) error {
			if n++; n == 3 {
				cancel()
			}
			if n > 10 {
				return io.EOF
			}
			return engine.ErrQuiet
		}))
		if !errors.Is(err, context.Canceled) || n != 3 {
			t.Errorf("%d workers: Run returns %v after %d times, want %v at once", workers, err, n, context.Canceled)
		}
	}
}

type next func(p *packet.Packet) error

func (f next) Next(p *packet.Packet) error { return f(p) }
