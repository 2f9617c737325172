package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

func TestWaitEndsWithPeer(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("TEXT\r\none\r\n.\r\n")
	l.want("") // the text waits
	l.server("G")
	l.want("")
	l.server("O\r\n")
	l.server("OK\r\n")
	l.want("note 0")
	l.close()
}

func TestWaitIsBounded(t *testing.T) {
	l := dial(t, app.Config{MaxWait: 100}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("TEXT\r\n" + strings.Repeat("x\r\n", 33))
	l.want("")
	l.client("x\r\n")
	l.want("!lost_wait 0")
	if n := l.gateway.Counters().WaitsLost; n != 1 {
		t.Errorf("WaitsLost = %d, want 1", n)
	}
	l.close()
}

func TestWaitEndsWithGap(t *testing.T) {
	for _, d := range []stream.Dir{stream.ToServer, stream.ToClient} {
		l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
		l.server("NOTE x\r\n")
		l.client("TEXT\r\none\r\n")
		l.want("")
		l.lose(d, 7)
		l.say(d, "more\r\n")
		l.want("")
		l.ack(d)
		if got := l.notes.String(); !strings.HasPrefix(got, "!lost_wait 0") {
			t.Errorf("gap %s: told: %s", d, got)
		}
		l.close()
	}
}

func TestWaitInline(t *testing.T) {
	l := dial(t, app.Config{Inline: true}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("TEXT\r\none\r\n.\r\nSAY x\r\n")
	if n := l.session.TxCount(); n != 2 {
		t.Errorf("%d transactions before the server's answer, want 2", n)
	}
	l.server("GO\r\nOK\r\nOK\r\n")
	l.want("note 0, note 1")
	l.close()
}

// A connection that ends while its client waits: the client's bytes are read after the server's.
func TestWaitAtClose(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("TEXT\r\none\r\n.\r\n")
	l.fin(stream.ToServer)
	l.want("")
	l.close()
	l.want("!lost_wait 0, note 0")
}

// selfish turns change something without end and read nothing.
type selfish struct{ conn *app.Conn }

func (p *selfish) Client(in *stream.Cursor) error { in.Skip(1); p.conn.WaitPeer(); return nil }
func (p *selfish) Server(in *stream.Cursor) error { in.Skip(1); p.conn.WaitPeer(); return nil }

func TestEndlessTurnsEnd(t *testing.T) {
	p := app.Protocol{
		Name: "selfish", Patterns: []app.Pattern{{Text: "x"}},
		NewStream: func(c *app.Conn) app.StreamParser { return &selfish{c} },
	}
	l := dial(t, app.Config{}, app.Info{}, p)
	l.client("x")
	l.server("y")
	l.client("x")
	l.server("y")
	if n := l.gateway.Counters().Turns; n > 1000 {
		t.Errorf("%d turns", n)
	}
	l.close()
}

func TestSwitchesAreBounded(t *testing.T) {
	l := dial(t, app.Config{MaxSwitches: 3}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	for range 5 {
		l.client("UP note\r\n")
		l.server("OK\r\n")
	}
	const odd = "!applayer_detect_protocol_only_one_direction, " // an OK is nothing to recognise the server by
	l.want("note 0, " + odd + "note 0, " + odd + "note 0, " + odd + "!change_refused 0, note 0, !change_refused 1, note 1")
	if n := l.gateway.Counters().SwitchesRefused; n != 2 || l.session.Disabled() {
		t.Errorf("%d refused, disabled %v; want 2, false", n, l.session.Disabled())
	}
	l.close()
}

func TestSwitchGivesUp(t *testing.T) {
	for _, test := range []struct{ expect, want string }{
		{"shout", "note 0, !applayer_unexpected_protocol"},
		{"tls", "note 0, !applayer_unexpected_protocol, !applayer_no_tls_after_starttls"},
	} {
		tls := app.Protocol{Name: "tls", Patterns: []app.Pattern{{Text: "\x16\x03"}}}
		l := dial(t, app.Config{SwitchLimit: 50}, app.Info{}, note(noteConfig{}), shout(), tls)
		l.server("NOTE x\r\n")
		l.client("UP " + test.expect + "\r\n")
		l.server("OK\r\n")
		l.client(strings.Repeat("z", 49))
		l.want("note 0")
		l.client("z")
		l.notes.log = append([]string{"note 0"}, l.notes.log...)
		l.want(test.want)
		if p, o := l.session.Protocol(), l.session.Original(); p != app.Failed || o != "note" {
			t.Errorf("protocol %q, original %q", p, o)
		}
		if n := l.gateway.Counters().FailedTCP; n != 1 {
			t.Errorf("FailedTCP = %d, want 1", n)
		}
		l.close()
		l.want("")
	}
}

// What the old parser was told, and what the new one finds of it.
func TestSwitchState(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}), shout())
	l.server("NOTE x\r\n")
	l.client("UP shout\r\n")
	l.server("OK\r\n")
	if l.session.Expected() != "shout" || l.session.Protocol() != "note" {
		t.Errorf("expected %q of %q", l.session.Expected(), l.session.Protocol())
	}
	l.client("SHOUT\r\n")
	if l.session.Original() != "note" || l.session.Protocol() != "shout" {
		t.Errorf("original %q of %q", l.session.Original(), l.session.Protocol())
	}
	l.close()
	l.want("note 0, shouting 0")
}

// TestProtocolOfTransactions wants a transaction that rules have not seen yet to remain one of its protocol behind a change.
func TestProtocolOfTransactions(t *testing.T) {
	l := dial(t, app.Config{KeepForRules: true}, app.Info{}, note(noteConfig{}), shout())
	l.server("NOTE x\r\n")
	l.client("UP shout\r\n")
	l.server("OK\r\n")
	l.client("SHOUT\r\n")
	var got []string
	for tx := range l.session.Transactions() {
		got = append(got, tx.Head().Protocol())
	}
	if !slices.Equal(got, []string{"note", "shout"}) {
		t.Errorf("transactions of %q, want note and shout", got)
	}
	l.close()
}

func TestPanicCostsOneFlow(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.gateway.Packet(time.Second.Nanoseconds(), 42)
	l.server("NOTE x\r\n")
	l.client("SAY a\r\nBOOM\r\n")
	l.client("SAY b\r\n")
	l.want("error internal, note 0, note 1")
	e := l.notes.errors[0]
	if e.Number != 42 || e.Protocol != "note" || e.Offset != 13 || len(e.Stack) == 0 {
		t.Errorf("error %+v", e)
	}
	if !l.session.Disabled() || l.gateway.Counters().Panics != 1 {
		t.Error("the session is not disabled")
	}
	l.close()
	l.want("")

	other := l.gateway.NewSession(app.Info{Transport: app.TCP, ServerPort: 7777})
	var pair stream.Pair
	l.store.Push(&pair, stream.ToClient, 0, []byte("NOTE x\r\n"), other)
	l.store.Push(&pair, stream.ToServer, 0, []byte("SAY a\r\n"), other)
	l.store.Push(&pair, stream.ToClient, 8, []byte("OK\r\n"), other)
	l.store.Close(&pair, other)
	other.Close()
	l.want("note 0")
}

// evil panics wherever it is called.
type evil struct {
	app.Tx
	conn *app.Conn
}

func (p *evil) Client(in *stream.Cursor) error { p.conn.Begin(p); in.Line(100); return nil }
func (p *evil) Server(in *stream.Cursor) error { panic("server") }
func (p *evil) Gap(stream.Dir, stream.Loss)    { panic("gap") }
func (p *evil) End(stream.Dir, []byte)         { panic("end") }
func (p *evil) AppendJSON(*event.Object)       { panic("json") }

func TestPanicsEverywhere(t *testing.T) {
	p := app.Protocol{
		Name: "evil", Patterns: []app.Pattern{{Text: "x"}},
		NewStream: func(c *app.Conn) app.StreamParser { return &evil{conn: c} },
	}
	for name, act := range map[string]func(l *line){
		"server": func(l *line) { l.server("y\n") },
		"gap":    func(l *line) { l.lose(0, 5); l.client("z"); l.ack(0) },
		"end":    func(l *line) { l.fin(0) },
	} {
		l := dial(t, app.Config{}, app.Info{}, p)
		l.client("x\n")
		act(l)
		if n := l.gateway.Counters().Panics; n != 2 || !l.session.Disabled() { // the second in AppendJSON
			t.Errorf("%s: %d panics, disabled %v", name, n, l.session.Disabled())
		}
		l.close()
	}
	constructor := app.Protocol{
		Name: "evil", Patterns: []app.Pattern{{Text: "x", Check: func(stream.Dir, []byte) app.Guess { panic("check") }}},
		NewStream: func(c *app.Conn) app.StreamParser { panic("constructor") },
	}
	for range 2 {
		l := dial(t, app.Config{}, app.Info{}, constructor)
		l.client("x\n")
		if !l.session.Disabled() {
			t.Error("not disabled")
		}
		l.close()
		constructor.Patterns[0].Check = nil
	}
}

func TestErrors(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{noGap: true}))
	l.server("NOTE x\r\n")
	l.client("SAY a\r\nBAD\r\n")
	l.want("error parser, note 0")
	e := l.notes.errors[0]
	if !errors.Is(e, errBad) || e.Offset != 12 || e.Dir != stream.ToServer {
		t.Errorf("error %v", e)
	}
	if got, want := e.Error(), "parse note to_server at offset 12: parser: bad command"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	l.server("OK\r\n")
	l.close()
	l.want("")
	counts := map[string]uint64{}
	l.gateway.Each(func(name string, n uint64) { counts[name] = n })
	for name, want := range map[string]uint64{
		"app_layer.flow.note": 1, "app_layer.tx.note": 1, "app_layer.error.note.parser": 1,
		"app_layer.error.note.gap": 0, "app_layer.error.note.internal": 0, "app_layer.error.note.alloc": 0,
	} {
		if got, ok := counts[name]; !ok || got != want {
			t.Errorf("%s = %d, %v, want %d", name, got, ok, want)
		}
	}
}

func TestAnomaliesAreBounded(t *testing.T) {
	l := dial(t, app.Config{MaxAnomalies: 3}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n" + strings.Repeat("what\r\n", 5))
	l.want("!stray_reply, !stray_reply, !stray_reply")
	if n := l.gateway.Counters().AnomaliesDropped; n != 2 {
		t.Errorf("AnomaliesDropped = %d, want 2", n)
	}
	l.close()
}

func TestOpaqueAndBypass(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.server("NOTE x\r\n")
	l.client("HUSH\r\n")
	l.server("OK\r\n")
	if !l.session.Opaque(stream.ToClient) || l.session.Opaque(stream.ToServer) {
		t.Error("Opaque")
	}
	l.client("LEAVE\r\n")
	if !l.session.Bypassed() || !l.session.Disabled() {
		t.Error("Bypassed")
	}
	l.close()
}

// At the depth a direction ends: its half of each transaction is complete.
func TestDepth(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, note(noteConfig{}))
	l.store = stream.NewStore(stream.Config{Immediate: true, Depth: 30})
	l.server("NOTE x\r\n")
	l.client("BODY 100\r\n1234")
	l.client("56789012345678901234567890")
	l.server("OK\r\n")
	l.want("file 0, note 0")
	l.close()
	l.want("")
}

// talkative calls what else a Conn has.
type talkative struct{ conn *app.Conn }

func (p *talkative) Client(in *stream.Cursor) error {
	for line, ok := in.Line(100); ok; line, ok = in.Line(100) {
		switch string(line) {
		case "drop":
			p.conn.Drop()
		case "report":
			p.conn.Report(in.Offset(), errBad)
		case "expect":
			client, server := p.conn.Ports()
			p.conn.Expect(app.Expectation{Port: client + server, Protocol: "next", State: p.conn.Now()})
		}
	}
	return nil
}
func (p *talkative) Server(in *stream.Cursor) error { return nil }

func TestConn(t *testing.T) {
	p := app.Protocol{
		Name: "talkative", Patterns: []app.Pattern{{Text: "x"}}, Depth: 100, Fields: []app.Field{{Name: "talkative.x"}},
		NewStream: func(c *app.Conn) app.StreamParser { return &talkative{c} },
	}
	l := dial(t, app.Config{}, app.Info{ClientPort: 1, ServerPort: 2, Flow: 5}, p)
	l.gateway.Packet(time.Second.Nanoseconds(), 3)
	l.client("x\nexpect\nreport\n")
	e := l.notes.expected[0]
	if e.Port != 3 || e.Lifetime != 30*time.Second || !e.State.(time.Time).Equal(time.Unix(1, 0)) {
		t.Errorf("expectation %+v", e)
	}
	l.want("error parser")
	if l.notes.errors[0].Offset != 16 || l.session.Disabled() || l.session.Dropped() {
		t.Errorf("error %v", l.notes.errors[0])
	}
	l.client("drop\n")
	s := l.session
	if !s.Dropped() || s.Flow() != 5 || s.Transport() != app.TCP || s.Depth() != 100 || len(s.Fields()) != 1 ||
		!s.Decided(stream.ToServer) || s.Decided(stream.ToClient) {
		t.Error("accessors")
	}
	l.close()
}

// Datagrams without a parser, and their directions.
func TestDatagramDetection(t *testing.T) {
	const ts, tc = stream.ToServer, stream.ToClient
	type datagram struct {
		d    stream.Dir
		text string
	}
	other := app.Protocol{Name: "other", Patterns: []app.Pattern{{Text: "other", Dir: tc, Transport: app.UDP}}}
	for _, test := range []struct {
		name          string
		datagrams     []datagram
		want          [3]string // of the flow, to server, to client
		log           string
		flows, failed uint64
	}{
		{"one", []datagram{{ts, "ping"}}, [3]string{"ping", "ping", ""}, "ping 0", 1, 0},
		{"both", []datagram{{ts, "ping"}, {tc, "ping"}}, [3]string{"ping", "ping", "ping"}, "ping 0, ping 1", 1, 0},
		{"answer unknown", []datagram{{ts, "ping"}, {tc, "x"}}, [3]string{"ping", "ping", "ping"}, "ping 0, ping 1", 1, 0},
		{"question unknown", []datagram{{ts, "x"}, {tc, "ping"}}, [3]string{"ping", "failed", "ping"}, "ping 0", 0, 1},
		{"neither", []datagram{{ts, "x"}, {tc, "x"}, {ts, "ping"}}, [3]string{"failed", "failed", "failed"}, "", 0, 1},
		{"two", []datagram{{ts, "ping"}, {tc, "other"}}, [3]string{"ping", "ping", "other"},
			"ping 0, !applayer_mismatch_protocol_both_directions, ping 1", 1, 0},
		{"too short", []datagram{{ts, "pin"}}, [3]string{"failed", "failed", ""}, "", 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := dial(t, app.Config{}, app.Info{Transport: app.UDP, ServerPort: 777}, ping(), other)
			for _, d := range test.datagrams {
				l.session.Datagram(d.d, []byte(d.text))
			}
			l.want(test.log)
			s := l.session
			if got := [3]string{s.Protocol(), s.ProtocolOf(ts), s.ProtocolOf(tc)}; got != test.want {
				t.Errorf("protocols %q, want %q", got, test.want)
			}
			var flows uint64
			l.gateway.Each(func(name string, n uint64) {
				if name == "app_layer.flow.ping" {
					flows = n
				}
			})
			if n := l.gateway.Counters().FailedUDP; flows != test.flows || n != test.failed {
				t.Errorf("%d flows, %d failed, want %d, %d", flows, n, test.flows, test.failed)
			}
			s.Close()
		})
	}
}
