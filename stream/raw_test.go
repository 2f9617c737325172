package stream

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chunks writes down what is inspected: "2+1 text" begins at 2, and one byte of it was given before; "~" marks a gap.
type chunks struct{ log []string }

func (r *chunks) Inspect(_ Dir, c *Chunk) {
	at := fmt.Sprint(c.Offset)
	if c.Seen > 0 {
		at += fmt.Sprintf("+%d", c.Seen)
	}
	if c.Gap {
		at = "~" + at
	}
	r.log = append(r.log, at+" "+string(c.Data))
}

func TestInspect(t *testing.T) {
	raw := func(chunk, overlap int) Config {
		return Config{Raw: RawConfig{Chunk: [2]int{chunk, chunk}, Overlap: overlap}}
	}
	immediate := raw(4, 0)
	immediate.Immediate = true
	for _, test := range []struct {
		name   string
		config Config
		play   func(b *bench, due func(Due))
		want   string
	}{
		{"not enough", raw(4, 0), func(b *bench, due func(Due)) { b.in(0, "abc"); b.ack(3); due(DueChunk) }, ""},
		{"not acknowledged", raw(4, 0), func(b *bench, due func(Due)) { b.in(0, "abcdef"); b.ack(3); due(DueChunk) }, ""},
		{"a chunk", raw(4, 0), func(b *bench, due func(Due)) { b.in(0, "abcdef"); b.ack(5); due(DueChunk) }, "0 abcde"},
		{"now", raw(4, 0), func(b *bench, due func(Due)) { b.in(0, "abc"); b.ack(2); due(DueNow); due(DueNow) }, "0 ab"},
		{"all", raw(4, 0), func(b *bench, due func(Due)) { b.in(0, "abc"); b.in(5, "f"); b.ack(2); due(DueAll); due(DueAll) }, "0 abc ~5 f"},
		{"triggered", raw(9, 0), func(b *bench, due func(Due)) {
			b.p[0].TriggerRaw()
			b.in(0, "abc")
			due(DueChunk) // nothing is there yet
			b.ack(3)
			due(DueChunk)
			b.in(3, "d")
			b.ack(4)
			due(DueChunk)
		}, "0 abc"},
		{"behind what was read", raw(9, 0), func(b *bench, due func(Due)) {
			b.in(0, "abc")
			b.in(5, "fgh")
			b.p[0].Unread(3)
			b.st.Finish(&b.p, ToServer, b.r)
			if b.p[0].App() != 3 || !b.p[0].Ended() {
				t.Errorf("the parser's end is at %d, want 3", b.p[0].App())
			}
			due(DueAll)
		}, "0 abc ~5 fgh"},
		{"overlap", raw(2, 3), func(b *bench, due func(Due)) {
			for i := range int64(4) {
				b.in(2*i, "abcdefgh"[2*i:2*i+2])
				b.ack(2*i + 2)
				due(DueChunk)
			}
		}, "0 ab 0+2 abcd 1+3 bcdef 3+3 defgh"},
		{"a gap", raw(9, 2), func(b *bench, due func(Due)) {
			b.in(0, "abc")
			b.in(5, "fgh")
			b.ack(8)
			due(DueNow)
			b.in(8, "i")
			b.ack(9)
			due(DueNow)
		}, "0 abc ~5 fgh 6+2 ghi"},
		{"an open hole, delivered at once", immediate, func(b *bench, due func(Due)) {
			b.in(0, "ab")
			b.in(4, "efgh")
			due(DueNow)
			b.in(2, "cd")
			due(DueNow)
		}, "0 ab 2 cdefgh"},
		{"an acknowledged hole, delivered at once", immediate, func(b *bench, due func(Due)) {
			b.in(0, "ab")
			b.in(4, "efgh")
			b.ack(4)
			due(DueNow)
		}, "0 ab ~4 efgh"},
		{"late bytes, before they were passed", raw(9, 0), func(b *bench, due func(Due)) {
			b.in(0, "a\n")
			b.in(4, "e\n")
			b.ack(6)
			b.in(2, "c\n")
			due(DueNow)
		}, "0 a\nc\ne\n"},
		{"no more", raw(9, 0), func(b *bench, due func(Due)) {
			b.in(0, "ab")
			b.p[0].EndRaw()
			due(DueChunk)
			b.in(2, "cd")
			b.ack(4)
			due(DueAll)
		}, "0 ab"},
		{"the depth", func() Config { c := raw(9, 0); c.Depth = 4; return c }(), func(b *bench, due func(Due)) {
			b.in(0, "abc")
			b.in(3, "de")
			b.ack(0)
			due(DueChunk)
		}, "0 abc"},
		{"the depth of inspection", func() Config { c := raw(2, 0); c.Raw.Depth = 4; return c }(), func(b *bench, due func(Due)) {
			b.in(0, "abc")
			b.ack(3)
			due(DueChunk)
			b.in(3, "def")
			b.ack(5)
			due(DueChunk)
			b.in(6, "gh")
			b.ack(8)
			due(DueAll)
		}, "0 abc 3 def"},
		{"after the end", raw(9, 0), func(b *bench, due func(Due)) {
			b.fin(0, "ab\nc")
			b.ack(4)
			due(DueNow)
		}, "0 ab\nc"},
		{"nobody reads on", raw(4, 0), func(b *bench, due func(Due)) {
			b.r = &calls{read: func(in *Cursor) bool { in.Skip(1<<40 - in.Offset()); return false }}
			b.in(0, "ab")
			b.ack(2)
			b.in(4, "ef")
			b.in(2, "cd")
			b.ack(6)
			due(DueChunk)
		}, "0 abcdef"},
	} {
		b, r := newBench(test.config, &script{limit: 100}), new(chunks)
		b.p[0].HoldRaw()
		test.play(b, func(d Due) { b.st.Inspect(&b.p[0], ToServer, d, r) })
		if got := strings.Join(r.log, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if err := check(b.st, &b.p[0], &b.p[1]); err != nil {
			t.Error(err)
		}
		b.close()
		if n := b.st.MemoryUse(); n != 0 {
			t.Errorf("%s: %d bytes in use after the end", test.name, n)
		}
	}
}

// What a parser wants to be inspected together stays, and is part of the chunk that a trigger makes due.
func TestKeepInspected(t *testing.T) {
	b, r := newBench(Config{}, &script{limit: 1 << 20}), new(chunks)
	s := &b.p[0]
	s.HoldRaw()
	s.KeepInspected(2000)
	s.KeepInspected(1)
	at := int64(0)
	add := func(n int) {
		b.in(at, strings.Repeat("x", n-1)+"\n")
		at += int64(n)
		b.ack(at)
	}
	for range 10 {
		add(600)
		b.st.Inspect(s, ToServer, DueChunk, r)
	}
	if len(r.log) != 2 || !strings.HasPrefix(r.log[1], "3000 ") {
		t.Fatalf("%d chunks", len(r.log))
	}
	if s.Held() < 2000 || s.Held() > 2048+1200 {
		t.Errorf("%d bytes held", s.Held())
	}
	add(100)
	s.TriggerRaw()
	b.st.Inspect(s, ToServer, DueChunk, r)
	if want := fmt.Sprintf("%d+%d ", 6000-2048, 2048); !strings.HasPrefix(r.log[2], want) {
		t.Errorf("chunk is %.20q, want %q", r.log[2], want)
	}
	add(100)
	b.st.Inspect(s, ToServer, DueNow, r)
	if !strings.HasPrefix(r.log[3], "6100 ") {
		t.Errorf("chunk is %.20q", r.log[3])
	}
}

// What is inspected is what the receiver reads, whatever the parser does: segments that overlap with other bytes, in any order,
// are inspected alike when the parser reads everything and when it skips all, or a part, beforehand.
func TestInspectSkipped(t *testing.T) { rapid.Check(t, playSkipped) }

func playSkipped(t *rapid.T) {
	c := Config{Immediate: rapid.Bool().Draw(t, "immediate"), CheckOverlap: rapid.Bool().Draw(t, "check overlap")}
	c.Inline = rapid.IntRange(0, 3).Draw(t, "inline") == 0
	policy := rapid.SampledFrom([]Policy{BSD, OldLinux, Linux, Solaris, Vista, Linux6}).Draw(t, "policy")
	var stores [2]*Store
	var pairs [2]Pair
	var got [2]chunks
	skip := int64(rapid.SampledFrom([]int{1 << 40, 30, 5}).Draw(t, "skip"))
	readers := [2]*calls{
		{read: func(in *Cursor) bool { _, ok := in.Piece(1 << 20); return ok }},
		{read: func(in *Cursor) bool {
			_, ok := in.Piece(1)
			if ok {
				in.Skip(skip)
			}
			return ok
		}},
	}
	for i := range stores {
		stores[i] = NewStore(c)
		pairs[i][0].SetPolicy(policy)
		pairs[i][0].HoldRaw()
	}
	first := &pairs[0][0]
	log := ""
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		off := first.Contiguous() + int64(rapid.IntRange(-6, 20).Draw(t, "off"))
		if rapid.IntRange(0, 2).Draw(t, "in order") == 0 {
			off = first.Contiguous()
		}
		off = max(0, off)
		data := rapid.SliceOfN(rapid.SampledFrom([]byte("abcd")), 1, 12).Draw(t, "data")
		acks := rapid.IntRange(0, 3).Draw(t, "acks") == 0
		log += fmt.Sprintf("[%d %s %v] ", off, data, acks)
		var ack int64
		for i, st := range stores {
			p, s := &pairs[i], &pairs[i][0]
			if c.Immediate || c.Inline {
				st.Push(p, ToServer, off, slices.Clone(data), readers[i])
			} else {
				st.Insert(s, off, data)
			}
			if i == 0 && acks {
				ack = s.Contiguous()
			}
			if acks {
				s.Ack(ack)
				st.Deliver(p, ToServer, readers[i])
			}
			if acks || c.Immediate || c.Inline {
				st.Inspect(s, ToServer, DueNow, &got[i])
			}
			if err := check(st, s, &p[1]); err != nil {
				t.Fatalf("%s: %v", log, err)
			}
		}
	}
	for i, st := range stores {
		st.Inspect(&pairs[i][0], ToServer, DueAll, &got[i])
		st.Close(&pairs[i], readers[i])
		if st.MemoryUse() != 0 {
			t.Fatalf("%s: %d bytes in use", log, st.MemoryUse())
		}
	}
	if !slices.Equal(got[0].log, got[1].log) {
		t.Fatalf("%s\nread    %q\nskipped %q", log, got[0].log, got[1].log)
	}
}

// A stream may be deeper than others. It keeps that as long as it is open.
func TestDeepen(t *testing.T) {
	b := newBench(Config{Depth: 4}, &script{limit: 9})
	s := &b.p[0]
	b.st.Deepen(s, 3)
	if s.side != 0 {
		t.Error("the depth is no more than that of all")
	}
	b.st.Deepen(s, 8)
	b.st.Deepen(s, 6)
	b.in(0, "a\n")
	b.in(4, "e\n") // out of order, and back again
	b.in(2, "c\n")
	b.ack(6)
	if did := b.in(6, "gh"); did != 0 || s.Deep() {
		t.Errorf("insert up to the depth said %b", did)
	}
	if did := b.in(8, "i"); did != TooDeep || !s.Deep() || b.st.Counters.DepthReached != 1 {
		t.Errorf("insert beyond the depth said %b", did)
	}
	b.st.Deepen(s, 100)
	if did := b.in(8, "i"); did != Ignored {
		t.Errorf("what was too deep became %b", did)
	}
	if err := check(b.st, &b.p[0], &b.p[1]); err != nil {
		t.Error(err)
	}
	b.ack(8)
	if b.st.MemoryUse() != 0 {
		t.Errorf("%d bytes in use", b.st.MemoryUse())
	}
}

// A long run is given in chunks of 64 KiB, each of which begins with the end of the one before.
func TestInspectLongRun(t *testing.T) {
	b, r := newBench(Config{Raw: RawConfig{Overlap: 10}}, &script{limit: 1 << 20}), new(chunks)
	b.p[0].HoldRaw()
	const n = 200_000
	text := strings.Repeat("0123456789", n/10)
	for at := 0; at < n; at += 1000 {
		b.in(int64(at), text[at:at+1000])
	}
	b.ack(n)
	b.st.Inspect(&b.p[0], ToServer, DueChunk, r)
	all, at := "", 0
	for i, l := range r.log {
		head, data, _ := strings.Cut(l, " ")
		want := "0"
		if i > 0 {
			want = fmt.Sprintf("%d+10", at-10)
			if data[:10] != all[at-10:] {
				t.Errorf("chunk %d begins with %s", i, data[:10])
			}
			data = data[10:]
		}
		if head != want || len(data) > maxChunk {
			t.Errorf("chunk %d of %d bytes is at %s, want %s", i, len(data), head, want)
		}
		all += data
		at = len(all)
	}
	if all != text || len(r.log) != 4 {
		t.Errorf("%d bytes in %d chunks", len(all), len(r.log))
	}
}

func TestWindow(t *testing.T) {
	for _, test := range []struct{ lo, hi, from, to, size, a, b int64 }{
		{0, 10, 8, 10, 20, 0, 10}, // all
		{0, 30, 28, 30, 20, 10, 30},
		{5, 50, 5, 9, 20, 5, 25},
		{0, 100, 50, 60, 20, 45, 65},
		{0, 100, 2, 10, 20, 0, 20},    // little before it
		{0, 100, 90, 98, 20, 80, 100}, // little behind it
		{0, 100, 50, 61, 20, 46, 65},  // an odd byte is left out
	} {
		if a, b := window(test.lo, test.hi, test.from, test.to, test.size); a != test.a || b != test.b {
			t.Errorf("window of %d in [%d,%d) around [%d,%d) is [%d,%d), want [%d,%d)", test.size, test.lo, test.hi, test.from,
				test.to, a, b, test.a, test.b)
		}
	}
}

// Inspection of single bytes, in any order, costs a few copies of each byte, and nothing is allocated for it.
func TestInspectLinear(t *testing.T) {
	const n = 1 << 16
	data := bytes.Repeat([]byte("ab"), n/2)
	for name, order := range map[string]func(i int) int{
		"in order":  func(i int) int { return i },
		"backwards": func(i int) int { return n - 1 - i },
		"pairs":     func(i int) int { return i ^ 1 },
	} {
		st := NewStore(Config{Raw: RawConfig{Chunk: [2]int{1, 1}, Overlap: 4}})
		var p Pair
		p[0].HoldRaw()
		p[0].SetPolicy(Linux6)
		r, w := &calls{read: func(in *Cursor) bool { in.Skip(int64(in.Len())); return false }}, new(total)
		for i := range n {
			at := int64(order(i))
			st.Insert(&p[0], at, data[at:at+1])
			if i%2 == 1 {
				p[0].Ack(p[0].Contiguous())
				st.Deliver(&p, ToServer, r)
				st.Inspect(&p[0], ToServer, DueNow, w)
			}
		}
		if w.new != n || st.Counters.Inspected != n {
			t.Errorf("%s: %d bytes inspected, want %d", name, w.new, n)
		}
		if st.Counters.Copied > 8*n {
			t.Errorf("%s: %d bytes copied", name, st.Counters.Copied)
		}
	}
}

// total counts what is inspected.
type total struct{ new, all int }

func (w *total) Inspect(_ Dir, c *Chunk) {
	w.new += len(c.Data) - c.Seen
	w.all += len(c.Data)
}

func TestInspectAllocates(t *testing.T) {
	for _, inline := range []bool{false, true} {
		st := NewStore(Config{Inline: inline})
		var p Pair
		p[0].HoldRaw()
		p[0].HoldLog()
		r, w, l := &calls{read: func(in *Cursor) bool { in.Skip(int64(in.Len())); return false }}, new(total), new(logTotal)
		data := slices.Repeat([]byte("abcdefgh"), 100)
		at := int64(0)
		round := func() {
			if inline {
				st.Push(&p, ToServer, at, data, r)
				st.InspectAround(&p[0], ToServer, at, data, w)
			} else {
				st.Insert(&p[0], at, data)
			}
			at += int64(len(data))
			p[0].Ack(at)
			st.Deliver(&p, ToServer, r)
			st.Log(&p[0], ToServer, false, l)
			if !inline {
				st.Inspect(&p[0], ToServer, DueChunk, w)
			}
		}
		for range 100 {
			round()
		}
		if n := testing.AllocsPerRun(1000, round); n != 0 {
			t.Errorf("inline %v: %v allocations", inline, n)
		}
		if l.n != at || int64(w.new) < at-2560 && !inline {
			t.Errorf("inline %v: %d of %d bytes logged, %d inspected", inline, l.n, at, w.new)
		}
	}
}

type logTotal struct{ n int64 }

func (l *logTotal) Log(_ Dir, _ int64, data []byte) { l.n += int64(len(data)) }
