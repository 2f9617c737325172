package payload

import (
	"errors"
	"fmt"
	"strings"
)

// Content looks for a literal.
//
// At most one of the two ways of placing it is in use: Offset and Depth count from the buffer's start, Distance and Within
// from the cursor.
type Content struct {
	Text    []byte // not empty
	Negated bool
	Nocase  bool // ASCII letters match in either case; Text keeps its own

	StartsWith, EndsWith                        bool
	HasOffset, HasDepth, HasDistance, HasWithin bool
	Offset, Depth, Distance, Within             Value

	Fast      bool // fast_pattern was given
	Only      bool // fast_pattern:only
	Chop      bool // only ChopLen bytes from ChopAt on are the fast pattern
	ChopAt    int
	ChopLen   int
	Replace   []byte // replace: what is written over a match, inline; nil: nothing
	Confirmed bool   // the fast pattern proves the whole test: nothing is left to do
}

// Limits of contents.
const (
	MaxContent  = 8192    // bytes of a literal
	maxPosition = 65535   // of offset and depth
	maxDistance = 1 << 20 // of distance and within
)

var (
	errEmpty   = errors.New("the content is empty")
	errEscape  = errors.New(`'\' has to be escaped: after a backslash only ; " \ and : may stand`)
	errBareHex = errors.New("no bytes between bars")

	// ErrNoQuotes is of a value that must stand in double quotes and does not.
	ErrNoQuotes = errors.New("the value must stand in double quotes")
)

// ParseContent reads the value of content: "text", with |hex| in it, and ! before it.
func ParseContent(value string) (*Content, error) {
	c := &Content{}
	if rest, ok := strings.CutPrefix(value, "!"); ok {
		c.Negated, value = true, strings.TrimSpace(rest)
	}
	inner, err := Quoted(value)
	if err != nil {
		return nil, err
	}
	c.Text, err = ParseBytes(inner)
	return c, err
}

// Quoted returns what stands between double quotes.
func Quoted(value string) (string, error) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return "", ErrNoQuotes
	}
	return value[1 : len(value)-1], nil
}

// ParseBytes reads text with escapes and |hex| sections.
func ParseBytes(text string) ([]byte, error) {
	out := make([]byte, 0, len(text))
	hex := false
	var high byte
	digits := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '|':
			if hex && digits%2 != 0 {
				return nil, worded("Incomplete hex code in content - %s. Invalidating signature.", text)
			}
			if hex && digits == 0 {
				return nil, errBareHex
			}
			hex, digits = !hex, 0
		case hex && (c == ' ' || c == '\t'):
		case hex:
			d, ok := hexDigit(c)
			if !ok {
				return nil, worded("Invalid hex code in content - %s, hex %c. Invalidating signature.", text, c)
			}
			if digits++; digits%2 == 1 {
				high = d << 4
			} else {
				out = append(out, high|d)
			}
		case c == '\\':
			i++
			if i == len(text) || strings.IndexByte(`;"\:`, text[i]) < 0 {
				return nil, errEscape
			}
			out = append(out, text[i])
		default:
			out = append(out, c)
		}
	}
	switch {
	case hex:
		return nil, worded("Invalid hex code assembly in content - %s.  Invalidating signature.", text)
	case len(out) == 0:
		return nil, errEmpty
	case len(out) > MaxContent:
		return nil, fmt.Errorf("the content has more than %d bytes", MaxContent)
	}
	return out, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// Relative reports whether the content is placed from the cursor.
func (c *Content) Relative() bool { return c.HasDistance || c.HasWithin }

// Absolute reports whether the content is placed from the buffer's start.
func (c *Content) Absolute() bool { return c.HasOffset || c.HasDepth || c.StartsWith }

// Anchored reports whether the content's place says which bytes of a stream it means: from its start.
func (c *Content) Anchored() bool { return c.HasOffset || c.HasDepth || c.StartsWith }

var (
	errTwice  = errors.New("given twice for one content")
	errMixed  = worded("can't use a relative keyword like within/distance with a absolute relative keyword like depth/offset for the same content.")
	errStarts = worded("can't use multiple depth/startswith settings for the same content.")
	errOnly   = worded("can't have a relative keyword set along with 'fast_pattern:only;'.")
	errFast   = worded("can't have a relative negated keyword set along with 'fast_pattern'.")
	errAlone  = worded("fast_pattern: only; cannot be used with negated content or with any of the relative modifiers like distance, within, offset, depth")
)

// SetOffset reads the value of offset.
func (c *Content) SetOffset(value string, v *Vars) (err error) {
	if err := c.mayPlace("offset", c.HasOffset, false); err != nil {
		return err
	}
	c.Offset, err = v.place("offset", ".", value, 0, maxPosition)
	c.HasOffset = err == nil
	return err
}

// SetDepth reads the value of depth.
func (c *Content) SetDepth(value string, v *Vars) (err error) {
	if err := c.mayPlace("depth", c.HasDepth, false); err != nil {
		return err
	}
	if c.Depth, err = v.place("depth", ".", value, 0, maxPosition); err != nil {
		return err
	}
	if c.Depth.Var == 0 && c.Depth.Number < int64(len(c.Text)) {
		return worded("depth:%s smaller than content of len %d.", value, len(c.Text))
	}
	c.HasDepth = true
	return nil
}

// SetDistance reads the value of distance.
func (c *Content) SetDistance(value string, v *Vars) (err error) {
	if err := c.mayPlace("distance", c.HasDistance, true); err != nil {
		return err
	}
	c.Distance, err = v.place("distance", "", value, -maxDistance, maxDistance)
	c.HasDistance = err == nil
	return err
}

// SetWithin reads the value of within.
func (c *Content) SetWithin(value string, v *Vars) (err error) {
	if err := c.mayPlace("within", c.HasWithin, true); err != nil {
		return err
	}
	if c.Within, err = v.place("within", "", value, -maxDistance, maxDistance); err != nil {
		return err
	}
	if c.Within.Var == 0 && c.Within.Number < int64(len(c.Text)) {
		return worded("within argument %q is less than the content length \"%d\" which is invalid, since this will never match.  Invalidating signature", value, len(c.Text))
	}
	c.HasWithin = true
	return nil
}

// mayPlace reports what speaks against another of the modifiers that place a content.
func (c *Content) mayPlace(name string, given, relative bool) error {
	switch {
	case given:
		return worded("can't use multiple %ss for the same content.", name)
	case c.Only:
		return errOnly
	case c.Fast && c.Negated:
		return errFast
	case c.StartsWith:
		return errStarts
	case relative && (c.HasOffset || c.HasDepth), !relative && c.Relative():
		return errMixed
	}
	return nil
}

// SetStartsWith is startswith.
func (c *Content) SetStartsWith() error {
	if c.StartsWith {
		return errTwice
	}
	if c.HasOffset || c.HasDepth || c.Relative() {
		return errStarts
	}
	c.StartsWith = true
	return nil
}

// SetFast reads the value of fast_pattern: nothing, "only" or "offset,length".
func (c *Content) SetFast(value string) error {
	switch {
	case c.Fast:
		return errTwice
	case value == "":
	case strings.EqualFold(value, "only"):
		if c.Negated || c.Absolute() || c.Relative() {
			return errAlone
		}
		c.Only = true
	default:
		if err := c.chop(value); err != nil {
			return err
		}
	}
	c.Fast = true
	return nil
}

func (c *Content) chop(value string) error {
	at, length, ok := strings.Cut(value, ",")
	a, errA := integer(strings.TrimSpace(at))
	n, errN := integer(strings.TrimSpace(length))
	if !ok || errA != nil || errN != nil || a < 0 || n < 1 || a+n > int64(len(c.Text)) {
		return fmt.Errorf("want nothing, only, or the offset and length of a part of the content, not %q", value)
	}
	c.Chop, c.ChopAt, c.ChopLen = true, int(a), int(n)
	return nil
}

// FastText returns the bytes that serve as the fast pattern.
func (c *Content) FastText() []byte {
	if c.Chop {
		return c.Text[c.ChopAt : c.ChopAt+c.ChopLen]
	}
	return c.Text
}

// Leash returns how many bytes from the buffer's start the text lies in as a whole; 0: that depends on the buffer. leads says that
// no test stands before the content, so that its distance counts from the start, too.
func (c *Content) Leash(leads bool) int {
	end := 0
	switch {
	case c.StartsWith:
		end = len(c.Text)
	case c.HasDepth && c.Offset.Var == 0 && c.Depth.Var == 0:
		end = saturate(c.Offset.Number, c.Depth.Number)
	case leads && c.HasWithin && c.Distance.Var == 0 && c.Within.Var == 0:
		end = saturate(c.Distance.Number, c.Within.Number)
	}
	return max(end, 0)
}

// String returns the content as a rule writes it, with its modifiers.
func (c *Content) String() string {
	var b strings.Builder
	b.WriteString("content:")
	if c.Negated {
		b.WriteByte('!')
	}
	b.WriteByte('"')
	b.WriteString(FormatBytes(c.Text))
	b.WriteString(`";`)
	for _, m := range []struct {
		name string
		on   bool
		v    *Value
	}{
		{"nocase", c.Nocase, nil}, {"startswith", c.StartsWith, nil}, {"endswith", c.EndsWith, nil},
		{"offset", c.HasOffset, &c.Offset}, {"depth", c.HasDepth, &c.Depth},
		{"distance", c.HasDistance, &c.Distance}, {"within", c.HasWithin, &c.Within},
	} {
		if m.on {
			b.WriteString(" " + m.name)
			if m.v != nil {
				b.WriteString(":" + m.v.String())
			}
			b.WriteByte(';')
		}
	}
	return b.String()
}

// FormatBytes returns bytes as content writes them: what cannot be written plainly as |hex|.
func FormatBytes(text []byte) string {
	return FormatBytesBut(text, func(c byte) bool { return c >= 0x20 && c < 0x7f && strings.IndexByte(`|;"\:`, c) < 0 })
}

// FormatBytesBut is FormatBytes with another notion of what can be written plainly.
func FormatBytesBut(text []byte, plain func(c byte) bool) string {
	var b strings.Builder
	hex := false
	for _, c := range text {
		p := plain(c)
		switch {
		case p == hex:
			b.WriteByte('|')
			hex = !hex
		case hex:
			b.WriteByte(' ')
		}
		if p {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%02X", c)
		}
	}
	if hex {
		b.WriteByte('|')
	}
	return b.String()
}
