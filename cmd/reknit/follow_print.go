package main

import (
	"bufio"
	"fmt"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/stream"
)

// printing prints streams.
type printing struct {
	printer dump.Printer
	term    *terminal
	out     *bufio.Writer
	flow    *engine.Flow // being printed
	number  uint64       // of it
	only    uint64       // in a raw dump: the only one
}

var _ taker = (*printing)(nil)

func newPrinting(term *terminal, format dump.Format) *printing {
	t := &printing{term: term, out: bufio.NewWriterSize(term, 64<<10)}
	t.printer = dump.Printer{Out: t.out, Format: format, Colours: term.colour, Headline: t.headline}
	return t
}

// headline names the stream that is being printed.
func (t *printing) headline(*dump.Stream) string {
	return fmt.Sprintf("%d: %s, %s", t.number, t.flow, clock(t.flow.Start()))
}

func (t *printing) data(f *engine.Flow, c *connection, d stream.Dir, at int64, b []byte) error {
	if t.printer.Format == dump.Raw {
		if t.only == 0 {
			t.only = c.number
		}
		if t.only != c.number {
			return fmt.Errorf("raw output takes one stream, not %d and %d: choose with FLOW, or use --split", t.only, c.number)
		}
	}
	t.flow, t.number = f, c.number
	t.printer.Data(&c.shown, d, at, b)
	return t.term.failed()
}

func (t *printing) lost(f *engine.Flow, c *connection, d stream.Dir, n int64) error {
	t.flow, t.number = f, c.number
	t.printer.Lost(&c.shown, d, n)
	return t.term.failed()
}

func (t *printing) unacknowledged(f *engine.Flow, c *connection, d stream.Dir, n int64) error {
	t.flow, t.number = f, c.number
	t.printer.Note(&c.shown, d, plural(n, "byte")+" not acknowledged")
	return t.term.failed()
}

func (t *printing) end(f *engine.Flow, c *connection, d stream.Dir) error {
	t.flow, t.number = f, c.number
	t.printer.End(&c.shown, d)
	return t.term.failed()
}

func (t *printing) finish(_ *engine.Flow, c *connection) error {
	t.printer.Forget(&c.shown)
	return t.term.failed()
}

func (t *printing) close() error {
	t.printer.Close()
	t.flush()
	return t.term.failed()
}

// flush shows what was printed.
func (t *printing) flush() { t.out.Flush() }
