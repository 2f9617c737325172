package pcre

import "strings"

// group reads what follows a (.
func (p *parser) group() *node {
	switch {
	case p.take("?#"):
		end := strings.IndexByte(p.text[p.pos:], ')')
		if end < 0 {
			p.fail("a comment without its )")
		}
		p.pos += end + 1
		return nil
	case p.take("?:"):
		return p.closed(p.alternation())
	case p.take("?>"):
		return &node{op: opAtomic, sub: []*node{p.closed(p.alternation())}}
	case p.take("?="), p.take("*pla:"):
		return &node{op: opAhead, sub: []*node{p.closed(p.alternation())}}
	case p.take("?!"):
		return &node{op: opAhead, negated: true, sub: []*node{p.closed(p.alternation())}}
	case p.take("?<="):
		return p.behind(false)
	case p.take("?<!"):
		return p.behind(true)
	case p.take("?P<"), p.take("?<"):
		return p.capture(p.name('>'))
	case p.take("?'"):
		return p.capture(p.name('\''))
	case p.take("?P="):
		return p.backrefTo(p.name(')'))
	case p.take("?|"):
		return p.reset()
	case p.take("?"):
		return p.inline()
	case strings.HasPrefix(p.text[p.pos:], "*"):
		p.fail("verbs are not supported")
	}
	return p.capture("")
}

// closed consumes the ) of a group.
func (p *parser) closed(n *node) *node {
	if !p.take(")") {
		p.fail("a ( without its )")
	}
	return n
}

func (p *parser) capture(name string) *node {
	if len(p.names) == maxGroups {
		p.fail("more than %d groups", maxGroups)
	}
	p.names = append(p.names, name)
	n := &node{op: opCapture, n: len(p.names)}
	n.sub = []*node{p.closed(p.alternation())}
	return n
}

// reset reads (?|a|b): the groups of all alternatives have the same numbers.
func (p *parser) reset() *node {
	before := p.flags
	first, most := len(p.names), len(p.names)
	n := &node{op: opAlternate}
	names := p.names
	for {
		p.names = p.names[:first]
		n.sub = append(n.sub, p.concat())
		if len(p.names) > most {
			most, names = len(p.names), p.names
		}
		if !p.take("|") {
			break
		}
	}
	p.names, p.flags = names[:most], before
	return p.closed(n)
}

func (p *parser) behind(negated bool) *node {
	n := &node{op: opBehind, negated: negated, sub: []*node{p.closed(p.alternation())}}
	alternatives := []*node{n.sub[0]}
	if n.sub[0].op == opAlternate {
		alternatives = n.sub[0].sub
	}
	for _, a := range alternatives {
		if _, ok := a.fixed(); !ok {
			p.fail("what is looked for behind must have a fixed length")
		}
	}
	return n
}

// name reads a group's name up to end.
func (p *parser) name(end byte) string {
	i := strings.IndexByte(p.text[p.pos:], end)
	if i <= 0 {
		p.fail("a group without a name")
	}
	name := p.text[p.pos : p.pos+i]
	for j, c := range []byte(name) {
		if !words.has(c) || j == 0 && digits.has(c) {
			p.fail("%q cannot be a group's name", name)
		}
	}
	p.pos += i + 1
	return name
}

// inline reads the flags of (?i) or (?i:…).
func (p *parser) inline() *node {
	set, clear := Flags(0), Flags(0)
	to := &set
	for p.more() {
		c := p.peek()
		p.pos++
		switch c {
		case 'i':
			*to |= Caseless
		case 's':
			*to |= DotAll
		case 'm':
			*to |= Multiline
		case 'x':
			*to |= Extended
		case 'U':
			*to |= Ungreedy
		case '-':
			to = &clear
		case ')':
			p.flags = p.flags&^clear | set
			return nil
		case ':':
			before := p.flags
			p.flags = p.flags&^clear | set
			n := p.closed(p.alternation())
			p.flags = before
			return n
		default:
			p.pos--
			p.fail("(?%c is not supported", c)
		}
	}
	p.fail("a ( without its )")
	return nil
}

// backrefTo makes a reference to a group by its name, which may come later.
func (p *parser) backrefTo(name string) *node {
	n := &node{op: opBackref, fold: p.flags&Caseless != 0}
	p.named = append(p.named, namedRef{n, name, p.pos})
	return n
}

// backref makes a reference to a group by its number.
func (p *parser) backref(n int) *node {
	if n < 1 {
		p.fail("there is no group %d", n)
	}
	r := &node{op: opBackref, n: n, fold: p.flags&Caseless != 0}
	p.refs = append(p.refs, r)
	return r
}
