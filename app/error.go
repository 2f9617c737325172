package app

import (
	"fmt"

	"github.com/reknit/reknit/stream"
)

// Cause is why the parsing of a flow ended early.
type Cause uint8

const (
	CauseParser   Cause = iota // the input breaks the protocol
	CauseGap                   // bytes were lost, and the parser cannot go on without them
	CauseInternal              // a fault of ours: the parser panicked or did not come to an end
)

var causeNames = [...]string{"parser", "gap", "internal"}

func (c Cause) String() string { return causeNames[c] }

// Error tells why the parsing of a flow ended early.
type Error struct {
	Cause    Cause
	Protocol string
	Dir      stream.Dir
	Offset   int64  // in the stream of direction Dir, where the parser was
	Number   uint64 // of the packet; 0: none
	Err      error
	Stack    []byte // where a parser panicked
}

func (e *Error) Error() string {
	return fmt.Sprintf("parse %s %s at offset %d: %s: %v", e.Protocol, e.Dir, e.Offset, e.Cause, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// GapError is the Err of an Error whose cause is a gap.
type GapError struct{ Lost int64 }

func (e GapError) Error() string { return fmt.Sprintf("%d bytes lost", e.Lost) }
