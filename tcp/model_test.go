package tcp_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

var trace = flag.Bool("segments", false, "log the segments that TestModel shows to the tracker")

// TestModel lets two simulated ends talk over a network that loses, delays and duplicates, and wants from the tracker
// what each application read: the same octets, none before its end had them, and gaps for what the capture alone lost.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		m.run()
		m.check()
	})
}

// model is a connection, the network below it, and the tracker that watches it. Time goes in ticks of a millisecond.
type model struct {
	*rapid.T
	rand    *rand.Rand
	ends    [2]*endpoint
	now     int
	due     map[int][]event // by tick
	store   *stream.Store
	tracker *tcp.Tracker
	conn    tcp.Conn
	mss     int
	spread  int     // of delays: more than one reorders
	loss    float64 // on the wire, before and behind the tap
	twice   float64 // duplicates
	missed  float64 // by the capture
	stamps  bool
	read    [2][]byte // what the tracker delivered; lost octets are 0
	lost    [2][]bool // octets that were given up
	seen    [2][]bool // octets that passed the tap
	ended   [2]bool
}

// event is a segment at the tap, or at the end that it was sent to.
type event struct {
	g   *tcp.Segment
	d   stream.Dir
	tap bool
}

// endpoint is one end: a correct sender and receiver.
type endpoint struct {
	isn         tcp.Seq
	data        []byte // that its application sends; never 0
	una, next   int    // offsets: acknowledged, sent
	finAcked    bool
	timer       int  // when what is not acknowledged is sent again
	heard       bool // the other end's SYN
	established bool
	got         []bool // of the other end's data
	have        int    // of it without a hole
	finGot      bool
	fin         int // the offset of its FIN, -1 unknown
	window      int
	recent      uint32 // timestamp
	recentKnown bool
	peer        *endpoint
}

func newModel(t *rapid.T) *model {
	m := &model{T: t, due: map[int][]event{}}
	seed := rapid.Uint64().Draw(t, "seed")
	m.rand = rand.New(rand.NewPCG(seed, 1))
	inline := rapid.Bool().Draw(t, "inline")
	lossy := rapid.Bool().Draw(t, "capture loses")
	m.mss = rapid.IntRange(1, 100).Draw(t, "mss")
	m.spread = rapid.IntRange(1, 30).Draw(t, "spread")
	m.loss = rapid.Float64Range(0, 0.2).Draw(t, "loss")
	m.twice = rapid.Float64Range(0, 0.1).Draw(t, "twice")
	m.stamps = rapid.Bool().Draw(t, "timestamps")
	if lossy {
		m.missed = rapid.Float64Range(0, 0.2).Draw(t, "missed")
	}
	for d := range m.ends {
		e := &endpoint{fin: -1, window: rapid.IntRange(100, 1000).Draw(t, "window")}
		if lossy { // else an acknowledgement that is not seen leaves the tracker with an old window
			e.window = 65535
		}
		e.isn = tcp.Seq(rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(1<<32-2000, 1<<32-1)).Draw(t, "isn"))
		e.data = make([]byte, rapid.IntRange(0, 600).Draw(t, "octets"))
		for i := range e.data {
			e.data[i] = byte(1 + m.rand.IntN(255))
		}
		m.ends[d] = e
		m.seen[d], m.lost[d] = make([]bool, len(e.data)), make([]bool, len(e.data))
	}
	for d, e := range m.ends {
		e.peer = m.ends[1-d]
		e.got = make([]bool, len(e.peer.data))
		e.next = -1 // the SYN
		e.una = -1
	}
	m.store = stream.NewStore(stream.Config{Immediate: inline, Inline: inline && !lossy})
	m.tracker = tcp.NewTracker(tcp.Config{TrustAfterLoss: lossy}, m.store)
	return m
}

func (m *model) run() {
	for m.now = 0; m.now < 400000; m.now++ {
		for _, e := range m.due[m.now] {
			if e.tap {
				m.pass(e)
			} else {
				m.arrive(e)
			}
		}
		delete(m.due, m.now)
		for d := range m.ends {
			m.act(stream.Dir(d))
		}
		if m.ends[0].finAcked && m.ends[1].finAcked && len(m.due) == 0 {
			return
		}
	}
	m.Fatal("the ends did not finish")
}

// act lets an end send what it may.
func (m *model) act(d stream.Dir) {
	e := m.ends[d]
	switch {
	case e.finAcked:
	case !e.established && d == stream.ToClient && !e.heard:
	case e.next < 0: // SYN
		e.next = 0
		m.send(d, -1, 0)
	case m.now >= e.timer && e.una < e.next: // again
		m.send(d, e.una, 1+m.rand.IntN(m.mss))
	case e.established && e.next <= len(e.data) && e.next < e.una+e.peer.window && m.rand.IntN(3) == 0:
		n := min(1+m.rand.IntN(m.mss), e.una+e.peer.window-e.next, len(e.data)-e.next)
		from := e.next
		e.next += n
		if e.next == len(e.data) && (n == 0 || e.next < e.una+e.peer.window && m.rand.IntN(2) == 0) {
			e.next++
		}
		m.send(d, from, n)
	}
}

// send sends n octets from an offset, and the FIN when all was sent; -1 is the SYN.
func (m *model) send(d stream.Dir, from, n int) {
	e := m.ends[d]
	g := &tcp.Segment{Seq: e.isn + 1 + tcp.Seq(from), Window: uint16(e.window), Policy: stream.Linux6}
	if from < 0 {
		g.Flags = tcp.SYN
	} else {
		end := min(from+n, len(e.data), e.next)
		g.Payload = e.data[min(from, end):end]
		if end == len(e.data) && e.next > end && from <= end {
			g.Flags = tcp.FIN
		}
	}
	if e.heard {
		g.Flags |= tcp.ACK
		ack := e.peer.isn + 1 + tcp.Seq(e.have)
		if e.finGot {
			ack++
		}
		g.Ack = ack
	}
	if m.stamps {
		g.Options = tcp.Timestamps
		g.TSVal = uint32(m.now) + 1
	}
	e.timer = m.now + 10 + 2*m.spread + m.rand.IntN(20)
	m.transmit(d, g)
	if m.rand.Float64() < m.twice {
		m.transmit(d, g)
	}
}

// transmit puts a segment on the wire. The way from the tap to the receiver keeps the order.
func (m *model) transmit(d stream.Dir, g *tcp.Segment) {
	at := m.now + 1 + m.rand.IntN(m.spread)
	if m.rand.Float64() < m.loss {
		return
	}
	g2 := *g
	if g.Flags&tcp.SYN != 0 || m.rand.Float64() >= m.missed {
		m.due[at] = append(m.due[at], event{&g2, d, true})
	}
	if !m.stamps && m.rand.Float64() < m.loss {
		return
	}
	m.due[at+1] = append(m.due[at+1], event{&g2, d, false})
}

// arrive lets the receiver of direction d take a segment.
func (m *model) arrive(v event) {
	g, d := v.g, v.d
	e := m.ends[d.Opposite()]
	from := e.peer
	if g.Flags&tcp.SYN != 0 {
		if d == stream.ToClient && !e.established { // SYN/ACK
			e.established, e.una = true, 0
		}
		if e.heard && e.established {
			m.send(d.Opposite(), e.next, 0)
		} else if e.heard {
			m.send(d.Opposite(), -1, 0)
		}
		e.heard = true
		e.recent, e.recentKnown = g.TSVal, true
		if d == stream.ToClient {
			m.send(d.Opposite(), e.next, 0)
		}
		return
	}
	off := int(int32(g.Seq - from.isn - 1))
	length, have := len(g.Payload), e.have
	if g.Flags&tcp.FIN != 0 {
		length++
	}
	if e.finGot {
		have++
	}
	ack := int(int32(g.Ack - e.isn - 1))
	// Not acceptable: RFC 9293, RFC 7323, RFC 5961.
	if off+length < have || m.stamps && int32(g.TSVal-e.recent) < -1 || ack < e.una-e.peer.window {
		m.send(d.Opposite(), e.next, 0)
		return
	}
	if ack >= 0 {
		e.established = true
		if ack > len(e.data) {
			e.finAcked = true
		}
		if ack > e.una {
			e.una, e.timer = ack, m.now+10+2*m.spread
		}
	}
	if off <= e.have && e.have <= off+len(g.Payload) && int32(g.TSVal-e.recent) >= 0 {
		e.recent = g.TSVal
	}
	for i := range g.Payload {
		e.got[off+i] = true
	}
	for e.have < len(e.got) && e.got[e.have] {
		e.have++
	}
	if g.Flags&tcp.FIN != 0 {
		e.fin = off + len(g.Payload)
	}
	if e.have == e.fin {
		e.finGot = true
	}
	if (len(g.Payload) > 0 || g.Flags&tcp.FIN != 0) && m.rand.IntN(4) > 0 || m.rand.IntN(50) == 0 && !e.finAcked {
		m.send(d.Opposite(), min(e.next, len(e.data)+1), 0)
	}
}

// harmless are the events that loss, delay and duplication can cause.
var harmless = map[tcp.Event]bool{tcp.Retransmission: true, tcp.SpuriousRetransmission: true, tcp.EstBeforeLastAck: true,
	tcp.InvalidTimestamp: true, tcp.EstSynAckResend: true, tcp.EstSynResend: true, tcp.ShutdownSynResend: true,
	tcp.CloseWaitBeforeLastAck: true, tcp.EstSynAckResendDiffAck: true, tcp.InvalidAck: true, tcp.EstInvalidAck: true,
	tcp.Fin1InvalidAck: true, tcp.Fin2InvalidAck: true, tcp.CloseWaitInvalidAck: true, tcp.FinInvalidAck: true,
	tcp.LastAckInvalidAck: true, tcp.ClosingInvalidAck: true, tcp.TimeWaitInvalidAck: true}

// pass shows a segment to the tracker.
func (m *model) pass(v event) {
	off := int(int32(v.g.Seq - m.ends[v.d].isn - 1))
	for i := range v.g.Payload {
		m.seen[v.d][off+i] = true
	}
	v.g.Time = 1e18 + int64(m.now)*1e6
	before := m.conn.State()
	m.tracker.Segment(&m.conn, v.d, v.g, m)
	if *trace {
		m.Logf("%4d %v %v->%v seq %d ack %d flags %05b win %d len %d ts %d %v", m.now, v.d, before, m.conn.State(), off, int(int32(v.g.Ack-m.ends[1-v.d].isn-1)), v.g.Flags, v.g.Window, len(v.g.Payload), v.g.TSVal, m.tracker.Events())
	}
	m.tracker.Events().Each(func(e tcp.Event) {
		if !harmless[e] && m.missed == 0 {
			m.Fatalf("tick %d, direction %v, state %v: %v for %+v", m.now, v.d, before, e, v.g)
		}
	})
	if m.store.Immediate() {
		return
	}
	for d := range m.read {
		if have := m.ends[1-d].have; len(m.read[d]) > have {
			m.Fatalf("%d octets of direction %d were delivered, its receiver has %d", len(m.read[d]), d, have)
		}
	}
}

func (m *model) Read(d stream.Dir, in *stream.Cursor) {
	if b, ok := in.Next(in.Len()); ok {
		m.read[d] = append(m.read[d], b...)
	}
}

func (m *model) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	for range l.Lost {
		at := len(m.read[d])
		if m.seen[d][at] {
			m.Fatalf("octet %d of direction %v was seen and given up", at, d)
		}
		m.lost[d][at] = true
		m.read[d] = append(m.read[d], 0)
	}
}

func (m *model) End(d stream.Dir, rest []byte) {
	if m.ended[d] || len(rest) > 0 {
		m.Fatalf("direction %v ends twice, or with %q", d, rest)
	}
	m.ended[d] = true
}

func (m *model) check() {
	if s := m.conn.State(); m.missed == 0 && s != tcp.Closed && s != tcp.TimeWait && s != tcp.LastAck && s != tcp.Closing {
		m.Fatalf("the connection was closed, the state is %v", s)
	}
	m.tracker.Close(&m.conn, m)
	for d, e := range m.ends {
		got := m.read[d]
		for i := range got {
			if got[i] != e.data[i] && !m.lost[d][i] {
				m.Fatalf("direction %d, octet %d: got %d, want %d", d, i, got[i], e.data[i])
			}
		}
		if len(got) != len(e.data) && m.missed == 0 {
			m.Fatalf("direction %d: %d octets delivered, %d read", d, len(got), len(e.data))
		}
		for i := len(got); i < len(e.data); i++ {
			if m.seen[d][i] {
				m.Fatalf("direction %d: octet %d of %d was seen and not delivered (%d were)", d, i, len(e.data), len(got))
			}
		}
		if !m.ended[d] {
			m.Fatalf("direction %d did not end", d)
		}
	}
	if n := m.store.MemoryUse(); n != 0 {
		m.Fatal(fmt.Sprint(n, " octets in use at the end"))
	}
	if n := m.tracker.Counters.Active; n != 0 {
		m.Fatal(fmt.Sprint(n, " connections active at the end"))
	}
}
