package tcp_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// FuzzTracker plays arbitrary segments: whatever comes, offsets never go back, what is held stays within the limit and
// is freed, and the same segments with other initial sequence numbers have the same result.
func FuzzTracker(f *testing.F) {
	open := "\x00\x02\x00\x00\x00\x00\x00\x00" + "\x01\x12\x00\x00\x00\x01\x00\x00" + "\x00\x10\x00\x01\x00\x01\x00\x00"
	f.Add([]byte("\x00" + open + "\x00\x18\x00\x01\x00\x01\x05\x00" + "\x01\x10\x00\x01\x00\x06\x00\x00"))
	f.Add([]byte("\x01" + open + "\x00\x18\x00\x06\x00\x01\x05\x00" + "\x00\x18\x00\x01\x00\x01\x05\x00" + "\x00\x11\x00\x0b\x00\x01\x00\x00"))
	f.Add([]byte("\x0e" + "\x00\x18\x00\x01\x00\x01\x05\x01" + "\x01\x18\x00\x01\x00\x06\x09\x02" + "\x01\x14\x00\x0a\x00\x06\x00\x00"))
	f.Add([]byte("\x00" + open + "\x00\x04\x00\x01\x00\x00\x00\x04" + "\x00\x18\x00\x01\x00\x01\x05\x00" + "\x01\x11\x00\x01\x00\x06\x02\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		one := newSoup(t, data[0], 1e6, 5e8)
		two := newSoup(t, data[0], 1<<31-100, 3e9)
		one.play(data[1:])
		two.play(data[1:])
		if a, b := one.log.String(), two.log.String(); a != b {
			t.Errorf("other initial numbers, another result:\n%s\n%s", a, b)
		}
	})
}

// soup is a connection that is fed what the fuzzer makes up.
type soup struct {
	t       *testing.T
	isn     [2]tcp.Seq
	tracker *tcp.Tracker
	store   *stream.Store
	conn    tcp.Conn
	policy  stream.Policy
	at      [2]int64
	ended   [2]bool
	swapped bool // the first to send is the server
	log     strings.Builder
}

const soupHeld = 1000

func newSoup(t *testing.T, options byte, client, server tcp.Seq) *soup {
	s := &soup{t: t, isn: [2]tcp.Seq{client, server}, policy: stream.Policy(options >> 4)}
	s.store = stream.NewStore(stream.Config{Inline: options&1 != 0, MaxHeld: soupHeld, CheckOverlap: true})
	s.tracker = tcp.NewTracker(tcp.Config{Midstream: options&2 != 0, AsyncOneSide: options&4 != 0, TrustAfterLoss: options&8 != 0,
		Urgent: tcp.Urgent(options >> 5 & 3)}, s.store)
	return s
}

// play feeds segments of eight octets: direction, flags, sequence number, acknowledgement, length, and what else.
func (s *soup) play(data []byte) {
	payload := make([]byte, 255)
	for i := range payload {
		payload[i] = byte(i)
	}
	for n := int64(0); len(data) >= 8; n++ {
		d := stream.Dir(data[0] & 1)
		g := tcp.Segment{Flags: tcp.Flags(data[1]), Time: 1e18 + n*1e6, Window: 1 << (data[7] >> 4), Policy: s.policy}
		g.Seq = s.isn[d] + tcp.Seq(int16(binary.BigEndian.Uint16(data[2:])))
		if g.Flags&tcp.ACK != 0 {
			g.Ack = s.isn[1-d] + tcp.Seq(int16(binary.BigEndian.Uint16(data[4:])))
		}
		g.Payload = payload[:data[6]]
		if data[7]&1 != 0 {
			g.Options |= tcp.Timestamps
			g.TSVal, g.TSEcr = uint32(data[0]), uint32(data[7])
		}
		if data[7]&2 != 0 {
			g.Options |= tcp.WindowScale | tcp.SACKPermitted
			g.WindowScale = data[0] >> 5
		}
		if data[7]&4 != 0 {
			g.Options |= tcp.Signed
		}
		if data[7]&6 == 6 {
			at := uint32(s.isn[1-d]) + uint32(data[0])*4
			g.SACK[0], g.SACKs = [2]uint32{at, at + uint32(data[6])}, 1
		}
		g.Urgent = uint16(data[7] >> 3)
		if data[7]&5 == 5 {
			g.Options |= tcp.FastOpen
		}
		if data[7]&8 != 0 {
			g.Lost = int(data[0])
		}
		if s.swapped {
			d = d.Opposite()
		}
		s.segment(d, &g)
		data = data[8:]
	}
	s.tracker.Close(&s.conn, s)
	if n := s.store.MemoryUse() + s.tracker.MemoryUse(); n != 0 {
		s.t.Errorf("%d octets in use at the end", n)
	}
	if s.conn.State() != tcp.None && s.ended != [2]bool{true, true} {
		s.t.Errorf("directions ended: %v", s.ended)
	}
}

func (s *soup) segment(d stream.Dir, g *tcp.Segment) {
	c, before := &s.conn, s.conn.State()
	if before != tcp.None && s.tracker.Reuses(c, d, g) {
		s.tracker.Close(c, s)
		*c, before = tcp.Conn{}, tcp.None
		s.at, s.ended = [2]int64{}, [2]bool{}
		fmt.Fprint(&s.log, "reused ")
	}
	res := s.tracker.Segment(c, d, g, s)
	if res&tcp.Reversed != 0 {
		s.swapped = !s.swapped
	}
	e := s.tracker.Events()
	if c.State() < before && before > tcp.Established && !e.Has(tcp.SuspectedReset) && !e.Has(tcp.SuspectedFin) && c.State() < tcp.FinWait1 {
		s.t.Errorf("from %v to %v", before, c.State())
	}
	for d := range 2 {
		st := c.Stream(stream.Dir(d))
		if st.Held() > soupHeld {
			s.t.Errorf("%d octets held", st.Held())
		}
		if st.App() < s.at[d] {
			s.t.Errorf("from offset %d to %d", s.at[d], st.App())
		}
		s.at[d] = st.App()
	}
	fmt.Fprintf(&s.log, "%d %v", res, c.State())
	e.Each(func(e tcp.Event) { fmt.Fprintf(&s.log, " %v", e) })
	fmt.Fprintln(&s.log)
}

func (s *soup) Read(d stream.Dir, in *stream.Cursor) {
	fmt.Fprintf(&s.log, "%v at %d:", d, in.Offset())
	b, _ := in.Next(in.Len())
	fmt.Fprintf(&s.log, " %x\n", b)
}

func (s *soup) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	if l.Lost <= 0 {
		s.t.Errorf("a gap of %d octets", l.Lost)
	}
	fmt.Fprintf(&s.log, "%v lost %d\n", d, l.Lost)
}

func (s *soup) End(d stream.Dir, rest []byte) {
	if s.ended[d] {
		s.t.Errorf("%v ended twice", d)
	}
	s.ended[d] = true
	fmt.Fprintf(&s.log, "%v ends with %x\n", d, rest)
}
