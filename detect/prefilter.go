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

// group are rules whose fast patterns are looked for in the same bytes.
type group struct {
	key    string
	buffer *section  // of one of them: they all look at the same bytes with the same transforms
	sets   [2]looker // patterns that only the first maxNear bytes can have, and others
}

const (
	near = iota
	anywhere
)

// looker are rules and their fast patterns.
type looker struct {
	rules    []*signature
	patterns []mpm.Pattern
	set      *mpm.Set // nil: there are none
}

// maxNear is how many bytes of a buffer are looked at for patterns that can only be near its beginning. Most short ones are, which would
// be found everywhere.
const maxNear = 64

// add adds a rule for packets, streams or frames that can only match where its fast pattern is; nil: there is none.
func (r *rules) add(g *signature, f *rule.Fast) {
	if f == nil {
		r.always = append(r.always, g)
		return
	}
	s := g.compiled(f.Section)
	r.groupFor(s, s.Buffer.Name).add(g, f)
}

// addTx adds a rule for transactions of a protocol, by its number, in a direction likewise.
func (r *rules) addTx(g *signature, f *rule.Fast, protocol int, d stream.Dir) {
	if f == nil {
		r.always = append(r.always, g)
		return
	}
	s := g.compiled(f.Section)
	r.groupFor(s, s.bytesOf(protocol, d)).add(g, f)
}

// add adds a rule and its fast pattern.
func (o *group) add(g *signature, f *rule.Fast) {
	p := mpm.Pattern{Text: f.Content.FastText(), NoCase: f.Content.Nocase}
	if leash := f.Leash(); leash >= len(p.Text) {
		p.Depth = leash
	}
	where := anywhere
	if p.Depth > 0 && p.Depth <= maxNear {
		where = near
	}
	l := &o.sets[where]
	p.ID = uint32(len(l.rules))
	l.patterns, l.rules = append(l.patterns, p), append(l.rules, g)
}

// groupFor returns the group of what a section looks at: a buffer, with its transforms.
func (r *rules) groupFor(s *section, buffer string) *group {
	key := buffer
	if len(s.Transforms) > 0 {
		key = fmt.Sprint(buffer, s.Transforms)
	}
	for _, o := range r.groups {
		if o.key == key && o.buffer.waits == s.waits {
			return o
		}
	}
	o := &group{key: key, buffer: s}
	r.groups = append(r.groups, o)
	return o
}

// bytesOf returns the name of the buffer that a section looks at in transactions of a protocol, the same one for buffers that have
// the same bytes.
func (s *section) bytesOf(protocol int, d stream.Dir) string {
	if s.fields[d] != nil {
		if f := s.fields[d][protocol]; f != nil && f.Same != "" {
			return f.Same
		}
	}
	return s.Buffer.Name
}

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
	for _, o := range r.groups {
		for i := range o.sets {
			l := &o.sets[i]
			if len(l.patterns) == 0 {
				continue
			}
			set, err := mpm.Compile(l.patterns)
			if err != nil {
				r.always = append(r.always, l.rules...)
				slices.SortFunc(r.always, byIndex)
				*l = looker{}
				continue
			}
			l.set, l.patterns = set, nil
		}
	}
}

// begin begins to collect the rules that may match.
func (w *Worker) begin() { w.maybe = w.maybe[:0] }

// scan adds the rules of o whose fast pattern is in b.
func (w *Worker) scan(o *group, b []byte) {
	if len(o.buffer.Transforms) > 0 {
		b = w.transformer.Apply(o.buffer.Transforms, b)
	}
	w.lookFor(&o.sets[near], b[:min(len(b), maxNear)])
	w.lookFor(&o.sets[anywhere], b)
}

// lookFor adds the rules whose pattern is in b.
func (w *Worker) lookFor(l *looker, b []byte) {
	if l.set == nil {
		return
	}
	for _, id := range l.set.Scan(nil, b, &w.scratch) {
		w.maybe = append(w.maybe, l.rules[id])
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

// rulesFor returns the rules that can match what goes in a direction of a flow, whose server has that port.
func (w *Worker) rulesFor(p *place, f *engine.Flow, server uint16, physical, dir stream.Dir) *rules {
	k := p.kindOf(f, server, physical, dir)
	for i := range w.lately.list {
		if l := &w.lately.list[i]; l.place == p && l.kind == k {
			return l.rules
		}
	}
	r, own := p.rules(k)
	if !own {
		w.counters.Unsorted++
		return r
	}
	w.lately.add(p, k, r)
	return r
}

// lately is for which kinds a worker has lately asked a place for rules. There are few of them in most traffic.
type lately struct {
	list [8]struct {
		place *place
		kind  kind
		rules *rules
	}
	next int // which is replaced
}

func (l *lately) add(p *place, k kind, r *rules) {
	e := &l.list[l.next]
	e.place, e.kind, e.rules = p, k, r
	l.next = (l.next + 1) % len(l.list)
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
