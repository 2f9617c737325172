package detect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/mpm"
	"github.com/reknit/reknit/stream"
)

// rules are rules that are looked for in the same place. Those with a fast pattern are evaluated when it was found; what matches
// does not depend on it.
type rules struct {
	always []*signature
	groups []*group
}

// group are rules whose fast patterns are looked for in the same buffer.
type group struct {
	buffer   *section // of one of them: they all have the same buffer with the same transforms
	rules    []*signature
	patterns []mpm.Pattern
	set      *mpm.Set
}

// add adds a rule; raw says that its place is payloads or streams.
func (r *rules) add(g *signature, raw bool) {
	f := g.Fast
	if f == nil || g.Transactional || raw != (f.Section.Buffer.Source == rule.FromPayload) || f.Section.Buffer.Source == rule.FromHeader {
		r.always = append(r.always, g)
		return
	}
	s := g.compiled(f.Section)
	key := s.key()
	i := slices.IndexFunc(r.groups, func(o *group) bool { return o.buffer.key() == key })
	if i < 0 {
		i = len(r.groups)
		r.groups = append(r.groups, &group{buffer: s})
	}
	o := r.groups[i]
	o.patterns = append(o.patterns, mpm.Pattern{Text: f.Content.FastText(), NoCase: f.Content.Nocase, ID: uint32(len(o.rules))})
	o.rules = append(o.rules, g)
}

// key is the same for sections that look at the same bytes.
func (s *section) key() string { return fmt.Sprint(s.Buffer.Name, s.Transforms) }

// compiled returns the compiled form of a section of the rule.
func (g *signature) compiled(r *rule.Section) *section {
	for _, list := range [][]*section{g.raw, g.headers, g.fields} {
		for _, s := range list {
			if s.Section == r {
				return s
			}
		}
	}
	panic("BUG: a fast pattern in no section")
}

// ready makes the patterns ready to be looked for. Those that are too many for it are not looked for: the rules are always
// evaluated.
func (r *rules) ready() {
	left := r.groups[:0]
	for _, o := range r.groups {
		set, err := mpm.Compile(o.patterns)
		o.patterns = nil
		if err != nil {
			r.always = append(r.always, o.rules...)
			slices.SortFunc(r.always, byIndex)
			continue
		}
		o.set = set
		left = append(left, o)
	}
	r.groups = left
}

func byIndex(a, b *signature) int { return cmp.Compare(a.index, b.index) }

// begin begins to collect the rules that may match.
func (w *Worker) begin() { w.maybe = w.maybe[:0] }

// scan adds the rules of o whose fast pattern is in b.
func (w *Worker) scan(o *group, b []byte) {
	if len(o.buffer.Transforms) > 0 {
		b = w.transformer.Apply(o.buffer.Transforms, b)
	}
	for _, id := range o.set.Scan(nil, b, &w.scratch) {
		w.maybe = append(w.maybe, o.rules[id])
	}
}

// candidates returns the rules that may match, in their order. It is valid until begin is called.
func (w *Worker) candidates(r *rules) []*signature {
	if len(w.maybe) == 0 {
		return r.always
	}
	slices.SortFunc(w.maybe, byIndex)
	found := slices.Compact(w.maybe)
	w.merged = w.merged[:0]
	rest := r.always
	for _, g := range found {
		for len(rest) > 0 && rest[0].index < g.index {
			w.merged = append(w.merged, rest[0])
			rest = rest[1:]
		}
		w.merged = append(w.merged, g)
	}
	w.merged = append(w.merged, rest...)
	return w.merged
}

// inPayload returns the rules that may match a payload.
func (w *Worker) inPayload(r *rules, b []byte) []*signature {
	w.begin()
	if len(b) > 0 {
		for _, o := range r.groups {
			w.scan(o, b)
		}
	}
	return w.candidates(r)
}

// inTransaction returns the rules that may match the transaction that the worker is at, in direction d.
func (w *Worker) inTransaction(r *rules, d stream.Dir) []*signature {
	w.begin()
	for _, o := range r.groups {
		for b := range o.buffer.each(w, d) {
			w.scan(o, b)
		}
	}
	return w.candidates(r)
}
