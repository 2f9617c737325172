package engine

import (
	"sync/atomic"

	"github.com/reknit/reknit/packet"
)

// Decider is a Source whose packets wait for what becomes of them.
type Decider interface {
	Source
	// Decide is called once for each packet that Next returned, with its number. It is called by the worker that the packet
	// belongs to, so by several goroutines at once, and in any order; the packet's memory may have been used again by then.
	Decide(number uint64, v packet.Verdict)
}

// decide tells the source of a packet what becomes of it.
func decide(d Decider, number uint64, v packet.Verdict) {
	if d != nil {
		d.Decide(number, v)
	}
}

// ballot is for a packet whose parts several workers process: it is dropped if one of them drops its part, and it is known
// when the last one is done.
type ballot struct {
	left    atomic.Int32 // workers that are not done
	dropped atomic.Bool
}

// drop says that a part is dropped. It reports whether it was the first.
func (b *ballot) drop() (first bool) { return b.dropped.CompareAndSwap(false, true) }

// done says that a worker is through with its part. It reports whether it was the last.
func (b *ballot) done() (last bool) { return b.left.Add(-1) == 0 }

func (b *ballot) verdict() packet.Verdict {
	if b.dropped.Load() {
		return packet.Drop
	}
	return packet.Pass
}

// conclude judges a packet that was handed over, each packet once. It returns the verdict if it is known by now.
func (w *Worker) conclude(b *ballot) (v packet.Verdict, known bool) {
	if b == nil {
		w.judge()
		return w.verdict, true
	}
	if w.verdict == packet.Drop && b.drop() {
		w.judge()
	}
	if !b.done() {
		return packet.Pass, false
	}
	if v = b.verdict(); v == packet.Pass {
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
