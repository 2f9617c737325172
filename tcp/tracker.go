package tcp

import (
	"cmp"

	"github.com/reknit/reknit/stream"
)

// Config says how connections are followed. The zero value is ready to use.
type Config struct {
	// Midstream picks connections up whose SYN was not seen. Where the answer to a SYN was not, AsyncOneSide decides.
	Midstream bool
	// AsyncOneSide follows connections of which one direction only is seen: what is sent there counts as acknowledged.
	AsyncOneSide bool
	// StrictTimestamps switches off the tolerance of one tick that current kernels have for every policy.
	StrictTimestamps bool
	// TrustAfterLoss accepts segments and acknowledgements beyond the window of a connection of which the capture has
	// lost something: the window known may be an old one. Inline nothing is lost but what was rejected; leave it off.
	TrustAfterLoss bool
	// MaxSYNs is the number of SYNs, besides the last one, that are kept of a connection until one is answered. A further
	// one takes the place of the oldest. When zero, it is 10; when negative, none.
	MaxSYNs int
	// MaxSYNACKs is the number of answers, besides the first one, that are kept of a connection until one is
	// acknowledged. Further ones are rejected. When zero, it is 5; when negative, none.
	MaxSYNACKs int
	// Urgent says what becomes of urgent octets, UrgentLimit what becomes of them once UrgentApart has left out 65535 of a
	// direction.
	Urgent, UrgentLimit Urgent
	// MaxExtra is the memory for SYNs, answers, what SYNs carry and SACK blocks of all connections, in bytes. When zero, it is 64 MiB.
	MaxExtra int64
}

// complete fills in defaults.
func (c Config) complete() Config {
	c.MaxSYNs = max(0, cmp.Or(c.MaxSYNs, 10))
	c.MaxSYNACKs = max(0, cmp.Or(c.MaxSYNACKs, 5))
	c.MaxExtra = cmp.Or(c.MaxExtra, 64<<20)
	return c
}

// Counters count what a Tracker saw.
type Counters struct {
	Sessions      uint64 `stat:"tcp.sessions"`
	Active        uint64 `stat:"tcp.active_sessions,gauge"`
	Midstream     uint64 `stat:"tcp.midstream_pickups"`
	AckUnseen     uint64 `stat:"tcp.ack_unseen_data"`
	Rejected      uint64 // segments that no receiver would take
	NotCaptured   uint64 // octets that the snap length cut off
	Unread        uint64 `stat:"reknit.unread_bytes"` // octets behind a hole, or the hole, whose receiver reset the connection
	UrgentApart   uint64 `stat:"tcp.urgent_oob_data"`
	NoExtra       uint64 // SYNs, answers and SACK blocks that were not kept because MaxExtra was reached
	NoBlock       uint64 // SACK blocks that were not kept because their connection had too many
	Events        EventCounters
	EventSegments uint64 // segments with an event
}

// Tracker follows the connections of one worker. It is not safe for concurrent use.
type Tracker struct {
	Counters Counters

	config Config
	store  *stream.Store
	extras extras
	events Events
}

// NewTracker returns a Tracker whose streams live in store.
func NewTracker(c Config, store *stream.Store) *Tracker {
	return &Tracker{config: c.complete(), store: store}
}

// Store returns where the streams live.
func (t *Tracker) Store() *stream.Store { return t.store }

// MemoryUse returns the memory that connections need besides their Conn and their streams.
func (t *Tracker) MemoryUse() int64 { return t.extras.bytes }

// Events returns the events of the segment that was processed last. They are good until the next one.
func (t *Tracker) Events() *Events { return &t.events }

// Result is what became of a segment.
type Result uint8

const (
	Rejected      Result = 1 << iota // it changed nothing: no receiver would take it
	Reversed                         // its sender is the server: the connection's first segment was a SYN/ACK
	Tracked                          // it belongs to a connection that is followed
	Stored                           // its payload became part of the stream
	Unstored                         // there was no memory for its payload, or for all of it
	RefusedUrgent                    // with Rejected: because it is urgent
	Modified                         // its payload was overwritten, in place, with what the stream has there
)

func (t *Tracker) raise(e Event) { t.events.add(e) }

// reject raises e and says that the segment counts for nothing.
func (t *Tracker) reject(e Event) Result {
	t.raise(e)
	return Rejected
}

// Segment processes a segment that was sent in direction d, and lets r read what became readable.
func (t *Tracker) Segment(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	t.events.n = 0
	t.store.Tick(g.Time)
	if c.streams[d].Policy() == stream.Unset {
		c.streams[d].SetPolicy(g.Policy)
	}
	c.bits |= g.Flags
	c.sides[d].bits |= g.Flags
	if t.expected(c, d, g) {
		return t.proceed(c, d, g, r)
	}
	if c.flags&async != 0 && c.sides[0].bits != 0 && c.sides[1].bits != 0 {
		c.flags &^= async
	}
	if g.Flags&ACK == 0 && g.Ack != 0 {
		t.raise(BrokenAck)
	}
	if g.Lost > 0 {
		t.Counters.NotCaptured += uint64(g.Lost)
	}
	var res Result
	switch {
	case t.refusesUrgent(c, d, g):
		res = Rejected | RefusedUrgent
	case c.state == None:
		res = t.first(c, d, g, r)
	case !t.passing(c, d, g):
		res = t.dispatch(c, d, g, r)
	}
	if c.state != None {
		res |= Tracked
	}
	t.account(res)
	return res
}

// account counts a segment that was processed.
func (t *Tracker) account(res Result) {
	if res&Rejected != 0 {
		t.Counters.Rejected++
	}
	if t.events.n != 0 {
		t.Counters.EventSegments++
		t.events.Each(func(e Event) { t.Counters.Events[e]++ })
	}
}

// Close ends the connection: what is left is delivered, holes as gaps, first to the server, then to the client.
func (t *Tracker) Close(c *Conn, r stream.Reader) {
	t.events.n = 0
	if c.state != None {
		t.Counters.Active--
	}
	t.takeProbes(c)
	t.cutUnread(c, stream.ToServer)
	t.cutUnread(c, stream.ToClient)
	t.store.Close(&c.streams, r)
	t.strip(c)
}

// takeProbes takes the octets of zero window probes that wait for their acknowledgement.
func (t *Tracker) takeProbes(c *Conn) {
	for d, s := range c.sides {
		if s.flags&probeHeld != 0 {
			t.takeProbe(c, stream.Dir(d), s.next+1) // it is behind whatever was sent
		}
		if s.flags&waiting != 0 {
			t.guess(c, stream.Dir(d))
		}
	}
}

// Finish is the part of Close that delivers what is left of direction d. What content inspection and dumps hold stays. Call it
// for the bytes to the server, then for those to the client, then Drop.
func (t *Tracker) Finish(c *Conn, d stream.Dir, r stream.Reader) {
	t.events.n = 0
	t.takeProbes(c)
	t.cutUnread(c, d)
	t.store.Finish(&c.streams, d, r)
}

// Offset returns where the payload of a segment of direction d stands in its stream.
func (t *Tracker) Offset(c *Conn, d stream.Dir, g *Segment) int64 {
	if g.Flags&SYN != 0 {
		return 0
	}
	return t.offset(c, d, g.Seq)
}

// Drop forgets the connection without delivering anything.
func (t *Tracker) Drop(c *Conn) {
	if c.state != None {
		t.Counters.Active--
	}
	for d := range c.streams {
		t.store.Release(&c.streams[d])
	}
	t.strip(c)
}

// open counts a new connection.
func (t *Tracker) open(c *Conn, s State) {
	c.state = s
	t.Counters.Sessions++
	t.Counters.Active++
}

// dispatch hands the segment to the handler of the connection's state.
func (t *Tracker) dispatch(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	if res, drops := t.linuxDrops(c, d, g, r); drops {
		return res
	}
	if c.state == Established && g.plain() && g.Flags&ACK != 0 {
		if !t.fresh(c, d, g) {
			return Rejected
		}
		if d == stream.ToClient {
			c.flags |= confirmed
		}
		return t.transfer(c, d, g, r) &^ Rejected // a segment that is refused here has its event, and is no error
	}
	switch c.state {
	case SynSent:
		return t.synSent(c, d, g, r)
	case SynRecv:
		return t.synRecv(c, d, g, r)
	case Closed:
		return t.closed(c, d, g, r)
	}
	switch {
	case g.Flags&RST != 0:
		return t.reset(c, d, g, r)
	case t.lacksAck(c, d, g):
		return Rejected
	case g.Flags&FIN != 0 && c.state == Established:
		return t.fin(c, d, g, r)
	case g.Flags&SYN != 0:
		return t.lateSyn(c, d, g)
	case g.Flags&(FIN|ACK) != 0:
		return t.closing(c, d, g, r)
	}
	return 0
}

// lacksAck reports whether receivers drop g because a segment of a connection has to acknowledge (RFC 9293, section
// 3.10.7.4): older ones take a FIN without ACK, none takes one that has the number and lacks the flag.
func (t *Tracker) lacksAck(c *Conn, d stream.Dir, g *Segment) bool {
	if g.Flags&(ACK|SYN) != 0 {
		return false
	}
	return g.Ack != 0 || c.policy(d) == stream.Linux6
}
