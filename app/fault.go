package app

import (
	"errors"

	"github.com/reknit/reknit/stream"
)

// Fault is a failure of a parser that is simulated, to see what becomes of the flow.
type Fault struct {
	On     bool
	Offset int64
}

var errSimulated = errors.New("simulated fault")

// meets reports whether the fault is in n bytes from offset on.
func (f *Fault) meets(offset int64, n int) bool {
	return f.On && offset <= f.Offset && f.Offset < offset+int64(n)
}

// simulated returns the error that the parser shall seem to return, if it shall.
func (s *Session) simulated(d stream.Dir, in *stream.Cursor) error {
	if s.gateway.config.Faults[d].meets(in.Offset(), in.Len()) {
		return errSimulated
	}
	return nil
}
