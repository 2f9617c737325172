package pcre

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// maxCount is up to which count the standard library repeats.
const maxCount = 1000

// linear returns the expression for the standard library, or nil if it cannot express it. It takes bytes for the runes of the
// same number.
func linear(root *node) *regexp.Regexp {
	var b strings.Builder
	if !write(&b, root, 1) {
		return nil
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil
	}
	return re
}

// write appends n in the syntax of the standard library. times is how often counts around it repeat it.
func write(b *strings.Builder, n *node, times int) bool {
	switch n.op {
	case opEmpty:
		b.WriteString("(?:)")
	case opClass:
		writeClass(b, n.class)
	case opConcat:
		for _, s := range n.sub {
			if !write(b, s, times) {
				return false
			}
		}
	case opAlternate:
		b.WriteString("(?:")
		for i, s := range n.sub {
			if i > 0 {
				b.WriteByte('|')
			}
			if !write(b, s, times) {
				return false
			}
		}
		b.WriteByte(')')
	case opCapture:
		b.WriteByte('(')
		ok := write(b, n.sub[0], times)
		b.WriteByte(')')
		return ok
	case opRepeat:
		return writeRepeat(b, n, times)
	default:
		text, ok := assertions[n.op]
		b.WriteString(text)
		return ok
	}
	return true
}

var assertions = map[op]string{opBeginText: `\A`, opEndText: `\z`, opEndLine: `(?m:$)`, opWordBound: `\b`, opNoWord: `\B`}

func writeRepeat(b *strings.Builder, n *node, times int) bool {
	times *= max(n.min, n.max, 1)
	if times > maxCount {
		return false
	}
	b.WriteString("(?:")
	if !write(b, n.sub[0], times) {
		return false
	}
	b.WriteByte(')')
	switch {
	case n.max < 0 && n.min == 0:
		b.WriteByte('*')
	case n.max < 0:
		fmt.Fprintf(b, "{%d,}", n.min)
	default:
		fmt.Fprintf(b, "{%d,%d}", n.min, n.max)
	}
	if n.lazy {
		b.WriteByte('?')
	}
	return true
}

func writeClass(b *strings.Builder, s set) {
	pairs := s.ranges()
	if len(pairs) == 0 {
		b.WriteString(`[^\x{0}-\x{10ffff}]`)
		return
	}
	b.WriteByte('[')
	for _, r := range pairs {
		fmt.Fprintf(b, `\x{%x}-\x{%x}`, r[0], r[1])
	}
	b.WriteByte(']')
}

// latin gives bytes as runes of the same number, one byte each.
type latin struct {
	text []byte
	pos  int
}

// ReadRune returns the next byte.
func (l *latin) ReadRune() (rune, int, error) {
	if l.pos == len(l.text) {
		return 0, 0, io.EOF
	}
	c := l.text[l.pos]
	l.pos++
	return rune(c), 1, nil
}
