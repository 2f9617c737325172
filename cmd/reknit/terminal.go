package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// terminal is where people read: standard output for results, standard error for a line of progress below them. It may be
// used by several goroutines.
type terminal struct {
	mu       sync.Mutex
	out, err io.Writer
	shown    bool  // a line of progress is there
	mid      bool  // the last line of results has no end yet
	colour   bool  // of out
	shared   bool  // out is a terminal, too
	live     bool  // err is a terminal, and a line can be replaced
	broken   error // the first error in writing results
}

func newTerminal(std stdio) *terminal {
	dumb := std.env("TERM") == "dumb"
	shared := isTerminal(std.out)
	return &terminal{
		out:    std.out,
		err:    std.err,
		shared: shared,
		colour: shared && !dumb && std.env("NO_COLOR") == "",
		live:   isTerminal(std.err) && !dumb,
	}
}

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && windowWidth(f) > 0
}

// Write writes results. The line of progress makes room.
func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	if len(b) > 0 {
		t.mid = b[len(b)-1] != '\n'
	}
	n, err := t.out.Write(b)
	if t.broken == nil {
		t.broken = err
	}
	return n, err
}

// failed returns the first error in writing results.
func (t *terminal) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken == nil {
		return nil
	}
	return fmt.Errorf("standard output: %w", t.broken)
}

// messages returns a writer for messages, which also makes room.
func (t *terminal) messages() io.Writer { return messageWriter{t, t.err} }

// notices returns a writer for messages among the results.
func (t *terminal) notices() io.Writer { return messageWriter{t, t.out} }

type messageWriter struct {
	t  *terminal
	to io.Writer
}

func (w messageWriter) Write(b []byte) (int, error) {
	w.t.mu.Lock()
	defer w.t.mu.Unlock()
	w.t.clear()
	return w.to.Write(b)
}

// progress shows a line below everything else, in place of the last one. An empty line removes it.
func (t *terminal) progress(line string) {
	if !t.live {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	if line == "" || t.mid && t.shared {
		return
	}
	if f, ok := t.err.(*os.File); ok {
		line = clip(line, max(windowWidth(f)-1, 20))
	}
	io.WriteString(t.err, line)
	t.shown = true
}

func (t *terminal) clear() {
	if t.shown {
		io.WriteString(t.err, "\r\x1b[K")
		t.shown = false
	}
}

// Styles of results on a terminal with colours.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
	cyan  = "36"
)

// style returns text in a style, if colours are wanted.
func (t *terminal) style(style, text string) string {
	if !t.colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
