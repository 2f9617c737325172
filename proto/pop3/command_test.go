package pop3

import (
	"bytes"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func TestParseCommand(t *testing.T) {
	for _, test := range []struct {
		line    string
		verb    verb
		keyword string
		args    string // joined by |
	}{
		{"STAT", stat, "STAT", ""},
		{"stat ", stat, "stat", ""},
		{"LIST 1", list, "LIST", "1"},
		{"TOP  1   20 ", top, "TOP", "1|20"},
		{"PASS very  secret word", pass, "PASS", "very  secret word"},
		{"PASS", pass, "PASS", ""},
		{"APOP ann 0123", apop, "APOP", "ann|0123"},
		{"XTND a b c d e f g h i j", unknown, "XTND", "a|b|c|d|e|f|g|h i j"},
		{"STATUS", unknown, "STATUS", ""},
		{"", unknown, "", ""},
	} {
		v, keyword, args := parseCommand([]byte(test.line))
		if v != test.verb || string(keyword) != test.keyword || string(bytes.Join(args, []byte("|"))) != test.args {
			t.Errorf("parseCommand(%q) = %d, %q, %q, want %d, %q, %q", test.line, v, keyword, args, test.verb, test.keyword, test.args)
		}
	}
}

func TestParseResponse(t *testing.T) {
	for _, test := range []struct {
		line   string
		status status
		text   string
	}{
		{"+OK", ok, ""},
		{"+OK ", ok, ""},
		{"+OK 2 messages ", ok, "2 messages"},
		{"-ERR no such message", bad, "no such message"},
		{"+ ", challenge, ""},
		{"+", challenge, ""},
		{"+ YWJj", challenge, "YWJj"},
		{"+OKAY", noStatus, ""},
		{"-ERROR", noStatus, ""},
		{"OK", noStatus, ""},
		{"", noStatus, ""},
	} {
		s, text := parseResponse([]byte(test.line))
		if s != test.status || string(text) != test.text {
			t.Errorf("parseResponse(%q) = %d, %q, want %d, %q", test.line, s, text, test.status, test.text)
		}
	}
}

func TestProbe(t *testing.T) {
	for _, test := range []struct {
		d    stream.Dir
		text string
		want app.Guess
	}{
		{stream.ToClient, "+OK", app.Unknown},
		{stream.ToClient, "+OK ready\r\n", app.Yes},
		{stream.ToClient, "+OK\r\n", app.Yes},
		{stream.ToClient, "-ERR busy\r\n", app.Yes},
		{stream.ToClient, "+OKAY", app.No},
		{stream.ToClient, "220 ftp", app.No},
		{stream.ToServer, "", app.Unknown},
		{stream.ToServer, "CAP", app.Unknown},
		{stream.ToServer, "capa\r\n", app.Yes},
		{stream.ToServer, "USER ann\r\n", app.Yes},
		{stream.ToServer, "TOP 1 1", app.Yes},
		{stream.ToServer, "EHLO x", app.No},
		{stream.ToServer, "STATUS", app.No},
		{stream.ToServer, "\x16\x03\x01", app.No},
	} {
		if got := probe(test.d, []byte(test.text)); got != test.want {
			t.Errorf("probe(%v, %q) = %v, want %v", test.d, test.text, got, test.want)
		}
		apptest.CheckMonotone(t, "pop3", probe, test.d, []byte(test.text))
	}
}
