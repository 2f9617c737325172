package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// script reads lines and notes everything that it is told.
type script struct {
	log   []string
	limit int
}

func (r *script) Read(d Dir, in *Cursor) {
	for {
		l, ok := in.Line(r.limit)
		if !ok {
			return
		}
		r.log = append(r.log, fmt.Sprintf("%q/%d", l, in.Ending()))
	}
}
func (r *script) Gap(d Dir, in *Cursor, l Loss) {
	r.log = append(r.log, fmt.Sprintf("gap %q+%d", l.Held, l.Lost))
}
func (r *script) End(d Dir, rest []byte) { r.log = append(r.log, fmt.Sprintf("end %q", rest)) }

func TestLines(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		limit  int
		play   func(st *Store, p *Pair, r Reader)
		want   string
	}{
		{"in order", Config{Immediate: true}, 100, func(st *Store, p *Pair, r Reader) {
			st.Push(p, ToServer, 0, []byte("a\r\nbb\nc"), r)
			st.Push(p, ToServer, 7, []byte("c\r"), r)
			st.Push(p, ToServer, 9, []byte("\nd"), r)
			p[0].Finish(11)
			st.Deliver(p, ToServer, r)
		}, `"a"/2 "bb"/1 "cc"/2 "d"/0 end ""`},
		{"acknowledged only", Config{}, 100, func(st *Store, p *Pair, r Reader) {
			st.Insert(&p[0], 0, []byte("a\nb\n"))
			st.Deliver(p, ToServer, r)
			p[0].Ack(3)
			st.Deliver(p, ToServer, r)
			p[0].Ack(4)
			st.Deliver(p, ToServer, r)
		}, `"a"/1 "b"/1`},
		{"reordered", Config{Immediate: true}, 100, func(st *Store, p *Pair, r Reader) {
			st.Push(p, ToServer, 4, []byte("c\nd\n"), r)
			st.Push(p, ToServer, 0, []byte("a\nb\n"), r)
		}, `"a"/1 "b"/1 "c"/1 "d"/1`},
		{"gap", Config{Immediate: true}, 100, func(st *Store, p *Pair, r Reader) {
			st.Push(p, ToServer, 0, []byte("a\nhel"), r)
			st.Push(p, ToServer, 10, []byte("xx\nd\n"), r)
			p[0].Ack(15)
			st.Deliver(p, ToServer, r)
		}, `"a"/1 gap "hel"+5 "xx"/1 "d"/1`},
		{"close", Config{}, 100, func(st *Store, p *Pair, r Reader) {
			st.Insert(&p[0], 0, []byte("a\nhel"))
			st.Insert(&p[0], 10, []byte("xx\nd"))
			st.Close(p, r)
		}, `"a"/1 gap "hel"+5 "xx"/1 "d"/0 end "" end ""`},
		{"long lines", Config{Immediate: true}, 3, func(st *Store, p *Pair, r Reader) {
			st.Push(p, ToServer, 0, []byte("abc\r\nabcd\nabcdef"), r)
			st.Push(p, ToServer, 16, []byte("\r"), r)
			st.Push(p, ToServer, 17, []byte("\n"), r)
			st.Close(p, r)
		}, `"abc"/2 "abc"/0 "d"/1 "abc"/0 "def"/2 end "" end ""`},
		{"depth", Config{Depth: 6}, 9, func(st *Store, p *Pair, r Reader) {
			st.Insert(&p[0], 0, []byte("ab\ncd"))
			p[0].Ack(4)
			st.Insert(&p[0], 5, []byte("ef"))
			st.Deliver(p, ToServer, r)
		}, `"ab"/1 "c"/0 end ""`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var p Pair
			st := NewStore(test.config)
			r := &script{limit: test.limit}
			test.play(st, &p, r)
			if got := strings.Join(r.log, " "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			st.Release(&p[0])
			st.Release(&p[1])
			if st.MemoryUse() != 0 {
				t.Errorf("%d bytes still in use", st.MemoryUse())
			}
		})
	}
}

// holder reads the server's lines, and those of the client only after the server's first.
type holder struct {
	log  []string
	free bool
}

func (r *holder) Read(d Dir, in *Cursor) {
	if d == ToServer && !r.free {
		in.Hold()
		return
	}
	for l, ok := in.Line(9); ok; l, ok = in.Line(9) {
		r.log = append(r.log, fmt.Sprintf("%d%q", d, l))
		if d == ToClient && !r.free {
			r.free = true
			r.Read(ToServer, in.Peer())
		}
	}
}
func (r *holder) Gap(d Dir, in *Cursor, l Loss) {}
func (r *holder) End(d Dir, rest []byte)        { r.log = append(r.log, fmt.Sprintf("end%d%q", d, rest)) }

func TestHold(t *testing.T) {
	for _, test := range []struct{ server, want string }{
		{"s\n", `1"s" 0"a" 0"b" end0"" end1""`},
		{"", `end0"a\nb\n" end1""`},
	} {
		var p Pair
		st, r := NewStore(Config{}), &holder{}
		st.Insert(&p[0], 0, []byte("a\nb\n"))
		p[0].Finish(4)
		p[0].Ack(4)
		st.Deliver(&p, ToServer, r)
		if len(r.log) != 0 {
			t.Errorf("held direction: %q", r.log)
		}
		st.Insert(&p[1], 0, []byte(test.server))
		p[1].Ack(2)
		st.Deliver(&p, ToClient, r)
		st.Close(&p, r)
		if got := strings.Join(r.log, " "); got != test.want {
			t.Errorf("server %q: got %s, want %s", test.server, got, test.want)
		}
	}
}

func TestFences(t *testing.T) {
	b := NewBuffer(100)
	c := b.Cursor()
	b.Write([]byte("one\ntwo\nthree\nfour\nfive\n"))
	w := c.Before(6)
	if l, ok := w.Line(9); string(l) != "one" || !ok {
		t.Fatalf("Line = %q, %v", l, ok)
	}
	if l, ok := w.Line(9); ok || w.Fault() != Short || w.Len() != 2 || w.Beyond() != Short {
		t.Fatalf("Line = %q, %v, %v, with %d bytes", l, ok, w.Fault(), w.Len())
	}
	x := w.Within(1)
	if l, ok := x.Line(9); string(l) != "t" || !ok || x.Ending() != None || x.Beyond() != End {
		t.Fatalf("Line = %q, %v", l, ok)
	}
	if x = w.Within(3); x.Len() != 1 || x.Beyond() != Short {
		t.Fatalf("%d bytes, then %v", x.Len(), x.Beyond())
	}
	if l, ok := c.Line(9); string(l) != "wo" || !ok {
		t.Fatalf("Line = %q, %v", l, ok)
	}
	w = c.Before(10)
	w.Skip(6) // passes what has not arrived, too
	if l, ok := c.Line(9); string(l) != "four" || !ok || w.Len() != 0 {
		t.Fatalf("Line = %q, %v", l, ok)
	}
	x = c.Within(2)
	x.Skip(6)
	if l, ok := c.Line(9); string(l) != "ve" || !ok {
		t.Fatalf("Line = %q, %v", l, ok)
	}
}

func TestBuffer(t *testing.T) {
	b := NewBuffer(20)
	c := b.Cursor()
	b.Write([]byte("one\ntw"))
	if l, ok := c.Line(9); string(l) != "one" || !ok {
		t.Fatalf("Line = %q, %v", l, ok)
	}
	if l, ok := c.Line(9); ok || c.Fault() != Short {
		t.Fatalf("Line = %q, %v, %v", l, ok, c.Fault())
	}
	b.Lost(5)
	b.Write([]byte("x\nrest"))
	if l, ok := c.Line(9); ok || c.Fault() != Gap {
		t.Fatalf("Line = %q, %v, %v", l, ok, c.Fault())
	}
	if l := b.Pass(); string(l.Held) != "tw" || l.Lost != 5 {
		t.Fatalf("Pass = %q, %d", l.Held, l.Lost)
	}
	if l, ok := c.Line(9); string(l) != "x" || !ok || c.Offset() != 13 {
		t.Fatalf("Line = %q, %v, at %d", l, ok, c.Offset())
	}
	c.Skip(6)
	if n, err := b.Write([]byte("..next")); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	b.Lost(3)
	if p, ok := c.Piece(100); string(p.Data) != "next" || !ok {
		t.Fatalf("Piece = %q %d", p.Data, p.Lost)
	}
	if p, ok := c.Piece(2); p.Lost != 2 || !ok {
		t.Fatalf("Piece = %q %d", p.Data, p.Lost)
	}
	if _, err := b.Write(bytes.Repeat([]byte("x"), 21)); err != ErrFull {
		t.Fatal(err)
	}
	if l := b.Pass(); l.Lost != 1 {
		t.Fatalf("Pass = %q, %d", l.Held, l.Lost)
	}
	b.Close()
	if l, ok := c.Line(5); ok || c.Fault() != End {
		t.Fatalf("Line = %q, %v, %v", l, ok, c.Fault())
	}
}

// skipper skips everything of the other direction, for ever, as soon as it reads anything.
type skipper struct{ script }

func (r *skipper) Read(d Dir, in *Cursor) {
	in.Skip(int64(in.Len()))
	p := in.Peer()
	p.Skip(1<<62 - p.Offset())
}

func TestSkipOfPeer(t *testing.T) {
	var p Pair
	st := NewStore(Config{})
	r := &skipper{}
	st.Insert(&p[0], 0, []byte("a"))
	p[0].Ack(1)
	st.Deliver(&p, ToServer, r)
	st.Insert(&p[1], 0, []byte("abc"))
	st.Insert(&p[1], 7, []byte("def"))
	p[1].Ack(10)
	st.Deliver(&p, ToClient, r)
	st.Close(&p, r)
	if got := strings.Join(r.log, " "); got != `end "" end ""` {
		t.Errorf("got %s", got)
	}
	if p[1].HasGap() || st.MemoryUse() != 0 {
		t.Errorf("gap %v, %d bytes in use", p[1].HasGap(), st.MemoryUse())
	}
}
