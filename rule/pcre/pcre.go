package pcre

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression. It is made ready to match when it is first used; it may be used by many goroutines.
type Regexp struct {
	text   string
	flags  Flags
	groups []string

	once    sync.Once
	program *program
	linear  *regexp.Regexp // nil: not in the standard library's language
}

// Parse reads an expression, and keeps only its text.
func Parse(text string, flags Flags) (*Regexp, error) {
	root, groups, err := parse(text, flags)
	if err != nil {
		return nil, err
	}
	if _, err := compile(root, len(groups)); err != nil {
		return nil, err
	}
	return &Regexp{text: text, flags: flags, groups: groups}, nil
}

// String returns the expression.
func (r *Regexp) String() string { return r.text }

// Groups returns the names of the groups, from the first one on; "" for those without.
func (r *Regexp) Groups() []string { return r.groups }

// Steps of the backtracking matcher. What can be handed to the standard library is given few: those it nearly always needs.
const (
	fewSteps  = 2000
	manySteps = 100_000
)

func (r *Regexp) prepare() {
	root, groups, err := parse(r.text, r.flags)
	if err != nil {
		panic("BUG: " + err.Error()) // Parse read it
	}
	if r.program, err = compile(root, len(groups)); err != nil {
		panic("BUG: " + err.Error())
	}
	r.linear = linear(root)
}

// Find returns where the first match at or behind from begins and ends. ^ is the beginning of text, not from. An error says
// that the search was given up: its time is bounded by a number of steps, or linear in the text.
func (r *Regexp) Find(m *Matcher, text []byte, from int) (start, end int, ok bool, err error) {
	r.once.Do(r.prepare)
	if from > len(text) {
		return 0, 0, false, nil
	}
	here := r.flags&Anchored != 0
	limit := manySteps
	if r.linear != nil && from == 0 && !here {
		limit = fewSteps
	}
	start, end, err = m.find(r.program, text, from, limit, here)
	if err == nil || limit == manySteps {
		return start, end, err == nil && start >= 0, err
	}
	m.Steps += len(text)
	loc := r.linear.FindReaderIndex(&latin{text: text})
	if loc == nil {
		return 0, 0, false, nil
	}
	return loc[0], loc[1], true, nil
}

// Submatch returns where the first match at or behind from and its groups begin and end, two numbers each; -1 for a group that
// took no part. The slice is valid until the matcher is used again. A search that takes too many steps finds nothing.
func (r *Regexp) Submatch(m *Matcher, text []byte, from int) (places []int, ok bool) {
	r.once.Do(r.prepare)
	start, _, err := m.find(r.program, text, from, manySteps, r.flags&Anchored != 0)
	if err != nil || start < 0 {
		return nil, false
	}
	return m.slots[:2*(len(r.groups)+1)], true
}
