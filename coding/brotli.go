package coding

import (
	"errors"
	"io"

	"github.com/andybalholm/brotli"
)

// errShort is what a source returns when there is no more for now.
var errShort = errors.New("no more for now")

// source is a reader of bytes that come in pieces. end is what it returns when there are none; nil: errShort.
type source struct {
	b   []byte
	end error
}

func (s *source) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		return 0, errShort
	}
	n := copy(p, s.b)
	s.b = s.b[n:]
	return n, nil
}

// brotliEngine decodes br. The library's reader goes on where its source ran dry.
type brotliEngine struct {
	in   source
	r    *brotli.Reader
	to   sink
	out  []byte
	over bool
}

func newBrotli() *brotliEngine {
	return &brotliEngine{r: brotli.NewReader(nil), out: make([]byte, 32<<10)}
}

func (e *brotliEngine) start(_ format, to sink) {
	e.to, e.over, e.in = to, false, source{}
	e.r.Reset(&e.in)
}

func (e *brotliEngine) write(b []byte) bool {
	if e.over {
		return true
	}
	e.in.b = b
	for {
		n, err := e.r.Read(e.out)
		if n > 0 && !e.to.take(e.out[:n]) {
			return false
		}
		switch {
		case err == errShort:
			return true
		case err == nil && n == 0 && len(e.in.b) == 0:
			return true
		case err == nil:
		case isExcess(err), err == io.EOF:
			e.over = true
			return true
		default:
			return false
		}
	}
}

// isExcess reports whether err says that bytes follow the end of the stream.
func isExcess(err error) bool { return err.Error() == "brotli: excessive input" }
