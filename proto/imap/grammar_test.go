package imap

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func TestParseCommand(t *testing.T) {
	for _, test := range []struct {
		line, tag, name, args string
		ok                    bool
	}{
		{"a1 LOGIN ann secret", "a1", "LOGIN", "ann secret", true},
		{"A.1 noop", "A.1", "NOOP", "", true},
		{"7 uid fetch 1 BODY[]", "7", "UID FETCH", "1 BODY[]", true},
		{"a1 UID", "", "", "", false},
		{"a1 UID (x", "", "", "", false},
		{"a1", "", "", "", false},
		{"a1 ", "", "", "", false},
		{"+ OK", "", "", "", false},
		{"* OK", "", "", "", false},
		{"a{1 OK", "", "", "", false},
		{"a1 N\"OP", "", "", "", false},
		{strings.Repeat("a", 65) + " NOOP", "", "", "", false},
		{"a1 " + strings.Repeat("a", 33), "", "", "", false},
		{"", "", "", "", false},
	} {
		tag, name, args, ok := parseCommand([]byte(test.line))
		if tag != test.tag || name != test.name || string(args) != test.args || ok != test.ok {
			t.Errorf("parseCommand(%q) = %q, %q, %q, %v, want %q, %q, %q, %v", test.line, tag, name, args, ok, test.tag, test.name,
				test.args, test.ok)
		}
	}
}

func TestParseLiteral(t *testing.T) {
	for _, test := range []struct {
		line string
		want literal
		ok   bool
	}{
		{"a1 LOGIN {3}", literal{3, true}, true},
		{"a1 LOGIN {3+}", literal{3, false}, true},
		{"a1 LOGIN {3-}", literal{3, false}, true},
		{"~{0}", literal{0, true}, true},
		{"{999999999999999999}", literal{999999999999999999, true}, true},
		{"{9999999999999999999}", literal{}, false},
		{"{}", literal{}, false},
		{"{+}", literal{}, false},
		{"{3} ", literal{}, false},
		{"{3x}", literal{}, false},
		{"3}", literal{}, false},
	} {
		if got, ok := parseLiteral([]byte(test.line)); ok != test.ok || ok && got != test.want {
			t.Errorf("parseLiteral(%q) = %v, %v, want %v, %v", test.line, got, ok, test.want, test.ok)
		}
	}
	for line, want := range map[string]string{"a {3}": "a ", "a ~{3}": "a ", "{3}": ""} {
		if got := beforeLiteral([]byte(line)); string(got) != want {
			t.Errorf("beforeLiteral(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestParseAstring(t *testing.T) {
	for _, test := range []struct {
		text, want, rest string
		ok               bool
	}{
		{"INBOX (x)", "INBOX", "(x)", true},
		{`"a b" c`, "a b", "c", true},
		{`"a\"\\b"c`, `a"\b`, "c", true},
		{`"open`, "", "", false},
		{`"" x`, "", "x", true},
		{"{3}a b c", "a b", "c", true},
		{"{3+}a bc", "a b", "c", true},
		{"{4}a b", "", "", false},
		{"{x}a", "", "", false},
		{"{", "", "", false},
		{"", "", "", false},
	} {
		got, rest, ok := parseAstring([]byte(test.text))
		if ok != test.ok || ok && (string(got) != test.want || string(rest) != test.rest) {
			t.Errorf("parseAstring(%q) = %q, %q, %v, want %q, %q, %v", test.text, got, rest, ok, test.want, test.rest, test.ok)
		}
	}
}

func TestParseResponse(t *testing.T) {
	for _, test := range []struct {
		line   string
		kind   responseKind
		tag    string
		number int64
		name   string
		text   string
	}{
		{"* OK ready", untagged, "", -1, "OK", "ready"},
		{"* 12 fetch (x)", untagged, "", 12, "FETCH", "(x)"},
		{"* BYE", untagged, "", -1, "BYE", ""},
		{"+ go on", continuation, "", -1, "", "go on"},
		{"+", continuation, "", -1, "", ""},
		{"a1 no [ALERT] x", tagged, "a1", -1, "NO", "[ALERT] x"},
		{"a1 FETCH x", noResponse, "", -1, "", ""},
		{"a1", noResponse, "", -1, "", ""},
		{"* ", noResponse, "", -1, "", ""},
		{"* 5", noResponse, "", -1, "", ""},
		{"* (x)", noResponse, "", -1, "", ""},
		{"220 ready", noResponse, "", -1, "", ""},
		{"", noResponse, "", -1, "", ""},
	} {
		r := parseResponse([]byte(test.line))
		if r.kind != test.kind || string(r.tag) != test.tag || r.number != test.number || r.name != test.name || string(r.text) != test.text {
			t.Errorf("parseResponse(%q) = %+v, want %+v", test.line, r, test)
		}
	}
}

func TestParseItem(t *testing.T) {
	for _, test := range []struct {
		before  string
		want    item
		message bool
		header  bool
	}{
		{"* 1 FETCH (BODY[] ", item{"BODY", "", -1}, true, false},
		{"* 1 FETCH (UID 5 body[]<2048> ", item{"BODY", "", 2048}, true, false},
		{"* 1 FETCH (RFC822 ", item{"RFC822", "", -1}, true, false},
		{"* 1 FETCH (BODY[HEADER] ", item{"BODY", "HEADER", -1}, true, true},
		{"* 1 FETCH (RFC822.HEADER ", item{"RFC822.HEADER", "", -1}, true, true},
		{"* 1 FETCH (BODY[TEXT] ", item{"BODY", "TEXT", -1}, false, false},
		{"* 1 FETCH (BODY[HEADER.FIELDS (FROM TO)] ", item{"BODY", "HEADER.FIELDS (FROM TO)", -1}, false, false},
		{"* 1 FETCH (BINARY[] ", item{"BINARY", "", -1}, true, false},
		{"* 1 FETCH (BODY[1.2] ", item{"BODY", "1.2", -1}, false, false},
		{"* 1 FETCH (ENVELOPE (NIL ", item{"NIL", "", -1}, false, false},
		{"0> ", item{"", "", -1}, false, false},
		{"] ", item{"", "", -1}, false, false},
		{"", item{"", "", -1}, false, false},
	} {
		it := parseItem([]byte(test.before))
		if it != test.want || it.isMessage() != test.message || it.headerOnly() != test.header {
			t.Errorf("parseItem(%q) = %+v, message %v, header %v", test.before, it, it.isMessage(), it.headerOnly())
		}
	}
	for text, want := range map[string]int64{"* 1 FETCH (UID 7 BODY[] ": 7, "* 1 FETCH (BODY[] ": 0, "xUID 7": 0, "(UID x": 0} {
		if got := uidOf([]byte(text)); got != want {
			t.Errorf("uidOf(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, test := range []struct {
		d    stream.Dir
		text string
		want app.Guess
	}{
		{stream.ToClient, "* OK ready\r\n", app.Yes},
		{stream.ToClient, "* PREAUTH x", app.Yes},
		{stream.ToClient, "* BYE\r\n", app.Yes},
		{stream.ToClient, "* O", app.Unknown},
		{stream.ToClient, "*", app.Unknown},
		{stream.ToClient, "* 1 EXISTS\r\n", app.No},
		{stream.ToClient, "+OK ready", app.No},
		{stream.ToServer, "a1 CAPABILITY\r\n", app.Yes},
		{stream.ToServer, "a1 login ann x", app.Yes},
		{stream.ToServer, "1 UID FETCH", app.Yes},
		{stream.ToServer, "a1 CAPA", app.Unknown},
		{stream.ToServer, "a1", app.Unknown},
		{stream.ToServer, "USER ann\r\n", app.No},
		{stream.ToServer, "GET / HTTP/1.1\r\n", app.No},
		{stream.ToServer, "EHLO a.example.org\r\n", app.No},
		{stream.ToServer, "\x16\x03\x01\x00\xf4\x01", app.No},
	} {
		if got := probe(test.d, []byte(test.text)); got != test.want {
			t.Errorf("probe(%v, %q) = %v, want %v", test.d, test.text, got, test.want)
		}
		apptest.CheckMonotone(t, "imap", probe, test.d, []byte(test.text))
	}
}
