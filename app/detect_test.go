package app_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// silent is a parser that reads nothing.
type silent struct{}

func (silent) Client(*stream.Cursor) error { return nil }
func (silent) Server(*stream.Cursor) error { return nil }

// named returns a protocol with the given patterns and a probe that accepts bytes beginning with probe and ending, at
// any place, with a semicolon. An empty probe is none.
func named(name, probe string, patterns ...app.Pattern) app.Protocol {
	p := app.Protocol{Name: name, Patterns: patterns, NewStream: func(*app.Conn) app.StreamParser { return silent{} }}
	if probe != "" {
		p.Ports = []app.Port{
			{Transport: app.TCP, Number: 7777, Dir: stream.ToServer},
			{Transport: app.TCP, Number: 7777, Dir: stream.ToClient},
		}
		p.Probe = func(d stream.Dir, b []byte) app.Guess {
			if n := min(len(b), len(probe)); string(b[:n]) != probe[:n] {
				return app.No
			}
			if strings.ContainsRune(string(b), ';') {
				return app.Yes
			}
			return app.Unknown
		}
	}
	return p
}

func TestDetection(t *testing.T) {
	protocols := []app.Protocol{
		named("start", "", app.Pattern{Text: "abc"}),
		named("fold", "", app.Pattern{Text: "FoLd", Fold: true}),
		named("later", "", app.Pattern{Text: "xyz", Offset: 2, Depth: 9}),
		named("short", "", app.Pattern{Text: "ab", Check: func(d stream.Dir, b []byte) app.Guess {
			switch {
			case len(b) < 8:
				return app.Unknown
			case b[7] == '!':
				return app.Yes
			}
			return app.No
		}}),
		named("probed", "p"),
		named("probed2", "pq"),
		named("server", "", app.Pattern{Dir: stream.ToClient, Text: "abc"}),
	}
	for _, test := range []struct {
		dir  stream.Dir
		text string
		open string // what is known while the connection is open
		want string // once it ended
	}{
		{stream.ToServer, "abc", "start", "start"},
		{stream.ToServer, "ab", "", ""},
		{stream.ToServer, "ABC", "", ""},
		{stream.ToServer, "fOlD", "fold", "fold"},
		{stream.ToServer, "12xyz6789", "later", "later"},
		{stream.ToServer, "123456xyz", "later", "later"},
		{stream.ToServer, "1xyz56789", "", ""},  // before its offset
		{stream.ToServer, "1234567xyz", "", ""}, // ends behind its depth
		{stream.ToServer, "12xyz", "", "later"}, // not so many bytes as the depth: only the end tells
		{stream.ToServer, "ab.....!", "short", "short"},
		{stream.ToServer, "ab......", "", ""},
		{stream.ToServer, "pq12;", "probed", "probed"}, // both at the same byte: the first
		{stream.ToServer, "p", "", ""},
		{stream.ToClient, "abc", "server", "server"},
		{stream.ToClient, "fold", "", ""},
		{stream.ToClient, "pq;", "probed", "probed"},
		{stream.ToServer, "", "", ""},
	} {
		for _, size := range []int{1, 2, 3, 100} {
			l := dial(t, app.Config{}, app.Info{}, protocols...)
			for rest := test.text; rest != ""; {
				n := min(size, len(rest))
				l.say(test.dir, rest[:n])
				rest = rest[n:]
			}
			open := l.session.Protocol()
			l.fin(test.dir)
			if got := l.session.Protocol(); open != test.open || got != test.want {
				t.Errorf("%s %q in pieces of %d: %q, then %q, want %q, then %q",
					test.dir, test.text, size, open, got, test.open, test.want)
			}
			if got := l.session.ProtocolOf(test.dir); got != test.want {
				t.Errorf("%s %q: ProtocolOf = %q, want %q", test.dir, test.text, got, test.want)
			}
			l.close()
		}
	}
}

// Whatever bytes there are, in whatever pieces, the outcome is the same.
func TestDetectionOfPieces(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab;p"[r.IntN(4)]
		}
		return string(b)
	}
	check := func(at int, c byte) func(stream.Dir, []byte) app.Guess {
		return func(_ stream.Dir, b []byte) app.Guess {
			switch {
			case len(b) <= at:
				return app.Unknown
			case b[at] == c:
				return app.Yes
			}
			return app.No
		}
	}
	for range 3000 {
		var protocols []app.Protocol
		for i := range 1 + r.IntN(5) {
			name, probe := string(rune('A'+i)), ""
			if r.IntN(2) == 0 {
				probe = text(1)
			}
			var patterns []app.Pattern
			for range r.IntN(3) {
				p := app.Pattern{Dir: stream.Dir(r.IntN(2)), Text: text(1 + r.IntN(3)), Offset: r.IntN(3)}
				if r.IntN(2) == 0 {
					p.Depth = p.Offset + len(p.Text) + r.IntN(4)
				}
				if r.IntN(2) == 0 {
					p.Check = check(r.IntN(12), "ab"[r.IntN(2)])
				}
				patterns = append(patterns, p)
			}
			protocols = append(protocols, named(name, probe, patterns...))
		}
		said := [2]string{text(1 + r.IntN(20)), text(1 + r.IntN(20))}
		play := func(cut func(n int) int) [3]string {
			l := dial(t, app.Config{}, app.Info{}, protocols...)
			l.notes.silent = true
			for d, rest := range said {
				for rest != "" {
					n := cut(len(rest))
					l.say(stream.Dir(d), rest[:n])
					rest = rest[n:]
				}
			}
			l.fin(stream.ToServer)
			l.fin(stream.ToClient)
			s := l.session
			got := [3]string{s.Protocol(), s.ProtocolOf(stream.ToServer), s.ProtocolOf(stream.ToClient)}
			l.close()
			return got
		}
		want := play(func(n int) int { return n })
		for _, cut := range []func(int) int{
			func(int) int { return 1 },
			func(n int) int { return 1 + r.IntN(n) },
		} {
			if got := play(cut); got != want {
				t.Fatalf("seed %d: %q in pieces: %q, at once: %q", seed, said, got, want)
			}
		}
	}
}

func TestGivingUp(t *testing.T) {
	patterns := named("x", "", app.Pattern{Text: "xxxx"}, app.Pattern{Dir: stream.ToClient, Text: "xxxx"})
	probe := named("y", "y")
	fill := func(n int) string { return strings.Repeat("y", n) }
	for _, test := range []struct {
		name           string
		port           uint16
		probeLimit     int
		client, server int
		want           string
		log            string
	}{
		{"both done", 1, 0, 4, 4, app.Failed, ""},
		{"one not done", 1, 0, 4, 3, "", ""},
		{"client alone", 1, 0, 100, 0, "", ""},
		{"client alone, too much", 1, 0, 101, 0, app.Failed, "!applayer_proto_detection_skipped"},
		{"server alone, too much", 1, 0, 0, 101, app.Failed, "!applayer_proto_detection_skipped"},
		{"probe waits", 7777, 500, 101, 0, "", ""},
		{"probe waits, twice too much", 7777, 500, 201, 0, app.Failed, "!applayer_proto_detection_skipped"},
		{"probe's limit", 7777, 50, 50, 50, app.Failed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := dial(t, app.Config{DetectLimit: 100, ProbeLimit: test.probeLimit}, app.Info{ServerPort: test.port}, patterns, probe)
			for n := range max(test.client, test.server) {
				if n < test.client {
					l.client(fill(1))
				}
				if n < test.server {
					l.server(fill(1))
				}
			}
			l.want(test.log)
			if got := l.session.Protocol(); got != test.want {
				t.Errorf("protocol %q, want %q", got, test.want)
			}
			wanted := uint64(0)
			if test.want == app.Failed {
				wanted = 1
			}
			if n := l.gateway.Counters().FailedTCP; n != wanted {
				t.Errorf("FailedTCP = %d, want %d", n, wanted)
			}
			l.close()
		})
	}
}

// A server that answers what was never seen speaks first, which not every protocol allows; one that answers what came and
// could not be kept does not.
func TestUnkept(t *testing.T) {
	for _, unkept := range []bool{false, true} {
		l := dial(t, app.Config{}, app.Info{}, shout())
		l.lose(stream.ToServer, 8)
		if unkept {
			l.session.Unkept(stream.ToServer)
		}
		l.server("ECHO hi\n")
		l.client("SHOUT again\n")
		l.ack(stream.ToServer)
		want, protocol := "!applayer_wrong_direction_first_data", ""
		if unkept {
			want, protocol = "shouting 0, error gap", "shout"
		}
		l.want(want)
		if got := l.session.Protocol(); got != protocol {
			t.Errorf("protocol %q, want %q", got, protocol)
		}
		l.close()
	}
}

// Detection looks at each byte a bounded number of times, and holds a bounded number of bytes.
func TestDetectionIsBounded(t *testing.T) {
	l := dial(t, app.Config{}, app.Info{}, named("y", "y"), named("x", "", app.Pattern{Text: "xxxx", Depth: 100}))
	for range 150000 {
		l.client("y")
	}
	c := l.gateway.Counters()
	if c.Examined > 1<<20 || c.Detects > 2000 {
		t.Errorf("%d attempts at %d bytes", c.Detects, c.Examined)
	}
	if !l.session.Disabled() || l.pair[0].Held() != 0 {
		t.Errorf("disabled %v, %d bytes held", l.session.Disabled(), l.pair[0].Held())
	}
	l.close()
}

func TestSettings(t *testing.T) {
	for _, test := range []struct {
		settings app.Settings
		port     uint16
		text     string
		want     string
		parsed   bool
	}{
		{app.Settings{}, 7777, "y;", "y", true},
		{app.Settings{}, 1, "y;", "", false},
		{app.Settings{Ports: []app.Port{{Transport: app.TCP, Number: 1}}}, 1, "y;", "y", true},
		{app.Settings{Ports: []app.Port{{Transport: app.TCP}}}, 2, "y;", "y", true}, // every port
		{app.Settings{Ports: []app.Port{}}, 7777, "y;", "", false},
		{app.Settings{Mode: app.DetectOnly}, 7777, "y;", "y", false},
		{app.Settings{Mode: app.Off}, 7777, "y;", "", false},
	} {
		c := app.Config{Protocols: map[string]app.Settings{"y": test.settings}}
		l := dial(t, c, app.Info{ServerPort: test.port}, named("y", "y"))
		l.client(test.text)
		if got := l.session.Protocol(); got != test.want {
			t.Errorf("%+v: protocol %q, want %q", test.settings, got, test.want)
		}
		if parsed := l.gateway.Counters().Turns > 0; parsed != test.parsed {
			t.Errorf("%+v: parsed %v, want %v", test.settings, parsed, test.parsed)
		}
		l.close()
	}
}

func TestNewGatewayRefuses(t *testing.T) {
	for _, test := range []struct {
		protocols []app.Protocol
		want      string
	}{
		{[]app.Protocol{{}}, "reserved"},
		{[]app.Protocol{{Name: "failed"}}, "reserved"},
		{[]app.Protocol{named("a", ""), named("a", "")}, "given twice"},
		{[]app.Protocol{named("a", "", app.Pattern{})}, "cannot match"},
		{[]app.Protocol{named("a", "", app.Pattern{Text: "abc", Depth: 2})}, "cannot match"},
		{[]app.Protocol{named("a", "", app.Pattern{Text: "a", Offset: -1})}, "cannot match"},
	} {
		if _, err := app.NewGateway(app.Config{}, test.protocols, &notes{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewGateway: %v, want %q", err, test.want)
		}
	}
}

// A flow that was announced has the announced protocol unless its bytes say otherwise.
func TestExpected(t *testing.T) {
	announced := app.Protocol{
		Name:      "announced",
		NewStream: func(c *app.Conn) app.StreamParser { return &shoutParser{conn: c} },
	}
	for _, test := range []struct {
		text, open, want, log string
	}{
		{"zzzz\n", "announced", "announced", "announced 0"},
		{"zz\n", "", "announced", "announced 0"},
		{"xxxx\n", "x", "x", ""},
		{"", "", "", ""},
	} {
		l := dial(t, app.Config{}, app.Info{Expect: "announced", State: "state"},
			named("x", "", app.Pattern{Text: "xxxx"}), announced)
		l.client(test.text)
		open := l.session.Protocol()
		l.fin(stream.ToServer)
		if got := l.session.Protocol(); open != test.open || got != test.want {
			t.Errorf("%q: protocol %q, then %q, want %q, then %q", test.text, open, got, test.open, test.want)
		}
		l.close()
		l.want(test.log)
	}
}

// Somebody else remembers announcements. It is asked when nothing else was found in a direction, and only then.
func TestExpecter(t *testing.T) {
	announced := app.Protocol{
		Name: "announced",
		NewStream: func(c *app.Conn) app.StreamParser {
			if c.State() != "left" {
				t.Errorf("state %v, want what was left", c.State())
			}
			return &shoutParser{conn: c}
		},
		NewDatagram: func(c *app.Conn) app.DatagramParser { return nothing{} },
	}
	for _, test := range []struct {
		transport app.Transport
		text      string
		announced string
		want      string
		inquiries int
	}{
		{app.TCP, "zzzz\n", "announced", "announced", 1},
		{app.TCP, "zzzz\n", "", "", 1},
		{app.TCP, "zzzz\n", "a name", "a name", 1},
		{app.TCP, "xxxx\n", "announced", "x", 0},
		{app.TCP, "zz", "announced", "", 0},
		{app.UDP, "zz", "announced", "announced", 1},
		{app.UDP, "zz", "", app.Failed, 1},
		{app.UDP, "xxxx", "announced", "x", 0},
	} {
		x := named("x", "", app.Pattern{Text: "xxxx"}, app.Pattern{Text: "xxxx", Transport: app.UDP})
		l := dial(t, app.Config{}, app.Info{Transport: test.transport}, x, announced)
		l.notes.announced = test.announced
		if test.transport == app.UDP {
			l.session.Datagram(stream.ToServer, []byte(test.text))
		} else {
			l.client(test.text)
			l.client("m") // nobody is asked again for the same direction
		}
		if got := l.session.Protocol(); got != test.want || l.notes.inquiries != test.inquiries {
			t.Errorf("%d %q announced as %q: protocol %q after %d inquiries, want %q after %d",
				test.transport, test.text, test.announced, got, l.notes.inquiries, test.want, test.inquiries)
		}
		l.close()
	}
}

// The windows of connections raise the limit of what is held for detection.
func TestDetectLimit(t *testing.T) {
	p := named("p", "", app.Pattern{Text: "pppp"}, app.Pattern{Dir: stream.ToClient, Text: "pppp"})
	for _, test := range []struct {
		most   int
		window [2]int // of client, server
		dir    stream.Dir
		held   int
	}{
		{0, [2]int{1000, 1000}, stream.ToServer, 100},
		{500, [2]int{0, 1000}, stream.ToServer, 100},
		{500, [2]int{300, 50}, stream.ToServer, 300},
		{500, [2]int{300, 50}, stream.ToClient, 100},
		{500, [2]int{50, 1000}, stream.ToClient, 500},
	} {
		l := dial(t, app.Config{DetectLimit: 100, DetectMost: test.most}, app.Info{}, p)
		l.notes.windows = test.window
		l.say(test.dir, strings.Repeat("z", test.held))
		if got := l.session.Protocol(); got != "" {
			t.Errorf("%+v: protocol %q too early", test, got)
		}
		l.say(test.dir, "z")
		if got := l.session.Protocol(); got != app.Failed {
			t.Errorf("%+v: protocol %q, want %q", test, got, app.Failed)
		}
		l.want("!applayer_proto_detection_skipped")
		l.close()
	}
}

// Bytes that are the other direction's: by its patterns, or by its probe and the client's port.
func TestReverse(t *testing.T) {
	p := app.Protocol{
		Name: "p",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 53, Dir: stream.ToClient}, {Transport: app.UDP, Number: 53, Dir: stream.ToClient},
			{Transport: app.TCP, Number: 53, Dir: stream.ToServer}, {Transport: app.UDP, Number: 53, Dir: stream.ToServer},
		},
		Patterns: []app.Pattern{{Text: "CCC"}},
		Probe: func(d stream.Dir, head []byte) app.Guess {
			if string(head) == "??"[:min(len(head), 2)] && len(head) < 2 {
				return app.Unknown
			}
			if d == stream.ToServer && string(head[:2]) == "q?" || d == stream.ToClient && string(head[:2]) == "a!" {
				return app.Yes
			}
			return app.No
		},
		NewStream:   func(c *app.Conn) app.StreamParser { return nothing{} },
		NewDatagram: func(c *app.Conn) app.DatagramParser { return nothing{} },
	}
	for _, test := range []struct {
		name           string
		info           app.Info
		reverse        bool
		client, server string
		want           string
		reversed       bool
	}{
		{"udp answer first", app.Info{Transport: app.UDP, ClientPort: 53, ServerPort: 4000}, false, "a!", "q?", "p", true},
		{"udp answer only", app.Info{Transport: app.UDP, ClientPort: 53, ServerPort: 4000}, false, "a!", "", "p", true},
		{"udp question first", app.Info{Transport: app.UDP, ClientPort: 4000, ServerPort: 53}, false, "q?", "a!", "p", false},
		{"udp both ports", app.Info{Transport: app.UDP, ClientPort: 53, ServerPort: 53}, false, "a!", "q?", "p", true},
		{"udp neither port", app.Info{Transport: app.UDP, ClientPort: 4000, ServerPort: 4001}, false, "a!", "q?", app.Failed, false},
		{"tcp answer first", app.Info{ClientPort: 53, ServerPort: 4000, Midstream: true}, true, "a!", "q?", "p", true},
		{"tcp not allowed", app.Info{ClientPort: 53, ServerPort: 4000, Midstream: true}, false, "a!", "q?", "", false},
		{"tcp with a beginning", app.Info{ClientPort: 4000, ServerPort: 53}, true, "zzz", "CCC", "p", false},
		{"tcp with a beginning, not allowed", app.Info{ClientPort: 4000, ServerPort: 53}, false, "zzz", "CCC", app.Failed, false},
	} {
		l := dial(t, app.Config{Reverse: test.reverse}, test.info, p)
		for d, text := range [2]string{test.client, test.server} {
			switch {
			case text == "":
			case test.info.Transport == app.UDP:
				l.session.Datagram(stream.Dir(d), []byte(text))
			default:
				l.say(stream.Dir(d), text)
			}
		}
		if s := l.session; s.Protocol() != test.want || s.Reversed() != test.reversed {
			t.Errorf("%s: protocol %q, reversed %v, want %q, %v", test.name, s.Protocol(), s.Reversed(), test.want, test.reversed)
		}
		l.close()
	}
}

// nothing is a parser that reads nothing.
type nothing struct{}

func (nothing) Client(in *stream.Cursor) error        { return nil }
func (nothing) Server(in *stream.Cursor) error        { return nil }
func (nothing) Datagram(d stream.Dir, b []byte) error { return nil }

func TestMidstream(t *testing.T) {
	p := named("m", "", app.Pattern{Text: "CCC"}, app.Pattern{Dir: stream.ToClient, Text: "SSS"})
	for _, test := range []struct {
		reverse        bool
		client, server string
		want           string
		reversed       bool
	}{
		{true, "CCC", "SSS", "m", false},
		{true, "SSS", "CCC", "m", true},
		{true, "SSS", "?", "m", true},
		{false, "SSS", "CCC", app.Failed, false},
		{false, "CCC", "SSS", "m", false},
		{true, "???", "SSS", app.Failed, false},
	} {
		l := dial(t, app.Config{Reverse: test.reverse}, app.Info{Midstream: true}, p)
		l.client(test.client)
		l.server(test.server)
		if s := l.session; s.Protocol() != test.want || s.Reversed() != test.reversed {
			t.Errorf("%+v: protocol %q, reversed %v", test, s.Protocol(), s.Reversed())
		}
		l.close()
	}
}
