package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// flags reads a list of names of bits: those that must be set, and with ! those that must not. Before the list stands + for others as
// well, which is the same, * for any of them, = for no others, - for none of them.
func (v *valueRow) flags(text string) (number.Expr, error) {
	mode := byte('+')
	if text != "" && strings.IndexByte("+*=-", text[0]) >= 0 {
		mode, text = text[0], text[1:]
	}
	var set, unset uint64
	for w := range strings.SplitSeq(text, ",") {
		name, not := strings.CutPrefix(strings.TrimSpace(w), "!")
		bit, err := strconv.ParseUint(v.named(name), 0, v.bits)
		if err != nil {
			return number.Expr{}, fmt.Errorf("unknown bit %q", name)
		}
		if not {
			unset |= bit
		} else {
			set |= bit
		}
	}
	switch {
	case set&unset != 0:
		return number.Expr{}, fmt.Errorf("a bit cannot be set and not set")
	case mode != '+' && unset != 0:
		return number.Expr{}, fmt.Errorf("! has no meaning with %c", mode)
	}
	switch mode {
	case '*':
		return number.Expr{Op: number.MaskNotEqual, A: set}, nil
	case '=':
		return number.Expr{A: set}, nil
	case '-':
		return number.Expr{Op: number.MaskEqual, A: set}, nil
	}
	return number.Expr{Op: number.MaskEqual, A: set | unset, B: set}, nil
}
