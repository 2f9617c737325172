package pop3_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/pop3"
)

const greeting = "port 110\n< +OK ready\n"

// floods are conversations of any length that must not cost more than their length.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"commands without a response", func(n int) string { return greeting + strings.Repeat("> NOOP\n", n) }},
	{"responses without a command", func(n int) string { return greeting + strings.Repeat("< +OK\n", n) }},
	{"a command without an end", func(n int) string { return greeting + "> USER " + strings.Repeat("a", 100*n) + "\n" }},
	{"a response without an end", func(n int) string { return greeting + "> STAT\n< +OK " + strings.Repeat("a", 100*n) + "\n" }},
	{"lines of a list", func(n int) string { return greeting + "> LIST\n< +OK\n" + strings.Repeat("< 1 100\n", n) }},
	{"empty lines of a list", func(n int) string { return greeting + "> LIST\n< +OK\n" + strings.Repeat("< \n", n) }},
	{"lines of a message", func(n int) string {
		return greeting + "> RETR 1\n< +OK\n< Subject: long\n< \n" + strings.Repeat("< a line of text\n", n)
	}},
	{"header fields", func(n int) string { return greeting + "> TOP 1 0\n< +OK\n" + strings.Repeat("< X-A: b\n", n) }},
	{"parts with files", func(n int) string {
		return greeting + "> RETR 1\n< +OK\n< Content-Type: multipart/mixed; boundary=x\n< \n" +
			strings.Repeat("< --x\n< Content-Type: a/b; name=f\n< \n< text\n", n)
	}},
	{"messages", func(n int) string {
		return greeting + strings.Repeat("> RETR 1\n< +OK\n< Subject: x\n< \n< text\n< .\n", n)
	}},
	{"answers of AUTH", func(n int) string { return greeting + "> AUTH X\n" + strings.Repeat("< + \n> YWFh\n", n) }},
	{"what is no response", func(n int) string { return greeting + strings.Repeat("< hello\n", n) }},
	{"unknown commands", func(n int) string { return greeting + strings.Repeat("> HELLO there you\n< -ERR\n", n) }},
}

func TestBounded(t *testing.T) {
	s := apptest.Suite{Protocol: pop3.New(pop3.Config{MaxTx: 64})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 768<<10, 1000, f.text) })
	}
}

func TestLinear(t *testing.T) {
	s := apptest.Suite{Protocol: pop3.New(pop3.Config{MaxTx: 64})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}
