package engine_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// wire makes the packets of one endless connection, one at a time.
type wire struct {
	frame  []byte
	packet packet.Packet
	seq    [2]uint32
	host   [4]byte // address of the client
}

func newWire(payload int) *wire {
	w := &wire{frame: make([]byte, 14+20+32+payload)}
	f := w.frame
	f[12], f[13] = 8, 0
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	w.host = [4]byte{192, 0, 2, 1}
	tcp := ip[20:]
	tcp[12] = 8 << 4
	copy(tcp[20:], "\x01\x01\x08\x0a")
	for i := range tcp[32:] {
		tcp[32+i] = 'a'
		if i%25 == 24 {
			tcp[32+i] = '\n'
		}
	}
	w.packet.Link = packet.LinkEthernet
	return w
}

// next returns the next packet of direction d with n bytes of payload.
func (w *wire) next(d int, flags byte, n int) *packet.Packet {
	f := w.frame[:14+20+32+n]
	be := binary.BigEndian
	ip, tcp := f[14:], f[34:]
	be.PutUint16(ip[2:], uint16(len(ip)))
	copy(ip[12+4*d:], w.host[:])
	copy(ip[16-4*d:], "\xc0\x00\x02\x02")
	be.PutUint16(tcp, uint16(40000-d*39975))
	be.PutUint16(tcp[2:], uint16(25+d*39975))
	be.PutUint32(tcp[4:], w.seq[d])
	be.PutUint32(tcp[8:], w.seq[1-d])
	tcp[13] = flags
	be.PutUint16(tcp[14:], 65535)
	w.packet.Time += 1000
	be.PutUint32(tcp[24:], uint32(w.packet.Time/1e6))
	w.seq[d] += uint32(n)
	if flags&2 != 0 {
		w.seq[d]++
	}
	w.packet.Number++
	w.packet.Frame, w.packet.WireLen = f, len(f)
	return &w.packet
}

type counter struct{ octets int }

func (c *counter) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) {
	for {
		p, ok := in.Piece(1 << 40)
		if !ok {
			return
		}
		c.octets += len(p.Data)
	}
}
func (c *counter) Gap(f *engine.Flow, d stream.Dir, l stream.Loss) {}
func (c *counter) End(f *engine.Flow, d stream.Dir, rest []byte)   {}

func benchmarkPacket(b *testing.B, immediate bool) {
	const payload = 500
	var c counter
	e, err := engine.New(engine.Config{Streams: &c, Checksums: engine.ChecksumIgnore, TCP: tcp.Config{Midstream: true},
		Stream: stream.Config{Immediate: immediate}})
	if err != nil {
		b.Fatal(err)
	}
	w := newWire(payload)
	e.Worker().Packet(w.next(0, 2, 0))
	e.Worker().Packet(w.next(1, 0x12, 0))
	e.Worker().Packet(w.next(0, 0x10, 0))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		d, size := 0, payload
		if n%3 == 2 {
			d, size = 1, 0
		}
		e.Worker().Packet(w.next(d, 0x10, size))
		n++
	}
	if want := n / 3 * 2 * payload; c.octets < want-65536 {
		b.Fatalf("%d octets delivered, want %d", c.octets, want)
	}
}

// BenchmarkPacket is the whole path of a packet in cache: two segments of 500 octets, then an acknowledgement.
func BenchmarkPacket(b *testing.B) {
	b.Run("immediate", func(b *testing.B) { benchmarkPacket(b, true) })
	b.Run("acknowledged", func(b *testing.B) { benchmarkPacket(b, false) })
}

// limited is a Source of so many packets: two segments of 500 octets of one of many connections, then an acknowledgement.
type limited struct {
	wires []*wire
	left  int
	n     int
}

func (s *limited) Next(p *packet.Packet) error {
	if s.left == 0 {
		return io.EOF
	}
	s.left--
	w := s.wires[s.n/3%len(s.wires)]
	d, size := 0, 500
	if s.n%3 == 2 {
		d, size = 1, 0
	}
	s.n++
	q := w.next(d, 0x10, size)
	p.Number, p.Time, p.Link, p.Frame, p.WireLen = uint64(s.n), int64(s.n)*1000, q.Link, q.Frame, q.WireLen
	return nil
}

// BenchmarkRun is the run of a capture by one worker, and by several: their difference in time, and in allocations, which
// are those of the beginning of the run, is what the hand-over costs.
// looksOn inspects and logs everything, and does nothing with it.
type looksOn struct{ inspected, logged int }

func (l *looksOn) Wants(*engine.Flow, stream.Dir) bool                    { return true }
func (l *looksOn) Inspect(_ *engine.Flow, _ stream.Dir, c *stream.Chunk)  { l.inspected += len(c.Data) }
func (l *looksOn) Log(_ *engine.Flow, _ stream.Dir, _ int64, data []byte) { l.logged += len(data) }
func (l *looksOn) Finish(*engine.Flow)                                    {}

// BenchmarkBeside is what it costs to give streams to others than the parser: per segment of 1000 bytes and its acknowledgement.
func BenchmarkBeside(b *testing.B) {
	for _, inline := range []bool{false, true} {
		for _, who := range []string{"nobody", "inspected", "logged"} {
			b.Run(fmt.Sprintf("%s/inline=%v", who, inline), func(b *testing.B) {
				l := new(looksOn)
				c := engine.Config{Inline: inline, Streams: new(counter), Checksums: engine.ChecksumIgnore}
				switch who {
				case "inspected":
					c.Raw = l
				case "logged":
					c.Logger = l
				}
				e, err := engine.New(c)
				if err != nil {
					b.Fatal(err)
				}
				w := newWire(1000)
				run := func(dir int, bits byte, n int) { e.Worker().Packet(w.next(dir, bits, n)) }
				run(0, syn, 0)
				run(1, syn|ack, 0)
				run(0, ack, 0)
				b.SetBytes(1000)
				b.ReportAllocs()
				for b.Loop() {
					run(0, ack, 1000)
					run(1, ack, 0)
				}
				if who != "nobody" && l.inspected+l.logged == 0 {
					b.Error("nothing was given")
				}
			})
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for _, workers := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			e, err := engine.New(engine.Config{Workers: workers, Streams: &ignore{}, Checksums: engine.ChecksumIgnore,
				TCP: tcp.Config{Midstream: true}, NoFlows: true})
			if err != nil {
				b.Fatal(err)
			}
			src := &limited{left: b.N}
			for i := range 100 {
				w := newWire(500)
				w.host[3] = byte(i)
				src.wires = append(src.wires, w)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := e.Run(context.Background(), src); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// ignore is a StreamHandler that several goroutines may call.
type ignore struct{}

func (*ignore) Read(f *engine.Flow, d stream.Dir, in *stream.Cursor) { in.Skip(int64(in.Len())) }
func (*ignore) Gap(f *engine.Flow, d stream.Dir, l stream.Loss)      {}
func (*ignore) End(f *engine.Flow, d stream.Dir, rest []byte)        {}
