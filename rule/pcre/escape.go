package pcre

import (
	"strconv"
	"strings"
)

// escape reads what follows a backslash outside of brackets.
func (p *parser) escape() *node {
	if !p.more() {
		p.fail("a backslash at the end")
	}
	c := p.peek()
	if s, ok := classEscape(c); ok {
		p.pos++
		return p.oneOf(s)
	}
	p.pos++
	switch c {
	case 'A':
		return &node{op: opBeginText}
	case 'Z':
		return &node{op: opEndOrNL}
	case 'z':
		return &node{op: opEndText}
	case 'b':
		return &node{op: opWordBound}
	case 'B':
		return &node{op: opNoWord}
	case 'G':
		return &node{op: opStartMatch}
	case 'K':
		return &node{op: opKeep}
	case 'N':
		return p.oneOf(newline.complement())
	case 'R':
		crlf := &node{op: opConcat, sub: []*node{p.oneOf(single('\r')), p.oneOf(newline)}}
		return &node{op: opAtomic, sub: []*node{{op: opAlternate, sub: []*node{crlf, p.oneOf(vertical)}}}}
	case 'Q':
		return p.quoted()
	case 'E':
		return nil
	case 'k', 'g':
		return p.reference(c)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if n, ok := p.decimal(); ok {
			return p.backref(n)
		}
	}
	p.pos--
	return p.literal(p.char())
}

// quoted reads \Q…\E.
func (p *parser) quoted() *node {
	text, rest, closed := strings.Cut(p.text[p.pos:], `\E`)
	p.pos = len(p.text) - len(rest)
	if !closed {
		p.pos = len(p.text)
	}
	n := &node{op: opConcat}
	for _, c := range []byte(text) {
		n.sub = append(n.sub, p.literal(c))
	}
	if len(n.sub) == 0 {
		return nil
	}
	return n
}

// decimal reads the number behind a backslash as that of a group, unless it is an octal number: one that begins with the
// digit just consumed, has two digits or more and more than there are groups.
func (p *parser) decimal() (n int, ok bool) {
	start := p.pos - 1
	end := p.pos
	for end < len(p.text) && end < start+3 && digits.has(p.text[end]) {
		end++
	}
	n, _ = strconv.Atoi(p.text[start:end])
	if n > 9 && n > strings.Count(p.text, "(") {
		return 0, false
	}
	p.pos = end
	return n, true
}

// reference reads \k<name>, \k{name}, \g{n}, \g{-n}, \gn.
func (p *parser) reference(c byte) *node {
	if c == 'k' || strings.HasPrefix(p.text[p.pos:], "<") || strings.HasPrefix(p.text[p.pos:], "'") {
		for open, end := range map[string]byte{"<": '>', "{": '}', "'": '\''} {
			if c == 'k' && p.take(open) {
				return p.backrefTo(p.name(end))
			}
		}
		p.fail(`\%c is not supported this way`, c)
	}
	text := p.text[p.pos:]
	if p.take("{") {
		end := strings.IndexByte(text, '}')
		if end < 0 {
			p.fail(`\g{ without its }`)
		}
		text = text[1:end]
		p.pos += end
	} else {
		end := 0
		for end < len(text) && (digits.has(text[end]) || end == 0 && text[0] == '-') {
			end++
		}
		text = text[:end]
		p.pos += end
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return p.backrefTo(text)
	case n < 0:
		return p.backref(len(p.names) + 1 + n)
	}
	return p.backref(n)
}

// classEscape returns the class of \d and the like.
func classEscape(c byte) (set, bool) {
	switch c {
	case 'd':
		return digits, true
	case 'D':
		return digits.complement(), true
	case 'w':
		return words, true
	case 'W':
		return words.complement(), true
	case 's':
		return spaces, true
	case 'S':
		return spaces.complement(), true
	case 'h':
		return horizontal, true
	case 'H':
		return horizontal.complement(), true
	case 'v':
		return vertical, true
	case 'V':
		return vertical.complement(), true
	}
	return set{}, false
}

// char reads what follows a backslash and stands for one byte.
func (p *parser) char() byte {
	c := p.peek()
	p.pos++
	switch c {
	case 'a':
		return 7
	case 'e':
		return 27
	case 'f':
		return 12
	case 'n':
		return 10
	case 'r':
		return 13
	case 't':
		return 9
	case 'x':
		return p.hex()
	case 'o':
		return p.braced(8)
	case 'c':
		if !p.more() {
			p.fail(`\c at the end`)
		}
		c = p.peek()
		p.pos++
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		return c ^ 64
	case '0', '1', '2', '3', '4', '5', '6', '7':
		p.pos--
		return p.octal()
	}
	if words.has(c) && c != '_' {
		p.pos--
		p.fail(`\%c is not supported`, c)
	}
	return c
}

// hex reads the up to two digits of \x, or those in braces.
func (p *parser) hex() byte {
	if strings.HasPrefix(p.text[p.pos:], "{") {
		return p.braced(16)
	}
	end := p.pos
	for end < len(p.text) && end < p.pos+2 && hexDigits.has(p.text[end]) {
		end++
	}
	n, _ := strconv.ParseUint(p.text[p.pos:end], 16, 8)
	p.pos = end
	return byte(n)
}

func (p *parser) braced(base int) byte {
	rest, ok := strings.CutPrefix(p.text[p.pos:], "{")
	digits, _, closed := strings.Cut(rest, "}")
	n, err := strconv.ParseUint(strings.TrimSpace(digits), base, 8)
	if !ok || !closed || err != nil {
		p.fail("want the number of a byte in braces")
	}
	p.pos += len(digits) + 2
	return byte(n)
}

// octal reads up to three digits.
func (p *parser) octal() byte {
	n := 0
	for i := 0; i < 3 && p.more() && '0' <= p.peek() && p.peek() <= '7'; i++ {
		n = n*8 + int(p.peek()-'0')
		p.pos++
	}
	if n > 255 {
		p.fail("an octal number above 377")
	}
	return byte(n)
}

// bracket reads a class in brackets, after its [.
func (p *parser) bracket() set {
	var s set
	negated := p.take("^")
	for first := true; ; first = false {
		if !p.more() {
			p.fail("a [ without its ]")
		}
		if p.peek() == ']' && !first {
			p.pos++
			break
		}
		p.item(&s)
	}
	if p.flags&Caseless != 0 {
		s.folded()
	}
	if negated {
		s = s.complement()
	}
	return s
}

// item reads a byte, a range or a class of a bracket.
func (p *parser) item(s *set) {
	if c, ok := p.classItem(); ok {
		s.union(c)
		return
	}
	if p.take(`\Q`) {
		text, _, _ := strings.Cut(p.text[p.pos:], `\E`)
		for _, c := range []byte(text) {
			s.add(c)
		}
		p.pos = min(p.pos+len(text)+2, len(p.text))
		return
	}
	if p.take(`\E`) {
		return
	}
	low := p.member()
	rest := p.text[p.pos:]
	if len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
		s.add(low)
		return
	}
	p.pos++
	if c, ok := p.classItem(); ok { // [a-\d]: the dash is a dash
		s.add(low)
		s.add('-')
		s.union(c)
		return
	}
	high := p.member()
	if high < low {
		p.fail("a range whose ends are out of order")
	}
	s.addRange(low, high)
}

// classItem reads \d and the like, or [:name:].
func (p *parser) classItem() (set, bool) {
	rest := p.text[p.pos:]
	if len(rest) >= 2 && rest[0] == '\\' {
		if c, ok := classEscape(rest[1]); ok {
			p.pos += 2
			return c, true
		}
	}
	if !strings.HasPrefix(rest, "[:") {
		return set{}, false
	}
	name, _, ok := strings.Cut(rest[2:], ":]")
	if !ok || strings.IndexByte(name, ']') >= 0 {
		return set{}, false
	}
	plain, negated := strings.CutPrefix(name, "^")
	c, ok := posix[plain]
	if !ok {
		p.fail("there is no class [:%s:]", name)
	}
	p.pos += len(name) + 4
	if negated {
		c = c.complement()
	}
	return c, true
}

// member reads one byte of a bracket.
func (p *parser) member() byte {
	if !p.more() {
		p.fail("a [ without its ]")
	}
	c := p.peek()
	if c != '\\' {
		p.pos++
		return c
	}
	p.pos++
	switch {
	case !p.more():
		p.fail("a backslash at the end")
	case p.peek() == 'b':
		p.pos++
		return 8
	}
	return p.char()
}
