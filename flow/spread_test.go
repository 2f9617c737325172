package flow

import (
	"math/rand/v2"
	"testing"
)

// Both directions have one owner, whatever the VLAN; ports count only where hosts are not kept together.
func TestSpreadOwners(t *testing.T) {
	const owners, flows = 8, 8000
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, pairs := range []bool{false, true} {
		s := NewSpread(owners, pairs)
		var count [owners]int
		for range flows {
			f := Tuple{SrcPort: uint16(rnd.Uint32()), DstPort: 25, Protocol: 6, Version: 4}
			f.Src = [16]byte{10, byte(rnd.Uint32()), byte(rnd.Uint32()), 1}
			f.Dst = [16]byte{10, 0, 0, 2}
			back := f
			back.Src, back.Dst, back.SrcPort, back.DstPort = f.Dst, f.Src, f.DstPort, f.SrcPort
			back.VLAN = [3]uint16{7}
			other := f
			other.SrcPort++
			k, l, m := MakeKey(&f), MakeKey(&back), MakeKey(&other)
			owner := s.Owner(&k)
			if o := s.Owner(&l); o != owner {
				t.Fatalf("pairs %v: owners %d and %d of the two directions of %+v", pairs, owner, o, f)
			}
			if o := s.Owner(&m); pairs && o != owner {
				t.Fatalf("owners %d and %d of flows of the same hosts", owner, o)
			}
			count[owner]++
		}
		for i, n := range count {
			if n < flows/owners*8/10 || n > flows/owners*12/10 {
				t.Errorf("pairs %v: owner %d has %d of %d flows", pairs, i, n, flows)
			}
		}
	}
}

// Tables that share the packets of a capture end the same flows, with the same deadline, as one that gets them all; whatever
// the packets' times do.
func TestFollow(t *testing.T) {
	type end struct {
		port     uint16
		deadline int64
		why      Reason
		packets  uint32
	}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		table := func(into map[end]int) (t *Table[struct{}]) {
			t = NewTable(Config{}, func(h Handle, e *Entry[struct{}], r Reason) {
				into[end{e.Key().Tuple().SrcPort, t.Deadline(e), r, e.Packets(ToServer)}]++
			})
			return t
		}
		one, many := map[end]int{}, map[end]int{}
		single := table(one)
		shared := [3]*Table[struct{}]{table(many), table(many), table(many)}
		var clock Clock
		at := int64(1_700_000_000e9)
		for range 3000 {
			switch r := rnd.IntN(1000); {
			case r == 0:
				at += 2 * maxJump
			case r < 5:
				at -= maxJump / 100
			case r < 50:
				at += rnd.Int64N(20 * 1e9)
			default:
				at += rnd.Int64N(1e9)
			}
			f := Tuple{SrcPort: uint16(rnd.IntN(40)), DstPort: 53, Protocol: 17, Version: 4}
			for _, x := range []struct {
				t  *Table[struct{}]
				by bool
			}{{single, false}, {shared[f.SrcPort%3], true}} {
				if x.by {
					x.t.Follow(clock)
				}
				k := MakeKey(&f)
				h, d, _ := x.t.Lookup(&k, at)
				x.t.Entry(h).Count(d, 100)
			}
			clock.Advance(at)
			if clock.Now() != single.Now() {
				t.Fatalf("seed %d: the clock shows %d, the table %d", seed, clock.Now(), single.Now())
			}
		}
		single.Close()
		for _, s := range shared {
			s.Follow(clock)
			s.Close()
		}
		if len(one) != len(many) {
			t.Errorf("seed %d: %d ends, want %d", seed, len(many), len(one))
		}
		for e, n := range one {
			if many[e] != n {
				t.Errorf("seed %d: %d times %+v, want %d", seed, many[e], e, n)
			}
		}
	}
}
