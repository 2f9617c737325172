package mime

import "github.com/reknit/reknit/coding/base64"

// base64Decoder decodes the lines of a base64 body (RFC 2045, section 6.8). Characters outside the alphabet are skipped.
type base64Decoder struct {
	bits   uint32 // of the quantum that is not complete
	n      uint8  // characters in bits, 0 to 3
	padded bool   // a complete quantum with padding has passed
	bad    bool   // see InvalidBase64; the caller clears it
	fill   uint8  // "=" that may still follow to complete the padding
}

// decode appends the bytes that src completes to dst[:0] and returns them. dst has room for base64Room(len(src)).
func (d *base64Decoder) decode(dst, src []byte) []byte {
	n := 0
	for {
		if d.n == 0 && !d.padded {
			in, out := base64.Quanta(dst[n:], src)
			src, n = src[in:], n+out
		}
		if len(src) == 0 {
			return dst[:n]
		}
		// Something foreign, or the last characters of the line: one at a time, until a quantum is complete.
		i := 0
		for i < len(src) {
			n += d.one(dst[n:], src[i])
			i++
			if d.n == 0 && i >= 8 {
				break
			}
		}
		src = src[i:]
	}
}

// base64Room is the size of the buffer for a decode of n characters.
func base64Room(n int) int { return n/4*3 + 3 + base64.Slack }

// one takes one character and returns how many bytes it stored.
func (d *base64Decoder) one(dst []byte, c byte) int {
	if v, ok := base64.Value(c); ok {
		if d.padded {
			d.bad, d.padded, d.fill = true, false, 0
		}
		d.bits = d.bits<<6 | v
		d.n++
		if d.n < 4 {
			return 0
		}
		dst[0], dst[1], dst[2] = byte(d.bits>>16), byte(d.bits>>8), byte(d.bits)
		d.bits, d.n = 0, 0
		return 3
	}
	if c != '=' {
		return 0
	}
	switch {
	case d.n == 2:
		d.fill = 1
	case d.n == 3:
		d.fill = 0
	case d.padded && d.fill > 0:
		d.fill--
		return 0
	default:
		d.bad = true
		return 0
	}
	n := d.finish(dst)
	d.padded = true
	return n
}

// finish stores what an incomplete quantum holds, as if its padding were there.
func (d *base64Decoder) finish(dst []byte) int {
	n := 0
	switch d.n {
	case 1:
		d.bad = true
	case 2:
		dst[0] = byte(d.bits >> 4)
		n = 1
	case 3:
		dst[0], dst[1] = byte(d.bits>>10), byte(d.bits>>2)
		n = 2
	}
	d.bits, d.n, d.padded = 0, 0, false
	return n
}
