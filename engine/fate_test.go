package engine_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

// fates is a PacketLog. Flows have the number of their first packet in place of their own.
type fates struct {
	mu    sync.Mutex
	t     *testing.T
	all   map[uint64]engine.Fate
	flows map[uint64]uint64
}

func (l *fates) Log(p *packet.Packet, f engine.Fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.all[p.Number]; ok {
		l.t.Errorf("packet %d is told twice", p.Number)
	}
	if f.Flow != 0 {
		if _, ok := l.flows[f.Flow]; !ok {
			l.flows[f.Flow] = p.Number
		}
		f.Flow = l.flows[f.Flow]
	}
	l.all[p.Number] = f
}

func (l *fates) Late(uint64) {}

// Each packet is told once, with the same fate whatever the number of workers, also where several have a part of it.
func TestFates(t *testing.T) {
	handler, _ := watch(watcher{want: func(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
		switch {
		case f == nil || p == nil:
		case strings.HasPrefix(string(p.Payload), "EHLO"):
			f.Alert()
		case strings.HasPrefix(string(p.Payload), "RCPT"):
			return engine.PassFlow
		}
		return engine.Ignore
	}})
	var seen engine.Fate // what any packet is
	for name, all := range captures(t) {
		t.Run(name, func(t *testing.T) {
			var want map[uint64]engine.Fate
			for _, workers := range []int{1, 2, 3, 8} {
				l := &fates{t: t, all: map[uint64]engine.Fate{}, flows: map[uint64]uint64{}}
				e, err := engine.New(engine.Config{
					Workers: workers, Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Packets: handler, PacketLog: func() engine.PacketLog { return l }, Stream: stream.Config{Depth: 300},
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Run(context.Background(), &frames{all: all}); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = l.all
				}
				if len(l.all) != len(all) || !maps.Equal(l.all, want) {
					t.Errorf("%d workers: %d packets are told of %d: %v, want %v", workers, len(l.all), len(all), l.all, want)
				}
			}
			for _, f := range want {
				seen.Flow = max(seen.Flow, f.Flow)
				seen.Data, seen.Alerted = seen.Data || f.Data, seen.Alerted || f.Alerted
				seen.Passed, seen.Deep = seen.Passed || f.Passed, seen.Deep || f.Deep
			}
		})
	}
	if seen.Flow == 0 || !seen.Data || !seen.Alerted || !seen.Passed || !seen.Deep {
		t.Errorf("no packet is one that the test is about: %+v", seen)
	}
}
