package filter

import (
	"strconv"
	"strings"
)

// number is an expression with a value; ok is false when the frame is not of a protocol that it looks into.
type number func(f *frame) (v uint32, ok bool)

// constants are names for numbers.
var constants = map[string]uint32{
	"tcpflags": 13, "icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1,
	"tcp-fin": 1, "tcp-syn": 2, "tcp-rst": 4, "tcp-push": 8, "tcp-ack": 16, "tcp-urg": 32, "tcp-ece": 64, "tcp-cwr": 128,
	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8, "icmp-routeradvert": 9,
	"icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12, "icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15,
	"icmp-ireqreply": 16, "icmp-maskreq": 17, "icmp-maskreply": 18,
}

// relation reads a comparison of two numbers.
func (p *parser) relation() test {
	a := p.sum(0)
	op := p.symbol("==", "!=", ">=", "<=", "=", ">", "<")
	if op == "" {
		p.fail(p.pos, "want a comparison")
	}
	b := p.sum(0)
	return func(f *frame) bool {
		x, okX := a(f)
		y, okY := b(f)
		if !okX || !okY {
			return false
		}
		switch op {
		case "=", "==":
			return x == y
		case "!=":
			return x != y
		case ">":
			return x > y
		case ">=":
			return x >= y
		case "<":
			return x < y
		}
		return x <= y
	}
}

// operators of arithmetic, those that bind least first.
var operators = [][]string{{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}}

// sum reads operands with operators of a level and higher ones between them.
func (p *parser) sum(level int) number {
	if level == len(operators) {
		return p.operand()
	}
	left := p.sum(level + 1)
	for {
		p.blanks()
		if rest := p.text[p.pos:]; strings.HasPrefix(rest, "&&") || strings.HasPrefix(rest, "||") {
			return left
		}
		op := p.symbol(operators[level]...)
		if op == "" {
			return left
		}
		left = calculate(op, left, p.sum(level+1))
	}
}

// calculate returns the number that an operator makes of two. What is divided by 0 does not match.
func calculate(op string, a, b number) number {
	return func(f *frame) (uint32, bool) {
		x, okX := a(f)
		y, okY := b(f)
		if !okX || !okY {
			return 0, false
		}
		switch op {
		case "|":
			return x | y, true
		case "^":
			return x ^ y, true
		case "&":
			return x & y, true
		case "<<":
			return x << y, true
		case ">>":
			return x >> y, true
		case "+":
			return x + y, true
		case "-":
			return x - y, true
		case "*":
			return x * y, true
		}
		if y == 0 {
			f.short = true
			return 0, false
		}
		if op == "/" {
			return x / y, true
		}
		return x % y, true
	}
}

// operand reads a number, a name of one, len, bytes of a header, or something in parentheses.
func (p *parser) operand() number {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.pos, "nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.symbol("(") != "":
		n := p.sum(0)
		if p.symbol(")") == "" {
			p.fail(p.pos, "want )")
		}
		return n
	case p.symbol("-") != "":
		n := p.operand()
		return func(f *frame) (uint32, bool) { v, ok := n(f); return -v, ok }
	}
	p.blanks()
	end := p.pos
	for end < len(p.text) && isLetter(p.text[end]) {
		end++
	}
	for name := range constants { // they may have a hyphen in them, which is no minus
		if e := p.pos + len(name); e > end && strings.HasPrefix(p.text[p.pos:], name) && (e == len(p.text) || !isLetter(p.text[e])) {
			end = e
		}
	}
	at, w := p.pos, p.text[p.pos:end]
	p.pos = end
	if v, ok := constants[w]; ok {
		return func(*frame) (uint32, bool) { return v, true }
	}
	if w == "len" {
		return func(f *frame) (uint32, bool) { return uint32(f.wire), true }
	}
	if p.pos < len(p.text) && p.text[p.pos] == '[' {
		return p.bytes(at, w)
	}
	n, err := strconv.ParseUint(w, 0, 32)
	if err != nil {
		p.fail(at, "%q is not a number", w)
	}
	return func(*frame) (uint32, bool) { return uint32(n), true }
}

// bytes reads where bytes of a header are: [offset] or [offset:size].
func (p *parser) bytes(at int, protocol string) number {
	start := p.header(at, protocol)
	p.pos++
	offset, size := p.sum(0), 1
	if p.symbol(":") != "" {
		p.blanks()
		switch p.symbol("1", "2", "4") {
		case "1":
		case "2":
			size = 2
		case "4":
			size = 4
		default:
			p.fail(p.pos, "want 1, 2 or 4 bytes")
		}
	}
	if p.symbol("]") == "" {
		p.fail(p.pos, "want ]")
	}
	return func(f *frame) (uint32, bool) {
		from, ok := start(f)
		if !ok {
			return 0, false
		}
		o, ok := offset(f)
		if !ok {
			return 0, false
		}
		if o > 1<<20 {
			f.short = true
			return 0, false
		}
		return f.load(from+int(o), size), true
	}
}

// header returns where the header of a protocol is. Those above IP are looked for in IPv4, as libpcap does, but for icmp6.
func (p *parser) header(at int, protocol string) func(f *frame) (int, bool) {
	tags := p.tags
	if protocol == "ether" || protocol == "link" {
		return func(*frame) (int, bool) { return 0, true }
	}
	if kind := etherTypes[protocol]; kind != 0 {
		return func(f *frame) (int, bool) { return f.is(kind, tags) }
	}
	n := protocolNumbers[protocol]
	if n == 0 {
		p.fail(at, "%q has no bytes to look at", protocol)
	}
	version := uint32(4)
	if protocol == "icmp6" {
		version = 6
	}
	return func(f *frame) (int, bool) { return f.transport(version, n, tags) }
}
