package apptest

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

func TestParse(t *testing.T) {
	const text = "# comment\nport 25\nclient 1025\nmidstream\none-sided\nids\n\n" +
		"< hello\n>  two\n>\n>| a\\x00\"b\" é\\xe9\nlost 3\nlost < 4\nrst\nfin >\nfin\n-- eve --\n{\"a\":1}\n\n{\"b\":2}\n"
	c, err := Parse("x.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	const ts, tc = stream.ToServer, stream.ToClient
	want := []Step{
		{Dir: tc, Data: []byte("hello\r\n")},
		{Dir: ts, Data: []byte(" two\r\n")},
		{Dir: ts, Data: []byte("\r\n")},
		{Dir: ts, Data: []byte("a\x00\"b\" é\xe9")},
		{Dir: ts, Kind: Lost, Lost: 3},
		{Dir: tc, Kind: Lost, Lost: 4},
		{Dir: tc, Kind: RST},
		{Dir: ts, Kind: FIN},
		{Dir: ts, Kind: FIN},
		{Dir: tc, Kind: FIN},
	}
	if !reflect.DeepEqual(c.Steps, want) {
		t.Errorf("steps %+v, want %+v", c.Steps, want)
	}
	if c.Port != 25 || c.Client != 1025 || !c.Midstream || !c.OneSided || !c.IDSOnly || c.Inline || c.Datagrams {
		t.Errorf("settings %+v", c)
	}
	if got := strings.Join(c.Want, ""); got != `{"a":1}{"b":2}` {
		t.Errorf("records %s", got)
	}
	if got := string(c.Bytes(tc)); got != "hello\r\n" {
		t.Errorf("Bytes = %q", got)
	}
	if got := c.text([]string{"{}"}); got != text[:strings.Index(text, "{")]+"{}\n" {
		t.Errorf("text = %q", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"what", "x:1: unknown line"},
		{"\n>| \\q", "x:2: escapes"},
		{"lost", "needs a number"},
		{"lost x", "invalid syntax"},
		{"port 70000", "out of range"},
	} {
		if _, err := Parse("x", test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Parse(%q): %v, want %q", test.text, err, test.want)
		}
	}
}

// clumsy is a parser with a choice of faults.
type clumsy struct {
	conn *app.Conn
	kind string
	sum  int
}

type piece struct {
	app.Tx
	text string
}

func (p *piece) AppendJSON(o *event.Object) { o.Str("text", p.text) }

func (p *clumsy) Client(in *stream.Cursor) error {
	for {
		switch p.kind {
		case "good":
			line, ok := in.Line(100)
			if !ok {
				return nil
			}
			p.tell(string(line))
		case "packets": // takes what lies together for a unit
			b, ok := in.Piece(100)
			if !ok {
				return nil
			}
			p.tell(string(b.Data))
		case "inline":
			line, ok := in.Line(100)
			if !ok {
				return nil
			}
			if p.conn.Inline() {
				line = append([]byte("inline "), line...)
			}
			p.tell(string(line))
		}
	}
}

func (p *clumsy) Server(in *stream.Cursor) error {
	for _, ok := in.Line(100); ok; _, ok = in.Line(100) {
		p.sum++
	}
	return nil
}

func (p *clumsy) tell(text string) {
	tx := &piece{text: text}
	p.conn.Begin(tx)
	tx.Finish()
}

func faulty(kind string) app.Protocol {
	return app.Protocol{
		Name: "clumsy", Patterns: []app.Pattern{{Text: "x"}},
		NewStream: func(c *app.Conn) app.StreamParser { return &clumsy{conn: c, kind: kind} },
	}
}

func TestFaultsAreFound(t *testing.T) {
	const text = "> x one\n> two\n< three\n> four\nfin\n"
	for _, test := range []struct{ kind, want string }{
		{"good", ""},
		{"packets", "got"},
		{"inline", "inline true"},
	} {
		s := Suite{Protocol: faulty(test.kind)}
		c, err := Parse(test.kind, text)
		if err != nil {
			t.Fatal(err)
		}
		if c.Want, err = s.Record(c); err != nil {
			t.Fatal(err)
		}
		err = s.check(c)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.kind, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.kind, err, test.want)
		}
		if test.kind == "good" {
			c.Want[0] = strings.Replace(c.Want[0], "one", "1", 1)
			if err := s.check(c); err == nil || !strings.Contains(err.Error(), `want  {"event_type":"clumsy","tx_id":0,"text":"x 1"}`) {
				t.Errorf("another record: %v", err)
			}
		}
	}
}

func TestMonotone(t *testing.T) {
	b := []byte("hello")
	at := func(n int, g app.Guess, then app.Guess) func(stream.Dir, []byte) app.Guess {
		return func(_ stream.Dir, b []byte) app.Guess {
			switch {
			case len(b) < n:
				return app.Unknown
			case len(b) == n:
				return g
			}
			return then
		}
	}
	for _, test := range []struct {
		probe func(stream.Dir, []byte) app.Guess
		good  bool
	}{
		{nil, true},
		{at(2, app.Yes, app.Yes), true},
		{at(2, app.No, app.No), true},
		{at(2, app.Yes, app.No), false},
		{at(2, app.No, app.Yes), false},
		{at(2, app.Yes, app.Unknown), false},
	} {
		if err := monotone("probe", test.probe, stream.ToServer, b); (err == nil) != test.good {
			t.Errorf("monotone: %v, want good %v", err, test.good)
		}
	}
}

// -update writes records in the file's order, and leaves a file alone that says the same.
func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.txt")
	const head = "# keep me\n> x one\nfin\n"
	const records = "-- eve --\n{\"event_type\":\"clumsy\",\"tx_id\":0,\"text\":\"x one\"}\n{\"event_type\":\"flow\",\"app_proto\":\"clumsy\"}\n"
	if err := os.WriteFile(name, []byte(head), 0o644); err != nil {
		t.Fatal(err)
	}
	*update = true
	defer func() { *update = false }()
	Run(t, faulty("good"), dir)
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != head+records {
		t.Errorf("updated file %q, want %q", got, head+records)
	}
}

// What a way makes of a flight is the same bytes at the same places.
func TestWaysKeepBytes(t *testing.T) {
	c, err := Parse("x", "> one\n> two\nlost 5\n> three\n< four\n> five\n")
	if err != nil {
		t.Fatal(err)
	}
	paint := func(list []segment) string {
		b := []byte(strings.Repeat("_", 60))
		for _, s := range list {
			for i, x := range s.data {
				if at := int(s.off) + i; b[at] != '_' && b[at] != x {
					t.Errorf("two bytes at %d", at)
				} else {
					b[at] = x
				}
			}
		}
		return string(b)
	}
	suite := Suite{Protocol: faulty("good")}
	for _, f := range c.flights() {
		want := paint(f.segments)
		for _, w := range suite.ways(c) {
			if got := paint(w.segments(&f)); got != want {
				t.Errorf("%s: %q, want %q", w.name, got, want)
			}
		}
	}
}
