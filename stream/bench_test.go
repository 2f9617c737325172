package stream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
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

// copier is the least that an engine does that copies: each segment is appended to a buffer, and its lines are found
// and handed to a callback.
type copier struct {
	next int
	buf  []byte
	on   func(line []byte)
}

//go:noinline
func (c *copier) segment(off int, data []byte) {
	if off != c.next {
		return
	}
	c.next += len(data)
	c.buf = append(c.buf, data...)
	rest := c.buf
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		c.on(rest[:i+1])
		rest = rest[i+1:]
	}
	c.buf = c.buf[:copy(c.buf, rest)]
}

// BenchmarkCopied is what BenchmarkLines is compared with.
func BenchmarkCopied(b *testing.B) {
	for _, n := range []int{100, 500, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAA\r\n"), n/25)
			var segments [100][]byte
			for i := range segments {
				segments[i] = bytes.Clone(data)
			}
			b.SetBytes(int64(100 * n))
			for b.Loop() {
				c := &copier{buf: make([]byte, 0, 2<<10), on: func(l []byte) { octets += len(l) }}
				for i, s := range segments {
					c.segment(i*n, s)
				}
			}
			packets := float64(b.N) * 100
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets/float64(n/25), "ns/line")
		})
	}
}

// BenchmarkHalfLines is BenchmarkLines with lines of 30 octets in segments of 100: most segments end within a line,
// whose beginning is held and copied together with its end.
func BenchmarkHalfLines(b *testing.B) {
	const n = 100
	data := bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"), n)
	st := NewStore(Config{Immediate: true})
	r := &counter{on: func(l []byte) { octets += len(l) }}
	b.SetBytes(100 * n)
	b.ReportAllocs()
	var p Pair
	for b.Loop() {
		p = Pair{}
		for off := 0; off < 100*n; off += n {
			st.Push(&p, ToServer, int64(off), data[off%3000:][:n], r)
		}
		st.Release(&p[0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/packet")
}

// BenchmarkAcknowledged stores segments in order and delivers their lines as they are acknowledged, every second one.
func BenchmarkAcknowledged(b *testing.B) {
	for _, policy := range []Policy{BSD, Linux6} {
		for _, n := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%v/%d", policy, n), func(b *testing.B) {
				data := bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAA\r\n"), n/25)
				st := NewStore(Config{})
				r := &counter{on: func(l []byte) { octets += len(l) }}
				b.SetBytes(int64(100 * n))
				b.ReportAllocs()
				var p Pair
				for b.Loop() {
					p = Pair{}
					p[0].SetPolicy(policy)
					for i := range 100 {
						st.Insert(&p[0], int64(i*n), data)
						if i%2 == 1 {
							p[0].Ack(int64(i*n + n))
							st.Deliver(&p, ToServer, r)
						}
					}
					st.Release(&p[0])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/packet")
			})
		}
	}
}

// orders are orders in which n segments arrive.
var orders = []struct {
	name string
	at   func(n int) []int
}{
	{"up", func(n int) []int { return order(n, func(i int) int { return i }) }},
	{"down", func(n int) []int { return order(n, func(i int) int { return n - 1 - i }) }},
	{"alternating", func(n int) []int {
		return order(n, func(i int) int {
			if i%2 == 0 {
				return i / 2
			}
			return n - 1 - i/2
		})
	}},
	{"random", func(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }},
}

func order(n int, at func(i int) int) []int {
	o := make([]int, n)
	for i := range o {
		o[i] = at(i)
	}
	return o
}

// BenchmarkIslands stores segments of one octet, at every second octet, in several orders: a few of them, and as many
// as half a megabyte of them. The cost of one must not depend on how many there are.
func BenchmarkIslands(b *testing.B) {
	for _, policy := range []Policy{BSD, Linux6} {
		for _, o := range orders {
			for _, n := range []int{64, 524288} {
				b.Run(fmt.Sprintf("%v/%s/%d", policy, o.name, n), func(b *testing.B) {
					at := o.at(n)
					st := NewStore(Config{})
					b.ReportAllocs()
					var p Pair
					play := func() {
						p = Pair{}
						p[0].SetPolicy(policy)
						for _, i := range at {
							st.Insert(&p[0], int64(2*i+1), []byte{'a'})
						}
						st.Release(&p[0])
					}
					play() // until a Store has its memory, it is slower
					for b.Loop() {
						play()
					}
					if st.Counters.Refused > 0 {
						b.Fatal("refused")
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/segment")
				})
			}
		}
	}
}

// BenchmarkFill fills the holes between the islands again, one by one or many with one segment, and reads all.
func BenchmarkFill(b *testing.B) {
	for _, size := range []int{1, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			const n = 1 << 16
			data := bytes.Repeat([]byte("AAAAAAAAAAAAAAAAAAAAAAA\r\n"), n/25+1)[:n]
			st := NewStore(Config{})
			r := &counter{on: func(l []byte) { octets += len(l) }}
			b.SetBytes(n)
			b.ReportAllocs()
			var p Pair
			for b.Loop() {
				p = Pair{}
				for i := 1; i < n; i += 2 {
					st.Insert(&p[0], int64(i), data[i:i+1])
				}
				if size == 1 {
					for i := 0; i < n; i += 2 {
						st.Insert(&p[0], int64(i), data[i:i+1])
					}
				} else {
					for i := 0; i < n; i += size {
						st.Insert(&p[0], int64(i), data[i:min(i+size, n)])
					}
				}
				st.Close(&p, r)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/octet")
		})
	}
}
