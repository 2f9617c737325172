package reknit

import (
	"errors"
	"io"
	"iter"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// maxLine is the length at which Lines cuts a line in parts.
const maxLine = 64 << 10

// Line is a line of a TCP stream, or bytes that are lost.
type Line struct {
	Flow   *Flow // valid while the Line is
	Dir    stream.Dir
	Offset int64 // of the first byte of Text, from the beginning of the stream
	// Text is the line without its ending; valid until the next Line.
	Text []byte
	// Ending is None for a line of more than 64 KiB, which comes in parts, and for the last line of a stream that has no
	// line end.
	Ending stream.Ending
	// Lost is the number of bytes that are missing here. When it is not 0, Text is what there is of the line before.
	Lost int64
}

// Lines reads a capture file (pcap or pcapng, also compressed; "-" is standard input) and gives the lines of all its TCP
// streams in the order in which they became complete. A capture that cannot be read yields the error and ends.
func Lines(name string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		r, err := pcapfile.Open(name, pcapfile.Options{})
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer r.Close()
		l := lines{yield: yield}
		a := Assembler{OnStream: l.read, OnGap: l.gap}
		var p packet.Packet
		for !l.stopped {
			if err := r.Next(&p); err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Line{}, err)
					return
				}
				break
			}
			a.Captured(&p)
		}
		a.Close()
	}
}

// lines is the state of an iteration.
type lines struct {
	yield   func(Line, error) bool
	stopped bool
}

func (l *lines) read(f *Flow, d stream.Dir, in *stream.Cursor) {
	for !l.stopped {
		at := in.Offset()
		text, ok := in.Line(maxLine)
		if !ok {
			return
		}
		l.stopped = !l.yield(Line{Flow: f, Dir: d, Offset: at, Text: text, Ending: in.Ending()}, nil)
	}
	in.Skip(int64(in.Len()))
}

func (l *lines) gap(f *Flow, d stream.Dir, g stream.Loss) {
	if !l.stopped {
		l.stopped = !l.yield(Line{Flow: f, Dir: d, Offset: g.Offset - int64(len(g.Held)), Text: g.Held, Lost: g.Lost}, nil)
	}
}
