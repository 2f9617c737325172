package stream

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bench is a connection with a reader that notes everything, and a word for each thing that can happen to it.
type bench struct {
	st *Store
	p  Pair
	r  Reader
}

func newBench(c Config, r Reader) *bench { return &bench{st: NewStore(c), r: r} }

// in is a segment to the server: stored, and what it makes readable is read.
func (b *bench) in(off int64, data string) Inserted {
	if b.st.Immediate() {
		return b.st.Push(&b.p, ToServer, off, []byte(data), b.r)
	}
	return b.st.Insert(&b.p[0], off, []byte(data))
}

func (b *bench) fin(off int64, data string) {
	b.st.InsertLast(&b.p[0], off, []byte(data))
	b.st.Deliver(&b.p, ToServer, b.r)
}

// ack is the server's acknowledgement of all before off.
func (b *bench) ack(off int64) {
	b.p[0].Ack(off)
	b.st.Deliver(&b.p, ToServer, b.r)
}

func (b *bench) close() { b.st.Close(&b.p, b.r) }

// TestRules is what architecture.md and reassembly.md say about streams, rule by rule, with a Reader of lines.
func TestRules(t *testing.T) {
	inline, immediate, ids := Config{Inline: true}, Config{Immediate: true}, Config{}
	tests := []struct {
		name   string
		config Config
		play   func(b *bench)
		want   string
	}{
		{"acknowledged bytes only", ids, func(b *bench) { b.in(0, "a\nb\nc"); b.ack(2); b.ack(3); b.ack(4) }, `"a"/1 "b"/1`},
		{"inline at once", inline, func(b *bench) { b.in(0, "a\nb\nc") }, `"a"/1 "b"/1`},
		{"immediate at once", immediate, func(b *bench) { b.in(0, "a\nb\nc") }, `"a"/1 "b"/1`},
		{"an acknowledgement never goes back", ids, func(b *bench) { b.in(0, "a\nb\nc\n"); b.ack(4); b.ack(2); b.ack(6) }, `"a"/1 "b"/1 "c"/1`},
		{"an old acknowledgement, then data", ids, func(b *bench) { b.ack(4); b.in(0, "a\nb\n"); b.ack(4) }, `"a"/1 "b"/1`},

		{"gap when a byte of the hole is acknowledged", ids, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.ack(3) }, `gap "ab"+1`},
		{"no gap before that", ids, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.ack(2) }, ``},
		{"the rest of it later", ids, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.ack(3); b.ack(7) }, `gap "ab"+1 gap ""+2 "x"/1`},
		{"the rest of it arrives", ids, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.ack(3); b.in(3, "\ny"); b.ack(7) },
			`gap "ab"+1 ""/1 "yx"/1`},
		{"acknowledged with nothing behind: no gap", ids, func(b *bench) { b.in(0, "ab"); b.ack(9) }, ``},
		{"until something is", ids, func(b *bench) { b.in(0, "ab"); b.ack(9); b.in(5, "x\n"); b.ack(9) }, `gap "ab"+3 "x"/1`},
		{"a gap first of all", ids, func(b *bench) { b.in(5, "x\n"); b.ack(7) }, `gap ""+5 "x"/1`},
		{"two gaps", ids, func(b *bench) { b.in(1, "a"); b.in(3, "b\n"); b.ack(5) }, `gap ""+1 gap "a"+1 "b"/1`},
		{"inline, too", inline, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.ack(7) }, `gap "ab"+3 "x"/1`},
		{"inline, the same packet again fills it", inline, func(b *bench) { b.in(0, "ab"); b.in(5, "x\n"); b.in(2, "c\nd"); b.ack(7) },
			`"abc"/1 "dx"/1`},
		{"data for a passed gap is ignored", ids, func(b *bench) { b.in(5, "x\n"); b.ack(7); b.in(0, "a\nb\nc"); b.ack(9) }, `gap ""+5 "x"/1`},
		{"data across its end is cut", ids, func(b *bench) { b.in(5, "x\n"); b.ack(7); b.in(6, "?y\n"); b.ack(9) }, `gap ""+5 "x"/1 "y"/1`},

		{"the end", ids, func(b *bench) { b.in(0, "a\nb"); b.ack(3); b.fin(3, ""); b.ack(4) }, `"a"/1 "b"/0 end ""`},
		{"the end, acknowledged with its octet", ids, func(b *bench) { b.fin(0, "a\nb"); b.ack(4) }, `"a"/1 "b"/0 end ""`},
		{"the end before its data", ids, func(b *bench) { b.fin(2, "b"); b.in(0, "a\n"); b.ack(4) }, `"a"/1 "b"/0 end ""`},
		{"the end waits for the acknowledgement", ids, func(b *bench) { b.fin(0, "a\nb"); b.ack(2); b.ack(3) }, `"a"/1`},
		{"inline the end is at once", inline, func(b *bench) { b.fin(0, "a\nb") }, `"a"/1 "b"/0 end ""`},
		{"nothing is read from behind the end", ids, func(b *bench) { b.fin(0, "a\n"); b.in(2, "b\n"); b.in(1, "?c\n"); b.ack(9); b.close() },
			`"a"/1 end "" end ""`},
		{"unless it is none", ids, func(b *bench) { b.fin(0, "a\n"); b.in(2, "b\n"); b.p[0].Reopen(); b.ack(4) }, `"a"/1 "b"/1`},
		{"behind an end that was told is nothing", ids, func(b *bench) { b.fin(0, "a\n"); b.ack(3); b.p[0].Reopen(); b.in(2, "b\n"); b.ack(5) },
			`"a"/1 end ""`},
		{"an octet in the place of the end may be what is acknowledged", ids, func(b *bench) { b.fin(0, "a\n"); b.in(2, "b"); b.ack(3) }, `"a"/1`},
		{"nor what came before it", ids, func(b *bench) { b.in(4, "b\n"); b.fin(0, "a\n"); b.ack(3); b.close() }, `"a"/1 end "" end ""`},
		{"an end that is never reached ends nothing", ids, func(b *bench) {
			b.fin(9, "")
			b.in(0, "a\n")
			b.in(2, "bcdefghijkl\n")
			b.ack(14)
		}, `"a"/1 "bcdefghijkl"/1`},
		{"of two ends the first that is reached", ids, func(b *bench) { b.fin(9, ""); b.fin(4, ""); b.in(0, "a\nb\n"); b.ack(5) },
			`"a"/1 "b"/1 end ""`},
		{"an end that is acknowledged before its data", ids, func(b *bench) { b.in(0, "a\n"); b.fin(5, ""); b.ack(6); b.close() },
			`"a"/1 gap ""+3 end "" end ""`},
		{"an end that other bytes are acknowledged behind", ids, func(b *bench) { b.in(0, "a\n"); b.fin(5, ""); b.ack(8); b.close() },
			`"a"/1 end "" end ""`},
		{"an end of nothing", ids, func(b *bench) { b.fin(0, ""); b.ack(1) }, `end ""`},
		{"after the end nothing", ids, func(b *bench) { b.fin(0, ""); b.ack(1); b.in(0, "a\n"); b.ack(2); b.close() }, `end "" end ""`},

		{"close delivers all", ids, func(b *bench) { b.in(0, "a\nb"); b.close() }, `"a"/1 "b"/0 end "" end ""`},
		{"close: every hole is a gap", ids, func(b *bench) { b.in(1, "a\nb"); b.in(6, "c\n"); b.close() },
			`gap ""+1 "a"/1 gap "b"+2 "c"/1 end "" end ""`},
		{"close: what is missing before the end is lost", ids, func(b *bench) { b.in(0, "a"); b.fin(5, ""); b.close() },
			`"a"/0 end "" end ""`},
		{"close: also when it is acknowledged", ids, func(b *bench) { b.in(0, "a"); b.ack(6); b.fin(5, ""); b.close() },
			`gap "a"+4 end "" end ""`},
		{"close: nothing at all", ids, func(b *bench) { b.close() }, `end "" end ""`},

		{"depth", Config{Depth: 4}, func(b *bench) { b.in(0, "a\nb"); b.ack(3); b.in(3, "\n?"); b.ack(5) }, `"a"/1 "b"/0 end ""`},
		{"depth, nothing acknowledged", Config{Depth: 4}, func(b *bench) { b.in(0, "a\nb"); b.in(3, "\n?"); b.ack(0) }, `end ""`},
		{"depth: exactly", Config{Depth: 4}, func(b *bench) { b.in(0, "a\nb\n"); b.ack(4) }, `"a"/1 "b"/1`},
		{"depth is of the stream, not of what arrived", Config{Depth: 4}, func(b *bench) { b.in(4, "x"); b.in(0, "a\n"); b.ack(2) },
			`end ""`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &script{limit: 100}
			b := newBench(test.config, r)
			test.play(b)
			if got := strings.Join(r.log, " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if err := check(b.st, &b.p[0], &b.p[1]); err != nil {
				t.Error(err)
			}
			b.st.Release(&b.p[0])
			b.st.Release(&b.p[1])
			if b.st.MemoryUse() != 0 {
				t.Errorf("%d bytes still in use", b.st.MemoryUse())
			}
		})
	}
}

// body reads a line, then a body of so many bytes in pieces, then lines again; with skip it passes the body.
type body struct {
	script
	left int64
	skip bool
	used bool
}

func (r *body) Read(d Dir, in *Cursor) {
	if !r.used {
		if l, ok := in.Line(9); ok {
			r.log = append(r.log, fmt.Sprintf("%q", l))
			r.used = true
		} else {
			return
		}
		if r.skip {
			in.Skip(r.left)
			r.left = 0
		}
	}
	for r.left > 0 {
		p, ok := in.Piece(r.left)
		if !ok {
			return
		}
		r.log = append(r.log, fmt.Sprintf("%q+%d", p.Data, p.Lost))
		r.left -= int64(len(p.Data)) + p.Lost
	}
	r.script.Read(d, in)
}

// TestGapGoesTo: first to a Skip, then to a Piece that is being read, and what is left to Gap.
func TestGapGoesTo(t *testing.T) {
	for _, test := range []struct {
		name       string
		skip       bool
		from, upto int64 // the hole in "h\nbodybody!x\ny\n", whose body is 8 bytes
		want       string
		gaps       uint64
	}{
		{"piece", false, 4, 6, `"h" "bo"+0 ""+2 "body"+0 "!x"/1 "y"/1`, 1},
		{"piece and what follows", false, 8, 12, `"h" "bodybo"+0 ""+2 gap ""+2 ""/1 "y"/1`, 1},
		{"what follows", false, 11, 12, `"h" "bodybody"+0 gap "!"+1 ""/1 "y"/1`, 1},
		{"skip", true, 4, 6, `"h" "!x"/1 "y"/1`, 0},
		{"skip and what follows", true, 8, 12, `"h" gap ""+2 ""/1 "y"/1`, 1},
		{"all", false, 0, 13, `gap ""+13 "y"+0`, 1},
	} {
		r := &body{left: 8, skip: test.skip}
		r.limit = 9
		b := newBench(Config{}, r)
		whole := "h\nbodybody!x\ny\n"
		b.in(0, whole[:test.from])
		b.ack(test.from)
		b.in(test.upto, whole[test.upto:])
		b.ack(int64(len(whole)))
		if got := strings.Join(r.log, " "); got != test.want && test.name != "all" {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
		if b.st.Counters.Gaps != test.gaps {
			t.Errorf("%s: %d gaps, want %d", test.name, b.st.Counters.Gaps, test.gaps)
		}
	}
}

// TestGapAtEnd: a hole that nobody acknowledged is told at the end, and not counted as a gap.
func TestGapAtEnd(t *testing.T) {
	for _, test := range []struct {
		acked int64
		gaps  uint64
	}{{0, 0}, {2, 0}, {3, 1}, {5, 1}, {7, 1}} {
		r := &script{limit: 9}
		b := newBench(Config{}, r)
		b.in(0, "a\n")
		b.in(5, "x\n")
		b.ack(test.acked)
		b.close()
		if c := &b.st.Counters; c.Gaps != test.gaps && test.acked != 3 || c.LostBytes != 3 {
			t.Errorf("acknowledged up to %d: %d gaps of %d bytes, want %d of 3", test.acked, c.Gaps, c.LostBytes, test.gaps)
		}
	}
}

func TestLate(t *testing.T) {
	b := newBench(Config{}, &script{limit: 9})
	b.p[0].HoldRaw()
	b.in(3, "d\n")
	b.ack(5)
	if b.st.Counters.LateBytes != 0 {
		t.Errorf("%d bytes late, want none", b.st.Counters.LateBytes)
	}
	b.in(0, "abc") // for the raw rules alone
	if got := b.p[0].Held(); got != 5 {
		t.Errorf("%d bytes held, want 5", got)
	}
	b.st.Inspect(&b.p[0], 0, DueNow, new(windowOf))
	b.ack(5)
	b.in(1, "bcd")
	if b.p[0].Held() != 0 || b.st.Counters.LateBytes != 3 {
		t.Errorf("%d bytes held, %d late, want 0, 3", b.p[0].Held(), b.st.Counters.LateBytes)
	}
}

// TestLeftEdge: what is held until all its holders let go.
func TestLeftEdge(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		play   func(b *bench)
		want   int
	}{
		{"parser", Config{Immediate: true}, func(b *bench) { b.in(0, "a\nbc") }, 2},
		{"unacknowledged", Config{}, func(b *bench) { b.in(0, "a\nbc") }, 4},
		{"inline, unacknowledged", Config{Inline: true}, func(b *bench) { b.in(0, "a\nb\n") }, 4},
		{"inline, acknowledged", Config{Inline: true}, func(b *bench) { b.in(0, "a\nb\n"); b.ack(4) }, 0},
		{"overlap window", Config{CheckOverlap: true, OverlapWindow: 3}, func(b *bench) { b.in(0, "a\n"); b.in(2, "b\n"); b.ack(4) }, 4},
		{"passed overlap window", Config{CheckOverlap: true, OverlapWindow: 3}, func(b *bench) {
			b.in(0, "a\n")
			b.in(2, "b\n")
			b.in(4, "c\n")
			b.ack(6)
		}, 4},
		{"raw", Config{Immediate: true}, func(b *bench) { b.p[0].HoldRaw(); b.in(0, "a\nb\n") }, 4},
		{"dump", Config{Immediate: true}, func(b *bench) { b.p[0].HoldLog(); b.in(0, "a\nb\n"); b.st.Log(&b.p[0], 0, false, new(logged)) }, 0},
		{"gap passed", Config{}, func(b *bench) { b.in(2, "b\nc"); b.ack(5) }, 1},
	} {
		b := newBench(test.config, &script{limit: 9})
		test.play(b)
		// The first bytes of a piece stay with the others.
		if got := b.p[0].Held(); got < test.want || got > test.want+2 {
			t.Errorf("%s: %d bytes held, want %d", test.name, got, test.want)
		}
		if err := check(b.st, &b.p[0], &b.p[1]); err != nil {
			t.Error(err)
		}
	}
}

func TestOverlapCounters(t *testing.T) {
	for _, test := range []struct {
		name                  string
		config                Config
		play                  func(b *bench) Inserted
		want                  Inserted
		overlaps, differ, old uint64
	}{
		{"none", Config{}, func(b *bench) Inserted { b.in(0, "abc"); return b.in(3, "d") }, 0, 0, 0, 0},
		{"same", Config{CheckOverlap: true}, func(b *bench) Inserted { b.in(0, "abc"); return b.in(2, "cd") }, Overlapped, 1, 0, 0},
		{"different", Config{CheckOverlap: true}, func(b *bench) Inserted { b.in(0, "abc"); return b.in(2, "xd") }, Overlapped | Differed, 1, 1, 0},
		{"different, not asked", Config{}, func(b *bench) Inserted { b.in(0, "abc"); return b.in(2, "xd") }, Overlapped, 1, 0, 0},
		{"once a segment", Config{CheckOverlap: true}, func(b *bench) Inserted { b.in(1, "b"); b.in(3, "d"); return b.in(0, "xxxxx") },
			Overlapped | Differed, 1, 1, 0},
		{"delivered", Config{CheckOverlap: true}, func(b *bench) Inserted { b.in(0, "abc\n"); b.ack(4); return b.in(0, "abx") },
			Overlapped | Differed, 1, 1, 3},
		{"delivered and gone", Config{}, func(b *bench) Inserted { b.in(0, "abc\n"); b.ack(4); return b.in(0, "abx") }, 0, 0, 0, 3},
		{"inline, not acknowledged", Config{Inline: true, CheckOverlap: true}, func(b *bench) Inserted { b.in(0, "abc\n"); return b.in(0, "abx") },
			Overlapped | Differed | Rewritten, 1, 1, 3},
		{"inline, held", Config{Inline: true}, func(b *bench) Inserted { b.in(2, "c"); return b.in(0, "abx") },
			Overlapped | Differed | Rewritten, 1, 1, 0},
	} {
		b := newBench(test.config, &script{limit: 9})
		did := test.play(b)
		c := &b.st.Counters
		if did != test.want || c.Overlaps != test.overlaps || c.OverlapsDiffer != test.differ || c.LateBytes != test.old {
			t.Errorf("%s: %b, %d overlaps, %d differ, %d bytes late, want %b, %d, %d, %d", test.name, did, c.Overlaps,
				c.OverlapsDiffer, c.LateBytes, test.want, test.overlaps, test.differ, test.old)
		}
	}
}

// TestRefused: what a limit refuses is a hole like any other, counted, and reported.
func TestRefused(t *testing.T) {
	r := &script{limit: 100}
	b := newBench(Config{MaxHeld: 10}, r)
	if did := b.in(0, "12345678"); did != 0 {
		t.Errorf("Insert said %b", did)
	}
	if did := b.in(8, "9012"); did != Refused {
		t.Errorf("Insert of 4 over the limit said %b", did)
	}
	if did := b.in(12, "3\n"); did != 0 {
		t.Errorf("Insert said %b", did)
	}
	b.ack(14)
	b.in(14, "x\n")
	b.ack(16)
	if got := strings.Join(r.log, " "); got != `gap "12345678"+4 "3"/1 "x"/1` {
		t.Errorf("got %s", got)
	}
	if c := &b.st.Counters; c.Refused != 1 || c.RefusedBytes != 4 || c.Gaps != 1 || c.LostBytes != 4 {
		t.Errorf("counters %+v", *c)
	}

	r = &script{limit: 1 << 20}
	b = newBench(Config{Immediate: true, MaxHeld: 10}, r)
	b.in(0, "12345678")
	if did := b.in(8, "9012"); did != Refused || b.p[0].Contiguous() != 8 {
		t.Errorf("Push over the limit said %b, %d bytes follow", did, b.p[0].Contiguous())
	}
	b.in(8, "9\n") // the sender sends it again
	if got := strings.Join(r.log, " "); got != `"123456789"/1` {
		t.Errorf("got %s", got)
	}
	if did := b.in(10, "a unit of any length that is complete\n"); did != 0 {
		t.Errorf("Push said %b", did)
	}
}

// TestMemoryCap fills a Store with the most expensive streams and sees that the cap is never passed.
func TestMemoryCap(t *testing.T) {
	for _, policy := range []Policy{Unset, Linux6} {
		const memory = 1 << 20
		st := NewStore(Config{MemoryCap: memory})
		pairs := make([]Pair, 64)
		for i := range 100_000 {
			s := &pairs[i%len(pairs)][i/len(pairs)%2]
			s.SetPolicy(policy)
			st.Insert(s, int64(i)*7, []byte("x")[:1])
			if st.MemoryUse() > memory {
				t.Fatalf("%d bytes after %d islands", st.MemoryUse(), i)
			}
		}
		if st.Counters.Refused == 0 {
			t.Error("nothing was refused")
		}
		for i := range pairs {
			st.Close(&pairs[i], &collect{})
		}
		if st.MemoryUse() != 0 {
			t.Errorf("%d bytes in use at the end", st.MemoryUse())
		}
	}
}

// TestHoleCostsNothing: memory depends on what arrived, not on where.
func TestHoleCostsNothing(t *testing.T) {
	b := newBench(Config{}, &script{limit: 9})
	b.in(1<<40, "far\n")
	if n := b.st.MemoryUse(); n > 200 {
		t.Errorf("%d bytes for an island", n)
	}
	b.ack(1<<40 + 4)
	if got := b.r.(*script).log; len(got) != 2 || got[1] != `"far"/1` {
		t.Errorf("got %q", got)
	}
}

// TestGrace: a hole that was acknowledged is left open for a while.
func TestGrace(t *testing.T) {
	packets := func(n int) Config { return Config{GracePackets: n} }
	for _, test := range []struct {
		name   string
		config Config
		play   func(b *bench)
		want   string
	}{
		{"none", Config{}, func(b *bench) { b.in(1, "b\n"); b.ack(3) }, `gap ""+1 "b"/1`},
		{"left open", packets(2), func(b *bench) { b.in(1, "b\n"); b.ack(3); b.ack(3); b.ack(3) }, ``},
		{"filled in time", packets(2), func(b *bench) { b.in(1, "b\n"); b.ack(3); b.in(0, "a"); b.ack(3) }, `"ab"/1`},
		{"too late", packets(2), func(b *bench) { b.in(1, "b\n"); b.ack(3); b.in(3, "c\n"); b.in(5, "d\n"); b.ack(7) },
			`gap ""+1 "b"/1 "c"/1 "d"/1`},
		{"one segment more is not two", packets(2), func(b *bench) { b.in(1, "b\n"); b.ack(3); b.in(3, "c\n"); b.ack(5) }, ``},
		{"the next hole has its own", packets(2), func(b *bench) {
			b.in(1, "b\n")
			b.ack(3)
			b.in(4, "d\n")
			b.in(0, "a") // fills the first with the second segment
			b.ack(6)
		}, `"ab"/1`},
		{"which ends, too", packets(2), func(b *bench) {
			b.in(1, "b\n")
			b.ack(3)
			b.in(4, "d\n")
			b.in(0, "a")
			b.ack(6)
			b.in(6, "e\n")
			b.in(8, "f\n")
			b.ack(10)
		}, `"ab"/1 gap ""+1 "d"/1 "e"/1 "f"/1`},
		{"close waits for nothing", packets(9), func(b *bench) { b.in(1, "b\n"); b.ack(3); b.close() }, `gap ""+1 "b"/1 end "" end ""`},
		{"many packets", packets(1000), func(b *bench) {
			b.in(1, "b\n")
			b.ack(3)
			for i := range 999 {
				b.in(3+int64(i), "\n")
				b.ack(3)
			}
		}, ``},
		{"time", Config{GraceTime: time.Second}, func(b *bench) {
			b.st.Tick(100)
			b.in(1, "b\n")
			b.ack(3)
			b.st.Tick(100 + int64(time.Second) - 1)
			b.ack(3)
			b.in(3, "c\n")
			b.in(5, "d\n")
		}, ``},
		{"time is over", Config{GraceTime: time.Second}, func(b *bench) {
			b.st.Tick(100)
			b.in(1, "b\n")
			b.ack(3)
			b.st.Tick(100 + int64(time.Second))
			b.ack(3)
		}, `gap ""+1 "b"/1`},
		{"time runs backwards", Config{GraceTime: time.Second}, func(b *bench) {
			b.st.Tick(int64(time.Hour))
			b.in(1, "b\n")
			b.ack(3)
			b.st.Tick(100)
			b.ack(3)
		}, ``},
		{"whichever comes first", Config{GraceTime: time.Second, GracePackets: 2}, func(b *bench) {
			b.in(1, "b\n")
			b.ack(3)
			b.in(3, "c\n")
			b.in(5, "d\n")
			b.ack(7)
		}, `gap ""+1 "b"/1 "c"/1 "d"/1`},
		{"inline", Config{GracePackets: 1, Inline: true}, func(b *bench) { b.in(1, "b\n"); b.ack(3); b.in(3, "c\n") },
			`gap ""+1 "b"/1 "c"/1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &script{limit: 9}
			b := newBench(test.config, r)
			test.play(b)
			if got := strings.Join(r.log, " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if err := check(b.st, &b.p[0], &b.p[1]); err != nil {
				t.Error(err)
			}
			b.close()
			if b.st.MemoryUse() != 0 {
				t.Errorf("%d bytes still in use", b.st.MemoryUse())
			}
		})
	}
}

type logged struct{ text string }

func (l *logged) Log(_ Dir, _ int64, data []byte) { l.text += string(data) }
