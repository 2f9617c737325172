package detect

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/stream"
)

// section is what a rule looks for in one buffer.
type section struct {
	*rule.Section
	tests  []payload.Test
	fields [2]map[string]*app.Field // by direction and protocol
	absent bool                     // it may be that there is no buffer
	files  bool                     // of files
	waits  bool                     // of files: until there is enough of one
	whole  bool                     // of files: what is looked for may still come, or what must not be there
	then   []*section               // what is looked for in what base64_decode made
	get    func(w *Worker) []byte   // of a header; nil: there is none
}

// section compiles what is looked for in one buffer.
func (g *signature) section(set *Set, r *rule.Section) (string, error) {
	s := &section{Section: r, tests: r.Tests}
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
		g.headers = append(g.headers, s)
	case rule.FromField:
		g.field(s)
	case rule.FromFile:
		if r.Buffer.Name == "file.magic" {
			return unsupported("the buffer " + r.Buffer.Name)
		}
		g.file(set, s)
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

// file adds a section about the contents of files, or their names. A protocol may have a field for them; else they are the
// transaction's files.
func (g *signature) file(set *Set, s *section) {
	s.files, s.waits = true, s.Buffer.Name != "file.name"
	for i := range set.config.Protocols {
		p := &set.config.Protocols[i]
		for j := range p.Fields {
			f := &p.Fields[j]
			if f.Name != s.Buffer.Name {
				continue
			}
			if s.fields[f.Dir] == nil {
				s.fields[f.Dir] = map[string]*app.Field{}
			}
			s.fields[f.Dir][p.Name] = f
		}
	}
	for _, t := range s.tests {
		c, ok := t.(*payload.Content)
		s.whole = s.whole || !ok || c.Negated || c.EndsWith
	}
	g.fields = append(g.fields, s)
}

// field adds a section about a field of a protocol.
func (g *signature) field(s *section) {
	for i := range s.Buffer.Fields {
		f := &s.Buffer.Fields[i]
		if s.fields[f.Dir] == nil {
			s.fields[f.Dir] = map[string]*app.Field{}
		}
		s.fields[f.Dir][f.Protocol] = f.Field
		g.ready(f.Dir, f.At)
	}
	g.fields = append(g.fields, s)
}

// matches reports whether what is looked for is in b.
func (s *section) matches(w *Worker, b []byte) bool {
	if len(s.Transforms) > 0 {
		b = w.transformer.Apply(s.Transforms, b)
	}
	if !w.evaluator.Match(s.tests, b) {
		return false
	}
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

// inTx reports whether what is looked for is in the transaction that the worker is at, in direction d.
func (s *section) inTx(w *Worker, d stream.Dir) bool {
	if s.files && s.whole && !w.tx.Head().Complete(d) {
		return false
	}
	f := s.fields[d][w.session.Protocol()]
	if f == nil {
		return s.files && s.inFiles(w, d)
	}
	there := false
	for i := 0; i < maxInstances; i++ {
		b, ok := f.Get(w.tx, i)
		if !ok {
			break
		}
		there = true
		if (!s.waits || len(b) >= enoughOfFile || w.tx.Head().Complete(d)) && s.matches(w, b) {
			return true
		}
		if !s.Buffer.Multi {
			break
		}
	}
	return !there && s.absent
}

// maxInstances is how many instances of a field are looked at.
const maxInstances = 1 << 10

// inFiles reports whether what is looked for is in a file of the transaction.
func (s *section) inFiles(w *Worker, d stream.Dir) bool {
	there := false
	for dir, f := range w.tx.Head().Files {
		x, ok := f.(interface{ Itself() *file.File })
		if !ok || dir != d {
			continue
		}
		there = true
		b := x.Itself().Name
		if s.Buffer.Name != "file.name" {
			b = x.Itself().Kept()
		}
		ended := x.Itself().State() != file.Open || w.tx.Head().Complete(d)
		if (!s.waits || ended || len(b) >= enoughOfFile) && s.matches(w, b) {
			return true
		}
	}
	return !there && s.absent
}

// enoughOfFile is how many bytes of a file that has not ended are looked into.
const enoughOfFile = 32 << 10
