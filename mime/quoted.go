package mime

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// maxTrail is the number of blanks at the end of a quoted-printable line that are removed. RFC 2045 allows no longer lines.
const maxTrail = 76

// quotedDecoder decodes the lines of a quoted-printable body (RFC 2045, section 6.7).
type quotedDecoder struct {
	tail []byte // the end of a piece of a line that cannot be decided yet: blanks, "=", "=X", "=" and blanks
	bad  bool   // see InvalidQP; the caller clears it
}

// line appends the decoded line to dst. soft: its end is no line end of the body.
func (q *quotedDecoder) line(dst, text []byte) (b []byte, soft bool) {
	if len(q.tail) > 0 {
		q.tail = append(q.tail, text...)
		text = q.tail
	}
	text = text[:len(text)-trailingBlanks(text)]
	if n := len(text); n > 0 && text[n-1] == '=' {
		text, soft = text[:n-1], true
	}
	b = q.decode(dst, text)
	q.tail = q.tail[:0]
	return b, soft
}

// piece appends what can be decoded of a line that goes on.
func (q *quotedDecoder) piece(dst, text []byte) []byte {
	if len(q.tail) > 0 {
		q.tail = append(q.tail, text...)
		text = q.tail
	}
	n := len(text) - trailingBlanks(text)
	switch {
	case n > 0 && text[n-1] == '=':
		n--
	case n == len(text) && n > 1 && text[n-2] == '=' && hexLow[text[n-1]] != notHex:
		n -= 2
	}
	dst = q.decode(dst, text[:n])
	q.tail = append(q.tail[:0], text[n:]...)
	return dst
}

func trailingBlanks(text []byte) int {
	n := 0
	for n < len(text) && n < maxTrail && (text[len(text)-1-n] == ' ' || text[len(text)-1-n] == '\t') {
		n++
	}
	return n
}

// decode appends decoded text.
func (q *quotedDecoder) decode(dst, text []byte) []byte {
	i := bytes.IndexByte(text, '=')
	if i < 0 {
		return append(dst, text...)
	}
	dst = slices.Grow(dst, len(text))
	n := len(dst) + i
	out := dst[:cap(dst)]
	copy(out[len(dst):], text[:i])
	for i < len(text) {
		if text[i] != '=' {
			// Most text between escapes is short: eight bytes at a time are faster than calls that search and copy.
			if i+8 > len(text) {
				out[n] = text[i]
				i++
				n++
				continue
			}
			eight := binary.LittleEndian.Uint64(text[i:])
			binary.LittleEndian.PutUint64(out[n:], eight) // there is room for len(text), and n is not ahead of i
			run := zeroByte(eight ^ equals)
			i += run
			n += run
			continue
		}
		c := uint16(notHex)
		if i+3 <= len(text) {
			c = hexHigh[text[i+1]] | hexLow[text[i+2]]
		}
		if c <= 0xff {
			out[n] = byte(c)
			i += 3
		} else {
			q.bad = true
			var size int
			out[n], size = oddEscape(c)
			i += size
		}
		n++
	}
	return out[:n]
}

// oddEscape takes an escape that breaks the rules.
func oddEscape(c uint16) (b byte, size int) {
	if c&notHex != 0 {
		return '=', 1
	}
	return byte(c), 3 // small letters: not allowed, but every mail program decodes them
}

const equals = 0x3d3d3d3d3d3d3d3d // eight "="

// zeroByte is the number of bytes before the first that is zero, counted from the lowest; 8 when there is none.
func zeroByte(x uint64) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	return bits.TrailingZeros64((x-low)&^x&high) >> 3
}

// The value of a hexadecimal digit, in the upper and the lower half of a byte. Bits above the byte mark what is no digit,
// and small letters.
var hexHigh, hexLow = func() (high, low [256]uint16) {
	for c := range low {
		v := uint16(notHex)
		switch {
		case '0' <= c && c <= '9':
			v = uint16(c - '0')
		case 'A' <= c && c <= 'F':
			v = uint16(c - 'A' + 10)
		case 'a' <= c && c <= 'f':
			v = uint16(c-'a'+10) | smallHex
		}
		low[c] = v
		high[c] = v&(notHex|smallHex) | v&0xf<<4
	}
	return high, low
}()

const (
	notHex   = 0x8000
	smallHex = 0x4000
)

// unhex returns the byte that two hexadecimal digits stand for.
func unhex(high, low byte) (b byte, ok bool) {
	c := hexHigh[high] | hexLow[low]
	return byte(c), c&notHex == 0
}
