package payload

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Test is one condition on the bytes of a buffer.
type Test interface {
	// String returns the test as a rule writes it.
	String() string
}

// Value is a number, or a variable.
type Value struct {
	Number int64
	Var    int8 // 1-based index of the variable; 0: it is a number
}

// MaxVars is the number of variables that a rule may have.
const MaxVars = 64

// Vars are the names of a rule's variables.
type Vars []string

// Declare returns the 1-based index of a variable, which may be new.
func (v *Vars) Declare(name string) (int8, error) {
	if err := checkName(name); err != nil {
		return 0, err
	}
	if i := v.find(name); i > 0 {
		return i, nil
	}
	if len(*v) == MaxVars {
		return 0, fmt.Errorf("more than %d variables", MaxVars)
	}
	*v = append(*v, name)
	return int8(len(*v)), nil
}

func (v *Vars) find(name string) int8 {
	for i, n := range *v {
		if n == name {
			return int8(i + 1)
		}
	}
	return 0
}

// Value reads a number from low to high, or the name of a variable.
func (v *Vars) Value(text string, low, high int64) (Value, error) {
	text = strings.TrimSpace(text)
	if i := v.find(text); i > 0 {
		return Value{Var: i}, nil
	}
	n, err := integer(text)
	if err != nil {
		if checkName(text) == nil {
			return Value{}, &UnknownVar{text}
		}
		return Value{}, err
	}
	if n < low || n > high {
		return Value{}, fmt.Errorf("%s is not from %d to %d", text, low, high)
	}
	return Value{Number: n}, nil
}

// UnknownVar is the error of a name that is no variable, at least not yet.
type UnknownVar struct{ Name string }

// Error says so.
func (e *UnknownVar) Error() string { return "there is no variable " + e.Name + " before this" }

// place reads the value of one of the modifiers that place a content. What is wrong is told in Suricata's words.
func (v *Vars) place(keyword, stop, text string, low, high int64) (Value, error) {
	n, err := v.Value(text, low, high)
	var unknown *UnknownVar
	switch {
	case errors.As(err, &unknown):
		err = worded("unknown byte_ keyword var seen in %s - %s%s", keyword, unknown.Name, stop)
	case err != nil:
		err = worded("invalid value for %s: %s%s", keyword, text, stop)
	}
	return n, err
}

// integer reads a decimal or hexadecimal number, which may be negative.
func integer(text string) (int64, error) {
	digits, negative := strings.CutPrefix(text, "-")
	digits = strings.TrimPrefix(digits, "+")
	base := 10
	if len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'x' {
		base, digits = 16, digits[2:]
	}
	n, err := strconv.ParseInt(digits, base, 64)
	if err != nil || strings.HasPrefix(digits, "-") {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	if negative {
		n = -n
	}
	return n, nil
}

var errName = errors.New("a variable's name consists of letters, digits, '_', '-' and '.' and begins with a letter or '_'")

func checkName(name string) error {
	if name == "" {
		return errName
	}
	for i, c := range []byte(name) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return errName
		}
	}
	return nil
}

// String returns the number, or the index of the variable.
func (v Value) String() string {
	if v.Var > 0 {
		return "var" + strconv.Itoa(int(v.Var))
	}
	return strconv.FormatInt(v.Number, 10)
}

// Endian is an order of bytes.
type Endian uint8

const (
	Big Endian = iota
	Little
	DCE // what the DCERPC header of the message says
)

// fields splits a list at commas and trims its elements.
func fields(text string) []string {
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}
