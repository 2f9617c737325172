package event

import (
	"encoding/binary"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Str writes a text that is known to be UTF-8. It checks, and treats any other as Bytes does.
func (o *Object) Str(key, v string) {
	o.key(key)
	o.buf = appendText(o.buf, v)
}

// Bytes writes a text from the wire. When v is not valid UTF-8, every byte of it from 0x80 on becomes the four
// characters \xNN.
func (o *Object) Bytes(key string, v []byte) {
	o.key(key)
	o.buf = appendText(o.buf, v)
}

// Limited writes at most limit bytes of v as Bytes does, and says how many it left out.
func (o *Object) Limited(key string, v []byte, limit int) {
	limit = max(limit, 0)
	if len(v) <= limit {
		o.Bytes(key, v)
		return
	}
	left := len(v) - limit
	o.key(key)
	start := len(o.buf) + 1
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, v[:limit]...)
	o.buf = append(o.buf, "[truncated "...)
	o.buf = strconv.AppendInt(o.buf, int64(left), 10)
	o.buf = append(o.buf, " additional byte"...)
	if left != 1 {
		o.buf = append(o.buf, 's')
	}
	o.buf = append(o.buf, ']')
	o.buf = closeText(o.buf, start)
}

// Printable writes v with a dot for every byte that is not printable ASCII; only CR and LF are kept.
func (o *Object) Printable(key string, v []byte) {
	o.key(key)
	start := len(o.buf) + 1
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, v...)
	for i, c := range o.buf[start:] {
		if (c < ' ' || c >= 0x7f) && c != '\r' && c != '\n' {
			o.buf[start+i] = '.'
		}
	}
	o.buf = closeText(o.buf, start)
}

// Item writes a text from the wire in an array, as Bytes does.
func (o *Object) Item(v []byte) {
	o.comma()
	o.buf = appendText(o.buf, v)
}

// ItemStr writes a text in an array, as Str does.
func (o *Object) ItemStr(v string) {
	o.comma()
	o.buf = appendText(o.buf, v)
}

// appendText appends v between quotation marks.
func appendText[T string | []byte](dst []byte, v T) []byte {
	dst = append(dst, '"')
	start := len(dst)
	dst = append(dst, v...)
	return closeText(dst, start)
}

// closeText makes the bytes from start on the inside of a JSON string and appends its closing quotation mark.
func closeText(dst []byte, start int) []byte {
	if !clean(dst[start:]) {
		dst = escape(dst, start)
	}
	return append(dst, '"')
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// clean reports whether b needs no escape: it is ASCII without control characters, quotation marks and backslashes.
// Eight bytes at a time, because this looks at every byte that is written.
func clean(b []byte) bool {
	if len(b) < 8 {
		for _, c := range b {
			if width[c] != 1 || c >= utf8.RuneSelf {
				return false
			}
		}
		return true
	}
	for i := 0; i < len(b)-8; i += 8 {
		if dirty(binary.LittleEndian.Uint64(b[i:])) {
			return false
		}
	}
	return !dirty(binary.LittleEndian.Uint64(b[len(b)-8:])) // may overlap the one before
}

// dirty reports whether one of the eight bytes of w needs an escape.
func dirty(w uint64) bool {
	quote := w ^ ones*'"' // a zero byte where w has a quotation mark
	slash := w ^ ones*'\\'
	// Subtracting n sets the high bit of the lowest byte below n that had none: below 0x20, zero, zero.
	return (w|(w-ones*' ')&^w|(quote-ones)&^quote|(slash-ones)&^slash)&highs != 0
}

// width is how many characters of a JSON string a byte of valid UTF-8 takes.
var width = func() (w [256]uint8) {
	for c := range w {
		w[c] = 1
		if c < ' ' {
			w[c] = 6 // \u00NN
		}
	}
	for _, c := range "\"\\\b\t\n\f\r" {
		w[c] = 2
	}
	return w
}()

// short holds the letters of the two-character escapes.
var short = [256]byte{'"': '"', '\\': '\\', '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

const badWidth = len(`\\xNN`) // of a byte from 0x80 on when the text is not UTF-8

// escape expands the bytes from start on, in place and from the end, to the inside of a JSON string.
func escape(dst []byte, start int) []byte {
	valid := utf8.Valid(dst[start:])
	size := 0
	for _, c := range dst[start:] {
		if c >= utf8.RuneSelf && !valid {
			size += badWidth
		} else {
			size += int(width[c])
		}
	}
	from := len(dst)
	to := start + size
	dst = slices.Grow(dst, to-from)[:to]
	for from < to { // once they meet, nothing before needs an escape
		from--
		c := dst[from]
		switch {
		case c >= utf8.RuneSelf && !valid:
			to -= badWidth
			copy(dst[to:], `\\x`)
			dst[to+3] = hexDigits[c>>4]
			dst[to+4] = hexDigits[c&15]
		case width[c] == 1:
			to--
			dst[to] = c
		case width[c] == 2:
			to -= 2
			dst[to] = '\\'
			dst[to+1] = short[c]
		default:
			to -= 6
			copy(dst[to:], `\u00`)
			dst[to+4] = hexDigits[c>>4]
			dst[to+5] = hexDigits[c&15]
		}
	}
	return dst
}
