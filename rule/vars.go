package rule

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Vars are the variables of a configuration: the text behind their names, without "$".
type Vars struct {
	Addresses, Ports map[string]string
}

// maxNesting is how deep groups and variables may stand in each other. It ends variables that name themselves.
const maxNesting = 32

// maxParts is how many addresses or ports a group may have, variables included.
const maxParts = 1 << 16

// group reads lists such as [a,b,![c,$D]] of some kind of element.
type group[T any] struct {
	vars  map[string]string
	parse func(text string) (T, error)
	all   func() []T // what "any" stands for
	// without returns what is in a and not in b; a may be empty, for all.
	without func(a, b []T) ([]T, error)
	parts   int
}

// read adds what text names to plus, and what it excludes to minus.
func (g *group[T]) read(text string, depth int, plus, minus *[]T) error {
	if g.parts++; depth > maxNesting || g.parts > maxParts {
		return errors.New("nested too deeply, or variables that name each other")
	}
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "!"); ok {
		return g.negated(rest, depth, plus, minus)
	}
	switch {
	case text == "":
		return errors.New("an element is empty")
	case strings.EqualFold(text, "any"):
		*plus = append(*plus, g.all()...)
		return nil
	case text[0] == '$':
		value, ok := g.vars[text[1:]]
		if !ok {
			return fmt.Errorf("the variable %s is not defined", text)
		}
		if err := g.read(value, depth+1, plus, minus); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		return nil
	case text[0] == '[':
		return g.list(text, depth, plus, minus)
	}
	v, err := g.parse(text)
	*plus = append(*plus, v)
	return err
}

// negated reads what follows a "!". What it excludes in turn counts.
func (g *group[T]) negated(text string, depth int, plus, minus *[]T) error {
	if strings.EqualFold(strings.TrimSpace(text), "any") {
		return errNotAny
	}
	var in, out []T
	if err := g.read(text, depth+1, &in, &out); err != nil {
		return err
	}
	if len(in) == 0 { // not (all but out)
		*plus = append(*plus, out...)
		return nil
	}
	left, err := g.without(in, out)
	*minus = append(*minus, left...)
	return err
}

// list reads a group in brackets.
func (g *group[T]) list(text string, depth int, plus, minus *[]T) error {
	if text[len(text)-1] != ']' {
		return errors.New("a [ without its ]")
	}
	inner := text[1 : len(text)-1]
	start, nested := 0, 0
	for i := 0; i <= len(inner); i++ {
		switch {
		case i == len(inner) && nested > 0:
			return errors.New("a [ without its ]")
		case i == len(inner) || inner[i] == ',' && nested == 0:
			if err := g.read(inner[start:i], depth+1, plus, minus); err != nil {
				return err
			}
			start = i + 1
		case inner[i] == '[':
			nested++
		case inner[i] == ']':
			if nested--; nested < 0 {
				return errors.New("a ] without its [")
			}
		}
	}
	return nil
}

// addresses returns the set of a header's field.
func (l *Language) addresses(text string) (*Addresses, error) {
	if a, ok := l.addressCache[text]; ok {
		return a, nil
	}
	g := group[span]{vars: l.vars.Addresses, parse: parseAddress, all: func() []span { return everything },
		without: func(a, b []span) ([]span, error) {
			left := subtract(merge(a), merge(b))
			return left, nil
		}}
	var plus, minus []span
	if err := g.read(text, 0, &plus, &minus); err != nil {
		return nil, err
	}
	a, err := newAddresses(plus, minus)
	if err == nil {
		l.addressCache[text] = a
	}
	return a, err
}

// ports returns the set of a header's field.
func (l *Language) ports(text string) (*Ports, error) {
	if p, ok := l.portCache[text]; ok {
		return p, nil
	}
	g := group[portRange]{vars: l.vars.Ports, parse: parsePort, all: func() []portRange { return []portRange{{0, 65535}} },
		without: func(a, b []portRange) ([]portRange, error) {
			p, err := newPorts(a, b)
			if err != nil {
				return nil, err
			}
			if p.any {
				return []portRange{{0, 65535}}, nil
			}
			return p.ranges, nil
		}}
	var plus, minus []portRange
	if err := g.read(text, 0, &plus, &minus); err != nil {
		return nil, err
	}
	p, err := newPorts(plus, minus)
	if err == nil {
		l.portCache[text] = p
	}
	return p, err
}

// parseAddress reads an address, a prefix, an address with a dotted mask, or a range.
func parseAddress(text string) (span, error) {
	if low, high, ok := strings.Cut(text, "-"); ok {
		a, errA := netip.ParseAddr(strings.TrimSpace(low))
		b, errB := netip.ParseAddr(strings.TrimSpace(high))
		if errA != nil || errB != nil || a.BitLen() != b.BitLen() {
			return span{}, fmt.Errorf("%q is not a range of addresses", text)
		}
		if b.Less(a) {
			return span{}, fmt.Errorf("the range %s ends before it begins", text)
		}
		return span{a, b}, nil
	}
	if base, mask, ok := strings.Cut(text, "/"); ok {
		return parsePrefix(text, base, mask)
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return span{}, fmt.Errorf("%q is not an address", text)
	}
	return span{a, a}, nil
}

func parsePrefix(text, base, mask string) (span, error) {
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() {
		bits := 0
		b := m.As4()
		for bits < 32 && b[bits/8]&(0x80>>(bits%8)) != 0 {
			bits++
		}
		if !prefixSpan(netip.PrefixFrom(netip.AddrFrom4([4]byte{}), bits)).isMask(m) {
			return span{}, fmt.Errorf("%q is not a netmask", mask)
		}
		mask = fmt.Sprint(bits)
	}
	p, err := netip.ParsePrefix(base + "/" + mask)
	if err != nil {
		return span{}, fmt.Errorf("%q is not a prefix of addresses", text)
	}
	return prefixSpan(p), nil
}

// isMask reports whether m has the bits set that are the same throughout s, which is 0.0.0.0 and a length.
func (s span) isMask(m netip.Addr) bool {
	host, mask := s.high.As4(), m.As4()
	for i := range host {
		if host[i] != ^mask[i] {
			return false
		}
	}
	return true
}
