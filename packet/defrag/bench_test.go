package defrag

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/reknit/reknit/packet"
)

func BenchmarkAdd(b *testing.B) {
	for _, bb := range []struct {
		name string
		size int // of the datagram
		n    int // of a fragment's data
		edit func(all []piece) []piece
	}{
		{"two fragments", 2000, 1480, nil},
		{"64 KB", 65000, 1480, nil},
		{"64 KB backwards", 65000, 1480, func(all []piece) []piece { slices.Reverse(all); return all }},
		{"eight bytes each, shuffled", 65000, 8, func(all []piece) []piece {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			return all
		}},
		{"all twice", 65000, 1480, func(all []piece) []piece {
			last := len(all) - 1
			return append(append(all[:last:last], all[:last]...), all[last])
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var d packet.Decoder
			var packets []*packet.Packet
			all := fragments(text('x', bb.size), bb.n)
			if bb.edit != nil {
				all = bb.edit(all)
			}
			bytes := 0
			for _, f := range all {
				packets = append(packets, sender{}.fragment(&d, f))
				bytes += len(f.data)
			}
			table := New(Config{})
			var dst []byte
			b.SetBytes(int64(bytes))
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range packets {
					dst, _ = table.Add(&d, p, 0, dst)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/fragment")
		})
	}
}

// BenchmarkFlood is a flood of fragments that never make a datagram, with all limits reached.
func BenchmarkFlood(b *testing.B) {
	var d packet.Decoder
	p := sender{}.fragment(&d, piece{8, true, text('x', 24)})
	table := New(Config{Memory: 1 << 20})
	b.ReportAllocs()
	for b.Loop() {
		p.Frag.ID++
		table.Add(&d, p, 0, nil)
	}
}
