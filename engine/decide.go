package engine

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/reknit/reknit/packet"
)

// Decider is a Source whose packets wait for what becomes of them.
type Decider interface {
	Source
	// Decide is called once for each packet that Next returned, with its number. It is called by the worker that the packet
	// belongs to, so by several goroutines at once, and in any order; the packet's memory may have been used again by then.
	// With packet.Rewritten frame is what is to be sent on in place of what was captured, valid during the call; else it is nil.
	Decide(number uint64, v packet.Verdict, frame []byte)
}

// decide tells the source of a packet what becomes of it. frame matters only if it was rewritten.
func decide(d Decider, number uint64, v packet.Verdict, frame []byte) {
	if d == nil {
		return
	}
	if v != packet.Rewritten {
		frame = nil
	}
	d.Decide(number, v, frame)
}

// ballot is for a packet whose parts several workers process: it is dropped if one of them drops its part, and it is known
// when the last one is done.
type ballot struct {
	left      atomic.Int32 // workers that are not done
	dropped   atomic.Bool
	rewritten atomic.Pointer[[]byte] // the frame as a worker has rewritten it: each has a copy

	mu   sync.Mutex
	fate Fate // of the parts that workers are done with
}

// drop says that a part is dropped. It reports whether it was the first.
func (b *ballot) drop() (first bool) { return b.dropped.CompareAndSwap(false, true) }

// done says that a worker is through with its part. It reports whether it was the last.
func (b *ballot) done() (last bool) { return b.left.Add(-1) == 0 }

// become adds what became of a part, and returns that of all so far.
func (b *ballot) become(f Fate) Fate {
	if b == nil {
		return f
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fate.add(f)
	return b.fate
}

func (b *ballot) verdict() packet.Verdict {
	switch {
	case b.dropped.Load():
		return packet.Drop
	case b.rewritten.Load() != nil:
		return packet.Rewritten
	}
	return packet.Pass
}

// frame returns what is to be sent on of a packet of which a worker has frame.
func (b *ballot) frame(frame []byte) []byte {
	if b != nil {
		if r := b.rewritten.Load(); r != nil {
			return *r
		}
	}
	return frame
}

// conclude judges a packet that was handed over, each packet once. It returns the verdict if it is known by now.
func (w *Worker) conclude(b *ballot) (v packet.Verdict, known bool) {
	if b == nil {
		w.judge()
		return w.verdict, true
	}
	switch {
	case w.verdict == packet.Drop && b.drop():
		w.judge()
	case w.verdict == packet.Rewritten:
		frame := slices.Clone(w.handed.frame)
		b.rewritten.Store(&frame)
	}
	if !b.done() {
		return packet.Pass, false
	}
	if v = b.verdict(); v != packet.Drop {
		w.verdict = v
		w.judge()
	}
	return v, true
}

// unseen returns what becomes of a packet that no worker could process.
func (c *Config) unseen() packet.Verdict {
	switch c.Exceptions.Overload {
	case DropPacket, DropFlow, Reject, RejectBoth:
		if c.Prevent {
			return packet.Drop
		}
	}
	return packet.Pass
}

// unseenPart is unseen for a part of a packet. It reports whether the verdict on all of it is known by now.
func (c *Config) unseenPart(b *ballot) (v packet.Verdict, known bool) {
	if v = c.unseen(); b == nil {
		return v, true
	}
	if v == packet.Drop {
		b.drop()
	}
	if !b.done() {
		return v, false
	}
	return b.verdict(), true
}
