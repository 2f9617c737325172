package stream

import (
	"bytes"
	"fmt"
	"testing"
)

// counter reads lines and hands each to a callback.
type counter struct {
	on func(line []byte)
}

func (r *counter) Read(d Dir, in *Cursor) {
	for {
		l, ok := in.Line(1000)
		if !ok {
			return
		}
		r.on(l)
	}
}
func (r *counter) Gap(Dir, *Cursor, Loss) {}
func (r *counter) End(Dir, []byte)        {}

var octets int

// BenchmarkLines takes a fresh stream through 100 segments in order that hold whole lines of 25 octets, and hands each
// line to a callback: the whole way from Push to the Reader and back.
func BenchmarkLines(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAA\r\n"), n/25)
			var segments [100][]byte
			for i := range segments {
				segments[i] = bytes.Clone(data)
			}
			st := NewStore(Config{Immediate: true})
			r := &counter{on: func(l []byte) { octets += len(l) }}
			b.SetBytes(int64(100 * n))
			b.ReportAllocs()
			for b.Loop() {
				var p Pair
				for i := range segments {
					st.Push(&p, ToServer, int64(i*n), segments[i], r)
				}
			}
			packets := float64(b.N) * 100
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets/float64(n/25), "ns/line")
		})
	}
}
