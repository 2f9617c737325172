package rule

import (
	"github.com/reknit/reknit/rule/payload"
)

// fastPattern chooses the content that must be somewhere before the rule is evaluated: the one that fast_pattern names, else
// that of the best buffer, the longest, the most telling, the first. What rules match does not depend on it.
func (r *Rule) fastPattern() *Fast { return fastOf(r.Sections, func(*Section) bool { return true }) }

// RawFast returns the content that must be in packets or streams before what the rule looks for there can be found, or nil.
func (r *Rule) RawFast() *Fast {
	return fastOf(r.Sections, func(s *Section) bool { return s.Buffer.Source == FromPayload })
}

// fastOf chooses among the contents of some sections.
func fastOf(sections []*Section, among func(*Section) bool) *Fast {
	var best *Fast
	for _, s := range sections {
		if !s.mayHaveFast() || !among(s) {
			continue
		}
		for _, t := range s.Tests {
			c, ok := t.(*payload.Content)
			if !ok || c.Negated {
				continue
			}
			f := &Fast{s, c}
			if c.Fast {
				return f
			}
			if best == nil || f.better(best) {
				best = f
			}
		}
	}
	return best
}

// Leash returns how many bytes from its buffer's start the pattern lies in as a whole; 0: that depends on the buffer.
func (f *Fast) Leash() int {
	c := f.Content
	leash := c.Leash(f.Section.Tests[0] == payload.Test(c))
	if leash > 0 && c.Chop {
		leash -= len(c.Text) - c.ChopAt - c.ChopLen
	}
	return leash
}

// mayHaveFast reports whether a rule can only match when one of the section's contents is found.
func (s *Section) mayHaveFast() bool {
	if s.Buffer.Source == FromDecoded {
		return false
	}
	for _, t := range s.Tests {
		if _, ok := t.(*payload.Absent); ok {
			return false
		}
	}
	return true
}

// better reports whether f is found less often than g.
func (f *Fast) better(g *Fast) bool {
	if a, b := f.Section.Buffer.rank(), g.Section.Buffer.rank(); a != b {
		return a > b
	}
	if a, b := len(f.Content.Text), len(g.Content.Text); a != b {
		return a > b
	}
	return strength(f.Content.Text) > strength(g.Content.Text)
}

// rank orders buffers by how well a pattern in them tells rules apart.
func (b *Buffer) rank() int {
	switch {
	case b.Low:
		return 0
	case b.Source == FromPayload:
		return 1
	}
	return 2
}

// strength says how unusual bytes are.
func strength(text []byte) (n int) {
	var seen [256]bool
	for _, c := range text {
		switch {
		case seen[c]:
			n++
			continue
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			n += 3
		case c >= 0x20 && c < 0x7f || c == 0 || c == 1 || c == 0xff:
			n += 4
		default:
			n += 6
		}
		seen[c] = true
	}
	return n
}
