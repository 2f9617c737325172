package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
)

// stopping is a Source that cancels the run at a packet.
type stopping struct {
	engine.Source
	at   int
	stop func()
}

func (s *stopping) Next(p *packet.Packet) error {
	if s.at--; s.at == 0 {
		s.stop()
	}
	return s.Source.Next(p)
}

// A run that is cancelled tells what there is.
func TestRunCancelled(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.mail("complete")
	a.smtp("> MAIL FROM:<joe@example.net>", "< 250 ok")
	for range 1000 {
		a.smtp("> NOOP", "< 250 ok")
	}
	var kinds []string
	c := withSMTP
	c.Sink = sink(func(r *event.Record) { kinds = append(kinds, r.Type) })
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := e.Run(ctx, &stopping{s.source(), 100, cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run returns %v, want %v", err, context.Canceled)
	}
	if n := e.Totals().Packets; n < 100 || n > 1000 {
		t.Errorf("%d packets were read, want a few more than 100", n)
	}
	if len(kinds) != 3 || kinds[0] != "smtp" || kinds[1] != "smtp" || kinds[2] != "flow" {
		t.Errorf("records %q, want two mails and a flow", kinds)
	}
}

type failing struct{ error }

func (f failing) Next(*packet.Packet) error { return f.error }

func TestRunFails(t *testing.T) {
	broken := errors.New("the file is cut")
	e, err := engine.New(engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), failing{broken}); err != broken {
		t.Errorf("Run returns %v, want %v", err, broken)
	}
}

// Close may come twice, and an engine that was closed takes packets again.
func TestCloseTwice(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.mail("once")
	f := s.start(t, withSMTP)
	f.engine.Close()
	f.engine.Close()
	if len(f.all("smtp")) != 1 || len(f.all("flow")) != 1 {
		t.Errorf("%d mails, %d flows, want one of each", len(f.all("smtp")), len(f.all("flow")))
	}
	src := s.source()
	for p := new(packet.Packet); src.Next(p) == nil; {
		f.engine.Worker().Packet(p)
	}
	f.engine.Close()
	if len(f.all("smtp")) != 2 || len(f.all("flow")) != 2 {
		t.Errorf("%d mails, %d flows after another run, want two of each", len(f.all("smtp")), len(f.all("flow")))
	}
	for _, gauge := range []string{"flow.active", "tcp.active_sessions", "tcp.memuse", "tcp.reassembly_memuse"} {
		if n := f.counter(gauge); n != 0 {
			t.Errorf("%s is %d after Close, want 0", gauge, n)
		}
	}
}

// The gauges tell what is in use now.
func TestGauges(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open()
	a.greet()
	a.segment(0, psh|ack, "MAIL FROM:<half a li")
	f := s.start(t, withSMTP)
	for _, gauge := range []string{"flow.active", "flow.memuse", "tcp.active_sessions", "tcp.memuse", "tcp.reassembly_memuse"} {
		if n := f.counter(gauge); n == 0 {
			t.Errorf("%s is 0", gauge)
		}
	}
}

func TestNewFails(t *testing.T) {
	c := withSMTP
	c.Protocols = append(c.Protocols[:1:1], c.Protocols[0])
	if _, err := engine.New(c); err == nil {
		t.Error("the same protocol twice is taken")
	}
}
