package engine_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// eager is a watcher that looks at packets early, too.
type eager struct {
	*watcher
	flow, stream bool
	want         func(p *packet.Packet, late bool) engine.Action
}

func (e *eager) Early() (beforeFlow, beforeStream bool) { return e.flow, e.stream }

func (e *eager) BeforeFlow(p *packet.Packet) engine.Action {
	e.note("%d before its flow", p.Number)
	return e.want(p, false)
}

func (e *eager) BeforeStream(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	e.note("%d before its stream, %v, established %v", p.Number, a.Dir, a.Established)
	return e.want(p, true)
}

// eagerly returns what makes a handler that looks early, and what it noted.
func eagerly(e eager) (func() engine.PacketHandler, *[]string) {
	make, notes := watch(watcher{})
	return func() engine.PacketHandler { e.watcher = make().(*watcher); return &e }, notes
}

// A packet is shown before its flow and before its stream, and goes no further when it is dropped there.
func TestEarlyHandler(t *testing.T) {
	play := func(c engine.Config, e eager) (*found, []string) {
		s := newScript()
		k := s.talk(client, server).open()
		k.say(0, "hello\r\n")
		var notes *[]string
		c.Packets, notes = eagerly(e)
		f := s.play(t, c)
		return f, *notes
	}
	number := func(n uint64, when bool, a engine.Action) func(*packet.Packet, bool) engine.Action {
		return func(p *packet.Packet, late bool) engine.Action {
			if p.Number == n && late == when {
				return a
			}
			return engine.Ignore
		}
	}

	_, notes := play(engine.Config{}, eager{flow: true, stream: true, want: number(0, false, engine.Ignore)})
	want := []string{
		"1 before its flow", "1 before its stream, to_server, established false", "1 begins", "1 to_server first",
		"2 before its flow", "2 before its stream, to_client, established false", "2 to_client first",
		"3 before its flow", "3 before its stream, to_server, established false", "3 to_server",
		"4 before its flow", "4 before its stream, to_server, established true", "4 to_server established",
	}
	if len(notes) < len(want) || !slices.Equal(notes[:len(want)], want) {
		t.Errorf("shown %q, want %q", notes, want)
	}

	for _, test := range []struct {
		name     string
		e        eager
		prevent  bool
		verdicts string
		flows    int
	}{
		{"no flow begins", eager{flow: true, want: func(*packet.Packet, bool) engine.Action { return engine.DropPacket }}, true, "ddddd", 0},
		{"nothing can be dropped", eager{flow: true, want: number(1, false, engine.DropPacket)}, false, "ppppp", 1},
		{"the handshake's first packet", eager{stream: true, want: number(1, true, engine.DropPacket)}, true, "dpppp", 1},
		{"the flow", eager{stream: true, want: number(2, true, engine.DropFlow)}, true, "pdddd", 1},
		{"nobody is asked", eager{want: number(1, true, engine.DropPacket)}, true, "ppppp", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, notes := play(engine.Config{Prevent: test.prevent}, test.e)
			if v := f.judged(); v[:len(test.verdicts)] != test.verdicts {
				t.Errorf("verdicts %s, want %s; shown %q", v, test.verdicts, notes)
			}
			if n := len(f.all("flow")); n != test.flows {
				t.Errorf("%d flows, want %d", n, test.flows)
			}
			if test.prevent && f.judged()[0] == 'd' && slices.Contains(notes, "1 to_server first") {
				t.Errorf("the dropped packet was shown again: %q", notes)
			}
		})
	}
}
