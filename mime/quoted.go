package mime

import "bytes"

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
	case n == len(text) && n > 1 && text[n-2] == '=' && hexValue[text[n-1]] != notHex:
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

func (q *quotedDecoder) decode(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '=')
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		text = text[i:]
		if len(text) < 3 || hexValue[text[1]]|hexValue[text[2]] >= notHex {
			q.bad = true
			dst = append(dst, '=')
			text = text[1:]
			continue
		}
		if text[1] >= 'a' || text[2] >= 'a' {
			q.bad = true // small letters: not allowed, but every mail program decodes them
		}
		dst = append(dst, hexValue[text[1]]<<4|hexValue[text[2]])
		text = text[3:]
	}
}

const notHex = 0x80

var hexValue = func() (t [256]byte) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9':
			t[c] = byte(c - '0')
		case 'A' <= c && c <= 'F':
			t[c] = byte(c - 'A' + 10)
		case 'a' <= c && c <= 'f':
			t[c] = byte(c - 'a' + 10)
		default:
			t[c] = notHex
		}
	}
	return t
}()
