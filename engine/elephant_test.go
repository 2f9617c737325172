package engine

import (
	"math/rand/v2"
	"testing"
)

// A window holds what a list of all bytes says.
func TestWindow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		seconds := 1 + rnd.IntN(20)
		var v window
		type bytes struct {
			s int64
			n uint64
		}
		var all []bytes
		s := int64(rnd.IntN(100)) - 50
		last := s
		for range 200 {
			n := uint64(rnd.IntN(1500))
			all = append(all, bytes{max(s, last), n})
			last = max(last, s)
			got, want := v.add(s, n, seconds), uint64(0)
			for _, b := range all {
				if b.s > last-int64(seconds) {
					want += b.n
				}
			}
			if got != want {
				t.Fatalf("window of %d s: %d bytes at %d, want %d", seconds, got, s, want)
			}
			switch rnd.IntN(10) {
			case 0:
				s += int64(rnd.IntN(3 * seconds))
			case 1:
				s -= int64(rnd.IntN(3))
			case 2, 3, 4:
				s++
			}
		}
	}
}
