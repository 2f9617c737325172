package mime

import "encoding/binary"

// base64Decoder decodes the lines of a base64 body (RFC 2045, section 6.8). Characters outside the alphabet are skipped.
type base64Decoder struct {
	bits   uint32 // of the quantum that is not complete
	n      uint8  // characters in bits, 0 to 3
	padded bool   // a complete quantum with padding has passed
	bad    bool   // see InvalidBase64; the caller clears it
	fill   uint8  // "=" that may still follow to complete the padding
}

// One table per place in the quantum, so that a quantum is four loads and three ORs. Foreign characters set a bit above
// the 24 of the quantum.
var base64Places = func() (t [4][256]uint32) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for place := range t {
		for c := range t[place] {
			t[place][c] = foreign
		}
		for v := range len(alphabet) {
			t[place][alphabet[v]] = uint32(v) << (18 - 6*place)
		}
	}
	return t
}()

const foreign = 1 << 31

// decode appends the bytes that src completes to dst[:0] and returns them. dst has room for base64Room(len(src)).
func (d *base64Decoder) decode(dst, src []byte) []byte {
	n := 0
	for {
		if d.n == 0 && !d.padded {
			in, out := quanta(dst[n:], src)
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

// base64Room is the size of the buffer for a decode of n characters. decode stores eight bytes where six are decoded.
func base64Room(n int) int { return n/4*3 + 3 + 8 }

// quanta decodes pairs of quanta while there is nothing but the alphabet.
func quanta(dst, src []byte) (in, out int) {
	t0, t1, t2, t3 := &base64Places[0], &base64Places[1], &base64Places[2], &base64Places[3]
	for len(src)-in >= 8 && len(dst)-out >= 8 {
		s := src[in : in+8 : in+8]
		a := t0[s[0]] | t1[s[1]] | t2[s[2]] | t3[s[3]]
		b := t0[s[4]] | t1[s[5]] | t2[s[6]] | t3[s[7]]
		if (a|b)&foreign != 0 {
			break
		}
		binary.BigEndian.PutUint64(dst[out:out+8], uint64(a)<<40|uint64(b)<<16)
		in += 8
		out += 6
	}
	if len(src)-in >= 4 && len(dst)-out >= 3 {
		s := src[in : in+4 : in+4]
		a := t0[s[0]] | t1[s[1]] | t2[s[2]] | t3[s[3]]
		if a&foreign == 0 {
			o := dst[out : out+3 : out+3]
			o[0], o[1], o[2] = byte(a>>16), byte(a>>8), byte(a)
			in += 4
			out += 3
		}
	}
	return in, out
}

// quantaLines decodes lines while they are whole, end in CRLF and have nothing but quanta before it.
func quantaLines(dst, src []byte) (in, out int) {
	for len(dst)-out >= base64Room(maxEncodedLine) {
		line := src[in:]
		line = line[:min(len(line), maxEncodedLine+2)]
		i, o := quanta(dst[out:], line)
		if i+2 > len(line) || line[i] != '\r' || line[i+1] != '\n' {
			break
		}
		in, out = in+i+2, out+o
	}
	return in, out
}

// one takes one character and returns how many bytes it stored.
func (d *base64Decoder) one(dst []byte, c byte) int {
	v := base64Places[3][c]
	if v != foreign {
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
