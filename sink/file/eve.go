package file

import (
	"sync"

	"github.com/reknit/reknit/event"
)

// EVE writes records as lines of JSON.
type EVE struct {
	Output *Output

	// Prefix is written before each record, as "@cee: " is for some collectors.
	Prefix string

	// Options of the records; nil for the defaults.
	Options *event.Options

	mu   sync.Mutex
	free [][]byte // a record is made in one of these before it takes the Output's lock; no more than callers at a time
}

var _ event.ConcurrentSink = (*EVE)(nil)

// keepBuffer is the largest buffer that is kept for the next record.
const keepBuffer = 1 << 20

// Event writes r as one line.
func (e *EVE) Event(r *event.Record) {
	line := append(e.take(), e.Prefix...)
	line = append(r.AppendJSON(line, e.Options), '\n')
	e.Output.Write(line) // never fails
	if cap(line) <= keepBuffer {
		e.give(line)
	}
}

// Concurrent reports that Event may be called by several goroutines at once.
func (e *EVE) Concurrent() bool { return true }

func (e *EVE) take() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := len(e.free) - 1
	if last < 0 {
		return nil
	}
	b := e.free[last]
	e.free = e.free[:last]
	return b[:0]
}

func (e *EVE) give(b []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free = append(e.free, b)
}
