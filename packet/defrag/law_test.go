package defrag

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/reknit/reknit/packet"
)

// TestLinear has fragments come in orders that mean harm, and wants memory to stay below its limit and the last ones to
// take as long as the first; where each costs in proportion to what came before, they take nine times as long.
func TestLinear(t *testing.T) {
	const chunks = 16
	shuffle := func(all []*packet.Packet) {
		r := rand.New(rand.NewPCG(1, 1))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	var d packet.Decoder
	one := func(n, size int, last bool) (all []*packet.Packet) { // fragments of one datagram, eight bytes apart
		for i := range n {
			all = append(all, sender{}.fragment(&d, piece{i * 8, !last || i < n-1, text('x', size)}))
		}
		return all
	}
	for _, tt := range []struct {
		name string
		n    int
		make func(n int) []*packet.Packet
	}{
		{"a datagram in its order", 500, func(n int) []*packet.Packet { return one(n, 8, true) }},
		{"a datagram backwards", 500, func(n int) []*packet.Packet {
			all := one(n, 8, true)
			slices.Reverse(all)
			return all
		}},
		{"a datagram shuffled", 500, func(n int) []*packet.Packet {
			all := one(n, 8, true)
			shuffle(all)
			return all
		}},
		{"with a hole that stays", 500, func(n int) []*packet.Packet {
			all := one(n+1, 8, true)[1:]
			shuffle(all)
			return all
		}},
		{"each overlaps many", 100, func(n int) []*packet.Packet {
			all := one(n, 1024, false)
			shuffle(all)
			return all
		}},
		{"datagrams that never end", 1000, func(n int) (all []*packet.Packet) {
			for i := range n {
				all = append(all, sender{id: uint32(i), source: byte(i >> 16)}.fragment(&d, piece{8, true, text('x', 8)}))
			}
			return all
		}},
	} {
		for _, policy := range []Policy{Linux6, BSD, Last} {
			t.Run(tt.name+"/"+policy.String(), func(t *testing.T) {
				all := tt.make(chunks * tt.n)
				early, late := time.Hour, time.Hour
				for range 20 {
					table := New(Config{Memory: 8 << 20, Policy: policyOf(policy)})
					var dst []byte
					for n := range chunks {
						begin := time.Now()
						for _, p := range all[n*tt.n:][:tt.n] {
							dst, _ = table.Add(&d, p, 0, dst)
						}
						switch took := time.Since(begin); {
						case n < 4:
							early = min(early, took)
						case n >= chunks-4 && n < chunks-1: // the last completes
							late = min(late, took)
						}
						if table.Counters.MemoryUse > 8<<20 {
							t.Fatalf("%d bytes in use", table.Counters.MemoryUse)
						}
					}
					if late < 3*early {
						break
					}
				}
				t.Logf("%v, %v", early, late)
				if late >= 5*early {
					t.Errorf("%d fragments take %v first, %v in the end", tt.n, early, late)
				}
			})
		}
	}
}
