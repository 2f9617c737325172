package tcp

import "github.com/reknit/reknit/stream"

// State is the state of a connection. The order matters: "at least LastAck" means shutting down or closed.
type State uint8

const (
	None        State = 0
	SynSent     State = 2
	SynRecv     State = 3
	Established State = 4
	FinWait1    State = 5
	FinWait2    State = 6
	TimeWait    State = 7
	LastAck     State = 8
	CloseWait   State = 9
	Closing     State = 10
	Closed      State = 11
)

var stateNames = [...]string{"none", "listen", "syn_sent", "syn_recv", "established", "fin_wait1", "fin_wait2", "time_wait",
	"last_ack", "close_wait", "closing", "closed"}

func (s State) String() string { return stateNames[s] }

// connFlags are facts about a connection.
type connFlags uint16

const (
	midstream      connFlags = 1 << iota // picked up without its SYN
	midstreamFirst                       // picked up on data; the first segment to the client tells the server's window
	midstreamReply                       // picked up on a SYN/ACK
	timestamps                           // both ends sent the option in their SYN
	synScaled                            // the SYN carried a window scale
	synSACK                              // the SYN permitted SACK
	sacks                                // both permitted it
	async                                // one direction is seen only
	fastOpen                             // the SYN asked for it
	earlyIgnored                         // the server did not take the payload of such a SYN
	fourWay                              // both ends sent a SYN
	evasion                              // the handshake's ACK had the right number and a wrong acknowledgement
	confirmed                            // the handshake is over for certain: a SYN/ACK is odd from here on
	closedByRST
	leftOut // urgent octets are not in the streams
	lossy   // bytes were lost: be liberal with RSTs
)

// Conn is a connection: its state, and a side and a stream for each direction. It holds no pointers, so that many of
// them cost the collector nothing. The zero Conn has seen nothing.
type Conn struct {
	streams stream.Pair
	sides   [2]side // of the client, of the server
	flags   connFlags
	state   State
	bits    Flags  // all control bits seen
	before  State  // the state that an RST ended
	extra   uint32 // what few connections have, 0: nothing
}

// side is what is known about one end as a sender.
type side struct {
	isn     Seq
	next    Seq    // the next number it will send, as far as seen
	lastAck Seq    // the highest number that the other end acknowledged
	nextWin Seq    // the highest number that it may send
	window  uint32 // that the other end advertised, scaled
	ts      uint32 // the last timestamp taken
	tsTime  uint32 // when, in seconds
	scale   uint8  // of window
	bits    Flags  // control bits it sent
	flags   sideFlags
}

type sideFlags uint16

const (
	sentTimestamp sideFlags = 1 << iota // in its SYN
	zeroTimestamp                       // and it was 0
	keepAlive                           // a keep-alive was seen, its ACK not
	windowProbe                         // it sent a zero window probe
	finSent
	resetTaken // an RST came to this end that it may have ignored
	beyond     // data of it was refused, because it lay beyond the window
	replied    // its SYN/ACK was sent again with another timestamp
	finAgain   // its FIN was taken, and another one right behind it
	pointed    // it sent an urgent pointer, whose octet is taken out of the stream
	waiting    // segments of it wait until their receiver tells whether it took them
	probeHeld  // the octet of a zero window probe waits for its acknowledgement
)

// State returns the connection's state.
func (c *Conn) State() State { return c.state }

// Stream returns the bytes of direction d.
func (c *Conn) Stream(d stream.Dir) *stream.Stream { return &c.streams[d] }

// Streams returns both.
func (c *Conn) Streams() *stream.Pair { return &c.streams }

// Flags returns all control bits seen, and those that each end sent.
func (c *Conn) Flags() (all, client, server Flags) {
	return c.bits, c.sides[0].bits, c.sides[1].bits
}

// Midstream reports whether the connection was picked up without its SYN.
func (c *Conn) Midstream() bool { return c.flags&midstream != 0 }

// Async reports whether one direction only is seen.
func (c *Conn) Async() bool { return c.flags&async != 0 }

// Window returns the window in bytes, scaled, that the sender of direction d announced last.
func (c *Conn) Window(d stream.Dir) uint32 { return c.sides[d.Opposite()].window }

// Sent returns how many sequence numbers the sender of direction d used up, as far as seen.
func (c *Conn) Sent(d stream.Dir) uint32 { return uint32(c.sides[d].next - c.sides[d].isn) }

// Lossy reports whether bytes of the connection were lost.
func (c *Conn) Lossy() bool { return c.flags&lossy != 0 }

// offset returns the stream offset of seq in direction d. It may be negative: before the first byte.
func (c *Conn) offset(d stream.Dir, seq Seq) int64 {
	near := c.streams[d].Edge()
	return near + int64(int32(seq-c.sides[d].isn-1-Seq(near)))
}

// ack notes that the receiver of direction d acknowledged everything before ack.
func (c *Conn) ack(d stream.Dir, ack Seq) {
	s := &c.sides[d]
	if ack.After(s.lastAck) {
		s.lastAck = ack
		c.streams[d].Ack(c.offset(d, ack))
	}
}

// brings reports whether the payload of g reaches beyond what direction d has without a hole. Beyond the depth that is what
// was acknowledged.
func (c *Conn) brings(d stream.Dir, g *Segment) bool {
	if c.streams[d].Deep() {
		return g.size() > 0 && g.end().After(c.sides[d].lastAck)
	}
	return g.size() > 0 && c.offset(d, g.end()) > c.received(d)
}

// received returns the offset up to which direction d arrived without a hole; gaps that were passed are none. Where
// the reader skips what is to come, holes are not looked for.
func (c *Conn) received(d stream.Dir) int64 {
	s := &c.streams[d]
	return min(s.Contiguous(), s.Edge())
}

// awaited returns the number that the receiver of direction d waits for, as far as the capture tells.
func (c *Conn) awaited(d stream.Dir) Seq {
	n := c.received(d)
	if end, known := c.streams[d].Finished(); known && n >= end {
		n = end + 1
	}
	return c.sides[d].isn + 1 + Seq(n)
}

// policy returns what the receiver of direction d is taken for.
func (c *Conn) policy(d stream.Dir) stream.Policy { return c.streams[d].Policy() }

// start begins side d at its initial sequence number.
func (c *Conn) start(d stream.Dir, isn Seq) {
	s := &c.sides[d]
	s.isn, s.next = isn, isn+1
}

func (s *side) timestamp(g *Segment) {
	s.ts, s.tsTime = g.TSVal, seconds(g.Time)
	s.flags |= sentTimestamp
	if g.TSVal == 0 {
		s.flags |= zeroTimestamp
	}
}

func seconds(ns int64) uint32 { return uint32(ns / 1e9) }
