package stream

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// checkIndex verifies x and compares it with pieces in order.
func checkIndex(t *trees, x *index, want []int64) error {
	st := &Store{trees: *t}
	k := &checker{st: st}
	n := k.index(x)
	if k.err != nil {
		return k.err
	}
	if use := int64(n[0])*pieceBytes + int64(n[1])*leafBytes + int64(n[2])*nodeBytes; use != t.bytes() {
		return fmt.Errorf("%d bytes in nodes, %d counted", use, t.bytes())
	}
	i := 0
	at, p := t.seek(x, -1<<62)
	for ; p != nil; at, p = t.next(x, at) {
		if i == len(want) || p.off != want[i] {
			return fmt.Errorf("piece %d begins at %d", i, p.off)
		}
		i++
	}
	if i != len(want) {
		return fmt.Errorf("%d pieces, want %d", i, len(want))
	}
	return nil
}

// insertPiece inserts p where it belongs.
func insertPiece(t *trees, x *index, p piece) {
	var w way
	if last := t.last(x); last == nil || last.off < p.off {
		t.end(x, &w)
	} else {
		t.find(x, p.off, &w)
	}
	t.insert(x, &w, p)
}

// TestIndex compares an index with a sorted slice. Pieces are two bytes long, at multiples of three.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var trees trees
		var x index
		var have []int64
		add := func(off int64) {
			i, found := slices.BinarySearch(have, off)
			if found {
				return
			}
			grow := trees.growth(&x)
			before := trees.bytes()
			insertPiece(&trees, &x, piece{off: off, n: 2})
			if n := trees.bytes() - before; n > grow {
				t.Fatalf("grew by %d bytes, foretold %d", n, grow)
			}
			have = slices.Insert(have, i, off)
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if err := checkIndex(&trees, &x, have); err != nil {
					t.Fatal(err)
				}
			},
			"insert": func(t *rapid.T) { add(3 * int64(rapid.IntRange(-1000, 1000).Draw(t, "off"))) },
			"insert many": func(t *rapid.T) {
				off, step := 3*int64(rapid.IntRange(-1000, 1000).Draw(t, "off")), 3*int64(rapid.IntRange(-3, 3).Draw(t, "step"))
				for range rapid.IntRange(1, 300).Draw(t, "n") {
					add(off)
					off += step
				}
			},
			"remove first": func(t *rapid.T) {
				for range rapid.IntRange(1, 300).Draw(t, "n") {
					if len(have) == 0 {
						return
					}
					if p := trees.first(&x); p.off != have[0] {
						t.Fatalf("first at %d, want %d", p.off, have[0])
					}
					trees.removeFirst(&x)
					have = have[1:]
				}
			},
			"seek": func(t *rapid.T) {
				off := int64(rapid.IntRange(-3010, 3010).Draw(t, "off"))
				i, _ := slices.BinarySearchFunc(have, off, func(a, off int64) int { return int(a + 1 - off) })
				_, p := trees.seek(&x, off)
				if i == len(have) && p != nil || i < len(have) && (p == nil || p.off != have[i]) {
					t.Fatalf("seek(%d) = %v, want number %d of %d", off, p, i, len(have))
				}
				if p := trees.last(&x); len(have) > 0 && p.off != have[len(have)-1] {
					t.Fatalf("last at %d", p.off)
				}
			},
		})
	})
}

// TestIndexLarge inserts a million pieces in several orders, and removes them from the front meanwhile.
func TestIndexLarge(t *testing.T) {
	n := 1 << 20
	if testing.Short() {
		n = 1 << 16
	}
	up := func(i int) int { return i }
	down := func(i int) int { return n - 1 - i }
	alternate := func(i int) int {
		if i%2 == 0 {
			return i / 2
		}
		return n - 1 - i/2
	}
	random := rand.New(rand.NewPCG(1, 2)).Perm(n)
	for _, order := range []struct {
		name   string
		at     func(i int) int
		remove int // one of the front after so many
	}{
		{"up", up, 0}, {"up, removing", up, 1}, {"down", down, 0}, {"down, removing", down, 2}, {"alternate", alternate, 0},
		{"alternate, removing", alternate, 3}, {"random", func(i int) int { return random[i] }, 0},
		{"random, removing", func(i int) int { return random[i] }, 2},
	} {
		t.Run(order.name, func(t *testing.T) {
			var trees trees
			var x index
			in := make([]bool, n)
			removed := 0
			for i := range n {
				at := order.at(i)
				insertPiece(&trees, &x, piece{off: int64(at) * 2, n: 1})
				in[at] = true
				if order.remove > 0 && i%order.remove == 0 {
					in[trees.first(&x).off/2] = false
					trees.removeFirst(&x)
					removed++
				}
			}
			var want []int64
			for i, held := range in {
				if held {
					want = append(want, int64(i)*2)
				}
			}
			if err := checkIndex(&trees, &x, want); err != nil {
				t.Fatal(err)
			}
			if per := float64(trees.bytes()) / float64(max(1, len(want))); len(want) > 1000 && per > 60 {
				t.Errorf("%.1f bytes of index per piece", per)
			}
			for _, off := range want {
				if p := trees.first(&x); p.off != off {
					t.Fatalf("first at %d, want %d", p.off, off)
				}
				trees.removeFirst(&x)
			}
			if x != (index{}) || trees.bytes() != 0 {
				t.Errorf("index %v, %d bytes after the last was removed", x, trees.bytes())
			}
		})
	}
}
