package main

import (
	"io"

	"github.com/reknit/reknit/dump"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// connection is what is kept of a stream that is wanted.
type connection struct {
	number uint64
	ended  [2]bool

	// For those who take it.
	shown dump.Stream
	saved *dump.Saved
	tally *tally
}

// taker does something with the streams that are wanted. An error ends the work.
type taker interface {
	data(f *engine.Flow, c *connection, d stream.Dir, at int64, b []byte) error
	// lost is told of bytes that are missing, unacknowledged of the number of those that are left out because nobody
	// acknowledged them.
	lost(f *engine.Flow, c *connection, d stream.Dir, n int64) error
	unacknowledged(f *engine.Flow, c *connection, d stream.Dir, n int64) error
	end(f *engine.Flow, c *connection, d stream.Dir) error
	finish(f *engine.Flow, c *connection) error
	// close writes out what is left.
	close() error
}

// follower numbers the streams of a capture and gives those that are wanted to a taker.
type follower struct {
	taker
	which selector
	side  [2]bool // wanted
	acked bool    // nothing that is not acknowledged

	number uint64 // of the last stream
	wanted uint64 // streams that were
	ended  bool   // the only one that is wanted
	err    error
}

var (
	_ engine.StreamHandler     = (*follower)(nil)
	_ engine.ConnectionHandler = (*follower)(nil)
)

// Begin gives the stream its number.
func (w *follower) Begin(f *engine.Flow) {
	w.number++
	if w.which.wants(w.number, f) {
		w.wanted++
		f.SetValue(&connection{number: w.number})
	}
}

// Read takes all that is there.
func (w *follower) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	c, _ := f.Value().(*connection)
	if c == nil || w.err != nil || !w.side[d] {
		in.Skip(int64(in.Len()))
		return
	}
	for w.err == nil {
		at := in.Offset()
		p, ok := in.Piece(1 << 40)
		if !ok {
			return
		}
		if p.Lost > 0 {
			w.gap(f, c, d, at, p.Lost)
			continue
		}
		b := p.Data
		left := w.within(f, d, at, int64(len(b)))
		if left > 0 {
			w.err = w.data(f, c, d, at, b[:left])
		}
		if more := int64(len(b)) - left; more > 0 && w.err == nil {
			w.err = w.unacknowledged(f, c, d, more)
		}
	}
}

// within returns how many of the n bytes at an offset may be shown. Only at the end of a connection bytes come that nobody
// acknowledged.
func (w *follower) within(f *engine.Flow, d stream.Dir, at, n int64) int64 {
	if !w.acked || f.Packet() != 0 {
		return n
	}
	return max(0, min(n, f.Acknowledged(d)-at))
}

func (w *follower) gap(f *engine.Flow, c *connection, d stream.Dir, at, n int64) {
	if n = w.within(f, d, at, n); n > 0 {
		w.err = w.lost(f, c, d, n)
	}
}

// Gap takes what Read did not: a gap before the first byte.
func (w *follower) Gap(f *engine.Flow, d stream.Dir, l stream.Loss) {
	if c, _ := f.Value().(*connection); c != nil && w.err == nil && w.side[d] {
		w.gap(f, c, d, l.Offset, l.Lost)
	}
}

// End ends a direction.
func (w *follower) End(f *engine.Flow, d stream.Dir, _ []byte) {
	c, _ := f.Value().(*connection)
	if c == nil || w.err != nil {
		return
	}
	c.ended[d] = true
	w.ended = w.which.single() && c.ended[0] && c.ended[1]
	if !w.side[d] {
		return
	}
	if n := f.Missing(d); n > 0 {
		w.err = w.lost(f, c, d, n)
	}
	if w.err == nil {
		w.err = w.end(f, c, d)
	}
}

// Finish ends a stream.
func (w *follower) Finish(f *engine.Flow) {
	if c, _ := f.Value().(*connection); c != nil && w.err == nil {
		w.err = w.finish(f, c)
	}
}

// followSource gives no more packets when no more are needed.
type followSource struct {
	source
	*follower
	stopAtEnd bool   // when the only stream that is wanted ended
	before    func() // each packet; may be nil
}

var _ engine.Source = (*followSource)(nil)

// Next reads a packet.
func (s *followSource) Next(p *packet.Packet) error {
	switch {
	case s.err != nil:
		return s.err
	case s.ended && s.stopAtEnd:
		return io.EOF
	}
	if s.before != nil {
		s.before()
	}
	return s.source.Next(p)
}
