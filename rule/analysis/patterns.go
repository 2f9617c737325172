package analysis

import (
	"encoding/json"
	"io"

	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
)

// bufferView is a buffer with the contents that rules look for in it.
type bufferView struct {
	Name     string         `json:"name"`
	Patterns []*patternView `json:"patterns"`
	index    map[patternKey]*patternView
}

type patternView struct {
	Pattern string       `json:"pattern"`
	Length  int          `json:"patlen"`
	Count   int          `json:"cnt"` // how often it is looked for
	MPM     int          `json:"mpm"` // how often as the fast pattern
	Flags   patternFlags `json:"flags"`
}

type patternFlags struct {
	NoCase   bool `json:"nocase"`
	Negated  bool `json:"negated"`
	Depth    bool `json:"depth"`
	Offset   bool `json:"offset"`
	EndsWith bool `json:"endswith"`
}

type patternKey struct {
	text string
	patternFlags
}

// WritePatterns writes a JSON object with the contents that rules look for, by buffer.
func WritePatterns(w io.Writer, rules []*rule.Rule) error {
	all := struct {
		Buffers []*bufferView `json:"buffers"`
	}{[]*bufferView{}}
	known := map[string]*bufferView{}
	for _, r := range rules {
		for _, s := range r.Sections {
			name := nameOf(s.Buffer)
			for _, t := range s.Tests {
				c, ok := t.(*payload.Content)
				if !ok {
					continue
				}
				b := known[name]
				if b == nil {
					b = &bufferView{Name: name, index: map[patternKey]*patternView{}}
					known[name] = b
					all.Buffers = append(all.Buffers, b)
				}
				b.add(c, r.Fast != nil && r.Fast.Content == c)
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(all)
}

// add counts a content; fast says that it is a fast pattern.
func (b *bufferView) add(c *payload.Content, fast bool) {
	k := patternKey{string(c.Text), patternFlags{c.Nocase, c.Negated, c.HasDepth || c.StartsWith, c.HasOffset, c.EndsWith}}
	p := b.index[k]
	if p == nil {
		p = &patternView{Pattern: patternText(c.Text), Length: len(c.Text), Flags: k.patternFlags}
		b.index[k] = p
		b.Patterns = append(b.Patterns, p)
	}
	p.Count++
	if fast {
		p.MPM++
	}
}
