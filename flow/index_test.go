package flow

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestChain puts more flows into one bucket than it has slots, and takes them out in any order.
func TestChain(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	var same []Tuple // of the first bucket
	for i := 0; len(same) < 40; i++ {
		tuple := tcp(i)
		k := MakeKey(&tuple)
		if uint32(k.hash(&table.hash, table.mask))&table.index.low == 0 {
			same = append(same, tuple)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	there := map[int]Handle{}
	for range 10_000 {
		i := r.IntN(len(same))
		h, ok := there[i]
		if ok && r.IntN(2) == 0 {
			table.End(h, Forced)
			delete(there, i)
			continue
		}
		got, _, created := lookup(table, same[i], base)
		if created == ok || ok && got != h {
			t.Fatalf("flow %d: Lookup = %v, created %v; it was there: %v, as %v", i, got, created, ok, h)
		}
		there[i] = got
	}
	if b := &table.index.segments[0][0]; len(there) > len(b.slots) && b.chain == 0 {
		t.Error("there is no chain")
	}

	// Splitting the bucket must lose nothing.
	for range segmentSize {
		table.index.segments = append(table.index.segments, new(segment))
	}
	for _, i := range slices.Sorted(maps.Keys(there)) {
		table.split()
		if h, _, created := lookup(table, same[i], base); created || h != there[i] {
			t.Fatalf("flow %d is lost", i)
		}
	}
}

// TestIndexGrows checks every flow after many splits of buckets, and after many ends.
func TestIndexGrows(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	const n = 60_000
	handles := make([]Handle, n)
	for i := range handles {
		handles[i], _, _ = lookup(table, tcp(i), base)
	}
	for i := 0; i < n; i += 2 {
		table.End(handles[i], Forced)
	}
	for i := range handles {
		h, _, created := lookup(table, tcp(i), base)
		if created != (i%2 == 0) || i%2 == 1 && h != handles[i] {
			t.Fatalf("flow %d: Lookup = %v, created %v, want %v", i, h, created, handles[i])
		}
	}
}
