package base64

import (
	"bytes"
	std "encoding/base64"
	"math/rand/v2"
	"testing"
)

// naive is Quanta by the standard library, one quantum at a time.
func naive(room int, src []byte) (in int, out []byte) {
	for len(src)-in >= 4 && room-len(out) >= 3 {
		var b [3]byte
		q := src[in : in+4]
		if bytes.ContainsAny(q, "\r\n=") {
			break
		}
		if _, err := std.StdEncoding.Decode(b[:], q); err != nil {
			break
		}
		in, out = in+4, append(out, b[:]...)
	}
	return in, out
}

// untouched is what stands before and behind a dst.
var untouched = bytes.Repeat([]byte{0xee}, block)

// check compares Quanta, with and without vectors, with naive, and wants nothing to be written beyond dst.
func check(t *testing.T, room int, src []byte) {
	t.Helper()
	wantIn, want := naive(room, src)
	buf := bytes.Repeat(untouched, 2+(room+block-1)/block)[:room+2*block]
	withAndWithout(func() {
		dst := buf[block : block+room]
		in, out := Quanta(dst, src)
		if in != wantIn || !bytes.Equal(dst[:out], want) {
			t.Fatalf("Quanta(%d bytes, %q) = %d, %x, want %d, %x", room, src, in, dst[:out], wantIn, want)
		}
		if !bytes.Equal(buf[:block], untouched) || !bytes.Equal(buf[block+room:], untouched) {
			t.Fatalf("Quanta(%d bytes, %q) writes beyond its room", room, src)
		}
	})
}

// checkLines compares Lines, with and without vectors, with naive. Where there is room enough it wants all lines, else some of them.
func checkLines(t *testing.T, room, longest int, src []byte) {
	t.Helper()
	var want []byte
	wantIn, outs := 0, map[int]int{0: 0} // bytes that the lines up to there are
	for {
		in, out := naive(len(src), src[wantIn:])
		if rest := src[wantIn+in:]; in > longest || !bytes.HasPrefix(rest, []byte("\r\n")) {
			break
		}
		wantIn, want = wantIn+in+2, append(want, out...)
		outs[wantIn] = len(want)
	}
	buf := bytes.Repeat(untouched, 2+(room+block-1)/block)[:room+2*block]
	withAndWithout(func() {
		dst := buf[block : block+room]
		in, out := Lines(dst, src, longest)
		if n, ok := outs[in]; !ok || n != out || !bytes.Equal(dst[:out], want[:out]) {
			t.Fatalf("Lines(%d bytes, %q, %d) = %d, %x, want at most %d, %x", room, src, longest, in, dst[:out], wantIn, want)
		}
		if in != wantIn && room-out >= longest/4*3+Slack {
			t.Fatalf("Lines(%d bytes, %q, %d) = %d, want %d", room, src, longest, in, wantIn)
		}
		if !bytes.Equal(buf[:block], untouched) || !bytes.Equal(buf[block+room:], untouched) {
			t.Fatalf("Lines(%d bytes, %q, %d) writes beyond its room", room, src, longest)
		}
	})
}

func encoded(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return std.StdEncoding.AppendEncode(nil, b)
}

func TestQuanta(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for size := range 200 {
		src := encoded(r, 150)[:size]
		for _, room := range []int{0, 2, 3, size / 4 * 3, size/4*3 + 7, size + Slack, 60} {
			check(t, room, src)
		}
	}
}

func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		var src []byte
		for range r.IntN(8) {
			src = append(append(src, encoded(r, 57)[:76-4*max(0, r.IntN(40)-20)]...), "\r\n"...)
		}
		src = append(src, encoded(r, 60)[:r.IntN(80)]...)
		if len(src) > 0 && r.IntN(2) == 0 {
			src[r.IntN(len(src))] = "\r\n= A"[r.IntN(5)]
		}
		for _, room := range []int{0, 40, 57 + Slack, 200, 1500} {
			checkLines(t, room, 76, src)
			checkLines(t, room, 40, src)
		}
	}
}

// Every character at every place of a block, and of what follows it.
func TestForeign(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	src := encoded(r, 75)
	for at := range src {
		was := src[at]
		for c := range 256 {
			src[at] = byte(c)
			check(t, 150, src)
		}
		src[at] = was
	}
}

func TestValue(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for c := range 256 {
		want := bytes.IndexByte([]byte(alphabet), byte(c))
		bits, ok := Value(byte(c))
		if ok != (want >= 0) || ok && int(bits) != want {
			t.Errorf("Value(%#x) = %d, %v, want %d", c, bits, ok, want)
		}
	}
}

func TestAllocates(t *testing.T) {
	src, dst := encoded(rand.New(rand.NewPCG(5, 6)), 57), make([]byte, 100)
	if n := testing.AllocsPerRun(10, func() { Quanta(dst, src) }); n != 0 {
		t.Errorf("Quanta allocates %v times", n)
	}
}

// FuzzQuanta compares with the standard library.
func FuzzQuanta(f *testing.F) {
	f.Add([]byte("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="), 100)
	f.Add([]byte("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\r\nQUJD"), 51)
	f.Add([]byte("////++++////++++////++++////++++\x80///++++\xff///++++"), 60)
	f.Fuzz(func(t *testing.T, src []byte, room int) {
		if len(src) <= 1000 && room >= 0 && room <= 1000 {
			check(t, room, src)
			checkLines(t, room, 76, src)
			checkLines(t, 1000, room, src)
		}
	})
}

// BenchmarkLines measures the lines of a packet of mail.
func BenchmarkLines(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	var text []byte
	for range 18 {
		text = append(append(text, encoded(r, 57)...), "\r\n"...)
	}
	text = append(text, encoded(r, 42)...)
	dst := make([]byte, 1536)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Lines(dst, text, 76)
	}
}
