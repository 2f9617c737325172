package engine

import (
	"testing"

	"github.com/reknit/reknit/packet"
)

// BenchmarkDispatch is what each packet costs whoever reads them: 500 octets of TCP are decoded, their owner found, and copied
// into its ring, which is emptied without a look.
func BenchmarkDispatch(b *testing.B) {
	e, err := New(Config{Workers: 2, Checksums: ChecksumIgnore})
	if err != nil {
		b.Fatal(err)
	}
	e.prepare(1, func() {})
	d := e.run.dispatchers[0]
	frame := append([]byte("\x45\x00\x02\x1c\x00\x01\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x02"+
		"\x9c\x40\x00\x19\x00\x00\x00\x01\x00\x00\x00\x01\x50\x10\xff\xff\x00\x00\x00\x00"), make([]byte, 500)...)
	p := packet.Packet{Link: packet.LinkRaw, Frame: frame, WireLen: len(frame)}
	b.ReportAllocs()
	for b.Loop() {
		p.Number++
		p.Time += 1000
		frame[22] = byte(p.Number) // a port
		d.packet(&p)
		if d.pending++; d.pending < batch {
			continue
		}
		d.publish()
		for _, r := range d.rings {
			for r.peek() != nil {
				r.take()
			}
			r.release()
		}
	}
	if d.decoder.Counters.Invalid > 0 || d.counters.Unseen > 0 {
		b.Fatal("the packet is not what it should be")
	}
}
