package engine_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// Flows that begin after Change are parsed as it says; those there are go on as they began. The rest holds for all.
func TestChange(t *testing.T) {
	s := newScript()
	first := s.talk(client, toyServer).open()
	first.say(0, "one\n")
	before := len(s.all)
	first.say(0, "two\n")
	second := s.talk(client2, toyServer).open()
	second.say(0, "three\n")
	second.segment(0, psh|ack, "four\n")
	second.at(0, psh|ack, second.seq[0]-5, second.seq[1], "five\n")
	second.segment(1, ack, "")

	var lines []string
	settings := func(name string) []app.Protocol {
		return []app.Protocol{toy(func(c *app.Conn, text string) {
			rules := ""
			if c.ForRules() {
				rules = " for rules"
			}
			if c.Frames() {
				rules += " with frames"
			}
			lines = append(lines, name+" "+text+rules)
		})}
	}
	e, err := engine.New(engine.Config{Protocols: settings("first"), Packets: func() engine.PacketHandler { return new(curious) }})
	if err != nil {
		t.Fatal(err)
	}
	w, src := e.Worker(), s.source()
	for p := new(packet.Packet); src.Next(p) == nil; {
		if p.Number == uint64(before)+1 {
			e.Change(&engine.Demand{
				Protocols: settings("second"), CheckOverlap: true,
				App: app.Config{KeepForRules: true, Frames: app.FrameConfig{Wanted: map[string][]string{"toy": {app.StreamFrame}}}},
			})
		}
		w.Packet(p)
	}
	e.Close()
	if want := []string{"first one", "first two", "second three for rules with frames", "second four for rules with frames"}; !slices.Equal(lines, want) {
		t.Errorf("lines %q, want %q", lines, want)
	}
	if n := e.Stats(0, 0).Total.Value("tcp.overlap_diff_data"); n != 1 {
		t.Errorf("%d segments with other bytes than before, want 1", n)
	}
}

// curious is a PacketHandler that looks at nothing.
type curious struct{}

func (*curious) FlowStart(*engine.Flow, *packet.Packet) engine.Action { return engine.Ignore }

func (*curious) Packet(*engine.Flow, *packet.Packet, engine.Aspect) engine.Action {
	return engine.Ignore
}
