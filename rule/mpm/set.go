package mpm

import (
	"errors"
	"fmt"
	"math"
)

// Pattern is a byte string to look for.
type Pattern struct {
	// Text is what to find, at least one byte. Compile keeps no reference to it.
	Text []byte
	// NoCase lets ASCII letters match in either case.
	NoCase bool
	// Offset is the least number of bytes before the match, counted from where a State began; at least 0.
	Offset int
	// Depth is the number of bytes after Offset in which the match lies as a whole. When zero, there is no such limit.
	Depth int
	// ID is what is reported. Several patterns may share one.
	ID uint32
}

// Set is patterns made ready to be looked for. It does not change, and any number of goroutines may use it at once.
type Set struct {
	exact  automaton // of patterns with case
	folded automaton // of patterns without
	filter filter    // of both
	short  bool      // there are short patterns
}

// maxText is how long a pattern can be.
const maxText = math.MaxUint16

// maxNodes is how many states an automaton can have: an edge's key holds a node and a byte.
const maxNodes = 1 << 24

// ErrTooLarge says that patterns are more than 16 million bytes, as far as they have no beginnings in common.
var ErrTooLarge = errors.New("patterns too large for one set")

// Compile makes a Set. Patterns may be equal, begin with or hold one another, and come in any order.
func Compile(patterns []Pattern) (*Set, error) {
	s := &Set{}
	var exact, folded []Pattern
	for i, p := range patterns {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("pattern %d (id %d): %w", i, p.ID, err)
		}
		if p.folds() {
			folded = append(folded, p)
		} else {
			exact = append(exact, p)
		}
	}
	s.filter = newFilter(patterns)
	s.short = s.filter.near != nil && s.filter.near.short != 0
	s.folded.kind = 1
	if err := s.exact.build(exact, &asIs); err != nil {
		return nil, err
	}
	if err := s.folded.build(folded, &lower); err != nil {
		return nil, err
	}
	return s, nil
}

// folds reports whether it makes a difference that case does not matter.
func (p *Pattern) folds() bool { return p.NoCase && hasLetter(p.Text) }

func (p *Pattern) check() error {
	switch {
	case len(p.Text) == 0:
		return errors.New("empty")
	case len(p.Text) > maxText:
		return fmt.Errorf("longer than %d bytes", maxText)
	case p.Offset < 0 || p.Depth < 0:
		return errors.New("negative offset or depth")
	case p.Depth != 0 && p.Depth < len(p.Text):
		return fmt.Errorf("depth %d is less than its %d bytes", p.Depth, len(p.Text))
	}
	return nil
}

// asIs and lower map bytes to what an automaton knows them as.
var asIs, lower = func() (same, low [256]byte) {
	for i := range same {
		same[i], low[i] = byte(i), byte(i)
		if 'A' <= i && i <= 'Z' {
			low[i] += 'a' - 'A'
		}
	}
	return same, low
}()

func hasLetter(text []byte) bool {
	for _, b := range text {
		if isLetter(b) {
			return true
		}
	}
	return false
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// place is where a pattern may end, and what to report then.
type place struct {
	first, last int64 // the least and the greatest end
	id          uint32
}

func (p *Pattern) place() place {
	at := place{first: int64(p.Offset) + int64(len(p.Text)), last: math.MaxInt64, id: p.ID}
	if p.Depth != 0 {
		at.last = int64(p.Offset) + int64(p.Depth)
	}
	return at
}
