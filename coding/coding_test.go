package coding

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/reknit/reknit/internal/race"
)

// collector keeps what was decoded.
type collector struct{ bytes.Buffer }

func (c *collector) Decoded(b []byte) { c.Write(b) }

// encode applies codings in order.
func encode(t testing.TB, b []byte, codings ...string) []byte {
	t.Helper()
	for _, c := range codings {
		var out bytes.Buffer
		var w io.WriteCloser
		switch c {
		case "gzip":
			w = gzip.NewWriter(&out)
		case "zlib":
			w = zlib.NewWriter(&out)
		case "flate":
			w, _ = flate.NewWriter(&out, 9)
		case "huffman":
			w, _ = flate.NewWriter(&out, flate.HuffmanOnly)
		case "stored":
			w, _ = flate.NewWriter(&out, 0)
		case "br":
			w = brotli.NewWriter(&out)
		case "zstd":
			w, _ = zstd.NewWriter(&out)
		}
		w.Write(b)
		w.Close()
		b = out.Bytes()
	}
	return b
}

// texts are bodies of different kinds.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var words strings.Builder
	for words.Len() < 300_000 {
		fmt.Fprintf(&words, "%d bottles of %x on the wall, ", r.IntN(100), r.IntN(1<<r.IntN(30)))
	}
	skewed := make([]byte, 100_000) // long codes
	for i := range skewed {
		for skewed[i] < 200 && r.IntN(2) == 0 {
			skewed[i]++
		}
		if r.IntN(3000) == 0 {
			skewed[i] = byte(r.Uint32())
		}
	}
	return map[string][]byte{
		"one byte": []byte("x"), "short": []byte("hello, hello, hello"), "words": []byte(words.String()), "noise": noise,
		"zeros": make([]byte, 500_000), "skewed": skewed, "repeated": bytes.Repeat([]byte("a long message "), 20_000),
	}
}

var chains = []struct {
	name    string
	applied []string
	codings []Coding
}{
	{"gzip", []string{"gzip"}, []Coding{Gzip}},
	{"deflate", []string{"flate"}, []Coding{Deflate}},
	{"huffman", []string{"huffman"}, []Coding{Deflate}},
	{"stored", []string{"stored"}, []Coding{Deflate}},
	{"zlib", []string{"zlib"}, []Coding{Deflate}},
	{"br", []string{"br"}, []Coding{Brotli}},
	{"zstd", []string{"zstd"}, []Coding{Zstd}},
	{"gzip named deflate", []string{"gzip"}, []Coding{Deflate}},
	{"deflate named gzip", []string{"flate"}, []Coding{Gzip}},
	{"identity", nil, []Coding{Identity}},
	{"gzip in br", []string{"gzip", "br"}, []Coding{Gzip, Identity, Brotli}},
	{"deflate in gzip", []string{"flate", "gzip"}, []Coding{Deflate, Gzip}},
}

// TestDecode wants every text back, whatever the pieces.
func TestDecode(t *testing.T) {
	pool := new(Pool)
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range chains {
		for name, text := range texts() {
			b := encode(t, text, c.applied...)
			for _, size := range []int{1, 3, 700, 1 << 20, -1} {
				if size == 1 && len(b) > 5000 {
					continue
				}
				var got collector
				d := New(Config{Pool: pool, BombRatio: 1 << 30}, c.codings, &got)
				for rest := b; len(rest) > 0; {
					n := size
					if n < 0 {
						n = 1 + r.IntN(3000)
					}
					n = min(n, len(rest))
					if err := d.Write(rest[:n]); err != nil {
						t.Fatalf("%s, %s, pieces of %d: %v", c.name, name, size, err)
					}
					rest = rest[n:]
				}
				if err := d.Close(); err != nil {
					t.Fatalf("%s, %s, pieces of %d: %v", c.name, name, size, err)
				}
				if !bytes.Equal(got.Bytes(), text) {
					t.Fatalf("%s, %s, pieces of %d: got %d bytes, want %d", c.name, name, size, got.Len(), len(text))
				}
			}
		}
	}
	if n := pool.large.Load(); n != 0 {
		t.Errorf("%d large decoders are still counted", n)
	}
}

// TestHeaders wants optional parts of the gzip header passed over, and a second member decoded.
func TestHeaders(t *testing.T) {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, 1)
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	w.Write([]byte("one"))
	w.Close()
	b.Write(encode(t, []byte("two"), "gzip"))
	b.WriteString("not a member")
	for _, size := range []int{1, 2, 1000} {
		var got collector
		d := New(Config{}, []Coding{Gzip}, &got)
		for rest := b.Bytes(); len(rest) > 0; {
			n := min(size, len(rest))
			d.Write(rest[:n])
			rest = rest[n:]
		}
		if err := d.Close(); err != nil || got.String() != "onetwo" {
			t.Errorf("pieces of %d: %q, %v", size, got.String(), err)
		}
	}
}

func TestNotEncoded(t *testing.T) {
	for _, text := range []string{"<html>plain text</html>", strings.Repeat("plain text, and more than is tried. ", 100)} {
		for _, c := range []Coding{Gzip, Deflate, Brotli, Zstd} {
			for _, size := range []int{1, 7, 10000} {
				var got collector
				d := New(Config{}, []Coding{c}, &got)
				var first error
				for rest := []byte(text); len(rest) > 0; {
					n := min(size, len(rest))
					if err := d.Write(rest[:n]); first == nil {
						first = err
					}
					rest = rest[n:]
				}
				if err := d.Close(); first == nil {
					first = err
				}
				if first != ErrCoding || got.String() != text {
					t.Errorf("coding %d, pieces of %d: %v, %d bytes, want the text as it is", c, size, first, got.Len())
				}
			}
		}
	}
}

// TestBroken wants what was decoded before the damage, the same for any pieces, and nothing of what follows.
func TestBroken(t *testing.T) {
	text := texts()["words"]
	b := encode(t, text, "gzip")
	b[len(b)/2] ^= 0x55
	b[len(b)/2+1] ^= 0x55
	var want string
	for _, size := range []int{1 << 20, 1, 1000} {
		var got collector
		d := New(Config{}, []Coding{Gzip}, &got)
		var first error
		for rest := b; len(rest) > 0; {
			n := min(size, len(rest))
			if err := d.Write(rest[:n]); first == nil {
				first = err
			}
			rest = rest[n:]
		}
		d.Close()
		if want == "" {
			want = got.String()
		}
		if got.String() != want || got.Len() < 1000 {
			t.Errorf("pieces of %d: %d bytes, want %d", size, got.Len(), len(want))
		}
		if first != nil && first != ErrBroken {
			t.Errorf("pieces of %d: %v", size, first)
		}
	}
}

func TestBomb(t *testing.T) {
	zeros := make([]byte, 64<<20)
	for _, applied := range [][]string{{"br"}, {"gzip", "gzip"}, {"zstd"}} {
		b := encode(t, zeros, applied...)
		codings := map[string][]Coding{"br": {Brotli}, "gzip": {Gzip, Gzip}, "zstd": {Zstd}}[applied[0]]
		var n counter
		d := New(Config{}, codings, &n)
		err := errors.Join(d.Write(b), d.Close())
		if !errors.Is(err, ErrBomb) || int64(n) > 2048*int64(len(b))+2<<20 {
			t.Errorf("%v: %d bytes from %d, %v", applied, n, len(b), err)
		}
	}
}

// TestTryBomb wants few first bytes not to be work without end: they are tried, and then decoded for good.
func TestTryBomb(t *testing.T) {
	b := encode(t, make([]byte, 64<<20), "br")
	if len(b) > maxHead {
		t.Fatalf("%d bytes are no head", len(b))
	}
	e := newBrotli()
	dry := &tally{dry: true}
	if e.start(brotliFormat, dry); e.write(b) || dry.tried <= maxTried || dry.tried > 2*maxTried {
		t.Errorf("%d bytes were tried", dry.tried)
	}
}

type counter int64

func (c *counter) Decoded(b []byte) { *c += counter(len(b)) }

func TestLost(t *testing.T) {
	b := encode(t, texts()["words"], "gzip")
	var got collector
	d := New(Config{}, []Coding{Gzip}, &got)
	d.Write(b[:5000])
	n := got.Len()
	d.Lost()
	d.Write(b[6000:])
	d.Close()
	if n == 0 || got.Len() != n {
		t.Errorf("%d bytes before the loss, %d in the end", n, got.Len())
	}
}

func TestBusy(t *testing.T) {
	pool := &Pool{MaxLarge: 1}
	var got collector
	one := New(Config{Pool: pool}, []Coding{Brotli}, &got)
	one.Write(encode(t, texts()["noise"], "br")[:1000])
	var raw collector
	two := New(Config{Pool: pool}, []Coding{Zstd}, &raw)
	b := encode(t, texts()["noise"], "zstd")[:1000]
	if err := two.Write(b); err != ErrBusy || !bytes.Equal(raw.Bytes(), b) {
		t.Errorf("%v, %d bytes", err, raw.Len())
	}
	two.Close()
	one.Close()
}

func TestAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("pools lose what they hold")
	}
	text := texts()["words"]
	pool := new(Pool)
	for _, c := range chains {
		b := encode(t, text, c.applied...)
		var n counter
		play := func() {
			d := New(Config{Pool: pool}, c.codings, &n)
			for rest := b; len(rest) > 0; {
				k := min(1400, len(rest))
				d.Write(rest[:k])
				rest = rest[k:]
			}
			d.Close()
		}
		play()
		if a := testing.AllocsPerRun(5, play); a > 40 {
			t.Errorf("%s: %v allocations for %d bytes", c.name, a, len(b))
		}
	}
}

func FuzzInflate(f *testing.F) {
	for _, c := range []string{"flate", "huffman", "stored"} {
		for _, text := range texts() {
			b := encode(f, text, c)
			if len(b) > 3000 {
				b = encode(f, text[:3000], c)
			}
			f.Add(b, uint8(3))
			f.Add(b, uint8(255))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), 1<<20))
		var e flateEngine
		var got collector
		to := gather{&got}
		e.start(rawFormat, to)
		fine := true
		for rest := b; len(rest) > 0 && fine && got.Len() < 1<<20; {
			n := min(int(size)+1, len(rest))
			fine = e.write(rest[:n])
			rest = rest[n:]
		}
		g := got.Bytes()[:min(got.Len(), 1<<20)]
		var corrupt flate.CorruptInputError
		switch {
		case err == nil && !bytes.Equal(g, want):
			t.Fatalf("%d bytes, want %d", len(g), len(want))
		case errors.As(err, &corrupt) && fine && len(g) < 1<<20:
			t.Fatalf("no error, want %v", err)
		case err == nil && !fine && len(want) < 1<<20:
			t.Fatal("an error, want none")
		}
	})
}

type gather struct{ c *collector }

func (g gather) take(b []byte) bool { g.c.Write(b); return true }

func BenchmarkDecode(b *testing.B) {
	text := texts()["words"]
	for _, c := range chains[:7] {
		b.Run(c.name, func(b *testing.B) {
			in := encode(b, text, c.applied...)
			pool := new(Pool)
			var n counter
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				d := New(Config{Pool: pool}, c.codings, &n)
				for rest := in; len(rest) > 0; {
					k := min(1400, len(rest))
					d.Write(rest[:k])
					rest = rest[k:]
				}
				d.Close()
			}
		})
	}
}
