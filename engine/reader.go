package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// never is an offset that no stream comes to.
const never = 1 << 62

// reader hands the bytes of the connection being followed to the flow's session, or to the handler of all streams.
type reader Worker

func (r *reader) Read(d stream.Dir, in *stream.Cursor) {
	w := (*Worker)(r)
	switch {
	case w.entry.Mark&(dropped|bypassed) != 0:
	case w.entry.Mark&muted != 0:
		if in.Offset() < never {
			in.Skip(never - in.Offset())
		}
	case w.config.Streams != nil:
		w.config.Streams.Read(&w.flow, d, in)
	default:
		s := w.session(app.TCP)
		s.Read(d, in)
		w.heed(s)
	}
}

func (r *reader) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	w := (*Worker)(r)
	switch {
	case w.entry.Mark&(dropped|bypassed|muted) != 0:
	case w.config.Streams != nil:
		w.config.Streams.Gap(&w.flow, d, l)
	default:
		s := w.session(app.TCP)
		s.Gap(d, in, l)
		w.heed(s)
	}
}

func (r *reader) End(d stream.Dir, rest []byte) {
	w := (*Worker)(r)
	switch v := &w.entry.Value; {
	case w.entry.Mark&(dropped|bypassed|muted) != 0:
	case w.config.Streams != nil:
		w.config.Streams.End(&w.flow, d, rest)
	case v.session != 0:
		w.sessions.at(v.session).End(d, rest)
	}
}
