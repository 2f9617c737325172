package engine

import (
	"sync/atomic"

	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
)

// slot is a packet on its way to a worker.
type slot struct {
	number  uint64
	time    int64
	frame   []byte // in the ring's arena, or its own if it is large
	wireLen int
	link    packet.LinkType
	end     uint64     // of frame, in the arena
	clock   flow.Clock // before the packet

	// A packet may carry others, in tunnels or as fragments. Bit n is about the packet that n others are around.
	own       layers      // those that the worker is to process; none: only the time has passed
	sums      sums        // about the checksum of the innermost, if it is a TCP segment
	fragments []*fragment // what became of the fragments among them, in order
	ballot    *ballot     // nil: no other worker has a part of the packet
}

// layers is a set of packets in each other.
type layers uint32

const maxLayers = 32 // more than packet.Decoder ever finds in each other

func (l layers) has(n int) bool { return l>>n&1 != 0 }

// fragment is what became of a fragment.
type fragment struct {
	events   []packet.Event
	datagram []byte // nil: it is not complete
	refused  bool   // there was no memory for it
}

const (
	ringSlots = 1024    // packets that wait for a worker at most
	ringBytes = 1 << 20 // of their frames
	ringLarge = 1 << 16 // a frame that is longer is not put into the arena
	ringSteps = 64      // packets after which the worker gives up their slots
)

// ring hands packets over, from the one goroutine that fills it to the one that empties it. Neither takes a lock, and nothing is
// allocated: frames are copied into an arena that is used round and round.
//
// Invariants: head <= taken <= tail <= next <= head+ringSlots; what is in the arena between freed and pos is in use.
type ring struct {
	slots   []slot
	arena   []byte
	decider Decider // of the packets; nil: none waits

	// Of the goroutine that fills the ring.
	next  uint64 // slots filled
	known uint64 // head, when last looked at
	pos   uint64 // bytes of the arena filled, those left out at its end included
	freed uint64 // and those given up
	told  int64  // the time that the worker was told last
	_     [64]byte

	tail   atomic.Uint64 // slots that may be taken
	final  flow.Clock    // after the last packet; good once the ring is closed
	closed atomic.Bool   // nothing is to come
	_      [64]byte

	head    atomic.Uint64 // slots that may be filled anew
	waiting atomic.Bool   // somebody waits for room
	room    chan struct{}
	_       [64]byte

	// Of the goroutine that empties the ring.
	taken uint64
	seen  uint64 // tail, when last looked at
}

func newRing() *ring {
	return &ring{slots: make([]slot, ringSlots), arena: make([]byte, ringBytes), room: make(chan struct{}, 1)}
}

// reserve returns the next slot, with room for a frame of n bytes, or nil when the ring is full.
func (r *ring) reserve(n int) *slot {
	if r.next-r.known == ringSlots {
		if r.known = r.head.Load(); r.next-r.known == ringSlots {
			return nil
		}
	}
	s := &r.slots[r.next%ringSlots]
	if n > ringLarge {
		s.frame, s.end = make([]byte, n), r.pos
		r.next++
		return s
	}
	pos := r.pos
	if left := ringBytes - pos%ringBytes; left < uint64(n) {
		pos += left
	}
	end := pos + uint64(n)
	if end-r.freed > ringBytes {
		switch r.known = r.head.Load(); r.known {
		case r.next:
			r.freed = pos
		case 0:
		default:
			r.freed = r.slots[(r.known-1)%ringSlots].end
		}
		if end-r.freed > ringBytes {
			return nil
		}
	}
	s.frame, s.end = r.arena[pos%ringBytes:][:n:n], end
	r.pos = end
	r.next++
	return s
}

// publish lets the slots that were filled be taken. It reports whether there are any new ones.
func (r *ring) publish() bool {
	if r.tail.Load() == r.next {
		return false
	}
	r.tail.Store(r.next)
	return true
}

// await waits until there may be room. What was filled must have been published.
func (r *ring) await() {
	r.waiting.Store(true)
	if h := r.head.Load(); h != r.known || h == r.next { // there has been room since
		r.waiting.Store(false)
		r.known = h
		return
	}
	<-r.room
}

// peek returns the next packet, or nil when there is none.
func (r *ring) peek() *slot {
	if r.taken == r.seen {
		if r.seen = r.tail.Load(); r.taken == r.seen {
			return nil
		}
	}
	return &r.slots[r.taken%ringSlots]
}

// take is called when the worker is through with the packet that peek returned.
func (r *ring) take() {
	s := &r.slots[r.taken%ringSlots]
	s.fragments, s.ballot = nil, nil
	r.taken++
	if r.taken%ringSteps == 0 {
		r.release()
	}
}

// release gives up the slots that were taken. Whoever waits is woken when half of the ring is free: to wake and to wait for
// every few packets costs more than the packets.
func (r *ring) release() {
	if r.head.Load() != r.taken {
		r.head.Store(r.taken)
	}
	if r.waiting.Load() && r.tail.Load()-r.taken <= ringSlots/2 && r.waiting.CompareAndSwap(true, false) {
		wake(r.room)
	}
}

// empty reports whether nothing is to be taken now.
func (r *ring) empty() bool { return r.tail.Load() == r.taken }

// wake lets whoever waits for c go on; once is enough.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
