package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

// watcher notes what a PacketHandler is shown, and wants what it was told to.
type watcher struct {
	mu    *sync.Mutex
	notes *[]string
	start func(f *engine.Flow, p *packet.Packet) engine.Action
	want  func(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action
}

// watch returns a watcher for Config.Packets, and what it noted.
func watch(w watcher) (func() engine.PacketHandler, *[]string) {
	w.mu, w.notes = new(sync.Mutex), new([]string)
	return func() engine.PacketHandler { return &w }, w.notes
}

func (w *watcher) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*w.notes = append(*w.notes, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (w *watcher) FlowStart(f *engine.Flow, p *packet.Packet) engine.Action {
	w.note("%d begins", p.Number)
	if w.start != nil {
		return w.start(f, p)
	}
	return engine.Ignore
}

func (w *watcher) Packet(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
	words := ""
	for _, x := range []struct {
		is   bool
		word string
	}{{a.First, " first"}, {a.Established, " established"}, {a.NoPayload, " hidden"}, {a.Last, " last"}} {
		if x.is {
			words += x.word
		}
	}
	switch {
	case f == nil:
		w.note("%d without flow%s", p.Number, words)
	case p == nil:
		w.note("end %v%s", a.Dir, words)
	default:
		w.note("%d %v%s", p.Number, a.Dir, words)
	}
	if w.want != nil {
		return w.want(f, p, a)
	}
	return engine.Ignore
}

// Each packet is shown with what is to be known of it, and the beginning and the end of flows.
func TestPacketHandler(t *testing.T) {
	for _, test := range []struct {
		name string
		play func(s *script)
		want []string
	}{
		{"a connection", func(s *script) {
			k := s.talk(client, server).open()
			k.say(1, "220 hello\r\n")
		}, []string{
			"1 begins", "1 to_server first", "2 to_client first", "3 to_server", "4 to_client established",
			"5 to_server established", "end to_server established", "end to_client established last",
		}},
		{"a connection that is closed", func(s *script) {
			k := s.talk(client, server).open()
			k.segment(1, rst|ack, "")
		}, []string{"1 begins", "1 to_server first", "2 to_client first", "3 to_server", "4 to_client established"}},
		{"half open", func(s *script) { s.talk(client, server).segment(0, syn, "") }, []string{"1 begins", "1 to_server first"}},
		{"picked up at the answer", func(s *script) {
			k := s.talk(client, server)
			k.segment(1, syn|ack, "")
			k.segment(0, ack, "")
			k.segment(0, ack, "")
		}, []string{
			"1 to_client first", "2 begins", "2 to_server first", "3 to_server established",
			"end to_server established", "end to_client established last",
		}},
		{"datagrams, and an error about them", func(s *script) {
			s.udp(client, server, "one")
			s.icmp(server.Addr(), client.Addr(), 3, 3, network(s.all[0])[:28])
			s.udp(client, server, "two")
			s.udp(server, client, "three")
			s.udp(client, server, "four")
		}, []string{"1 begins", "1 to_server first", "2 to_client", "3 to_server", "4 to_client first established", "5 to_server established"}},
		{"no flow", func(s *script) { s.icmp(server.Addr(), client.Addr(), 3, 3, make([]byte, 28)) }, []string{"1 without flow"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			test.play(s)
			c := engine.Config{}
			c.TCP.Midstream = true
			var got *[]string
			c.Packets, got = watch(watcher{})
			s.play(t, c)
			if !slices.Equal(*got, test.want) {
				t.Errorf("shown\n%s\nwant\n%s", strings.Join(*got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// An ICMP error does not make a flow established.
func TestErrorIsNoAnswer(t *testing.T) {
	s := newScript()
	s.udp(client, server, "one")
	s.icmp(server.Addr(), client.Addr(), 3, 3, network(s.all[0])[:28])
	f := s.play(t, engine.Config{})
	f.check(f.one("flow"), map[string]any{"flow.state": "new", "flow.pkts_toserver": 1, "flow.pkts_toclient": 1})
}

// What a handler wants is done with the packet and its flow, which is not shown any more, to parsers neither if it is dropped.
func TestActions(t *testing.T) {
	const flowDrop = ", flow drop, flow drop"
	for _, test := range []struct {
		action   engine.Action
		prevent  bool
		verdicts string // on packets after the handshake; the second has the bytes in question
		reasons  string
		shown    int // of them
		state    any
		marked   any // flow.action
		mails    int
	}{
		{engine.Ignore, true, "pppppppp", "", 8, "established", nil, 2},
		{engine.PassPacket, true, "pppppppp", "", 8, "established", nil, 2},
		{engine.PassFlow, true, "pppppppp", "", 2, "established", "pass", 2},
		{engine.BypassFlow, true, "pppppppp", "", 2, "bypassed", nil, 1},
		{engine.DropPacket, true, "pdpppppp", "rules", 8, "established", nil, 2},
		{engine.DropFlow, true, "pddddddd", "rules" + strings.Repeat(flowDrop, 3), 2, "established", "drop", 0},
		{engine.Reject, true, "pddddddd", "rules" + strings.Repeat(flowDrop, 3), 2, "established", "drop", 0},
		{engine.RejectBoth, true, "pddddddd", "rules" + strings.Repeat(flowDrop, 3), 2, "established", "drop", 0},
		{engine.PassFlow, false, "pppppppp", "", 2, "established", "pass", 2},
		{engine.DropPacket, false, "pppppppp", "", 8, "established", nil, 2},
		{engine.DropFlow, false, "pppppppp", "", 2, "established", "drop", 2},
		{engine.Reject, false, "pppppppp", "", 2, "established", "drop", 2},
	} {
		t.Run(fmt.Sprint(test.action, " ", test.prevent), func(t *testing.T) {
			s := newScript()
			k := s.talk(client, server).open()
			k.smtp("> EHLO bad.example")
			k.say(0, "MAIL FROM:<a@example.net>\r\nRSET\r\n")
			k.say(1, "250 ok\r\n250 ok\r\n250 ok\r\n")
			k.say(0, "MAIL FROM:<b@example.net>\r\n")
			c := engine.Config{Protocols: []app.Protocol{smtp.New(smtp.Config{})}, Inline: test.prevent, Prevent: test.prevent, Drops: true}
			var got *[]string
			c.Packets, got = watch(watcher{want: func(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
				if p != nil && strings.HasPrefix(string(p.Payload), "EHLO bad") {
					f.Alert()
					return engine.Ignore
				}
				if p != nil && p.Number == 5 {
					return test.action
				}
				return engine.Ignore
			}})
			f := s.play(t, c)
			if got := f.judged()[3:]; got != test.verdicts {
				t.Errorf("verdicts %s, want %s", got, test.verdicts)
			}
			if got := f.reasons(); got != test.reasons {
				t.Errorf("reasons %q, want %q", got, test.reasons)
			}
			shown := 0
			for _, n := range *got {
				var number int
				if _, err := fmt.Sscan(n, &number); err == nil && number > 3 {
					shown++
				}
			}
			if shown != test.shown {
				t.Errorf("%d packets shown, want %d: %q", shown, test.shown, *got)
			}
			r := f.one("flow")
			f.check(r, map[string]any{"flow.state": test.state, "flow.action": test.marked, "flow.alerted": true})
			if n := len(f.all("smtp")); n != test.mails {
				t.Errorf("%d mails, want %d", n, test.mails)
			}
			f.counts(map[string]int{"tcp.reassembly_memuse": 0, "tcp.active_sessions": 0})
			if test.prevent {
				f.counts(map[string]int{
					"ips.drop_reason.rules": strings.Count(test.reasons, "rules"), "ips.drop_reason.flow_drop": strings.Count(test.reasons, "flow drop"),
				})
			}
		})
	}
}

// A flow can be given up where it begins.
func TestFlowStart(t *testing.T) {
	s := newScript()
	s.talk(client, server).open()
	s.talk(client2, server).open()
	c := engine.Config{Prevent: true}
	var got *[]string
	c.Packets, got = watch(watcher{start: func(f *engine.Flow, p *packet.Packet) engine.Action {
		if f.Client() == client {
			return engine.DropFlow
		}
		return engine.Ignore
	}})
	f := s.play(t, c)
	if v := f.judged(); v != "dddppp" {
		t.Errorf("verdicts %s, want dddppp", v)
	}
	want := []string{"1 begins", "4 begins", "4 to_server first", "5 to_client first", "6 to_server"}
	if !slices.Equal((*got)[:5], want) {
		t.Errorf("shown %q, want %q", *got, want)
	}
}

// A handler may give up a flow by Flow.Drop, too; nothing is held of it then.
func TestFlowDropOfPacketHandler(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	k.segment(0, psh|ack, "EHLO half a li")
	k.segment(0, psh|ack, "ne\r\n")
	c := engine.Config{Protocols: withSMTP.Protocols}
	c.Packets, _ = watch(watcher{want: func(f *engine.Flow, p *packet.Packet, a engine.Aspect) engine.Action {
		if p != nil && p.Number == 4 {
			f.Drop()
			return engine.DropFlow
		}
		return engine.Ignore
	}})
	f := s.start(t, c)
	if v := f.judged(); v != "pppdd" {
		t.Errorf("verdicts %s, want pppdd", v)
	}
	f.counts(map[string]int{"tcp.reassembly_memuse": 0, "tcp.active_sessions": 0})
}

// Where an exception policy has a packet or a flow not looked at, it is not shown.
func TestSpared(t *testing.T) {
	for _, test := range []struct {
		policy engine.Exception
		want   int
	}{{engine.Ignore, 2}, {engine.PassPacket, 0}, {engine.PassFlow, 0}, {engine.DropPacket, 0}, {engine.DropFlow, 0}, {engine.BypassFlow, 0},
		{engine.Reject, 2}} {
		s := newScript()
		k := s.talk(client, server)
		k.segment(0, psh|ack, "one")
		k.segment(1, psh|ack, "two")
		c := engine.Config{Exceptions: engine.Exceptions{Midstream: test.policy}}
		var got *[]string
		c.Packets, got = watch(watcher{})
		s.play(t, c)
		n := 0
		for _, l := range *got {
			if !strings.HasSuffix(l, "begins") {
				n++
			}
		}
		if n != test.want {
			t.Errorf("%v: %d packets shown, want %d: %q", test.policy, n, test.want, *got)
		}
	}
}

// Encrypted bytes are not to be looked at.
func TestHidden(t *testing.T) {
	s := newScript()
	k := s.talk(client, toyServer).open()
	k.say(0, "clear\n")
	k.say(0, "secret\n")
	k.say(0, "nobody\n")
	c := engine.Config{Inline: true, Protocols: []app.Protocol{toy(func(c *app.Conn, text string) {
		if text == "secret" {
			c.Opaque(stream.ToServer)
		}
	})}}
	var got *[]string
	c.Packets, got = watch(watcher{})
	s.play(t, c)
	if n := strings.Count(strings.Join(*got, "\n"), "to_server established hidden"); n < 2 {
		t.Errorf("%d packets hidden: %q", n, *got)
	}
	if (*got)[4] != "4 to_server established" {
		t.Errorf("%q", *got)
	}
}

// What is shown does not depend on the number of workers.
func TestPacketHandlerWorkers(t *testing.T) {
	for name, all := range captures(t) {
		var want []string
		for _, workers := range []int{1, 3} {
			c := engine.Config{Workers: workers, Protocols: withSMTP.Protocols}
			var got *[]string
			c.Packets, got = watch(watcher{})
			e, err := engine.New(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Run(context.Background(), &frames{all: all}); err != nil {
				t.Fatal(err)
			}
			slices.Sort(*got)
			if want == nil {
				want = *got
				if len(want) < len(all) {
					t.Fatalf("%s: only %d calls for %d packets", name, len(want), len(all))
				}
				continue
			}
			if !slices.Equal(*got, want) {
				t.Errorf("%s: %d workers are shown something else than one", name, workers)
			}
		}
	}
}
