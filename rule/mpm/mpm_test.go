package mpm

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A hit is a match: the pattern's ID and the offset of its end.
type hit struct {
	id  uint32
	end int64
}

func sorted(hits []hit) []hit {
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.id, b.id)) })
	return hits
}

// naive finds all matches by trying every pattern at every place.
func naive(patterns []Pattern, data []byte) []hit {
	var hits []hit
	for i := range data {
		for _, p := range patterns {
			n := len(p.Text)
			if i < p.Offset || i+n > len(data) || p.Depth != 0 && i+n > p.Offset+p.Depth {
				continue
			}
			if at := data[i : i+n]; bytes.Equal(at, p.Text) || p.NoCase && equalFold(at, p.Text) {
				hits = append(hits, hit{p.ID, int64(i + n)})
			}
		}
	}
	return sorted(hits)
}

func equalFold(a, b []byte) bool {
	for i := range a {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// segments cuts data, at places that the bytes of cuts tell.
func segments(data, cuts []byte) [][]byte {
	var list [][]byte
	for _, c := range cuts {
		n := min(int(c), len(data))
		list = append(list, data[:n])
		data = data[n:]
	}
	return append(list, data)
}

// each returns all matches that Each finds, with data cut.
func each(s *Set, data, cuts []byte) []hit {
	var st State
	var hits []hit
	for _, b := range segments(data, cuts) {
		s.Each(&st, b, func(id uint32, end int64) { hits = append(hits, hit{id, end}) })
	}
	return sorted(hits)
}

func compile(t testing.TB, patterns []Pattern) *Set {
	t.Helper()
	s, err := Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares both ways to scan with naive, over the whole and over segments.
func check(t testing.TB, patterns []Pattern, data, cuts []byte) {
	t.Helper()
	s := compile(t, patterns)
	want := naive(patterns, data)
	for _, c := range [][]byte{nil, cuts} {
		if got := each(s, data, c); !slices.Equal(got, want) {
			t.Fatalf("patterns %s\ndata %q, cut by %d:\nEach = %v\nwant   %v", describe(patterns), data, c, got, want)
		}
		checkScan(t, s, patterns, data, c)
	}
	var sc Scratch
	whole := slices.Sorted(slices.Values(s.Scan(nil, data, &sc)))
	var st State
	if streamed := slices.Sorted(slices.Values(s.Scan(&st, data, &sc))); !slices.Equal(whole, streamed) {
		t.Fatalf("patterns %s\ndata %q\nScan without a State = %v\nwith one             = %v", describe(patterns), data, whole, streamed)
	}
}

// checkScan wants of each segment the patterns that end in it, each as often as there are such patterns with that ID.
func checkScan(t testing.TB, s *Set, patterns []Pattern, data, cuts []byte) {
	t.Helper()
	var st State
	var sc Scratch
	from := int64(0)
	only := make([][]hit, len(patterns))
	for i := range patterns {
		only[i] = naive(patterns[i:i+1], data)
	}
	for _, b := range segments(data, cuts) {
		to := from + int64(len(b))
		var want []uint32
		for i, p := range patterns {
			if slices.ContainsFunc(only[i], func(h hit) bool { return from < h.end && h.end <= to }) {
				want = append(want, p.ID)
			}
		}
		got := slices.Clone(s.Scan(&st, b, &sc))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("patterns %s\ndata %q, cut by %d, from %d to %d:\nScan = %v\nwant   %v", describe(patterns), data, cuts, from, to, got, want)
		}
		if st.Offset() != to {
			t.Fatalf("Offset = %d, want %d", st.Offset(), to)
		}
		from = to
	}
}

func describe(patterns []Pattern) string {
	var b strings.Builder
	for _, p := range patterns {
		fmt.Fprintf(&b, "%d:%q", p.ID, p.Text)
		if p.NoCase {
			b.WriteByte('i')
		}
		if p.Offset != 0 || p.Depth != 0 {
			fmt.Fprintf(&b, "[%d,%d]", p.Offset, p.Depth)
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// list makes patterns of words: "i:" before one stands for no case, "OFFSET,DEPTH:" for limits. IDs count from 1.
func list(words ...string) []Pattern {
	var patterns []Pattern
	for i, w := range words {
		p := Pattern{ID: uint32(i + 1)}
		if head, rest, ok := strings.Cut(w, ":"); ok {
			w = rest
			if head == "i" {
				p.NoCase = true
			} else {
				fmt.Sscanf(head, "%d,%d", &p.Offset, &p.Depth)
			}
		}
		p.Text = []byte(w)
		patterns = append(patterns, p)
	}
	return patterns
}

// TestEnd has patterns of all lengths end where the data does, or behind it, among few and many others.
func TestEnd(t *testing.T) {
	const text = "beginning of a pattern"
	for _, others := range []int{0, 100, 1000} {
		var words []string
		for i := range others {
			words = append(words, fmt.Sprint("word ", i*7919, " or so"))
		}
		for n := 1; n <= 12; n++ {
			words = append(words, text[:n], "i:"+strings.ToUpper(text[:n]))
		}
		patterns := list(words...)
		s := compile(t, patterns)
		var sc Scratch
		for before := range 6 {
			for n := range 13 {
				data := []byte("......"[:before] + text[:n])
				var want []uint32
				for _, h := range naive(patterns, data) {
					if !slices.Contains(want, h.id) {
						want = append(want, h.id)
					}
				}
				slices.Sort(want)
				if got := slices.Sorted(slices.Values(s.Scan(nil, data, &sc))); !slices.Equal(got, want) {
					t.Errorf("%d others: Scan(%q) = %v, want %v", others, data, got, want)
				}
			}
		}
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		name     string
		patterns []Pattern
		data     string
	}{
		{"nothing to look for", nil, "abc"},
		{"nothing to look at", list("abc"), ""},
		{"one", list("needle"), "needless needle, needl"},
		{"one byte", list("a", "i:b", "\x00"), "abABa\x00"},
		{"two bytes", list("ab", "i:cd"), "abcdABCDabcd"},
		{"three bytes", list("abc", "i:bcd"), "abcdABCDabcd"},
		{"within one another", list("he", "she", "his", "hers", "ushers"), "ushers his hershe"},
		{"short ones in a long one", list("b", "cd", "abcdefgh", "i:DEF"), "abcdefgabcdefgh"},
		{"beginnings of one another", list("a", "ab", "abc", "abcd", "abcde", "abcdef"), "abcdefabcde"},
		{"case", list("GET", "i:GET", "get", "i:get"), "GET get GeT"},
		{"case and signs", list("i:[a]", "i:@x{"), "[A] {a} [a] `X{ @X{ @X["},
		{"a long beginning fails into another", list("abcabcabd", "cabce", "bcabx"), "abcabcabcabce bcabcabx"},
		{"binary", list("\x00\x00\x00\x00", "\xff\x00\xff"), "\x00\x00\x00\x00\x00\xff\x00\xff\x00\xff"},
		{"offset", list("3,0:ab", "ab"), "ababab"},
		{"depth", list("0,2:ab", "0,3:ab", "0,4:ab", "1,3:ab"), "ababab"},
		{"offset and depth", list("2,2:ab", "2,3:ab", "3,9:ab", "4,2:ab", "0,2:ab"), "abababab"},
		{"limits within one another", list("5,0:a", "4,4:aa", "0,3:aaa", "6,0:aaaa", "aaaaa"), "aaaaaaaaaa"},
		{"the same twice", append(list("ab", "ab"), Pattern{Text: []byte("ab"), ID: 1}), "xabab"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.patterns, []byte(test.data), nil)
			for n := range test.data {
				check(t, test.patterns, []byte(test.data), []byte{byte(n)})
			}
			check(t, test.patterns, []byte(test.data), bytes.Repeat([]byte{1}, len(test.data)))
		})
	}
}

func TestCompileErrors(t *testing.T) {
	tests := []struct {
		pattern Pattern
		want    string
	}{
		{Pattern{ID: 7}, "pattern 0 (id 7): empty"},
		{Pattern{Text: []byte("abc"), Depth: 2, ID: 7}, "pattern 0 (id 7): depth 2 is less than its 3 bytes"},
		{Pattern{Text: []byte("abc"), Offset: -1, ID: 7}, "pattern 0 (id 7): negative offset or depth"},
	}
	for _, test := range tests {
		_, err := Compile([]Pattern{test.pattern})
		if err == nil || err.Error() != test.want {
			t.Errorf("Compile(%v) = %v, want %s", test.pattern, err, test.want)
		}
	}
}

// TestTooLarge hits the limit of nodes.
func TestTooLarge(t *testing.T) {
	a := automaton{fold: &asIs}
	b := builder{automaton: &a, limit: 8} // the root is one
	if err := b.trie(list("abcd", "abce", "abxy")); err != nil {
		t.Errorf("trie of 8 nodes: %v", err)
	}
	a = automaton{fold: &asIs}
	b = builder{automaton: &a, limit: 7}
	if err := b.trie(list("abcd", "abce", "abxy")); err != ErrTooLarge {
		t.Errorf("trie of 8 nodes with room for 7: %v, want %v", err, ErrTooLarge)
	}
	if _, err := Compile([]Pattern{{Text: make([]byte, maxText+1)}}); err == nil {
		t.Errorf("a pattern of %d bytes compiles", maxText+1)
	}
	if _, err := Compile([]Pattern{{Text: make([]byte, maxText)}}); err != nil {
		t.Errorf("a pattern of %d bytes: %v", maxText, err)
	}
}

// TestCompileKeepsPatterns wants Compile to leave what it was given as it was.
func TestCompileKeepsPatterns(t *testing.T) {
	patterns := list("i:Zulu", "Alpha")
	s := compile(t, patterns)
	if got := string(patterns[0].Text) + string(patterns[1].Text); got != "ZuluAlpha" {
		t.Errorf("patterns are %q after Compile", got)
	}
	clear(patterns[0].Text)
	if got := each(s, []byte("zulu"), nil); len(got) != 1 {
		t.Errorf("matches are %v after the caller's bytes changed", got)
	}
}

// TestSkip wants no match to span lost bytes, and offsets to count them.
func TestSkip(t *testing.T) {
	s := compile(t, list("abcd", "10,4:cdef"))
	var st State
	var got []hit
	emit := func(id uint32, end int64) { got = append(got, hit{id, end}) }
	s.Each(&st, []byte("ab"), emit)
	st.Skip(8)
	s.Each(&st, []byte("cdef"), emit)
	if want := []hit{{2, 14}}; !slices.Equal(got, want) {
		t.Errorf("matches are %v, want %v", got, want)
	}
}

// TestScratchIsShared wants one scratch to do for sets of different size in turn.
func TestScratchIsShared(t *testing.T) {
	small, large := compile(t, list("ab")), compile(t, list("ab", "i:cd", "abcd", "d"))
	var sc Scratch
	for range 3 {
		for _, test := range []struct {
			set  *Set
			want int
		}{{small, 1}, {large, 4}, {small, 1}} {
			var st State
			if got := test.set.Scan(&st, []byte("abcdab"), &sc); len(got) != test.want {
				t.Errorf("Scan = %v, want %d of them", got, test.want)
			}
		}
	}
}

// TestRandom compares with naive over small alphabets, where everything overlaps.
func TestRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	n := 3000
	if testing.Short() {
		n = 500
	}
	for range n {
		alphabet := []byte("abAB\x00[{@xyzXYZ")[:2+r.IntN(12)]
		text := func(max int) []byte {
			b := make([]byte, r.IntN(max)+1)
			for i := range b {
				b[i] = alphabet[r.IntN(len(alphabet))]
			}
			return b
		}
		var patterns []Pattern
		least := r.IntN(5)
		for id := range r.IntN(20) {
			p := Pattern{Text: text(8), NoCase: r.IntN(2) == 0, ID: uint32(id)}
			for len(p.Text) < least {
				p.Text = append(p.Text, text(3)...)
			}
			if r.IntN(4) == 0 {
				p.Offset = r.IntN(30)
			}
			if r.IntN(4) == 0 {
				p.Depth = len(p.Text) + r.IntN(30)
			}
			patterns = append(patterns, p)
		}
		data := text(200)
		cuts := make([]byte, r.IntN(20))
		for i := range cuts {
			cuts[i] = byte(r.IntN(20))
		}
		check(t, patterns, data, cuts)
	}
}

// TestManyPatterns compares with bytes.Contains for sets as large as they come, over data that is made of parts of patterns.
func TestManyPatterns(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	patterns := patternsOf(5000)
	for n := range 200 { // the same first four, and first eight, bytes
		for _, text := range []string{fmt.Sprintf("User%d", n), fmt.Sprintf("User-Agent: %d", n)} {
			patterns = append(patterns, Pattern{Text: []byte(text), NoCase: n%2 == 0, ID: uint32(len(patterns))})
		}
	}
	var data []byte
	for len(data) < 20000 {
		text := patterns[r.IntN(len(patterns))].Text
		text = text[:r.IntN(len(text))+1]
		if r.IntN(2) == 0 {
			text = bytes.ToUpper(text)
		}
		data = append(data, text...)
	}
	low := foldText(data, &lower)
	var want []uint32
	for _, p := range patterns {
		if bytes.Contains(data, p.Text) || p.NoCase && bytes.Contains(low, foldText(p.Text, &lower)) {
			want = append(want, p.ID)
		}
	}
	s := compile(t, patterns)
	for _, size := range []int{len(data), 1460, 100, 7, 1} {
		found := map[uint32]bool{}
		var st State
		var sc Scratch
		for b := range slices.Chunk(data, size) {
			for _, id := range s.Scan(&st, b, &sc) {
				found[id] = true
			}
		}
		if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
			t.Errorf("segments of %d: found %d patterns, want %d", size, len(got), len(want))
		}
	}
}

// TestShared wants a set to be good for several workers at a time; the race detector looks on.
func TestShared(t *testing.T) {
	s := compile(t, patternsOf(100))
	data := inputs()[0].data[:4000]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var sc Scratch
			var st State
			s.Scan(&st, data, &sc)
		})
	}
	wg.Wait()
}

// TestTableOfCollidingKeys wants look-ups to stay short when keys were chosen to fall together.
func TestTableOfCollidingKeys(t *testing.T) {
	inverse := uint32(hashFactor)
	for range 5 {
		inverse *= 2 - hashFactor*inverse // Newton: right modulo 2^32 in the end
	}
	var list []entry
	for i := range uint32(5000) {
		list = append(list, entry{i * inverse, i + 1}) // the product is i: its high bits are 0
	}
	table := newTable(list)
	for _, e := range list {
		if got := table.get(e.key); got != e.value {
			t.Fatalf("get(%d) = %d, want %d", e.key, got, e.value)
		}
	}
	again := table
	again.slots = make([]entry, len(table.slots))
	if n := again.fill(list); n > maxProbes {
		t.Errorf("an entry is %d slots from its place", n)
	}
}

// TestScanAllocates wants no allocation once the scratch has grown.
func TestScanAllocates(t *testing.T) {
	s := compile(t, list("i:user-agent", "Host", "ab", "0,4:GET ", "xyzzy"))
	data := []byte("GET / HTTP/1.1\r\nUser-Agent: x\r\nHost: xyzzy\r\n\r\n")
	var sc Scratch
	var st State
	s.Scan(&st, data, &sc)
	if n := testing.AllocsPerRun(100, func() { s.Scan(&st, data, &sc) }); n != 0 {
		t.Errorf("Scan allocates %v times", n)
	}
	count := 0
	if n := testing.AllocsPerRun(100, func() { s.Each(&st, data, func(uint32, int64) { count++ }) }); n != 0 {
		t.Errorf("Each allocates %v times", n)
	}
}
