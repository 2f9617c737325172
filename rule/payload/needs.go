package payload

import (
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// Needs says which ends of a buffer that comes in parts tests depend on. Without start, they are true of a part as they are of the
// whole, wherever it begins; without end, what is true of the beginning of a buffer stays so with more of it.
func Needs(tests []Test) (start, end bool) {
	for i, t := range tests {
		s, e := needs(t, i == 0)
		start, end = start || s, end || e
	}
	return start, end
}

func needs(t Test, first bool) (start, end bool) {
	switch t := t.(type) {
	case *Content:
		return t.Absolute() || first && t.Relative(), t.EndsWith || t.Negated
	case *Regexp:
		text := t.Regexp.String()
		start = strings.ContainsAny(text, `^`) || strings.Contains(text, `\A`) || strings.Contains(t.flags, "A") || strings.Contains(text, `\b`)
		return start || first && t.Relative, t.Negated || strings.ContainsAny(text, `$!`) || strings.Contains(text, `\Z`) || strings.Contains(text, `\z`) || strings.Contains(text, `\b`)
	case *DataAt:
		return !t.Relative, t.Negated
	case *Size:
		return true, t.Op != number.Greater && t.Op != number.GreaterEqual
	case *ByteTest:
		return !t.Relative || first, false
	case *ByteJump:
		return !t.Relative || first, t.From == FromEnd
	case *ByteExtract:
		return !t.Relative || first, false
	case *ByteMath:
		return !t.Relative || first, false
	case *Base64Decode:
		return !t.Relative || first, true
	}
	return true, true
}
