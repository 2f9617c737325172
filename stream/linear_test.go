package stream

import (
	"bytes"
	"fmt"
	"testing"
)

// calls counts how often a Reader is called, and reads with one verb.
type calls struct {
	n    int
	read func(in *Cursor) bool
}

func (r *calls) Read(d Dir, in *Cursor) {
	for r.n++; r.read(in); {
	}
}
func (r *calls) Gap(Dir, *Cursor, Loss) {}
func (r *calls) End(Dir, []byte)        {}

// linesAhead uses the lines that lie ahead, all at once, and reads others one by one. Looking at a byte is searching it.
func linesAhead(in *Cursor) bool {
	b := in.Ahead()
	in.view.store.Counters.Scanned += uint64(len(b))
	if n := bytes.LastIndexByte(b, '\n') + 1; n > 0 {
		in.Skip(int64(n))
		return true
	}
	_, ok := in.Line(1 << 20)
	return ok
}

// TestLinear feeds a direction byte by byte, in every way in which bytes become readable, and sees that the work grows
// with the bytes: each is searched and copied a few times at most, and the Reader is called once per byte at most.
func TestLinear(t *testing.T) {
	n := 1 << 16
	if testing.Short() {
		n = 1 << 13
	}
	verbs := []struct {
		name     string
		data     string // repeated
		read     func(in *Cursor) bool
		most     int    // calls
		searched uint64 // each byte, so often: for a delimiter that began every time, its length
	}{
		{"endless line", "a", func(in *Cursor) bool { _, ok := in.Line(1 << 20); return ok }, n, 4},
		{"long lines", "abcdefghijklmnop", func(in *Cursor) bool { _, ok := in.Line(3000); return ok }, n, 4},
		{"lines", "abcdefgh\r\n", func(in *Cursor) bool { _, ok := in.Line(100); return ok }, n, 4},
		{"nearly the delimiter", "aaaaaaaaaaaaaaab", func(in *Cursor) bool { _, ok := in.Until([]byte("aaaaaaaaaaaaaaac"), 1<<20); return ok }, n, 20},
		{"delimiter", "aaaaaaaaaaaaaaab", func(in *Cursor) bool { _, ok := in.Until([]byte("ab"), 1<<20); return ok }, n, 4},
		{"units", "a", func(in *Cursor) bool { _, ok := in.Next(1000); return ok }, n/1000 + 1, 0},
		{"frames", "\x00\x00\x03\xe8", func(in *Cursor) bool {
			_, ok := in.Frame(4, 2000, func(h []byte) int { return int(h[2])<<8 | int(h[3]) })
			return ok
		}, 2*n/1000 + 2, 0},
		{"body", "a", func(in *Cursor) bool { _, ok := in.Piece(1 << 20); return ok }, n, 4},
		{"lines ahead", "abcdefgh\r\n", linesAhead, n, 4},
		{"no line ahead", "a", linesAhead, n, 6},
		{"nothing", "a", func(in *Cursor) bool { return false }, n, 0},
		{"lines within", "abcdefgh\r\n", func(in *Cursor) bool {
			w := in.Within(1 << 20)
			_, ok := w.Line(100)
			return ok
		}, n, 4},
	}
	ways := []struct {
		name   string
		config Config
		feed   func(b *bench, data []byte)
	}{
		{"in order", Config{Immediate: true}, func(b *bench, data []byte) {
			for i := range data {
				b.st.Push(&b.p, ToServer, int64(i), data[i:i+1], b.r)
			}
		}},
		{"acknowledged one by one", Config{}, func(b *bench, data []byte) {
			for i := range data {
				b.st.Insert(&b.p[0], int64(i), data[i:i+1])
				b.ack(int64(i + 1))
			}
		}},
		{"acknowledged later", Config{}, func(b *bench, data []byte) {
			for i := range data {
				b.st.Insert(&b.p[0], int64(i), data[i:i+1])
			}
			for i := range data {
				b.ack(int64(i + 1))
			}
		}},
		{"backwards, then acknowledged", Config{}, func(b *bench, data []byte) {
			for i := len(data) - 1; i >= 0; i-- {
				b.st.Insert(&b.p[0], int64(i), data[i:i+1])
			}
			for i := range data {
				b.ack(int64(i + 1))
			}
		}},
		{"all at once", Config{}, func(b *bench, data []byte) {
			for i := 0; i < len(data); i += 2 {
				b.st.Insert(&b.p[0], int64(i), data[i:i+1])
			}
			for i := 1; i < len(data); i += 2 {
				b.st.Insert(&b.p[0], int64(i), data[i:i+1])
			}
			b.ack(int64(len(data)))
		}},
	}
	for _, v := range verbs {
		for _, w := range ways {
			for _, policy := range []Policy{BSD, Linux6} {
				t.Run(fmt.Sprintf("%s/%s/%v", v.name, w.name, policy), func(t *testing.T) {
					r := &calls{read: v.read}
					b := newBench(w.config, r)
					b.p[0].SetPolicy(policy)
					data := bytes.Repeat([]byte(v.data), n/len(v.data)+1)[:n]
					w.feed(b, data)
					c := &b.st.Counters
					if c.Scanned > v.searched*uint64(n) || c.Copied > 4*uint64(n) || b.st.trees.walked > (v.searched+6)*uint64(n) || r.n > v.most {
						t.Errorf("%d bytes: %d searched, %d copied, %d pieces passed, %d calls", n, c.Scanned, c.Copied, b.st.trees.walked, r.n)
					}
				})
			}
		}
	}
}

// TestAllocations: nothing is allocated per segment once a Store has seen the like of it.
func TestAllocations(t *testing.T) {
	lines := bytes.Repeat([]byte("twenty octets a line\r\n"), 40)
	r := &counter{on: func(l []byte) { octets += len(l) }}
	for _, test := range []struct {
		name   string
		config Config
		policy Policy
		play   func(st *Store, p *Pair)
	}{
		{"Push and Line", Config{Immediate: true}, Unset, func(st *Store, p *Pair) {
			off := p[0].Edge()
			st.Push(p, ToServer, off, lines, r)
		}},
		{"Push and half lines", Config{Immediate: true}, Unset, func(st *Store, p *Pair) {
			for range 20 {
				off := p[0].Edge()
				st.Push(p, ToServer, off, lines[off%22:][:30], r)
			}
		}},
		{"Insert, acknowledged", Config{}, BSD, func(st *Store, p *Pair) {
			off := p[0].Edge()
			st.Insert(&p[0], off, lines)
			p[0].Ack(off + int64(len(lines)))
			st.Deliver(p, ToServer, r)
		}},
		{"reordered", Config{Immediate: true}, Linux6, func(st *Store, p *Pair) {
			off := p[0].Edge()
			for i := int64(19); i >= 0; i-- {
				st.Push(p, ToServer, off+22*i, lines[:22], r)
			}
		}},
		{"overlaps", Config{}, BSD, func(st *Store, p *Pair) {
			off := p[0].Edge()
			for i := int64(19); i >= 0; i-- {
				st.Insert(&p[0], off+22*i, lines[:40])
			}
			p[0].Ack(p[0].Edge())
			st.Deliver(p, ToServer, r)
		}},
		{"gaps", Config{}, Linux6, func(st *Store, p *Pair) {
			off := p[0].Edge()
			for i := int64(1); i < 20; i += 2 {
				st.Insert(&p[0], off+22*i, lines[:22])
			}
			p[0].Ack(p[0].Edge())
			st.Deliver(p, ToServer, r)
		}},
		{"a connection", Config{}, Linux6, func(st *Store, p *Pair) {
			*p = Pair{}
			p[0].SetPolicy(Linux6)
			st.Insert(&p[0], 22, lines)
			st.Insert(&p[0], 0, lines[:22])
			st.InsertLast(&p[0], 22+int64(len(lines)), nil)
			st.Close(p, r)
		}},
	} {
		st := NewStore(test.config)
		var p Pair
		p[0].SetPolicy(test.policy)
		if n := testing.AllocsPerRun(200, func() { test.play(st, &p) }); n != 0 {
			t.Errorf("%s: %v allocations", test.name, n)
		}
		if st.Counters.Refused > 0 {
			t.Errorf("%s: refused", test.name)
		}
	}
}
