package imap

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/file"
)

func TestConversations(t *testing.T) {
	apptest.Run(t, New(Config{Files: file.Config{MD5: true}}), "testdata")
}

func TestPasswords(t *testing.T) {
	apptest.Run(t, New(Config{Passwords: true}), "testdata/passwords")
}

func TestLimits(t *testing.T) {
	apptest.Run(t, New(Config{MaxLine: 40, MaxCommand: 60, MaxResponse: 60, MaxData: 100, MaxItems: 3, MaxTx: 3}), "testdata/limits")
}

const hello = "< * OK ready\n"

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
	{"commands", func(n int) string { return hello + repeat("> a NOOP\n", n) }},
	{"answered commands", func(n int) string { return hello + strings.Repeat("> a NOOP\n< a OK ok\n", n) }},
	{"endless command", func(n int) string { return hello + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless response", func(n int) string { return hello + repeat("<| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"nonsense", func(n int) string { return hello + repeat("> what\n", n) }},
	{"responses", func(n int) string { return hello + "> a NOOP\n" + repeat("< * 1 EXISTS\n", n) }},
	{"unasked responses", func(n int) string { return hello + repeat("< * OK still here\n", n) }},
	{"unmatched responses", func(n int) string { return hello + repeat("< zz OK what\n", n) }},
	{"literals", func(n int) string { return hello + "> a NOOP\n<| * X\n" + repeat("<|  {3}\\r\\nabc\n", n) }},
	{"command literals", func(n int) string { return hello + ">| a SEARCH\n" + repeat(">|  {3+}\\r\\nabc\n", n) }},
	{"literal", func(n int) string {
		return hello + fmt.Sprintf("<| * 1 FETCH (BODY[1] {%d}\\r\\n\n", n*24) + repeat("<| xxxxxxxxxxxxxxxxxxxxxxxx\n", n)
	}},
	{"mail", func(n int) string {
		return hello + fmt.Sprintf("<| * 1 FETCH (BODY[] {%d}\\r\\nContent-Type: image/png; name=a\\r\\n\\r\\n\n", n*24) +
			repeat("<| xxxxxxxxxxxxxxxxxxxxxx\\r\\n\n", n)
	}},
	{"mails", func(n int) string {
		return hello + "> a FETCH 1:* BODY[]\n" + repeat("<| * 1 FETCH (BODY[] {14}\\r\\nSubject: a\\r\\n\\r\\n)\\r\\n\n", n)
	}},
	{"parts of a mail", func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<| * 1 FETCH (BODY[]<%d> {14}\\r\\nSubject: a\\r\\n\\r\\n)\\r\\n\n", i*14)
		}
		return hello + "> a FETCH 1:* BODY[]\n" + b.String()
	}},
	{"mails to store", func(n int) string {
		return hello + ">| a APPEND b\n" + repeat(">|  {14+}\\r\\nSubject: a\\r\\n\\r\\n\n", n)
	}},
	{"answers of AUTHENTICATE", func(n int) string {
		return hello + "> a AUTHENTICATE LOGIN\n" + strings.Repeat("< + \n> AAAA\n", n)
	}},
	{"endless answer", func(n int) string {
		return hello + "> a AUTHENTICATE LOGIN\n< + \n" + repeat(">| AAAAAAAAAAAAAAAAAA\n", n)
	}},
}

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{MaxTx: 32})}
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
