package filter

import (
	"fmt"
	"slices"
	"strings"
)

// parser reads an expression. What cannot be read ends it: fail panics with the parser's error, and run recovers.
type parser struct {
	text  string
	pos   int
	depth int
	tags  int        // VLAN tags that tests are below of
	last  qualifiers // that an address or a port without any has
	err   *SyntaxError
}

// qualifiers are the words before an address, a port or a number.
type qualifiers struct {
	protocol, dir, kind string
	given               bool
}

// run calls f, and takes fail for its end.
func (p *parser) run(f func()) {
	defer func() {
		if r := recover(); r != nil && r != any(p) {
			panic(r)
		}
	}()
	f()
}

// fail ends the reading.
func (p *parser) fail(at int, format string, args ...any) {
	p.err = &SyntaxError{at, fmt.Sprintf(format, args...)}
	panic(p)
}

// try calls f, and goes back to where it began if it failed.
func (p *parser) try(f func()) bool {
	was := *p
	if p.run(f); p.err == nil {
		return true
	}
	*p = was
	return false
}

func (p *parser) blanks() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// symbol takes one of the symbols, if it is next.
func (p *parser) symbol(list ...string) string {
	p.blanks()
	for _, s := range list {
		if strings.HasPrefix(p.text[p.pos:], s) {
			p.pos += len(s)
			return s
		}
	}
	return ""
}

// peek returns the next word: letters, digits and what stands in addresses.
func (p *parser) peek() string {
	p.blanks()
	end := p.pos
	for end < len(p.text) && (isLetter(p.text[end]) || strings.IndexByte(".:/-_\\", p.text[end]) >= 0) {
		end++
	}
	return p.text[p.pos:end]
}

func isLetter(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// word takes one of the words, if it is next.
func (p *parser) word(list ...string) string {
	if w := p.peek(); slices.Contains(list, w) {
		p.pos += len(w)
		return w
	}
	return ""
}

// expression reads terms with and and or between them, which bind alike, from left to right.
func (p *parser) expression() test {
	left := p.term()
	for {
		switch {
		case p.word("and") != "" || p.symbol("&&") != "":
			a, b := left, p.term()
			left = func(f *frame) bool { return a(f) && b(f) }
		case p.word("or") != "" || p.symbol("||") != "":
			a, b := left, p.term()
			left = func(f *frame) bool { return a(f) || b(f) }
		default:
			return left
		}
	}
}

// term reads a primitive, a comparison, an expression in parentheses, or the negation of one of these.
func (p *parser) term() (t test) {
	p.blanks()
	if p.depth++; p.depth > maxDepth {
		p.fail(p.pos, "nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	if p.word("not") != "" || !strings.HasPrefix(p.text[p.pos:], "!=") && p.symbol("!") != "" {
		inner := p.term()
		return func(f *frame) bool { return !inner(f) }
	}
	if p.try(func() { t = p.relation() }) {
		return t
	}
	if at := p.pos; p.symbol("(") != "" {
		t = p.expression()
		if p.symbol(")") == "" {
			p.fail(at, "a ( without its )")
		}
		return t
	}
	return p.primitive()
}
