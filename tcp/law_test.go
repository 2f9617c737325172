package tcp_test

import (
	"testing"
	"time"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// flood is a connection and what an end that means harm goes on to send in it, segment after segment.
type flood struct {
	name   string
	config tcp.Config
	half   bool          // there is only a SYN before it
	first  []tcp.Segment // behind the handshake
	next   func(i int) (stream.Dir, tcp.Segment)
	memory int64 // at most, besides the bytes of the stream
}

func fromClient(g tcp.Segment) func(int) (stream.Dir, tcp.Segment) {
	return func(int) (stream.Dir, tcp.Segment) { return stream.ToServer, g }
}

// scattered returns a number of a window of 64 KiB, for i from 0 on, in an order that has no pattern.
func scattered(i int) tcp.Seq { return tcp.Seq(uint32(i)*40503%32000) * 2 }

var octet = []byte{'x'}

var floods = []flood{
	{name: "acknowledgements", next: fromClient(tcp.Segment{Seq: 1, Ack: 1, Flags: tcp.ACK, Window: 65535})},
	{name: "windows", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: 1, Ack: 1, Flags: tcp.ACK, Window: uint16(i)}
	}},
	{name: "SYNs with other numbers", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: tcp.Seq(i * 7919), Flags: tcp.SYN, Window: 65535}
	}},
	{name: "SYN/ACKs with other numbers", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToClient, tcp.Segment{Seq: tcp.Seq(i * 7919), Ack: 1, Flags: tcp.SYN | tcp.ACK, Window: 65535}
	}},
	{name: "SYNs before the answer, with payload", half: true, memory: 11*1500 + 500, next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: tcp.Seq(i * 7919), Flags: tcp.SYN, Window: 65535, Payload: make([]byte, 1400)}
	}},
	{name: "answers before the acknowledgement, with payload", half: true, memory: 6*1500 + 500, next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToClient, tcp.Segment{Seq: tcp.Seq(i * 7919), Ack: 1, Flags: tcp.SYN | tcp.ACK, Window: 65535, Payload: make([]byte, 1400)}
	}},
	{name: "RSTs that nobody takes", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: tcp.Seq(i + 7), Flags: tcp.RST}
	}},
	{name: "FINs in other places", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: 3 + scattered(i), Ack: 1, Flags: tcp.FIN | tcp.ACK, Window: 65535}
	}},
	{name: "SACK blocks of one octet", memory: 4096, next: func(i int) (stream.Dir, tcp.Segment) {
		g := tcp.Segment{Seq: 1, Ack: 1, Flags: tcp.ACK, Window: 65535, SACKs: 4, Policy: stream.Windows}
		for k := range g.SACK {
			at := uint32(3 + scattered(4*i+k))
			g.SACK[k] = [2]uint32{at, at + 1}
		}
		return stream.ToClient, g
	}},
	{name: "urgent octets behind a hole", config: tcp.Config{Urgent: tcp.UrgentApart}, memory: 4096, next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: 3 + scattered(i), Ack: 1, Flags: tcp.ACK | tcp.URG, Urgent: 1, Window: 65535, Payload: octet, Policy: stream.BSD}
	}},
	{name: "octets behind a hole", next: func(i int) (stream.Dir, tcp.Segment) {
		return stream.ToServer, tcp.Segment{Seq: 3 + scattered(i), Ack: 1, Flags: tcp.ACK, Window: 65535, Payload: octet}
	}},
	{name: "octets behind a FIN", first: []tcp.Segment{{Seq: 1, Ack: 1, Flags: tcp.FIN | tcp.ACK, Window: 65535}},
		next: func(i int) (stream.Dir, tcp.Segment) {
			return stream.ToServer, tcp.Segment{Seq: 3 + scattered(i), Ack: 1, Flags: tcp.ACK, Window: 65535, Payload: octet}
		}},
	{name: "octets behind an RST", first: []tcp.Segment{{Seq: 1, Ack: 1, Flags: tcp.RST | tcp.ACK}},
		next: func(i int) (stream.Dir, tcp.Segment) {
			return stream.ToServer, tcp.Segment{Seq: 3 + scattered(i), Ack: 1, Flags: tcp.ACK, Window: 65535, Payload: octet}
		}},
	{name: "the same octet again", next: fromClient(tcp.Segment{Seq: 1, Ack: 1, Flags: tcp.ACK, Window: 65535, Payload: octet})},
	{name: "keep-alives", next: fromClient(tcp.Segment{Seq: 0, Ack: 1, Flags: tcp.ACK, Window: 65535, Payload: octet})},
}

// open returns a connection whose handshake is done, with initial numbers of 0.
func (f *flood) open() (*tcp.Tracker, *tcp.Conn) {
	t, c := tcp.NewTracker(f.config, stream.NewStore(stream.Config{})), new(tcp.Conn)
	policy := stream.Linux6
	if _, g := f.next(0); g.Policy != stream.Unset {
		policy = g.Policy
	}
	for i, g := range []tcp.Segment{
		{Flags: tcp.SYN, Window: 65535}, {Ack: 1, Flags: tcp.SYN | tcp.ACK, Window: 65535}, {Seq: 1, Ack: 1, Flags: tcp.ACK, Window: 65535},
	} {
		if g.Policy = policy; !f.half || i == 0 {
			t.Segment(c, stream.Dir(i&1), &g, quiet{})
		}
	}
	for i := range f.first {
		t.Segment(c, stream.ToServer, &f.first[i], quiet{})
	}
	return t, c
}

// Segments are given in chunks of a length of which some pass without the machine doing anything else meanwhile.
const chunk, chunks = 500, 16

// run gives segments of the flood to a connection, and returns the time that the fastest of the first four chunks took,
// and that of the last four.
func (f *flood) run(t *testing.T) (early, late time.Duration) {
	k, c := f.open()
	early, late = time.Hour, time.Hour
	var all [chunk]tcp.Segment
	var dirs [chunk]stream.Dir
	for n := range chunks {
		for i := range all {
			dirs[i], all[i] = f.next(n*chunk + i)
		}
		begin := time.Now()
		for i := range all {
			k.Segment(c, dirs[i], &all[i], quiet{})
		}
		switch took := time.Since(begin); {
		case n < 4:
			early = min(early, took)
		case n >= chunks-4:
			late = min(late, took)
		}
		if m := k.MemoryUse(); m > f.memory {
			t.Errorf("%d bytes after %d segments, want at most %d", m, n*chunk, f.memory)
		}
		if m := k.Store().MemoryUse(); m > 4<<20 {
			t.Errorf("%d bytes of streams after %d segments", m, n*chunk)
		}
	}
	k.Drop(c)
	if m := k.MemoryUse() + k.Store().MemoryUse(); m != 0 {
		t.Errorf("%d bytes are left", m)
	}
	return early, late
}

type quiet struct{}

func (quiet) Read(d stream.Dir, in *stream.Cursor)               { in.Skip(int64(in.Len())) }
func (quiet) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {}
func (quiet) End(d stream.Dir, rest []byte)                      {}

// TestFloods has connections flooded in every way, and wants memory to stay below its limit and the last segments to take
// as long as the first; where each costs in proportion to what came before, they take nine times as long.
func TestFloods(t *testing.T) {
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) {
			early, late := time.Hour, time.Hour
			for range 20 {
				e, l := f.run(t)
				early, late = min(early, e), min(late, l)
				if late < 3*early {
					break
				}
			}
			t.Logf("%v, %v", early, late)
			if late >= 5*early {
				t.Errorf("%d segments take %v first, %v in the end", chunk, early, late)
			}
		})
	}
}
