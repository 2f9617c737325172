package detect

import (
	"fmt"
	"slices"

	"github.com/reknit/reknit/engine"
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
	near     bool     // only the first maxNear bytes can have them
	rules    []*signature
	patterns []mpm.Pattern
	set      *mpm.Set
}

// maxNear is how many bytes of a buffer are looked at for patterns that can only be near its beginning. Most short ones are, which would
// be found everywhere, and at the price of another pass.
const maxNear = 64

// add adds a rule that can only match where its fast pattern is; nil: there is none.
func (r *rules) add(g *signature, f *rule.Fast) {
	if f == nil {
		r.always = append(r.always, g)
		return
	}
	s := g.compiled(f.Section)
	p := mpm.Pattern{Text: f.Content.FastText(), NoCase: f.Content.Nocase}
	if leash := f.Leash(); leash >= len(p.Text) {
		p.Depth = leash
	}
	o := r.groupFor(s, p.Depth > 0 && p.Depth <= maxNear && len(s.Transforms) == 0)
	p.ID = uint32(len(o.rules))
	o.patterns, o.rules = append(o.patterns, p), append(o.rules, g)
}

// groupFor returns the group of a buffer.
func (r *rules) groupFor(s *section, near bool) *group {
	key := s.key()
	for _, o := range r.groups {
		if o.near == near && o.buffer.key() == key {
			return o
		}
	}
	o := &group{buffer: s, near: near}
	r.groups = append(r.groups, o)
	return o
}

// key is the same for sections that look at the same bytes.
func (s *section) key() string { return fmt.Sprint(s.Buffer.Name, s.Transforms) }

// compiled returns the compiled form of a section of the rule.
func (g *signature) compiled(r *rule.Section) *section {
	for _, list := range [][]*section{g.raw, g.headers, g.fields, g.framed} {
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

// begin begins to collect the rules that may match.
func (w *Worker) begin() { w.maybe = w.maybe[:0] }

// scan adds the rules of o whose fast pattern is in b.
func (w *Worker) scan(o *group, b []byte) {
	if len(o.buffer.Transforms) > 0 {
		b = w.transformer.Apply(o.buffer.Transforms, b)
	}
	if o.near {
		b = b[:min(len(b), maxNear)]
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

// rulesFor returns the rules that can match what goes in a direction of a flow.
func (w *Worker) rulesFor(p *place, f *engine.Flow, physical, dir stream.Dir) *rules {
	r, own := p.rules(p.kindOf(f, physical, dir))
	if !own {
		w.counters.Unsorted++
	}
	return r
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
