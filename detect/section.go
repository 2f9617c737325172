package detect

import (
	"fmt"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/stream"
)

// section is what a rule looks for in one buffer.
type section struct {
	*rule.Section
	of     *signature
	tests  []payload.Test
	fields [2][]*app.Field        // by direction and number of the protocol, or nil
	absent bool                   // it may be that there is no buffer
	files  bool                   // of files
	waits  bool                   // of files: until there is enough of one
	whole  bool                   // of files: what is looked for may still come, or what must not be there
	then   []*section             // what is looked for in what base64_decode made
	get    func(w *Worker) []byte // of a header; nil: there is none
	shares bool                   // variables with the rule's other buffers
}

// section compiles what is looked for in one buffer.
func (g *signature) section(set *Set, r *rule.Section) (string, error) {
	s := &section{Section: r, of: g, tests: r.Tests, shares: g.shares()}
	for _, t := range r.Tests {
		if _, ok := t.(*payload.Absent); ok {
			s.absent = true
		}
		if _, ok := t.(*payload.Base64Decode); ok {
			set.decoding = s
		}
	}
	switch r.Buffer.Source {
	case rule.FromPayload:
		g.raw = append(g.raw, s)
	case rule.FromHeader:
		if s.get = headerOf[r.Buffer.Name]; s.get == nil {
			return unsupported("the buffer " + r.Buffer.Name)
		}
		if g.Type == rule.Transaction { // beside its buffers, in the order of the rule
			g.fields = append(g.fields, s)
		} else {
			g.headers = append(g.headers, s)
		}
	case rule.FromField:
		g.field(set, s)
	case rule.FromFile:
		if r.Buffer.Name == "file.magic" {
			return unsupported("the buffer " + r.Buffer.Name)
		}
		g.file(set, s)
	case rule.FromFrame:
		g.frame(s)
	case rule.FromDecoded:
		if set.decoding == nil {
			return unsupported("base64_data without base64_decode")
		}
		set.decoding.then = append(set.decoding.then, s)
	default:
		return unsupported("the buffer " + r.Buffer.Name)
	}
	return "", nil
}

// shares reports whether the rule's buffers may use each other's variables.
func (g *signature) shares() bool { return len(g.Vars) > 0 && len(g.Sections) > 1 }

// file adds a section about the contents of files, or their names. A protocol may have a field for them; else they are the
// transaction's files.
func (g *signature) file(set *Set, s *section) {
	g.ofFiles = true
	s.files, s.waits = true, s.Buffer.Name != "file.name"
	for i := range set.config.Protocols {
		p := &set.config.Protocols[i]
		for j := range p.Fields {
			f := &p.Fields[j]
			if f.Name != s.Buffer.Name {
				continue
			}
			s.has(set, p.Name, f)
		}
	}
	for _, t := range s.tests {
		c, ok := t.(*payload.Content)
		s.whole = s.whole || !ok || c.Negated || c.EndsWith
	}
	g.fields = append(g.fields, s)
}

// field adds a section about a field of a protocol.
func (g *signature) field(set *Set, s *section) {
	for i := range s.Buffer.Fields {
		f := &s.Buffer.Fields[i]
		s.has(set, f.Protocol, f.Field)
		g.ready(f.Dir, f.At)
	}
	g.fields = append(g.fields, s)
}

// has notes that it is about a field of a protocol.
func (s *section) has(set *Set, protocol string, f *app.Field) {
	if s.fields[f.Dir] == nil {
		s.fields[f.Dir] = make([]*app.Field, len(set.config.Protocols))
	}
	if n, ok := set.protocols[protocol]; ok {
		s.fields[f.Dir][n] = f
	}
}

// matches reports whether what is looked for is in b.
func (s *section) matches(w *Worker, b []byte) bool {
	if len(s.Transforms) > 0 {
		b = w.transformer.Apply(s.Transforms, b)
	}
	if !s.shares {
		w.evaluator.Forget()
	}
	ok := w.evaluator.MatchNext(s.tests, b)
	w.measure(s)
	if n := w.evaluator.GivenUp + w.evaluator.GivenUpRegexps; n != w.gaveUp {
		w.gaveUp = n
		s.of.costly(w.set)
	}
	if !ok {
		return false
	}
	w.capture()
	if len(s.then) == 0 {
		return true
	}
	w.decoded = append(w.decoded[:0], w.evaluator.Decoded()...)
	for _, t := range s.then {
		if !t.matches(w, w.decoded) {
			return false
		}
	}
	return true
}

// costly tells, once, that what the rule looks for took too long in some buffer.
func (g *signature) costly(set *Set) {
	if tell := set.config.Notice; tell != nil && !g.toldCost.Swap(true) {
		tell(fmt.Sprintf("rule %d:%d: what it looks for takes too many steps in some traffic, and is taken not to be there", g.GID, g.SID))
	}
}

// inTx reports whether what is looked for is in the transaction that the worker is at, in direction d.
func (s *section) inTx(w *Worker, d stream.Dir) bool {
	if s.files && s.whole && !w.tx.Head().Complete(d) {
		return false
	}
	there := false
	w.reach.at = -1
	for b := range s.each(w, d) {
		there = true
		if s.matches(w, b) {
			w.reach.hit()
			return true
		}
	}
	return !there && s.absent && !s.known(w, d)
}

// known reports whether there is a buffer in the transaction, although it is not looked at yet.
func (s *section) known(w *Worker, d stream.Dir) bool { return s.files && !w.tx.Head().Complete(d) }

// maxInstances is how many instances of a field are looked at.
const maxInstances = 1 << 10

// enoughOfFile is how many bytes of a file that has not ended are looked into.
const enoughOfFile = 32 << 10

// each yields the buffers of the transaction, in direction d, that can be looked at by now.
func (s *section) each(w *Worker, d stream.Dir) func(yield func(b []byte) bool) {
	return func(yield func(b []byte) bool) {
		complete := w.tx.Head().Complete(d)
		var f *app.Field
		if s.fields[d] != nil {
			f = s.fields[d][w.txProtocol]
		}
		if f == nil {
			if s.files {
				s.eachFile(w, d, yield)
			}
			return
		}
		if !complete && w.tx.Head().Progress(d) < f.At {
			return
		}
		for i := range maxInstances {
			b, ok := f.Get(w.tx, i)
			if !ok || (!s.waits || complete || len(b) >= enoughOfFile) && !yield(b) {
				return
			}
		}
	}
}

// eachFile yields the files of the transaction: their contents, or their names.
func (s *section) eachFile(w *Worker, d stream.Dir, yield func(b []byte) bool) {
	for f := range w.filesIn(d) {
		b := f.Name
		if s.waits {
			b = f.Kept()
			if f.State() == file.Open && len(b) < enoughOfFile && !w.tx.Head().Complete(d) {
				continue
			}
		}
		if !yield(b) {
			return
		}
	}
}
