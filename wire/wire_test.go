package wire_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/reknit/reknit/wire"
)

func Example() {
	r := wire.New([]byte{3, 1, 0, 2, 'h', 'i'})
	version, text := r.Uint16(), r.Vector16()
	fmt.Printf("%#04x %s %v\n", version, text, r.OK())
	// Output: 0x0301 hi true
}

func TestIntegers(t *testing.T) {
	r := wire.New([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
	got := []uint64{uint64(r.Uint8()), uint64(r.Uint16()), uint64(r.Uint24()), uint64(r.Uint32()), r.Uint64()}
	want := []uint64{1, 0x0203, 0x040506, 0x0708090a, 0x0b0c0d0e0f101112}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %#x, want %#x", i, got[i], want[i])
		}
	}
	if !r.OK() || !r.Empty() || r.Offset() != 18 {
		t.Errorf("OK %v, %d left, offset %d", r.OK(), r.Len(), r.Offset())
	}
}

func TestVectors(t *testing.T) {
	for name, read := range map[string]func(*wire.Reader) []byte{
		"\x02":             (*wire.Reader).Vector8,
		"\x00\x02":         (*wire.Reader).Vector16,
		"\x00\x00\x02":     (*wire.Reader).Vector24,
		"\x00\x00\x00\x02": (*wire.Reader).Vector32,
	} {
		r := wire.New([]byte(name + "abc"))
		if got := read(&r); string(got) != "ab" || r.Len() != 1 || cap(got) != 2 {
			t.Errorf("%q: %q of capacity %d, %d left", name, got, cap(got), r.Len())
		}
		for n := range len(name) + 2 {
			r := wire.New([]byte(name + "abc")[:n])
			if got := read(&r); got != nil || r.OK() {
				t.Errorf("%q cut to %d: %q, OK %v", name, n, got, r.OK())
			}
		}
	}
	r := wire.New([]byte{0xff, 0xff, 0xff, 0xff, 1})
	if got := r.Vector32(); got != nil || r.OK() {
		t.Errorf("a length of 4 GiB: %q, OK %v", got, r.OK())
	}
}

func TestSticky(t *testing.T) {
	r := wire.New([]byte{1, 2, 3})
	if r.Uint32() != 0 || r.OK() {
		t.Error("four bytes of three")
	}
	if r.Uint8() != 0 || r.Rest() != nil || r.Len() != 0 || !r.Empty() {
		t.Error("a read after a failed one returned something")
	}
	if _, ok := r.Peek(); ok {
		t.Error("a look after a failed read found something")
	}
	r = wire.New([]byte{1})
	r.Fail()
	if r.OK() || r.Uint8() != 0 {
		t.Error("Fail has no effect")
	}
	r = wire.New([]byte{1})
	if r.Bytes(-1) != nil || r.OK() {
		t.Error("a negative length")
	}
}

func TestWithin(t *testing.T) {
	r := wire.New([]byte("abcdef"))
	in := r.Within(4)
	if got := in.Rest(); !bytes.Equal(got, []byte("abcd")) || r.Len() != 2 {
		t.Errorf("%q, %d left", got, r.Len())
	}
	if in := r.Within(3); in.OK() || r.OK() {
		t.Error("three bytes of two")
	}
}
