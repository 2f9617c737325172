package filter

import (
	"fmt"
	"strings"

	"github.com/reknit/reknit/packet"
)

// test looks at a frame.
type test func(f *frame) bool

// Filter is a compiled expression. It is read-only; the nil Filter matches everything.
type Filter struct {
	text string
	test test // nil: everything
}

// SyntaxError reports an expression that is wrong.
type SyntaxError struct {
	Offset int // in bytes, of what is wrong
	Text   string
}

// Error says what is wrong, and where.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("capture filter, at character %d: %s", e.Offset+1, e.Text)
}

// Limits of an expression.
const (
	maxText  = 16 << 10
	maxDepth = 100 // parentheses and negations in each other
)

// Parse compiles an expression. One that is empty matches everything. An error is a *SyntaxError.
func Parse(text string) (*Filter, error) {
	f := &Filter{text: text}
	if len(text) > maxText {
		return nil, &SyntaxError{maxText, fmt.Sprintf("more than %d characters", maxText)}
	}
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	p := &parser{text: text}
	p.run(func() {
		f.test = p.expression()
		if p.blanks(); p.pos < len(p.text) {
			p.fail(p.pos, "want and, or or the end")
		}
	})
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// String returns the expression.
func (f *Filter) String() string { return f.text }

// Match reports whether a frame, which had so many bytes when it was sent, fits.
func (f *Filter) Match(link packet.LinkType, b []byte, wire int) bool {
	if f == nil || f.test == nil {
		return true
	}
	x := frame{b: b, link: link, wire: wire}
	return f.test(&x) && !x.short
}
