package rule

import (
	"slices"
	"strings"
)

// Set is what was loaded from files of rules.
type Set struct {
	Rules    []*Rule // in the order in which they were loaded; Order sorts them
	Problems []Problem
	Files    []Summary

	lang  *Language
	bySID map[ruleID]*Rule
}

type ruleID struct{ gid, sid uint32 }

// Summary counts the rules of a file. A rule that another one replaced counts as loaded.
type Summary struct {
	File                    string
	Loaded, Failed, Skipped int
	// Reasons count the failed rules by what is wrong first: the kind of the problem, and for what is unknown or not supported
	// its name.
	Reasons map[string]int
}

// NewSet returns an empty set of rules of the language.
func (l *Language) NewSet() *Set {
	return &Set{lang: l, bySID: map[ruleID]*Rule{}}
}

// Load reads the text of a file of rules. It goes on after a rule that cannot be read.
func (s *Set) Load(file, data string) Summary {
	sum := Summary{File: file, Reasons: map[string]int{}}
	for l := range lines(data) {
		r, skipped, problems := s.lang.compile(file, &l)
		if r != nil {
			r, problems = s.add(r, problems)
		}
		s.Problems = append(s.Problems, problems...)
		switch {
		case skipped != "":
			sum.Skipped++
		case r != nil:
			sum.Loaded++
		default:
			sum.Failed++
			sum.Reasons[reason(problems)]++
		}
	}
	s.Files = append(s.Files, sum)
	return sum
}

// reason names the first error.
func reason(problems []Problem) string {
	for _, p := range problems {
		if p.Kind.Warning() {
			continue
		}
		if p.What != "" {
			return p.Kind.String() + ": " + p.What
		}
		return p.Kind.String()
	}
	return ""
}

// add puts a rule into the set, unless another one has its number and the same or a higher revision.
func (s *Set) add(r *Rule, problems []Problem) (*Rule, []Problem) {
	id := ruleID{r.GID, r.SID}
	old := s.bySID[id]
	if old == nil {
		s.bySID[id] = r
		s.Rules = append(s.Rules, r)
		return r, problems
	}
	p := Problem{Pos: r.Pos, SID: r.SID, Rule: r.Text, From: fromParser}
	if r.Rev <= old.Rev {
		p.Kind, p.Text = Duplicate, "the rule at "+old.Pos.String()+" has the same number, and a revision that is not lower"
		return nil, append(problems, p)
	}
	p.Kind, p.Text = Replaced, "takes the place of the rule at "+old.Pos.String()+", whose revision is lower"
	s.bySID[id] = r
	s.Rules[slices.Index(s.Rules, old)] = r
	return r, append(problems, p)
}

// Refuse takes a rule out again, because of something that only who evaluates it knows.
func (s *Set) Refuse(r *Rule, p Problem) {
	i := slices.Index(s.Rules, r)
	if i < 0 {
		return
	}
	s.Rules = slices.Delete(s.Rules, i, i+1)
	delete(s.bySID, ruleID{r.GID, r.SID})
	p.Rule, p.From = r.Text, "detect"
	s.Problems = append(s.Problems, p)
	for f := range s.Files {
		if sum := &s.Files[f]; sum.File == r.Pos.File {
			sum.Loaded--
			sum.Failed++
			sum.Reasons[reason([]Problem{p})]++
			return
		}
	}
}

// Find returns the rule with a number, or nil.
func (s *Set) Find(gid, sid uint32) *Rule { return s.bySID[ruleID{gid, sid}] }

// Totals adds up the files.
func (s *Set) Totals() Summary {
	sum := Summary{Reasons: map[string]int{}}
	for _, f := range s.Files {
		sum.Loaded += f.Loaded
		sum.Failed += f.Failed
		sum.Skipped += f.Skipped
		for r, n := range f.Reasons {
			sum.Reasons[r] += n
		}
	}
	return sum
}

// DefaultOrder is the order of actions when a configuration has none.
var DefaultOrder = []Action{Pass, Drop, Reject, Alert}

// Order sorts the rules as they are evaluated, and as their alerts come: by action; those that change flowbits, flowints and
// other bits before those that only look at them, and these before the rest; by priority; as they were loaded.
func (s *Set) Order(actions []Action) {
	if actions == nil {
		actions = DefaultOrder
	}
	rank := func(a Action) int {
		if a.Rejects() {
			a = Reject
		}
		if i := slices.Index(actions, a); i >= 0 {
			return i
		}
		return len(actions)
	}
	keys := make(map[*Rule][6]int, len(s.Rules))
	for _, r := range s.Rules {
		key := [6]int{rank(r.Action), 0, 0, 0, 0, int(r.Priority)}
		for i, kind := range []string{"flowbits:", "flowint:", "hostbits:", "xbits:"} {
			key[i+1] = -r.touches(kind)
		}
		keys[r] = key
	}
	slices.SortStableFunc(s.Rules, func(a, b *Rule) int {
		x, y := keys[a], keys[b]
		return slices.Compare(x[:], y[:])
	})
}

// touches returns 3 when the rule changes bits of some kind, 2 when it also looks at them, 1 when it only looks at them.
func (r *Rule) touches(kind string) int {
	writes := slices.ContainsFunc(r.Effects, func(e Effect) bool { return strings.HasPrefix(e.String(), kind) })
	reads := slices.ContainsFunc(r.Tests, func(t Test) bool { return strings.HasPrefix(t.String(), kind) })
	switch {
	case writes && !reads:
		return 3
	case writes:
		return 2
	case reads:
		return 1
	}
	return 0
}
