package engine_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// notes is a StreamHandler that writes down what it is told, and drops a connection that says so.
type notes struct{ all []string }

func (n *notes) add(f *engine.Flow, format string, args ...any) {
	count, _ := f.Value().(int)
	f.SetValue(count + 1)
	n.all = append(n.all, fmt.Sprintf("%d/%d %v ", f.Packet(), count, f.Client().Port())+fmt.Sprintf(format, args...))
}

func (n *notes) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	for {
		line, ok := in.Line(100)
		if !ok {
			return
		}
		n.add(f, "%v %s", d, line)
		if string(line) == "drop" {
			f.Drop()
			f.Drop()
			return
		}
	}
}

func (n *notes) Gap(f *engine.Flow, d stream.Dir, l stream.Loss) {
	n.add(f, "%v lost %d behind %q", d, l.Lost, l.Held)
}

func (n *notes) End(f *engine.Flow, d stream.Dir, rest []byte) { n.add(f, "%v ends with %q", d, rest) }

func TestStreamHandler(t *testing.T) {
	s := newScript()
	a := s.talk(client, server).open() // 1 to 3
	a.say(0, "one\ntw")                // 4, 5
	a.say(1, "yes\n")                  // 6, 7
	a.seq[0] += 4                      // lost
	a.say(0, "rest\nha")               // 8, 9
	b := s.talk(client2, server).open()
	b.say(0, "drop\nand more\n") // 13, 14
	b.say(0, "more\n")
	a.close() // 17 to 19
	for _, test := range []struct {
		name      string
		immediate bool
		want      []string
		dropped   int // packets
	}{
		{"acknowledged", false, []string{
			"5/0 40000 to_server one",
			"7/1 40000 to_client yes",
			`9/2 40000 to_server lost 4 behind "tw"`,
			"9/3 40000 to_server rest",
			"14/0 40001 to_server drop",
			"18/4 40000 to_server ha", // the FIN, which is acknowledged now, says that the line has no more
			`18/5 40000 to_server ends with ""`,
			`19/6 40000 to_client ends with ""`,
		}, 3},
		{"immediate", true, []string{
			"4/0 40000 to_server one",
			"6/1 40000 to_client yes",
			`9/2 40000 to_server lost 4 behind "tw"`,
			"9/3 40000 to_server rest",
			"13/0 40001 to_server drop",
			"17/4 40000 to_server ha",
			`17/5 40000 to_server ends with ""`,
			`18/6 40000 to_client ends with ""`,
		}, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			var n notes
			f := s.play(t, engine.Config{Streams: &n, Stream: stream.Config{Immediate: test.immediate}})
			if !slices.Equal(n.all, test.want) {
				t.Errorf("got  %q\nwant %q", n.all, test.want)
			}
			dropped := 0
			for _, v := range f.verdicts {
				if v == packet.Drop {
					dropped++
				}
			}
			if dropped != test.dropped {
				t.Errorf("%d packets dropped, want %d", dropped, test.dropped)
			}
			flows := f.all("flow")
			f.check(flows[0], map[string]any{"flow.action": nil, "app_proto": nil})
			f.check(flows[1], map[string]any{"flow.action": "drop"})
		})
	}
}

type look func(f *engine.Flow)

func (l look) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) { l(f); in.Skip(int64(in.Len())) }
func (l look) Gap(f *engine.Flow, d stream.Dir, _ stream.Loss)      {}
func (l look) End(f *engine.Flow, d stream.Dir, rest []byte)        {}

func TestFlow(t *testing.T) {
	six := netip.MustParseAddrPort("[2001:db8::25]:25")
	s := newScript()
	begin := time.Unix(0, s.now)
	a := s.talk(netip.MustParseAddrPort("[2001:db8::1]:40000"), six).open()
	s.wait(time.Hour / 10)
	a.say(0, "x\n")
	called := false
	var id uint64
	f := s.play(t, engine.Config{Streams: look(func(f *engine.Flow) {
		called = true
		id = f.ID()
		if f.Client() != a.ends[0] || f.Server() != six || !f.Start().Equal(begin) || !f.Now().Equal(begin.Add(time.Hour/10+4*time.Millisecond)) {
			t.Errorf("flow %v from %v, now %v", f, f.Start(), f.Now())
		}
		if f.Value() != nil {
			t.Errorf("value %v, want none", f.Value())
		}
	})})
	if !called {
		t.Error("nothing was read")
	}
	f.check(f.one("flow"), map[string]any{"flow_id": float64(id), "src_ip": "2001:0db8:0000:0000:0000:0000:0000:0001"})
}

// Each receiving host has its policy: here segments overlap, and the policy says whose bytes count.
func TestPolicy(t *testing.T) {
	for _, test := range []struct {
		policy func(netip.Addr) stream.Policy
		want   string
	}{
		{nil, "aaaabbbbb"},
		{func(a netip.Addr) stream.Policy {
			if a == server.Addr() {
				return stream.Vista
			}
			return stream.BSD
		}, "acccbbbbb"},
	} {
		s := newScript()
		a := s.talk(client, server).open()
		seq := a.seq[0]
		a.at(0, ack, seq+1, a.seq[1], "ccc")
		a.at(0, ack, seq, a.seq[1], "aaaa")
		a.seq[0] += 4
		a.say(0, "bbbbb\n")
		var n notes
		s.play(t, engine.Config{Streams: &n, Policy: test.policy})
		if want := "7/0 40000 to_server " + test.want; len(n.all) == 0 || n.all[0] != want {
			t.Errorf("got %q, want %q", n.all, want)
		}
	}
}

func TestESP(t *testing.T) {
	s := newScript()
	s.ip(client.Addr(), server.Addr(), 50, []byte{0, 0, 1, 2, 0, 0, 0, 1, 9, 9, 9, 9})
	f := s.play(t, engine.Config{})
	f.check(f.one("flow"), map[string]any{"proto": "ESP", "spi": 0x102})
}
