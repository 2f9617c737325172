package ftp

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{}), "testdata")
}

func TestLimits(t *testing.T) {
	apptest.Run(t, New(Config{MaxLine: 32, MaxTx: 3, MaxReply: 80}), "testdata/limits")
}

func TestExtensions(t *testing.T) {
	apptest.Run(t, New(Config{Extensions: true}), "testdata/extensions")
}

const login = `< 220 ready
> USER ann
< 230 ok
`

// repeat says line n times, in flights of ten.
func repeat(line string, n int) string {
	other := "<|\n"
	if line[0] == '<' {
		other = ">|\n"
	}
	return strings.Repeat(strings.Repeat(line, 10)+other, n/10)
}

// floods are conversations of any length that must not take memory, or more time than their length is worth.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"endless command", func(n int) string { return login + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless reply", func(n int) string { return login + repeat("<| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"commands", func(n int) string { return login + repeat("> NOOP\n", n) }},
	{"unknown commands", func(n int) string { return login + repeat("> WHAT\n", n) }},
	{"blank lines", func(n int) string { return login + repeat(">\n", n) }},
	{"answered commands", func(n int) string { return login + strings.Repeat("> NOOP\n< 250 ok\n", n) }},
	{"replies", func(n int) string { return login + repeat("< 250 ok\n", n) }},
	{"preliminary replies", func(n int) string { return login + repeat("< 150 ok\n", n) }},
	{"multi-line reply", func(n int) string { return login + repeat("< 250-ok\n", n) }},
	{"no replies", func(n int) string { return login + repeat("< what?\n", n) }},
	{"announcements", func(n int) string { return login + strings.Repeat("> PASV\n< 227 (1,2,3,4,5,6)\n", n) }},
	{"transfers", func(n int) string {
		return login + strings.Repeat("> PASV\n> RETR a\n< 227 (1,2,3,4,5,6)\n< 150 ok\n< 226 ok\n", n)
	}},
	{"transfers without a reply", func(n int) string { return login + repeat("> PASV\n> RETR a\n", n) }},
}

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{MaxTx: 64, MaxReply: 4 << 10})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestTimeIsLinear(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}
