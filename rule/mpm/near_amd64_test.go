package mpm

import (
	"math/rand/v2"
	"testing"
)

// TestWithoutVectors runs the others as on processors that have no such instructions.
func TestWithoutVectors(t *testing.T) {
	if !vectors {
		t.Skip("this processor has none")
	}
	vectors = false
	defer func() { vectors = true }()
	t.Run("Matches", TestMatches)
	t.Run("Random", TestRandom)
	t.Run("ManyPatterns", TestManyPatterns)
}

// TestVectors wants the places that vectors pass over to be none that the tables tell of, wherever it stands in the data.
func TestVectors(t *testing.T) {
	if !vectors {
		t.Skip("this processor has none")
	}
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{1, 16, 40, 200} {
		table := newNear(headsOf(patternsOf(n)))
		for size := range 80 {
			data := inputs()[size%3].data[r.IntN(1000):][:size]
			at := table.skip(data)
			for i := range at {
				if i+window <= len(data) && table.at(data[i:]) != 0 {
					t.Fatalf("%d patterns: %d of %d places are passed over, and place %d may have one: %q", n, at, size, i, data)
				}
			}
		}
	}
}
