package payload

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// Entropy is entropy: it compares how little the bytes of a part of the buffer can be foreseen: Shannon's entropy, from 0, all bytes
// are the same, to 8 bits a byte.
type Entropy struct {
	Bytes  int // 0: to the end of the buffer
	Offset int
	Op     number.Op
	A, B   float64 // B of ranges
}

// Measured is an entropy that was found, whether it fits or not.
type Measured struct {
	*Entropy
	Value float64
}

// ParseEntropy reads the value of entropy: bytes n, offset n, value with an operator.
func ParseEntropy(value string) (*Entropy, error) {
	e := &Entropy{}
	given := false
	for _, w := range fields(value) {
		name, arg, _ := strings.Cut(w, " ")
		arg = strings.TrimSpace(arg)
		var err error
		switch strings.ToLower(name) {
		case "bytes":
			e.Bytes, err = place(arg)
		case "offset":
			e.Offset, err = place(arg)
		case "value":
			given = true
			err = e.compare(arg)
		default:
			err = fmt.Errorf("unknown word %q", w)
		}
		if err != nil {
			return nil, err
		}
	}
	if !given {
		return nil, errors.New("want a value")
	}
	return e, nil
}

// place reads a number of bytes.
func place(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > maxPosition {
		return 0, fmt.Errorf("%q is not a number from 0 to %d", text, maxPosition)
	}
	return int(n), nil
}

// compare reads an operator with an entropy, or a range.
func (e *Entropy) compare(text string) (err error) {
	inner, negated := strings.CutPrefix(text, "!")
	if low, high, ok := strings.Cut(inner, "-"); ok && strings.TrimSpace(low) != "" {
		if e.Op = number.Between; negated {
			e.Op = number.NotBetween
		}
		if e.A, err = entropyValue(low); err == nil {
			e.B, err = entropyValue(high)
		}
		if err == nil && e.A >= e.B {
			err = errors.New("the first value of a range must be below the second")
		}
		return err
	}
	for _, p := range []struct {
		text string
		op   number.Op
	}{{"!=", number.NotEqual}, {"<=", number.LessEqual}, {">=", number.GreaterEqual}, {"!", number.NotEqual}, {"=", number.Equal},
		{"<", number.Less}, {">", number.Greater}, {"", number.Equal}} {
		if rest, ok := strings.CutPrefix(text, p.text); ok {
			e.Op = p.op
			e.A, err = entropyValue(rest)
			return err
		}
	}
	return err
}

// entropyValue reads an entropy.
func entropyValue(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(v >= 0 && v <= 8) {
		return 0, fmt.Errorf("%q is not a value from 0 to 8", text)
	}
	return v, nil
}

// Match reports whether an entropy fits. Ranges are without their ends.
func (e *Entropy) Match(v float64) bool {
	switch e.Op {
	case number.NotEqual:
		return v != e.A
	case number.Less:
		return v < e.A
	case number.LessEqual:
		return v <= e.A
	case number.Greater:
		return v > e.A
	case number.GreaterEqual:
		return v >= e.A
	case number.Between:
		return e.A < v && v < e.B
	case number.NotBetween:
		return v <= e.A || e.B <= v
	}
	return v == e.A
}

// String returns the test as a rule writes it.
func (e *Entropy) String() string {
	text := ""
	if e.Bytes > 0 {
		text += fmt.Sprintf("bytes %d, ", e.Bytes)
	}
	if e.Offset > 0 {
		text += fmt.Sprintf("offset %d, ", e.Offset)
	}
	switch e.Op {
	case number.Between:
		return fmt.Sprintf("entropy:%svalue %v-%v;", text, e.A, e.B)
	case number.NotBetween:
		return fmt.Sprintf("entropy:%svalue !%v-%v;", text, e.A, e.B)
	}
	return fmt.Sprintf("entropy:%svalue %s%v;", text, [...]string{"", "!=", "<", "<=", ">", ">="}[e.Op], e.A)
}

// maxEntropy is how many bytes are counted.
const maxEntropy = 1 << 20

// Of returns the entropy of the part of a buffer; ok is false when there is no such part.
func (e *Entropy) Of(b []byte) (v float64, ok bool) {
	if e.Offset >= len(b) {
		return 0, false
	}
	b = b[e.Offset:]
	if e.Bytes > 0 {
		if e.Bytes > len(b) {
			return 0, false
		}
		b = b[:e.Bytes]
	}
	b = b[:min(len(b), maxEntropy)]
	var counts [256]int
	for _, c := range b {
		counts[c]++
	}
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(b))
			v -= p * math.Log2(p)
		}
	}
	return v, true
}

// entropy evaluates entropy, and notes what it is.
func (e *Evaluator) entropy(t *Entropy) bool {
	v, ok := t.Of(e.body)
	if ok && len(e.measured) < MaxVars {
		e.measured = append(e.measured, Measured{t, v})
	}
	return ok && t.Match(v)
}

// Measured returns the entropies of the last buffer that were looked at.
func (e *Evaluator) Measured() []Measured { return e.measured }
