package flow

import (
	"math/rand/v2"
	"testing"
	"time"
)

// fill returns a table of some flows of tcp.
func fill(b *testing.B, flows int) *Table[value] {
	table := NewTable[value](Config{Memory: 1 << 30}, nil)
	for i := range flows {
		if h, _, _ := lookup(table, tcp(i), base); h == 0 {
			b.Fatal("no memory")
		}
	}
	return table
}

// benchmarkHit looks up packets of flows in random order.
func benchmarkHit(b *testing.B, flows int) {
	table := fill(b, flows)
	r := rand.New(rand.NewPCG(1, 2))
	now := base
	client, server := tcp(0), reply(tcp(0))
	b.ReportAllocs()
	for b.Loop() {
		n := r.Uint64()
		now += 1000
		i := int(n % uint64(flows))
		var k Key
		if n>>63 == 0 {
			client.Src = v4(10, byte(i>>16), byte(i>>8), byte(i))
			k.Set(&client.Src, &client.Dst, client.SrcPort, client.DstPort, &client.VLAN, 6, 4, 0)
		} else {
			server.Dst = v4(10, byte(i>>16), byte(i>>8), byte(i))
			k.Set(&server.Src, &server.Dst, server.SrcPort, server.DstPort, &server.VLAN, 6, 4, 0)
		}
		h, d, created := table.Lookup(&k, now)
		if created {
			b.Fatal("not found")
		}
		table.Entry(h).Count(d, 100)
	}
}

// The key is made, the flow found and the packet counted; directions are random.
func BenchmarkHit1k(b *testing.B)   { benchmarkHit(b, 1000) }
func BenchmarkHit100k(b *testing.B) { benchmarkHit(b, 100_000) }
func BenchmarkHit1M(b *testing.B)   { benchmarkHit(b, 1_000_000) }

// BenchmarkCreate makes a million flows; slowest is the longest that one of them took.
func BenchmarkCreate(b *testing.B) {
	const flows = 1_000_000
	var slowest time.Duration
	b.ReportAllocs()
	for b.Loop() {
		table := NewTable[value](Config{Memory: 1 << 30}, nil)
		for i := range flows {
			x := tcp(i)
			k := MakeKey(&x)
			began := time.Time{}
			if i%16 == 0 {
				began = time.Now()
			}
			table.Lookup(&k, base)
			if i%16 == 0 {
				slowest = max(slowest, time.Since(began))
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/flows, "ns/flow")
	b.ReportMetric(float64(slowest.Microseconds()), "slowest-µs")
}

// BenchmarkReplace makes flows in a table that is full.
func BenchmarkReplace(b *testing.B) {
	table := NewTable[value](Config{Memory: room(100)}, nil)
	i := 0
	for b.Loop() {
		x := tcp(i)
		k := MakeKey(&x)
		table.Lookup(&k, base+int64(i)*50_000)
		i++
	}
}

// BenchmarkPass moves the hand around a million flows that do not time out.
func BenchmarkPass(b *testing.B) {
	table := fill(b, 1_000_000)
	for b.Loop() {
		for i := range table.slabs {
			table.sweepSlab(i)
		}
	}
}
