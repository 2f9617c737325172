package flow

import "math"

// Handle addresses an Entry of a Table. The zero Handle addresses none. It is valid until the flow ends.
type Handle uint32

// State of a flow, which decides its timeout.
type State uint8

const (
	New             State = iota
	Established           // packets in both directions; for TCP, what the connection says
	Closed                // a TCP connection that ended
	LocalBypassed         // packets are counted, nothing else
	CaptureBypassed       // the capture method was asked to keep the packets
	numStates
)

var stateNames = [numStates]string{"new", "established", "closed", "local_bypassed", "capture_bypassed"}

func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "unknown"
}

// Reason tells why a flow ended.
type Reason uint8

const (
	Timeout  Reason = iota // no packet for too long
	Forced                 // its place was needed
	Shutdown               // the table was closed
	TCPReuse               // a new connection uses the same ports
)

var reasonNames = [...]string{"timeout", "forced", "shutdown", "tcp_reuse"}

func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

// flags of an Entry. The lowest five bits are the index into a timeoutTable.
type flags uint16

const (
	stateMask  flags = 7
	classShift       = 3
	kindMask   flags = 0x1f // class and state
)

const (
	live      flags = 1 << (iota + 5)
	seen            // a packet to the server was seen; the next bit: a packet to the client
	_               //
	reversed        // client and server were exchanged
	emergency       // ended in emergency mode
)

// Entry is a flow. Value belongs to the caller; it is zero when the flow begins.
//
// Entry is laid out so that a lookup stays within its first 64 bytes; with a Value of 24 bytes it has 120.
type Entry[V any] struct {
	key   Key
	next  Handle // in a bucket's chain, or in the free list
	flags flags

	// Mark is for the caller; zero when the flow begins.
	Mark uint16

	last    int64
	start   int64
	packets [2]uint32
	bytes   [2]uint64

	Value V
}

// Key returns the key of the flow as the client's packets have it.
func (e *Entry[V]) Key() *Key { return &e.key }

// Start returns the time of the first packet, in nanoseconds since the Unix epoch.
func (e *Entry[V]) Start() int64 { return e.start }

// Last returns the time of the latest packet, in nanoseconds since the Unix epoch.
func (e *Entry[V]) Last() int64 { return e.last }

// State returns the flow's state; Table.SetState changes it.
func (e *Entry[V]) State() State { return State(e.flags & stateMask) }

// Packets returns the number of packets in direction d, modulo 2^32.
func (e *Entry[V]) Packets(d Dir) uint32 { return e.packets[d&1] }

// Bytes returns the number of bytes in direction d.
func (e *Entry[V]) Bytes(d Dir) uint64 { return e.bytes[d&1] }

// Reversed tells whether Reverse was called an odd number of times.
func (e *Entry[V]) Reversed() bool { return e.flags&reversed != 0 }

// Emergency tells, when the flow ends, whether the table was in emergency mode.
func (e *Entry[V]) Emergency() bool { return e.flags&emergency != 0 }

// Count counts a packet of n bytes in direction d and tells whether it is the first of its direction. A flow that is
// not TCP becomes established when both directions were seen.
func (e *Entry[V]) Count(d Dir, n int) (first bool) {
	d &= 1
	e.packets[d]++
	e.bytes[d] += uint64(n)
	if e.flags&(seen<<d) != 0 {
		return false
	}
	e.flags |= seen << d
	if e.flags&(seen<<(d^1)) != 0 && e.State() == New && e.key.Protocol() != protocolTCP {
		e.flags |= flags(Established) // New is 0. The timeout only gets longer, so the slab's deadline still holds.
	}
	return true
}

// CountAbout counts a packet of n bytes about the flow that neither end sent, such as an ICMP error: it is in direction d, and
// makes nothing of the flow.
func (e *Entry[V]) CountAbout(d Dir, n int) {
	e.packets[d&1]++
	e.bytes[d&1] += uint64(n)
}

// Reverse exchanges client and server. Directions found from now on are the opposite of those found before.
func (e *Entry[V]) Reverse() {
	e.key.word ^= 1
	e.packets[0], e.packets[1] = e.packets[1], e.packets[0]
	e.bytes[0], e.bytes[1] = e.bytes[1], e.bytes[0]
	s := e.flags / seen & 3
	e.flags = e.flags&^(3*seen) | (s>>1|s<<1&2)*seen
	e.flags ^= reversed
}

// ID returns the identifier of the flow: 51 bits that depend on its key and its start only. It is never 0.
func (e *Entry[V]) ID() uint64 {
	const mask = 1<<51 - 1
	id := fold(e.key.hash(&fixedHashKey, math.MaxUint64)^fixedHashKey[0], uint64(e.start)^fixedHashKey[1])
	return max(1, (id^id>>51)&mask)
}
