package literal

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive returns the literals that the text holds, one by one.
func naive(literals [][]byte, text []byte) (found []uint32) {
	text = folded(text)
	for i, l := range literals {
		if len(l) > 0 && bytes.Contains(text, folded(l[:min(len(l), MaxLength)])) {
			found = append(found, uint32(i))
		}
	}
	return found
}

func folded(b []byte) []byte {
	b = slices.Clone(b)
	for i, c := range b {
		b[i] = fold(c)
	}
	return b
}

// scan looks through text in pieces, whose lengths come from cut.
func scan(s *Set, text []byte, h *Hits, cut func() int) []uint32 {
	h.Reset()
	var st State
	for len(text) > 0 {
		n := min(max(cut(), 1), len(text))
		st = s.Scan(st, text[:n], h)
		text = text[n:]
	}
	found := slices.Clone(h.List())
	slices.Sort(found)
	return found
}

func bytesOf(list ...string) (out [][]byte) {
	for _, l := range list {
		out = append(out, []byte(l))
	}
	return out
}

func TestScan(t *testing.T) {
	tests := []struct {
		literals [][]byte
		text     string
		want     []uint32
	}{
		{bytesOf("he", "she", "his", "hers"), "USHERS", []uint32{0, 1, 3}},
		{bytesOf("a"), "bbbA", []uint32{0}},
		{bytesOf("a"), "bbb", nil},
		{bytesOf("", "x"), "x", []uint32{1}},
		{bytesOf("abc", "ABC", "abcd"), "xAbCdx", []uint32{0, 1, 2}},
		{bytesOf("aaaa", "aa"), "aaa", []uint32{1}},
		{bytesOf("needle"), "a haystack with a need", nil},
		{bytesOf("abab", "babc"), "ababababc", []uint32{0, 1}},
		{bytesOf("\xff\x00"), "x\xff\x00", []uint32{0}},
		{bytesOf("[", "{"), "[", []uint32{0}},
		{nil, "anything", nil},
	}
	for _, test := range tests {
		s := New(test.literals)
		for cut := 1; cut <= len(test.text); cut++ {
			if got := scan(s, []byte(test.text), &Hits{}, func() int { return cut }); !slices.Equal(got, test.want) {
				t.Errorf("%q in %q, by %d: %v, want %v", test.literals, test.text, cut, got, test.want)
			}
		}
	}
}

// TestRandom compares with the naive way, over few letters so that much is found, and with many states.
func TestRandom(t *testing.T) {
	var h Hits
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 7))
		letters := 2 + rng.IntN(4)
		random := func(most int) []byte {
			b := make([]byte, rng.IntN(most+1))
			for i := range b {
				b[i] = "aBcDeF"[rng.IntN(letters)] ^ byte(rng.IntN(2)<<5)
			}
			return b
		}
		var literals [][]byte
		for range rng.IntN(60) {
			literals = append(literals, random(1+rng.IntN(12)))
		}
		if seed%20 == 0 { // more states than have rows
			for range 300 {
				literals = append(literals, random(30))
			}
		}
		text := random(300)
		s := New(literals)
		h = Hits{}
		if got, want := scan(s, text, &h, func() int { return 1 + rng.IntN(20) }), naive(literals, text); !slices.Equal(got, want) {
			t.Fatalf("seed %d: found %v, want %v", seed, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("he,she,his,hers"), []byte("ushers"), uint64(1))
	f.Add([]byte("a,ab,bab,bc,bca,c,caa"), []byte("abccab"), uint64(2))
	f.Fuzz(func(t *testing.T, list, text []byte, seed uint64) {
		literals := bytes.Split(list, []byte(","))
		if len(literals) > 200 || len(text) > 4096 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		s := New(literals)
		if got, want := scan(s, text, &Hits{}, func() int { return 1 + rng.IntN(9) }), naive(literals, text); !slices.Equal(got, want) {
			t.Errorf("found %v, want %v", got, want)
		}
	})
}

// many returns literals and text as traffic has them: words, paths, names of hosts.
func many(n int) (literals [][]byte, text []byte) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() []byte {
		b := make([]byte, 2+rng.IntN(9))
		for i := range b {
			b[i] = "etaoinshrdlcumwfgypbvk"[min(rng.IntN(22), rng.IntN(22))]
		}
		return b
	}
	sep := []byte("/.-=&?% ")
	for range n {
		l := slices.Concat(word(), sep[rng.IntN(8):][:1], word())
		literals = append(literals, l)
	}
	for len(text) < 1<<20 {
		text = append(text, word()...)
		text = append(text, sep[rng.IntN(8)])
	}
	return literals, text
}

func TestAllocations(t *testing.T) {
	literals, text := many(1000)
	s := New(literals)
	var h Hits
	s.Scan(State{}, text, &h)
	if n := testing.AllocsPerRun(5, func() { h.Reset(); s.Scan(State{}, text, &h) }); n != 0 {
		t.Errorf("a scan allocates %v times", n)
	}
}

// TestSize checks that the memory of a set is in proportion to its literals.
func TestSize(t *testing.T) {
	literals, _ := many(25000)
	total := 0
	for _, l := range literals {
		total += len(l)
	}
	if s := New(literals); s.Size() > 20*total+maxDense*1024+1<<17 {
		t.Errorf("%d literals of %d bytes take %d", len(literals), total, s.Size())
	}
}

func BenchmarkScan(b *testing.B) {
	for _, n := range []int{10, 1000, 25000} {
		literals, text := many(n)
		s := New(literals)
		noise := make([]byte, 1<<20)
		rng := rand.New(rand.NewPCG(3, 4))
		for i := range noise {
			noise[i] = byte(rng.Uint32())
		}
		worst := bytes.Repeat(literals[0][:len(literals[0])-1], 1<<20/len(literals[0]))
		for name, in := range map[string][]byte{"text": text, "noise": noise, "worst": worst} {
			b.Run(name+"/"+map[int]string{10: "10", 1000: "1000", 25000: "25000"}[n], func(b *testing.B) {
				b.SetBytes(int64(len(in)))
				b.ReportAllocs()
				b.ReportMetric(float64(s.Size()), "B/set")
				var h Hits
				for b.Loop() {
					h.Reset()
					s.Scan(State{}, in, &h)
				}
			})
		}
	}
}

// BenchmarkNaive looks for one literal after the other.
func BenchmarkNaive(b *testing.B) {
	literals, text := many(1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, l := range literals {
			bytes.Contains(text, l)
		}
	}
}
