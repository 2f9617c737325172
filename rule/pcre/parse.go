package pcre

import (
	"fmt"
	"strings"
)

// Flags change the meaning of an expression.
type Flags uint8

const (
	Caseless  Flags = 1 << iota // i
	DotAll                      // s
	Multiline                   // m
	Extended                    // x
	Anchored                    // A
	DollarEnd                   // E: $ is the very end
	Ungreedy                    // G: repetitions are lazy, and greedy with ?
)

// SyntaxError says what in an expression is wrong.
type SyntaxError struct {
	Offset int // in bytes
	Text   string
}

// Error returns the text with the offset.
func (e *SyntaxError) Error() string { return fmt.Sprintf("at byte %d: %s", e.Offset, e.Text) }

// Limits of expressions.
const (
	maxDepth  = 200
	maxRepeat = 65535
	maxGroups = 1000
	maxTurns  = 3 // counts behind each other
)

// parser reads one expression.
type parser struct {
	text  string
	pos   int
	flags Flags
	depth int
	names []string // of the groups, from 1 on; "" without a name
	refs  []*node  // to groups by number, to check in the end
	named []namedRef
}

type namedRef struct {
	node *node
	name string
	at   int
}

// parse reads an expression to its end.
func parse(text string, flags Flags) (root *node, names []string, err error) {
	p := &parser{text: text, flags: flags}
	defer func() {
		if e, ok := recover().(*SyntaxError); ok {
			root, names, err = nil, nil, e
		} else if e != nil {
			panic(e)
		}
	}()
	root = p.alternation()
	if p.pos < len(text) {
		p.fail("a ) without its (")
	}
	for _, r := range p.named {
		r.node.n = 0
		for i, name := range p.names {
			if name == r.name {
				r.node.n = i + 1
			}
		}
		if r.node.n == 0 {
			p.pos = r.at
			p.fail("there is no group %s", r.name)
		}
	}
	for _, r := range p.refs {
		if r.n > len(p.names) {
			p.fail("there is no group %d", r.n)
		}
	}
	return root, p.names, nil
}

func (p *parser) fail(format string, args ...any) {
	panic(&SyntaxError{p.pos, fmt.Sprintf(format, args...)})
}

func (p *parser) more() bool { return p.pos < len(p.text) }

func (p *parser) peek() byte { return p.text[p.pos] }

// take consumes s if it comes next.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.pos:], s) {
		p.pos += len(s)
		return true
	}
	return false
}

// alternation reads a|b|c, up to ) or the end. Flags that are set inside end with it.
func (p *parser) alternation() *node {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested more than %d deep", maxDepth)
	}
	before := p.flags
	n := &node{op: opAlternate, sub: []*node{p.concat()}}
	for p.take("|") {
		n.sub = append(n.sub, p.concat())
	}
	p.flags = before
	p.depth--
	if len(n.sub) == 1 {
		return n.sub[0]
	}
	return n
}

func (p *parser) concat() *node {
	n := &node{op: opConcat}
	for p.more() && p.peek() != '|' && p.peek() != ')' {
		if p.flags&Extended != 0 && p.blank() {
			continue
		}
		if a := p.atom(); a != nil {
			n.sub = append(n.sub, p.quantified(a))
		}
	}
	switch len(n.sub) {
	case 0:
		return &node{op: opEmpty}
	case 1:
		return n.sub[0]
	}
	return n
}

// blank skips white space and comments of an extended expression.
func (p *parser) blank() bool {
	switch p.peek() {
	case ' ', '\t', '\n', '\r', '\f', '\v':
		p.pos++
	case '#':
		for p.more() && p.peek() != '\n' {
			p.pos++
		}
	default:
		return false
	}
	return true
}

// quantified reads the repetitions behind an atom.
func (p *parser) quantified(a *node) *node {
	turns := 0
	for p.more() {
		if p.flags&Extended != 0 && p.blank() {
			continue
		}
		low, high, ok := p.count()
		if !ok {
			return a
		}
		if turns++; turns > maxTurns {
			p.fail("more than %d counts for one thing", maxTurns)
		}
		r := &node{op: opRepeat, sub: []*node{a}, min: low, max: high, lazy: p.flags&Ungreedy != 0}
		a = r
		switch {
		case p.take("?"):
			r.lazy = !r.lazy
		case p.take("+"):
			r.lazy = false
			return &node{op: opAtomic, sub: []*node{r}}
		}
		return a
	}
	return a
}

// count reads *, +, ? or {n,m}. What does not look like a count is no count.
func (p *parser) count() (low, high int, ok bool) {
	switch p.peek() {
	case '*':
		p.pos++
		return 0, -1, true
	case '+':
		p.pos++
		return 1, -1, true
	case '?':
		p.pos++
		return 0, 1, true
	case '{':
	default:
		return 0, 0, false
	}
	end := strings.IndexByte(p.text[p.pos:], '}')
	if end < 0 {
		return 0, 0, false
	}
	first, second, comma := strings.Cut(p.text[p.pos+1:p.pos+end], ",")
	low, ok = number(first)
	if !ok {
		return 0, 0, false
	}
	high = low
	if comma {
		high = -1
		if second != "" {
			if high, ok = number(second); !ok {
				return 0, 0, false
			}
		}
	}
	if low > maxRepeat || high > maxRepeat {
		p.fail("a count above %d", maxRepeat)
	}
	if high >= 0 && high < low {
		p.fail("a count whose numbers are out of order")
	}
	p.pos += end + 1
	return low, high, true
}

// number reads a decimal number.
func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// atom reads what a count would apply to, or nil for what matches nothing at all, such as (?i).
func (p *parser) atom() *node {
	c := p.peek()
	switch c {
	case '(':
		p.pos++
		return p.group()
	case '[':
		p.pos++
		return p.oneOf(p.bracket())
	case '.':
		p.pos++
		if p.flags&DotAll != 0 {
			return p.oneOf(set{}.complement())
		}
		return p.oneOf(newline.complement())
	case '^':
		p.pos++
		if p.flags&Multiline != 0 {
			return &node{op: opBeginLine}
		}
		return &node{op: opBeginText}
	case '$':
		p.pos++
		switch {
		case p.flags&Multiline != 0:
			return &node{op: opEndLine}
		case p.flags&DollarEnd != 0:
			return &node{op: opEndText}
		}
		return &node{op: opEndOrNL}
	case '*', '+', '?':
		p.fail("%c has nothing to repeat", c)
	case '\\':
		p.pos++
		return p.escape()
	}
	p.pos++
	return p.literal(c)
}

func (p *parser) oneOf(s set) *node { return &node{op: opClass, class: s} }

func (p *parser) literal(c byte) *node {
	s := single(c)
	if p.flags&Caseless != 0 {
		s.folded()
	}
	return p.oneOf(s)
}
