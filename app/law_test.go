package app_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func TestLaws(t *testing.T) {
	suite := apptest.Suite{Protocol: note(noteConfig{}), Others: others()}
	const greeting = "< NOTE ready\n"
	for _, test := range []struct {
		name string
		text func(n int) string
	}{
		{"many transactions", func(n int) string { return greeting + strings.Repeat("> SAY something\n< OK\n", n) }},
		{"pipelined", func(n int) string {
			return greeting + strings.Repeat("> SAY something\n", n) + strings.Repeat("< OK\n", n)
		}},
		{"waiting", func(n int) string {
			return greeting + "> TEXT\n" + strings.Repeat("> a line\n", n) + "> .\n< GO\n< OK\n"
		}},
		{"endless line", func(n int) string { return greeting + ">| SAY " + strings.Repeat("x", n*20) + "\n" }},
		{"many waits", func(n int) string { return greeting + strings.Repeat("> TEXT\n> x\n> .\n< GO\n< OK\n", n) }},
		{"unknown", func(n int) string { return "port 1\n" + strings.Repeat("> what\n< is\n", n) }},
		{"unknown, one side", func(n int) string { return "port 1\n" + strings.Repeat("> what is this\n", n) }},
		{"nearly known", func(n int) string { return "<| NOTE" + strings.Repeat(" x", n*10) + "\n" }},
		{"stray replies", func(n int) string { return greeting + strings.Repeat("< what\n", n) }},
		{"body", func(n int) string {
			return greeting + "> BODY 999999999\n" + strings.Repeat(">| 0123456789012345678901234567890123456789\n", n)
		}},
		{"gaps", func(n int) string { return greeting + strings.Repeat("> SAY x\nlost 10\n> tail\n< OK\n", n) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			suite.CheckLinear(t, 300, test.text)
			suite.CheckBounded(t, 1<<20, 2000, test.text)
		})
	}
}

// What a flow costs in the common case: reading lines allocates only what the parser does.
func TestReadAllocatesNothing(t *testing.T) {
	p := named("lines", "", app.Pattern{Text: "x"})
	p.NewStream = func(*app.Conn) app.StreamParser { return lines{} }
	l := dial(t, app.Config{}, app.Info{}, p)
	data, rest := []byte("x line and hal"), []byte("f\n")
	var off int64
	push := func() {
		l.store.Push(&l.pair, stream.ToServer, off, data, l.session)
		off += int64(len(data))
		l.store.Push(&l.pair, stream.ToServer, off, rest, l.session)
		off += 2
		l.ack(stream.ToServer)
	}
	push()
	if n := testing.AllocsPerRun(100, push); n != 0 {
		t.Errorf("%v allocations for two segments", n)
	}
	l.close()
}

type lines struct{}

func (lines) Client(in *stream.Cursor) error {
	for {
		if _, ok := in.Line(100); !ok {
			return nil
		}
	}
}
func (lines) Server(*stream.Cursor) error { return nil }

func BenchmarkRead(b *testing.B) {
	p := named("lines", "", app.Pattern{Text: "x"})
	p.NewStream = func(*app.Conn) app.StreamParser { return lines{} }
	l := dial(b, app.Config{}, app.Info{}, p)
	data := []byte("x line of some forty bytes as is usual\r\n")
	var off int64
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		l.store.Push(&l.pair, stream.ToServer, off, data, l.session)
		off += int64(len(data))
	}
}

// BenchmarkSession is a whole flow: a session made, its protocol detected, a line read, the end.
func BenchmarkSession(b *testing.B) {
	p := named("lines", "", app.Pattern{Text: "x"})
	p.NewStream = func(*app.Conn) app.StreamParser { return lines{} }
	l := dial(b, app.Config{}, app.Info{}, p)
	data := []byte("x line of some forty bytes as is usual\r\n")
	b.ReportAllocs()
	for b.Loop() {
		var pair stream.Pair
		s := l.gateway.NewSession(app.Info{Transport: app.TCP, ServerPort: 7777})
		l.store.Push(&pair, stream.ToServer, 0, data, s)
		l.store.Close(&pair, s)
		s.Close()
	}
}
