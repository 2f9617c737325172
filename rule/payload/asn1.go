package payload

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ASN1 is asn1: it looks for values that are odd in BER (X.690).
type ASN1 struct {
	Oversize  uint32 // a value of more bytes; 0: not asked for
	Bits      bool   // a bit string with more unused bits than it has
	Real      bool   // a real number in decimal digits of more than 256 bytes
	Offset    int
	Relative  bool // Offset is from the cursor
	oversized bool // Oversize is asked for
}

// ParseASN1 reads the value of asn1: words.
func ParseASN1(value string) (*ASN1, error) {
	a := &ASN1{}
	words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for i := 0; i < len(words); i++ {
		arg := ""
		if i+1 < len(words) {
			arg = words[i+1]
		}
		var err error
		switch word := strings.ToLower(words[i]); word {
		case "bitstring_overflow":
			a.Bits = true
			continue
		case "double_overflow":
			a.Real = true
			continue
		case "oversize_length":
			var n uint64
			n, err = strconv.ParseUint(arg, 10, 32)
			a.Oversize, a.oversized = uint32(n), true
		case "absolute_offset", "relative_offset":
			var n int64
			n, err = strconv.ParseInt(arg, 10, 32)
			a.Offset, a.Relative = int(n), word == "relative_offset"
			if n > maxPosition || n < -maxPosition || n < 0 && !a.Relative {
				err = fmt.Errorf("%s is out of range", arg)
			}
		default:
			return nil, fmt.Errorf("unknown word %q", words[i])
		}
		if err != nil {
			return nil, fmt.Errorf("%s wants a number, not %q", words[i], arg)
		}
		i++
	}
	if !a.Bits && !a.Real && !a.oversized {
		return nil, errors.New("want oversize_length, bitstring_overflow or double_overflow")
	}
	return a, nil
}

// String returns the test as a rule writes it.
func (a *ASN1) String() string {
	var words []string
	if a.oversized {
		words = append(words, fmt.Sprintf("oversize_length %d", a.Oversize))
	}
	if a.Bits {
		words = append(words, "bitstring_overflow")
	}
	if a.Real {
		words = append(words, "double_overflow")
	}
	switch {
	case a.Relative:
		words = append(words, fmt.Sprintf("relative_offset %d", a.Offset))
	case a.Offset > 0:
		words = append(words, fmt.Sprintf("absolute_offset %d", a.Offset))
	}
	return "asn1:" + strings.Join(words, ", ") + ";"
}

// maxASN1 is how many values are looked at.
const maxASN1 = 256

// Universal tags (X.680, section 8).
const (
	tagBitString = 3
	tagReal      = 9
)

// maxReal is how long a number is that no program has room for.
const maxReal = 256

// Match reports whether b, the encoding of values, has an odd one among the first. Values that hold others are looked into.
func (a *ASN1) Match(b []byte) bool {
	for range maxASN1 {
		v, ok := parseBER(b)
		if !ok {
			return false
		}
		if a.odd(&v) {
			return true
		}
		if b = v.rest; v.constructed {
			b = v.inside
		}
	}
	return false
}

// odd reports whether a value is what is looked for.
func (a *ASN1) odd(v *berValue) bool {
	first := byte(0)
	if len(v.content) > 0 {
		first = v.content[0]
	}
	universal := v.class == 0 && !v.constructed && v.length > 0
	switch {
	case a.oversized && v.length > uint64(a.Oversize):
		return true
	case a.Bits && universal && v.tag == tagBitString && (v.length-1)*8 < uint64(first):
		return true
	}
	return a.Real && universal && v.tag == tagReal && first&0xc0 == 0 && v.length > maxReal
}

// berValue is one value of BER.
type berValue struct {
	class       uint8
	constructed bool
	tag         uint32
	length      uint64 // as the encoding says; of one without, that of what is left
	content     []byte // as much of it as there is
	inside      []byte // of a constructed one: the values in it, and those behind it
	rest        []byte // behind it
}

// parseBER reads the value at the beginning of b. The end of a value without a length (two zero octets) is passed over.
func parseBER(b []byte) (v berValue, ok bool) {
	for len(b) >= 2 && b[0] == 0 && b[1] == 0 {
		b = b[2:]
	}
	if len(b) < 2 {
		return v, false
	}
	v.class, v.constructed, v.tag = b[0]>>6, b[0]&0x20 != 0, uint32(b[0]&0x1f)
	b = b[1:]
	if v.tag == 0x1f { // further octets, seven bits each
		v.tag = 0
		for more := true; more; b = b[1:] {
			if len(b) == 0 || v.tag >= 1<<24 {
				return v, false
			}
			v.tag, more = v.tag<<7|uint32(b[0]&0x7f), b[0]&0x80 != 0
		}
	}
	if len(b) == 0 {
		return v, false
	}
	n := int(b[0] & 0x7f)
	long := b[0]&0x80 != 0
	b = b[1:]
	switch {
	case !long:
		v.length = uint64(n)
	case n == 0:
		v.length = uint64(len(b))
	case n > 8 || n > len(b):
		return v, false
	default:
		for _, c := range b[:n] {
			v.length = v.length<<8 | uint64(c)
		}
		b = b[n:]
	}
	v.inside = b
	v.content = b[:min(uint64(len(b)), v.length)]
	v.rest = b[len(v.content):]
	return v, true
}

// asn1 evaluates asn1.
func (e *Evaluator) asn1(t *ASN1, cursor int) bool {
	at := t.Offset
	if t.Relative {
		at += cursor
	}
	return at >= 0 && at < len(e.body) && t.Match(e.body[at:])
}
