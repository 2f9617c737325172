package tcp_test

import (
	"testing"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// wire is an endless connection whose client sends and whose server acknowledges.
type wire struct {
	tracker *tcp.Tracker
	conn    tcp.Conn
	data    []byte
	seq     tcp.Seq
	now     int64
	octets  int
}

func newWire(c stream.Config, size int) *wire {
	w := &wire{data: make([]byte, size)}
	w.tracker = tcp.NewTracker(tcp.Config{}, stream.NewStore(c))
	w.send(stream.ToServer, tcp.SYN, 0, 0, 0)
	w.send(stream.ToClient, tcp.SYN|tcp.ACK, 0, 1, 0)
	w.seq = 1
	w.send(stream.ToServer, tcp.ACK, 1, 1, 0)
	return w
}

// send sends n octets from seq on.
func (w *wire) send(d stream.Dir, f tcp.Flags, seq, ack tcp.Seq, n int) {
	w.now += 1e5
	g := tcp.Segment{Seq: seq, Ack: ack, Flags: f, Window: 65535, Payload: w.data[:n], Policy: stream.Linux6, Time: w.now,
		Options: tcp.Timestamps, TSVal: uint32(w.now / 1e6)}
	w.tracker.Segment(&w.conn, d, &g, w)
}

func (w *wire) Read(d stream.Dir, in *stream.Cursor) {
	for {
		p, ok := in.Piece(1 << 40)
		if !ok {
			return
		}
		w.octets += len(p.Data)
	}
}

func (w *wire) Gap(stream.Dir, *stream.Cursor, stream.Loss) {}
func (w *wire) End(stream.Dir, []byte)                      {}

// round is four segments of the client, in the order given, and two acknowledgements.
func (w *wire) round(order [4]int) {
	n := len(w.data)
	for i, k := range order {
		w.send(stream.ToServer, tcp.ACK, w.seq.Add(k*n), 1, n)
		if i == 3 {
			w.seq = w.seq.Add(4 * n)
			w.send(stream.ToClient, tcp.ACK, 1, w.seq, 0)
		}
	}
}

var inOrder, reordered = [4]int{0, 1, 2, 3}, [4]int{2, 0, 3, 1}

// BenchmarkSegment is the cost of a segment in cache: four of five carry data.
func BenchmarkSegment(b *testing.B) {
	for _, test := range []struct {
		name      string
		immediate bool
		size      int
		order     [4]int
	}{
		{"immediate", true, 1000, inOrder},
		{"acknowledged", false, 1000, inOrder},
		{"reordered", true, 1000, reordered},
		{"reordered,acknowledged", false, 1000, reordered},
		{"one octet", true, 1, inOrder},
		{"one octet,acknowledged", false, 1, inOrder},
	} {
		b.Run(test.name, func(b *testing.B) {
			w := newWire(stream.Config{Immediate: test.immediate}, test.size)
			b.ReportAllocs()
			b.SetBytes(int64(test.size) * 4 / 5)
			n := 0
			for b.Loop() {
				if n++; n%5 == 0 {
					w.round(test.order)
				}
			}
			if want := n / 5 * 4 * test.size; w.octets != want {
				b.Fatalf("%d octets read, want %d", w.octets, want)
			}
		})
	}
}

// TestAllocs holds segments in order to no allocation.
func TestAllocs(t *testing.T) {
	for _, immediate := range []bool{true, false} {
		w := newWire(stream.Config{Immediate: immediate}, 1000)
		for range 100 {
			w.round(reordered)
		}
		if n := testing.AllocsPerRun(100, func() { w.round(inOrder) }); n != 0 {
			t.Errorf("immediate %v: %v allocations for five segments", immediate, n)
		}
	}
}
