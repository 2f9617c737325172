// Package number reads and tests the integer expressions of rules: "10", ">100", "!5", "1<>9", "&0x0f=1".
package number

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Op says how a value is compared.
type Op uint8

const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	Between    // A < v < B
	NotBetween // the contrary
	MaskEqual  // v & A == B
	MaskNotEqual
)

// Expr is an integer expression. The zero value is "=0".
type Expr struct {
	Op   Op
	A, B uint64
}

// Errors of Parse beside those of a number.
var (
	ErrAlways = errors.New("is true for every value")
	ErrNever  = errors.New("is true for no value")
)

// Match reports whether v fits.
func (e Expr) Match(v uint64) bool {
	switch e.Op {
	case Equal:
		return v == e.A
	case NotEqual:
		return v != e.A
	case Less:
		return v < e.A
	case LessEqual:
		return v <= e.A
	case Greater:
		return v > e.A
	case GreaterEqual:
		return v >= e.A
	case Between:
		return e.A < v && v < e.B
	case NotBetween:
		return v <= e.A || e.B <= v
	case MaskEqual:
		return v&e.A == e.B
	case MaskNotEqual:
		return v&e.A != e.B
	}
	return false
}

// String returns the expression as it is written in a rule.
func (e Expr) String() string {
	if e.Op == MaskEqual || e.Op == MaskNotEqual {
		return fmt.Sprintf("&%#x%s%#x", e.A, map[bool]string{true: "=", false: "!="}[e.Op == MaskEqual], e.B)
	}
	if e.Op == Between || e.Op == NotBetween {
		return fmt.Sprintf("%s%d<>%d", map[bool]string{true: "!"}[e.Op == NotBetween], e.A, e.B)
	}
	return [...]string{"", "!", "<", "<=", ">", ">="}[e.Op] + strconv.FormatUint(e.A, 10)
}

// Parse reads an expression about values of so many bits. An expression that is always or never true is an error.
func Parse(text string, bits int) (Expr, error) {
	most := uint64(math.MaxUint64) >> (64 - bits)
	e, err := parse(strings.TrimSpace(text), most)
	if err != nil {
		return e, err
	}
	return e, e.check(most)
}

// prefixes are the operators, longer ones first.
var prefixes = []struct {
	text string
	op   Op
}{{"!=", NotEqual}, {"<=", LessEqual}, {">=", GreaterEqual}, {"!", NotEqual}, {"=", Equal}, {"<", Less}, {">", Greater}}

func parse(text string, most uint64) (Expr, error) {
	if mask, ok := strings.CutPrefix(text, "&"); ok {
		return parseMask(mask, most)
	}
	inner, negated := strings.CutPrefix(text, "!")
	for _, sep := range []string{"<>", "-"} {
		if low, high, ok := strings.Cut(inner, sep); ok && strings.TrimSpace(low) != "" {
			return parseRange(low, high, most, negated)
		}
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(text, p.text); ok {
			n, err := Number(rest, most)
			return Expr{Op: p.op, A: n}, err
		}
	}
	n, err := Number(text, most)
	return Expr{A: n}, err
}

func parseMask(text string, most uint64) (Expr, error) {
	op := MaskEqual
	mask, value, ok := strings.Cut(text, "=")
	if m, not := strings.CutSuffix(mask, "!"); not {
		mask, op = m, MaskNotEqual
	}
	if !ok {
		mask, value, op = text, "0", MaskNotEqual
	}
	a, err := Number(mask, most)
	if err != nil {
		return Expr{}, err
	}
	b, err := Number(value, most)
	return Expr{Op: op, A: a, B: b}, err
}

func parseRange(low, high string, most uint64, negated bool) (Expr, error) {
	a, err := Number(low, most)
	if err != nil {
		return Expr{}, err
	}
	b, err := Number(high, most)
	if err != nil {
		return Expr{}, err
	}
	e := Expr{Op: Between, A: a, B: b}
	if negated {
		e.Op = NotBetween
	}
	return e, nil
}

// check returns an error for an expression that tells nothing.
func (e Expr) check(most uint64) error {
	switch {
	case e.Op == Less && e.A == 0, e.Op == Greater && e.A == most, e.Op == Between && (e.B == 0 || e.A >= e.B-1),
		e.Op == MaskEqual && e.B&^e.A != 0:
		return ErrNever
	case e.Op == LessEqual && e.A == most, e.Op == GreaterEqual && e.A == 0, e.Op == NotBetween && (e.B == 0 || e.A >= e.B-1),
		e.Op == MaskNotEqual && e.B&^e.A != 0:
		return ErrAlways
	}
	return nil
}

// units of numbers, longer ones first.
var units = []struct {
	text  string
	shift uint
}{{"kib", 10}, {"mib", 20}, {"gib", 30}, {"kb", 10}, {"mb", 20}, {"gb", 30}}

// Number reads a decimal or hexadecimal (0x) number up to most, which may have a unit: kb, kib, mb, mib, gb, gib are powers
// of 1024.
func Number(text string, most uint64) (uint64, error) {
	digits := strings.TrimSpace(text)
	var shift uint
	for _, u := range units {
		if len(digits) > len(u.text) && strings.EqualFold(digits[len(digits)-len(u.text):], u.text) {
			digits, shift = strings.TrimSpace(digits[:len(digits)-len(u.text)]), u.shift
			break
		}
	}
	base := 10
	if len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x' {
		base, digits = 16, digits[2:]
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	if n > most>>shift {
		return 0, fmt.Errorf("%s is more than %d", text, most)
	}
	return n << shift, nil
}
