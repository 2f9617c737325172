package engine_test

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// caller is a protocol whose client announces connections: "CALL PORT" to the server, "BACK PORT" to itself, "CAST PORT"
// with datagrams, "TO ADDRESS" to any port of another host.
var caller = app.Protocol{
	Name:      "caller",
	Patterns:  []app.Pattern{{Text: "CALL "}, {Text: "BACK "}, {Text: "CAST "}, {Text: "TO "}},
	NewStream: func(c *app.Conn) app.StreamParser { return &calling{c} },
}

type calling struct{ conn *app.Conn }

func (p *calling) Client(in *stream.Cursor) error {
	for {
		line, ok := in.Line(80)
		if !ok {
			return nil
		}
		verb, rest, _ := strings.Cut(string(line), " ")
		port, _ := strconv.Atoi(rest)
		e := app.Expectation{Port: uint16(port), Protocol: "called", State: "from " + verb}
		switch verb {
		case "BACK":
			e.Back = true
		case "CAST":
			e.Transport = app.UDP
		case "TO":
			e.Server = netip.MustParseAddr(rest)
		}
		p.conn.Expect(e)
	}
}

func (p *calling) Server(in *stream.Cursor) error { return nil }

// called is a protocol that nothing but an announcement tells.
var called = app.Protocol{
	Name:        "called",
	NewStream:   func(c *app.Conn) app.StreamParser { return begunCall(c) },
	NewDatagram: func(c *app.Conn) app.DatagramParser { return begunCall(c) },
}

type call struct {
	app.Tx
	text string
}

func (c *call) AppendJSON(o *event.Object) {
	o.Open("called")
	o.Str("text", c.text)
	o.Close()
}

func begunCall(conn *app.Conn) *call {
	text, _ := conn.State().(string)
	c := &call{text: text}
	conn.Begin(c)
	c.Finish()
	return c
}

func (*call) Client(in *stream.Cursor) error        { return nil }
func (*call) Server(in *stream.Cursor) error        { return nil }
func (*call) Datagram(d stream.Dir, b []byte) error { return nil }

func TestExpected(t *testing.T) {
	at := func(a netip.AddrPort, port uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), port) }
	for _, test := range []struct {
		name, line string
		from, to   netip.AddrPort
		udp        bool
		after      time.Duration
		text       string // empty: the announcement does not fit
	}{
		{"as announced", "CALL 7000", at(client, 1), at(server, 7000), false, 0, "from CALL"},
		{"just in time", "CALL 7000", at(client, 1), at(server, 7000), false, 29 * time.Second, "from CALL"},
		{"too late", "CALL 7000", at(client, 1), at(server, 7000), false, 31 * time.Second, ""},
		{"other port", "CALL 7000", at(client, 1), at(server, 7001), false, 0, ""},
		{"other way", "CALL 7000", at(server, 1), at(client, 7000), false, 0, ""},
		{"back", "BACK 7000", at(server, 20), at(client, 7000), false, 0, "from BACK"},
		{"not back", "BACK 7000", at(client, 20), at(server, 7000), false, 0, ""},
		{"datagrams", "CAST 7000", at(client, 1), at(server, 7000), true, 0, "from CAST"},
		{"no datagrams", "CALL 7000", at(client, 1), at(server, 7000), true, 0, ""},
		{"other host", "TO 203.0.113.9", at(client, 1), netip.MustParseAddrPort("203.0.113.9:99"), false, 0, "from TO"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			a := s.talk(client, server).open()
			a.say(0, test.line+"\r\n")
			s.wait(test.after)
			if test.udp {
				s.udp(test.from, test.to, "some data")
			} else {
				b := s.talk(test.from, test.to).open()
				b.say(1, "some data that tells nothing")
				b.close()
			}
			a.close()
			f := s.play(t, engine.Config{Protocols: []app.Protocol{caller, called}})
			flows := f.all("flow")
			parent, child := flows[0], flows[1]
			if parent["app_proto"] != "caller" {
				parent, child = child, parent
			}
			if test.text == "" {
				f.check(child, map[string]any{"parent_id": nil})
				if child["app_proto"] == "called" {
					t.Error("the connection was taken for the one that was announced")
				}
				return
			}
			f.check(child, map[string]any{"app_proto": "called", "parent_id": parent["flow_id"]})
			f.check(f.one("called"), map[string]any{"called.text": test.text, "parent_id": parent["flow_id"]})
			f.check(parent, map[string]any{"parent_id": nil})
			if n := f.counter("app_layer.expectations"); n != 0 {
				t.Errorf("%d expectations are left", n)
			}
		})
	}
}

// An announcement is known to all workers, and counted once.
func TestExpectedByAnotherWorker(t *testing.T) {
	const flows = 40
	s := newScript()
	for n := range flows {
		host := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)}), 40000)
		s.talk(host, server).open().say(0, fmt.Sprintf("CALL %d\r\nCALL 1\r\n", 7000+n))
	}
	first := s.all
	s.all = nil
	for n := range flows {
		host := netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})
		b := s.talk(netip.AddrPortFrom(host, 1), netip.AddrPortFrom(server.Addr(), uint16(7000+n))).open()
		b.say(1, "some data that tells nothing")
		b.close()
	}
	second := s.all
	for _, workers := range []int{1, 2, 4} {
		var sink lines
		e, err := engine.New(engine.Config{Protocols: []app.Protocol{caller, called}, Sink: &sink, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		for _, all := range [][]frame{first, second} {
			if err := e.Run(context.Background(), &frames{all: all}); err != nil {
				t.Fatal(err)
			}
		}
		met := 0
		for _, l := range sink.all {
			if strings.Contains(l, `"event_type":"called"`) && strings.Contains(l, `"text":"from CALL"`) &&
				strings.Contains(l, `"parent_id":`) {
				met++
			}
		}
		if met != flows {
			t.Errorf("%d workers: %d connections met their announcement, want %d", workers, met, flows)
		}
		if n := e.Stats(0, 0).Total.Value("app_layer.expectations"); n != flows {
			t.Errorf("%d workers: app_layer.expectations is %d, want %d", workers, n, flows)
		}
	}
}
