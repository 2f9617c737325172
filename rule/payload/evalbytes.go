package payload

import (
	"slices"

	"github.com/reknit/reknit/coding/base64"
)

// read reads a number, and returns the place behind it.
func (e *Evaluator) read(n *Number, cursor int) (v uint64, end int, ok bool) {
	at := e.value(n.Offset)
	if n.Relative {
		at += int64(cursor)
	}
	count := e.value(n.Bytes)
	if at < 0 || at > int64(len(e.body)) || count < 0 || count > int64(len(e.body))-at {
		return 0, 0, false
	}
	b := e.body[at : at+count]
	if n.Base != 0 {
		if count == 0 {
			b = e.body[at:min(at+maxDigits, int64(len(e.body)))]
		}
		v, used, ok := digits(b, uint64(n.Base))
		return e.mask(n, v), int(at) + used, ok
	}
	if count > maxBinary {
		return 0, 0, false
	}
	if n.Endian == Little || n.Endian == DCE && e.LittleDCE {
		for i := len(b) - 1; i >= 0; i-- {
			v = v<<8 | uint64(b[i])
		}
	} else {
		for _, c := range b {
			v = v<<8 | uint64(c)
		}
	}
	return e.mask(n, v), int(at + count), true
}

// mask returns the bits of a mask, as a number.
func (e *Evaluator) mask(n *Number, v uint64) uint64 {
	if n.Mask == 0 {
		return v
	}
	return v & uint64(n.Mask) >> n.shift()
}

// digits reads a number as text: blanks, maybe a sign or "0x", digits. A number that 64 bits do not hold is none.
func digits(b []byte, base uint64) (v uint64, used int, ok bool) {
	i := 0
	for i < len(b) && (b[i] == ' ' || '\t' <= b[i] && b[i] <= '\r') {
		i++
	}
	negative := false
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		negative = b[i] == '-'
		i++
	}
	if base == 16 && i+2 < len(b) && b[i] == '0' && b[i+1]|0x20 == 'x' {
		if _, hex := hexDigit(b[i+2]); hex {
			i += 2
		}
	}
	for ; i < len(b); i++ {
		d, digit := hexDigit(b[i])
		if !digit || uint64(d) >= base {
			break
		}
		next := v*base + uint64(d)
		if v > (1<<64-1)/base || next < v*base {
			return 0, 0, false
		}
		v, ok = next, true
	}
	if negative {
		v = -v
	}
	return v, i, ok
}

// byteTest evaluates byte_test.
func (e *Evaluator) byteTest(t *ByteTest, cursor int) bool {
	v, _, ok := e.read(&t.Number, cursor)
	if !ok {
		return false
	}
	w := uint64(e.value(t.Value))
	switch t.Op {
	case Less:
		ok = v < w
	case Greater:
		ok = v > w
	case Equal:
		ok = v == w
	case LessEqual:
		ok = v <= w
	case GreaterEqual:
		ok = v >= w
	case And:
		ok = v&w != 0
	case Or:
		ok = v^w != 0
	}
	return ok != t.Negated
}

// byteJump evaluates byte_jump.
func (e *Evaluator) byteJump(t *ByteJump, cursor int) (int, bool) {
	v, end, ok := e.read(&t.Number, cursor)
	if !ok {
		return cursor, false
	}
	if t.Multiplier > 1 {
		v *= uint64(t.Multiplier)
	}
	if t.Align && v%4 != 0 {
		v += 4 - v%4
	}
	to := int64(v) + e.value(t.Post)
	switch t.From {
	case FromNumber:
		to += int64(end)
	case FromEnd:
		to += int64(len(e.body))
	}
	if to > int64(len(e.body)) {
		return cursor, false
	}
	return int(max(to, 0)), true // as Suricata has it: a jump before the beginning goes there
}

// byteExtract evaluates byte_extract.
func (e *Evaluator) byteExtract(t *ByteExtract, cursor int) (int, bool) {
	v, end, ok := e.read(&t.Number, cursor)
	if !ok {
		return cursor, false
	}
	if t.Multiplier > 1 {
		v *= uint64(t.Multiplier)
	}
	if a := uint64(t.Align); a > 0 && v%a != 0 {
		v += a - v%a
	}
	e.vars[t.Var] = v
	return end, true
}

// byteMath evaluates byte_math.
func (e *Evaluator) byteMath(t *ByteMath, cursor int) (int, bool) {
	n := t.Number
	n.Mask = 0
	v, end, ok := e.read(&n, cursor)
	if !ok {
		return cursor, false
	}
	w := uint64(e.value(t.Value))
	switch t.Op {
	case Add:
		v += w
	case Subtract:
		v -= w
	case Multiply:
		v *= w
	case Divide:
		if w == 0 {
			return cursor, false
		}
		v /= w
	case ShiftLeft:
		v <<= w & 63 // as a processor does it
	case ShiftRight:
		v >>= w & 63
	}
	e.vars[t.Var] = e.mask(&t.Number, v)
	return end, true
}

// maxDecoded is how many bytes base64_decode looks at.
const maxDecoded = 64 << 10

// base64 evaluates base64_decode: it decodes what can be decoded, up to the first character that cannot.
func (e *Evaluator) base64(t *Base64Decode, cursor int) bool {
	at := e.value(t.Offset)
	if t.Relative {
		at += int64(cursor)
	}
	if at < 0 || at >= int64(len(e.body)) {
		return false
	}
	b := e.body[at:]
	if n := e.value(t.Bytes); n > 0 && n < int64(len(b)) {
		b = b[:n]
	}
	e.decoded = AppendBase64(e.decoded[:0], b[:min(len(b), maxDecoded)])
	return len(e.decoded) > 0
}

// AppendBase64 appends what base64 text stands for, up to the first character that is none of it (RFC 4648).
func AppendBase64(dst, text []byte) []byte {
	before := len(dst)
	dst = slices.Grow(dst, len(text)/4*3+base64.Slack)
	in, out := base64.Quanta(dst[before:cap(dst)], text)
	dst = dst[:before+out]
	// What is left is less than a quantum.
	var bits uint32
	n := 0
	for _, c := range text[in:] {
		v, ok := base64.Value(c)
		if !ok {
			break
		}
		bits = bits<<6 | v
		n++
	}
	switch n {
	case 2:
		dst = append(dst, byte(bits>>4))
	case 3:
		dst = append(dst, byte(bits>>10), byte(bits>>2))
	}
	return dst // six bits alone are no byte
}
