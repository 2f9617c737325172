package app

import (
	"math/rand/v2"
	"testing"
)

// What is held is what a slow and obvious model holds.
func TestHeld(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var h held
		model := map[int64]byte{}
		var end, from int64
		for range 200 {
			switch r.IntN(3) {
			case 0, 1:
				off := end + int64(r.IntN(3)*r.IntN(5)) - int64(r.IntN(2)*r.IntN(3))
				b := make([]byte, r.IntN(20))
				for i := range b {
					b[i] = byte(r.IntN(256))
				}
				lost := h.add(off, b, 100)
				for i, c := range b {
					if at := off + int64(i); at >= end {
						model[at] = c
					}
				}
				if len(b) > 0 {
					end = max(end, off+int64(len(b)))
				}
				for at := from; lost > 0; at++ {
					if _, ok := model[at]; ok {
						delete(model, at)
						lost--
					}
				}
			case 2:
				from += int64(r.IntN(30))
				from = min(from, end)
				h.forget(from)
				for at := range model {
					if at < from {
						delete(model, at)
					}
				}
			}
			if h.size() != len(model) || h.size() > 100 {
				t.Fatalf("seed %d: %d bytes are held, want %d", seed, h.size(), len(model))
			}
			n, last := 0, int64(-1)
			for off, b := range h.pieces(0, 1<<40) {
				if off <= last {
					t.Fatalf("seed %d: a piece at %d behind one that ends at %d", seed, off, last)
				}
				for i, c := range b {
					if want, ok := model[off+int64(i)]; !ok || want != c {
						t.Fatalf("seed %d: at %d is %d, want %d, %v", seed, off+int64(i), c, want, ok)
					}
				}
				n, last = n+len(b), off+int64(len(b))
			}
			if n != len(model) {
				t.Fatalf("seed %d: pieces have %d bytes, want %d", seed, n, len(model))
			}
		}
	}
}
