package detect

import (
	"context"
	"sync"
	"sync/atomic"
)

// Live is the set that packets are inspected with. It can be exchanged while packets come: each worker takes the new one up
// before the next packet that it looks at, so that a packet is inspected with one set alone.
//
// Use may be called by one goroutine at a time, Settle and Set by any.
type Live struct {
	now     atomic.Pointer[Set]
	changed chan struct{} // has something when a worker took a set up

	mu      sync.Mutex
	workers []*Worker
}

// NewLive returns a Live with its first set.
func NewLive(s *Set) *Live {
	l := &Live{changed: make(chan struct{}, 1)}
	l.now.Store(s)
	return l
}

// Set returns the set that packets are inspected with from now on.
func (l *Live) Set() *Set { return l.now.Load() }

// Worker returns what evaluates the rules for a worker of the engine.
func (l *Live) Worker() *Worker {
	s := l.now.Load()
	w := &Worker{live: l, set: s, flows: map[uint32]*kept{}}
	w.has.Store(s)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.workers = append(l.workers, w)
	return w
}

// Use has packets inspected with another set, which is to be made with Config.Before. Workers take it up with their next
// packet: Settle waits for that.
func (l *Live) Use(s *Set) { l.now.Store(s) }

// Settle waits until every worker has the present set, and nobody the one before. A set is best loaded after that, so that there
// are never more than two. An error is that of the context.
func (l *Live) Settle(ctx context.Context) error {
	for !l.settled() {
		select {
		case <-l.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (l *Live) settled() bool {
	now := l.now.Load()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.workers {
		if w.has.Load() != now {
			return false
		}
	}
	return true
}

// Refresh takes up the present set. The engine's goroutine does it with each packet; for a worker that has none, call it when it
// does nothing else.
func (w *Worker) Refresh() {
	s := w.live.now.Load()
	if s == w.set || w.inside {
		return
	}
	w.set, w.lately = s, lately{}
	w.has.Store(s)
	select {
	case w.live.changed <- struct{}{}:
	default: // it is known already
	}
}

// enter begins to look at a packet, or at the end of a flow, unless that has begun.
func (w *Worker) enter() {
	if !w.inside {
		w.Refresh()
		w.inside = true
	}
}

// begun begins to look at a packet before other flows may end for it.
func (w *Worker) begun() {
	w.enter()
	w.ahead = true
}

// leave ends what enter began. The end of another flow does not end the packet for which it ends.
func (w *Worker) leave(isPacket bool) {
	if isPacket || !w.ahead {
		w.inside, w.ahead = false, false
	}
}

// marks are the numbers under which flows and transactions note what is to outlive a set. They are the same for the same thing
// in a set and the one after it.
type marks struct {
	of   map[mark]uint32
	next uint32
	past map[mark]uint32 // of the set before; nil once the set is made
}

// mark is a rule, by its text, or a bit of transactions.
type mark struct {
	kind markKind
	text string
}

type markKind uint8

const (
	ofRule markKind = iota
	ofTxBit
)

// maxMarks bounds the numbers of marks: twice as much, and the direction, is less than txBit.
const maxMarks = 1 << 30

// marksAfter returns the marks of a set that comes after before, which may be nil.
func marksAfter(before *Set) marks {
	m := marks{of: map[mark]uint32{}}
	if before != nil {
		m.past, m.next = before.marks.of, before.marks.next
	}
	return m
}

// number returns the number of a mark, which may be new.
func (m *marks) number(k mark) uint32 {
	n, ok := m.of[k]
	if ok {
		return n
	}
	if n, ok = m.past[k]; !ok {
		n = m.next
		m.next = (m.next + 1) % maxMarks
	}
	m.of[k] = n
	return n
}
