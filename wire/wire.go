// Package wire reads binary messages: fixed-size integers and vectors with a length in front, in network byte order.
//
// An error is sticky. A read beyond the end returns zero, or an empty slice, and so does every one after it; a grammar
// reads all of a structure and asks OK once.
package wire

// Reader reads from a slice. The zero value is an empty one. Slices that it returns share its memory.
type Reader struct {
	b   []byte
	off int
	bad bool
}

// New returns a Reader at the beginning of b.
func New(b []byte) Reader { return Reader{b: b} }

// OK reports whether every read so far found what it asked for.
func (r *Reader) OK() bool { return !r.bad }

// Len is the number of bytes that are left; 0 after a failed read.
func (r *Reader) Len() int {
	if r.bad {
		return 0
	}
	return len(r.b) - r.off
}

// Empty reports whether everything was read, or a read failed.
func (r *Reader) Empty() bool { return r.Len() == 0 }

// Offset is the number of bytes read so far.
func (r *Reader) Offset() int { return r.off }

// Fail makes this and all later reads fail: the grammar found what cannot be.
func (r *Reader) Fail() { r.bad = true }

// Bytes returns the next n bytes, nil if there are fewer.
func (r *Reader) Bytes(n int) []byte {
	if r.bad || n < 0 || n > len(r.b)-r.off {
		r.bad = true
		return nil
	}
	b := r.b[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Skip passes over n bytes.
func (r *Reader) Skip(n int) { r.Bytes(n) }

// Rest returns all bytes that are left.
func (r *Reader) Rest() []byte { return r.Bytes(r.Len()) }

// Peek returns the next byte without reading it. Unlike a read it cannot fail: ok tells whether there is one.
func (r *Reader) Peek() (b byte, ok bool) {
	if r.Empty() {
		return 0, false
	}
	return r.b[r.off], true
}

// Uint8 reads one byte.
func (r *Reader) Uint8() uint8 { return uint8(r.uint(1)) }

// Uint16 reads two bytes.
func (r *Reader) Uint16() uint16 { return uint16(r.uint(2)) }

// Uint24 reads three bytes.
func (r *Reader) Uint24() uint32 { return uint32(r.uint(3)) }

// Uint32 reads four bytes.
func (r *Reader) Uint32() uint32 { return uint32(r.uint(4)) }

// Uint64 reads eight bytes.
func (r *Reader) Uint64() uint64 { return r.uint(8) }

func (r *Reader) uint(n int) uint64 {
	var v uint64
	for _, b := range r.Bytes(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// Vector8 returns what follows a length of one byte.
func (r *Reader) Vector8() []byte { return r.Bytes(int(r.Uint8())) }

// Vector16 returns what follows a length of two bytes.
func (r *Reader) Vector16() []byte { return r.Bytes(int(r.Uint16())) }

// Vector24 returns what follows a length of three bytes.
func (r *Reader) Vector24() []byte { return r.Bytes(int(r.Uint24())) }

// Vector32 returns what follows a length of four bytes.
func (r *Reader) Vector32() []byte {
	n := r.Uint32()
	if int64(n) > int64(r.Len()) {
		r.bad = true
		return nil
	}
	return r.Bytes(int(n))
}

// Within returns a Reader of the next n bytes, which r passes over. If there are fewer, both have failed.
func (r *Reader) Within(n int) Reader {
	b := r.Bytes(n)
	return Reader{b: b, bad: r.bad}
}
