package payload

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// DataAt is isdataat: whether there are bytes at a place.
type DataAt struct {
	Negated  bool
	At       Value
	Relative bool
}

// ParseDataAt reads the value of isdataat: [!]n[,relative][,rawbytes].
func ParseDataAt(value string, v *Vars) (*DataAt, error) {
	d := &DataAt{}
	if rest, ok := strings.CutPrefix(value, "!"); ok {
		d.Negated, value = true, rest
	}
	list := fields(value)
	for _, w := range list[1:] {
		switch strings.ToLower(w) {
		case "relative":
			d.Relative = true
		case "rawbytes":
		default:
			return nil, fmt.Errorf("unknown word %q", w)
		}
	}
	var err error
	d.At, err = v.Value(list[0], 0, maxPosition)
	return d, err
}

// String returns the test as a rule writes it.
func (d *DataAt) String() string {
	return "isdataat:" + mark(d.Negated, "!") + d.At.String() + mark(d.Relative, ",relative") + ";"
}

func mark(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

// AtEnd reports whether the test says that the cursor is at the buffer's end.
func (d *DataAt) AtEnd() bool { return d.Negated && d.Relative && d.At == Value{Number: 1} }

// Size is bsize: the length of the buffer.
type Size struct{ number.Expr }

// ParseSize reads the value of bsize.
func ParseSize(value string) (*Size, error) {
	e, err := number.Parse(value, 64)
	return &Size{e}, err
}

// String returns the test as a rule writes it.
func (s *Size) String() string { return "bsize:" + s.Expr.String() + ";" }

// Absent is absent: whether the buffer does not exist.
type Absent struct {
	OrElse bool // or the tests that follow are true
}

// ParseAbsent reads the value of absent.
func ParseAbsent(value string) (*Absent, error) {
	switch value {
	case "":
		return &Absent{}, nil
	case "or_else":
		return &Absent{OrElse: true}, nil
	}
	return nil, fmt.Errorf("want nothing or or_else, not %q", value)
}

// String returns the test as a rule writes it.
func (a *Absent) String() string { return "absent" + mark(a.OrElse, ": or_else") + ";" }

// Number is how a number is read from a buffer.
type Number struct {
	Bytes    Value // how many; 0 only where the number may be left out
	Offset   Value
	Relative bool
	Endian   Endian
	Base     uint8  // 0: binary; else digits of that base: 8, 10, 16
	Mask     uint32 // 0: none
}

// Limits of numbers.
const (
	maxBinary = 8
	maxDigits = 23
)

// word takes one of the words that tell how a number is read. It reports false for others.
func (n *Number) word(w string) (ok bool, err error) {
	name, arg, _ := strings.Cut(w, " ")
	switch strings.ToLower(name) {
	case "relative":
		n.Relative = true
	case "big":
		n.Endian = Big
	case "little":
		n.Endian = Little
	case "dce":
		n.Endian = DCE
	case "string":
		if n.Base == 0 {
			n.Base = 10
		}
	case "hex":
		n.Base = 16
	case "dec":
		n.Base = 10
	case "oct":
		n.Base = 8
	case "bitmask":
		m, err := number.Number(arg, math.MaxUint32)
		if err == nil && m == 0 {
			err = errors.New("a bitmask of 0 leaves nothing")
		}
		n.Mask = uint32(m)
		return true, err
	default:
		return false, nil
	}
	return true, nil
}

// check looks at a number as a whole.
func (n *Number) check(least int64) error {
	most := int64(maxBinary)
	if n.Base != 0 {
		most = maxDigits
	}
	if n.Bytes.Var == 0 && (n.Bytes.Number < least || n.Bytes.Number > most) {
		return fmt.Errorf("%d bytes: want %d to %d", n.Bytes.Number, least, most)
	}
	if n.Base != 0 && n.Endian == DCE {
		return errors.New("dce and string exclude each other")
	}
	return nil
}

// Shift is how far a masked value moves to the right.
func (n *Number) shift() uint { return uint(bits.TrailingZeros32(n.Mask)) }

func (n *Number) words() string {
	s := mark(n.Relative, ",relative") + [...]string{"", ",little", ",dce"}[n.Endian]
	if n.Base != 0 {
		s += ",string," + map[uint8]string{8: "oct", 10: "dec", 16: "hex"}[n.Base]
	}
	if n.Mask != 0 {
		s += fmt.Sprintf(",bitmask %#x", n.Mask)
	}
	return s
}

// Compare is the operator of a ByteTest.
type Compare uint8

const (
	Less Compare = iota
	Greater
	Equal
	LessEqual
	GreaterEqual
	And // they have a bit in common
	Or  // they differ in a bit (written ^)
)

var compares = map[string]Compare{"<": Less, ">": Greater, "=": Equal, "==": Equal, "<=": LessEqual, ">=": GreaterEqual, "&": And, "^": Or}

// ByteTest is byte_test: it compares a number in the buffer.
type ByteTest struct {
	Number
	Negated bool
	Op      Compare
	Value   Value
}

// ParseByteTest reads the value of byte_test: bytes, [!]operator, value, offset, words.
func ParseByteTest(value string, v *Vars) (*ByteTest, error) {
	list := fields(value)
	if len(list) < 4 {
		return nil, errors.New("want bytes, operator, value, offset")
	}
	t := &ByteTest{}
	var err error
	if t.Bytes, err = v.Value(list[0], 0, maxDigits); err != nil {
		return nil, err
	}
	op, negated := strings.CutPrefix(list[1], "!")
	if op = strings.TrimSpace(op); negated && op == "" {
		op = "="
	}
	var ok bool
	if t.Op, ok = compares[op]; !ok {
		return nil, fmt.Errorf("unknown operator %q", list[1])
	}
	t.Negated = negated
	if t.Value, err = v.unsigned(list[2]); err != nil {
		return nil, err
	}
	if t.Offset, err = v.Value(list[3], -maxPosition, maxPosition); err != nil {
		return nil, err
	}
	for _, w := range list[4:] {
		if ok, err := t.word(w); err != nil || !ok {
			return nil, wordError(w, err)
		}
	}
	least := int64(1)
	if t.Base != 0 {
		least = 0 // as many digits as there are
	}
	return t, t.check(least)
}

// unsigned reads a number of 64 bits, or a variable.
func (v *Vars) unsigned(text string) (Value, error) {
	if n, err := number.Number(text, math.MaxUint64); err == nil {
		return Value{Number: int64(n)}, nil
	}
	return v.Value(text, math.MinInt64, math.MaxInt64)
}

func wordError(w string, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("unknown word %q", w)
}

// String returns the test as a rule writes it.
func (t *ByteTest) String() string {
	op := [...]string{"<", ">", "=", "<=", ">=", "&", "^"}[t.Op]
	return fmt.Sprintf("byte_test:%s,%s%s,%s,%s%s;", t.Bytes, mark(t.Negated, "!"), op, t.Value, t.Offset, t.words())
}

// From is where a ByteJump starts.
type From uint8

const (
	FromNumber From = iota // behind the number that was read
	FromBeginning
	FromEnd
)

// ByteJump is byte_jump: it moves the cursor by a number in the buffer.
type ByteJump struct {
	Number
	Multiplier uint32 // 0: 1
	Align      bool   // to a multiple of 4
	From       From
	Post       Value
}

// ParseByteJump reads the value of byte_jump: bytes, offset, words.
func ParseByteJump(value string, v *Vars) (*ByteJump, error) {
	list := fields(value)
	if len(list) < 2 {
		return nil, errors.New("want bytes, offset")
	}
	j := &ByteJump{}
	var err error
	if j.Bytes, err = v.Value(list[0], 0, maxDigits); err != nil {
		return nil, err
	}
	if j.Offset, err = v.Value(list[1], -maxPosition, maxPosition); err != nil {
		return nil, err
	}
	for _, w := range list[2:] {
		if ok, err := j.word(w, v); err != nil || !ok {
			return nil, wordError(w, err)
		}
	}
	return j, j.check(0)
}

// word takes a word of byte_jump.
func (j *ByteJump) word(w string, v *Vars) (bool, error) {
	name, arg, _ := strings.Cut(w, " ")
	var err error
	switch strings.ToLower(name) {
	case "align":
		j.Align = true
	case "from_beginning":
		j.From = FromBeginning
	case "from_end":
		j.From = FromEnd
	case "multiplier":
		j.Multiplier, err = multiplier(arg)
	case "post_offset":
		j.Post, err = v.Value(arg, -maxPosition, maxPosition)
	default:
		return j.Number.word(w)
	}
	return true, err
}

func multiplier(text string) (uint32, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("multiplier %q is not from 1 to 65535", text)
	}
	return uint32(n), nil
}

// String returns the test as a rule writes it.
func (j *ByteJump) String() string {
	s := fmt.Sprintf("byte_jump:%s,%s%s%s%s", j.Bytes, j.Offset, j.words(), mark(j.Align, ",align"),
		[...]string{"", ",from_beginning", ",from_end"}[j.From])
	if j.Multiplier > 1 {
		s += fmt.Sprintf(",multiplier %d", j.Multiplier)
	}
	if j.Post != (Value{}) {
		s += ",post_offset " + j.Post.String()
	}
	return s + ";"
}
