package payload

import (
	"errors"
	"fmt"
	"strings"
)

// ByteExtract is byte_extract: it keeps a number of the buffer in a variable.
type ByteExtract struct {
	Number
	Multiplier uint32 // 0: 1
	Align      uint8  // 0, 2 or 4: the value is rounded up to a multiple
	Var        int8
	name       string
}

// ParseByteExtract reads the value of byte_extract: bytes, offset, name, words.
func ParseByteExtract(value string, v *Vars) (*ByteExtract, error) {
	list := fields(value)
	if len(list) < 3 {
		return nil, errors.New("want bytes, offset, name")
	}
	x := &ByteExtract{name: list[2]}
	var err error
	if x.Bytes, err = v.Value(list[0], 1, maxDigits); err != nil {
		return nil, err
	}
	if x.Offset, err = v.Value(list[1], -maxPosition, maxPosition); err != nil {
		return nil, err
	}
	for _, w := range list[3:] {
		if ok, err := x.word(w); err != nil || !ok {
			return nil, wordError(w, err)
		}
	}
	if err := x.check(1); err != nil {
		return nil, err
	}
	x.Var, err = v.Declare(x.name)
	return x, err
}

// word takes a word of byte_extract.
func (x *ByteExtract) word(w string) (bool, error) {
	name, arg, _ := strings.Cut(w, " ")
	var err error
	switch strings.ToLower(name) {
	case "multiplier":
		x.Multiplier, err = multiplier(arg)
	case "align":
		switch strings.TrimSpace(arg) {
		case "2":
			x.Align = 2
		case "4":
			x.Align = 4
		default:
			return true, fmt.Errorf("align wants 2 or 4, not %q", arg)
		}
	default:
		return x.Number.word(w)
	}
	return true, err
}

// String returns the test as a rule writes it.
func (x *ByteExtract) String() string {
	s := fmt.Sprintf("byte_extract:%s,%s,%s%s", x.Bytes, x.Offset, x.name, x.words())
	if x.Multiplier > 1 {
		s += fmt.Sprintf(",multiplier %d", x.Multiplier)
	}
	if x.Align > 0 {
		s += fmt.Sprintf(",align %d", x.Align)
	}
	return s + ";"
}

// Operator is that of a ByteMath.
type Operator uint8

const (
	Add Operator = iota
	Subtract
	Multiply
	Divide
	ShiftLeft
	ShiftRight
)

var operators = map[string]Operator{"+": Add, "-": Subtract, "*": Multiply, "/": Divide, "<<": ShiftLeft, ">>": ShiftRight}

// ByteMath is byte_math: it computes with a number of the buffer and keeps the result in a variable.
type ByteMath struct {
	Number
	Op    Operator
	Value Value // the right operand
	Var   int8
	name  string
}

// ParseByteMath reads the value of byte_math: words, each with its argument.
func ParseByteMath(value string, v *Vars) (*ByteMath, error) {
	m := &ByteMath{}
	seen := map[string]bool{}
	for _, w := range fields(value) {
		name, arg, _ := strings.Cut(w, " ")
		name, arg = strings.ToLower(name), strings.TrimSpace(arg)
		if seen[name] {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := m.word(name, arg, v); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"bytes", "offset", "oper", "rvalue", "result"} {
		if !seen[name] {
			return nil, fmt.Errorf("want %s", name)
		}
	}
	if m.Op == Divide && m.Value == (Value{}) {
		return nil, errors.New("a division by 0")
	}
	if err := m.check(1); err != nil {
		return nil, err
	}
	var err error
	m.Var, err = v.Declare(m.name)
	return m, err
}

func (m *ByteMath) word(name, arg string, v *Vars) (err error) {
	switch name {
	case "bytes":
		m.Bytes, err = v.Value(arg, 1, maxDigits)
	case "offset":
		m.Offset, err = v.Value(arg, -maxPosition, maxPosition)
	case "oper":
		var ok bool
		if m.Op, ok = operators[arg]; !ok {
			return fmt.Errorf("unknown operator %q", arg)
		}
	case "rvalue":
		m.Value, err = v.Value(arg, 0, 1<<32-1)
	case "result":
		m.name, err = arg, checkName(arg)
	case "endian":
		if ok, err := m.Number.word(arg); err != nil || !ok || arg == "relative" {
			return fmt.Errorf("unknown order of bytes %q", arg)
		}
	case "string":
		if ok, err := m.Number.word(arg); err != nil || !ok || m.Base == 0 {
			return fmt.Errorf("unknown base %q", arg)
		}
	default:
		ok, err := m.Number.word(strings.TrimSpace(name + " " + arg))
		if err != nil || !ok {
			return wordError(name, err)
		}
	}
	return err
}

// String returns the test as a rule writes it.
func (m *ByteMath) String() string {
	op := [...]string{"+", "-", "*", "/", "<<", ">>"}[m.Op]
	return fmt.Sprintf("byte_math:bytes %s,offset %s,oper %s,rvalue %s,result %s%s;", m.Bytes, m.Offset, op, m.Value, m.name, m.words())
}

// Base64Decode is base64_decode: it decodes a part of the buffer, for base64_data.
type Base64Decode struct {
	Bytes    Value // 0: all
	Offset   Value
	Relative bool
}

// ParseBase64Decode reads the value of base64_decode: words, or nothing.
func ParseBase64Decode(value string, v *Vars) (*Base64Decode, error) {
	d := &Base64Decode{}
	if value == "" {
		return d, nil
	}
	var err error
	for _, w := range fields(value) {
		name, arg, _ := strings.Cut(w, " ")
		switch strings.ToLower(name) {
		case "bytes":
			if d.Bytes, err = v.Value(arg, 1, maxPosition); err != nil {
				return nil, err
			}
		case "offset":
			if d.Offset, err = v.Value(arg, 0, maxPosition); err != nil {
				return nil, err
			}
		case "relative":
			d.Relative = true
		default:
			return nil, fmt.Errorf("unknown word %q", w)
		}
	}
	return d, nil
}

// String returns the test as a rule writes it.
func (d *Base64Decode) String() string {
	return fmt.Sprintf("base64_decode:bytes %s,offset %s%s;", d.Bytes, d.Offset, mark(d.Relative, ",relative"))
}
