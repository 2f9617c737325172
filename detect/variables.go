package detect

import (
	"slices"
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
)

// variable is a piece of what a rule looked at, under a name.
type variable struct {
	scope string // flow, pkt or alert
	name  string
	text  string
	json  bool // text is a JSON value
}

// Limits of variables.
const (
	maxVariables    = 64      // of a flow, of a packet, and of a rule
	maxVariableText = 4 << 10 // bytes of one; the rest is lost
)

// capture notes what the regular expressions of the rule took out of the last buffer, and what lists say of it.
func (w *Worker) capture() {
	for _, o := range w.evaluator.Objects() {
		if len(w.captured) < maxVariables {
			w.captured = append(w.captured, variable{scope: "alert", name: o.Name, text: o.JSON, json: true})
		}
	}
	list := w.evaluator.Captured()
	for i, c := range list {
		if len(w.captured) >= maxVariables {
			return
		}
		v := variable{scope: c.Scope, name: c.Name, text: text(c)}
		if c.Scope == "pkt" && i > 0 && c.Name == "value" && list[i-1].Scope == "pkt" && list[i-1].Name == "key" {
			v.name = text(list[i-1]) // one group is the name of the other
			w.captured = w.captured[:len(w.captured)-1]
		}
		w.captured = append(w.captured, v)
	}
}

func text(c payload.Captured) string { return string(c.Text[:min(len(c.Text), maxVariableText)]) }

// measured is the entropy of a buffer.
type measured struct {
	buffer string
	value  float64
}

// measure keeps the entropies that were found in the last buffer for the records of the flow, whether the rule matches or not.
func (w *Worker) measure(s *section) {
	list := w.evaluator.Measured()
	if len(list) == 0 {
		return
	}
	k := w.keep()
	if k == nil {
		return
	}
	m := measured{entropyName(s.Buffer), list[len(list)-1].Value}
	i := slices.IndexFunc(k.entropy, func(o measured) bool { return o.buffer == m.buffer })
	switch {
	case i >= 0:
		k.entropy[i] = m
	case len(k.entropy) < maxVariables:
		k.entropy = append(k.entropy, m)
	}
}

// entropyName returns what records call a buffer.
func entropyName(b *rule.Buffer) string {
	switch {
	case b.Source == rule.FromPayload:
		return "content"
	case strings.HasPrefix(b.Name, "http.") || strings.HasPrefix(b.Name, "file."):
		return strings.ReplaceAll(b.Name, ".", "_")
	}
	return b.Name
}

// variableTest returns the check of flowvar and pktvar.
func variableTest(t *rule.Variable) check {
	return func(w *Worker) bool {
		list := w.ofPacket
		if t.Scope == "flow" {
			if list = nil; w.kept != nil {
				list = w.kept.vars
			}
		}
		return slices.ContainsFunc(list, func(v variable) bool { return v.name == t.Name && strings.Contains(v.text, string(t.Text)) })
	}
}

// remember keeps the variables of a rule that matched, and returns those that are for its alert.
func (w *Worker) remember() (ofAlert []variable) {
	for _, v := range w.captured {
		switch v.scope {
		case "flow":
			if k := w.keep(); k != nil {
				k.vars = put(k.vars, v)
			}
		case "pkt":
			if len(w.ofPacket) < maxVariables {
				w.ofPacket = append(w.ofPacket, v)
			}
		default:
			ofAlert = put(ofAlert, v)
		}
	}
	w.captured = w.captured[:0]
	return ofAlert
}

// put adds a variable, or changes the one of its name.
func put(list []variable, v variable) []variable {
	i := slices.IndexFunc(list, func(o variable) bool { return o.name == v.name })
	switch {
	case i >= 0:
		list[i] = v
	case len(list) < maxVariables:
		list = append(list, v)
	}
	return list
}

// variables are what the records of a flow show: what rules keep of it, and of the packet.
type variables struct {
	*kept
	ofPacket []variable
}

var _ event.Appender = (*variables)(nil)

func (v *variables) empty() bool {
	return len(v.ofPacket) == 0 && (v.kept == nil || len(v.bits) == 0 && len(v.ints) == 0 && len(v.vars) == 0 && len(v.entropy) == 0)
}

// AppendJSON writes the object traffic, if there are bits for it, and metadata.
func (v *variables) AppendJSON(o *event.Object) {
	k := v.kept
	if k == nil {
		k = &kept{}
	}
	k.traffic(o)
	o.Open("metadata")
	appendBits(o, "flowbits", k.bits, func(b string) (string, bool) {
		return b, !strings.HasPrefix(b, trafficID) && !strings.HasPrefix(b, trafficLabel)
	})
	if len(k.ints) > 0 {
		o.Open("flowints")
		for _, i := range k.ints {
			o.Uint(i.name, uint64(i.value))
		}
		o.Close()
	}
	if len(k.entropy) > 0 {
		o.Open("entropy")
		for _, m := range k.entropy {
			o.Float(m.buffer, m.value)
		}
		o.Close()
	}
	appendVariables(o, "flowvars", k.vars)
	appendVariables(o, "pktvars", v.ofPacket)
	o.Close()
}

// What the names of flowbits begin with that say what the flow is.
const (
	trafficID    = "traffic/id/"
	trafficLabel = "traffic/label/"
)

// traffic writes what bits say the flow is.
func (k *kept) traffic(o *event.Object) {
	if !slices.ContainsFunc(k.bits, func(b string) bool {
		return strings.HasPrefix(b, trafficID) || strings.HasPrefix(b, trafficLabel)
	}) {
		return
	}
	o.Open("traffic")
	appendBits(o, "id", k.bits, func(b string) (string, bool) { return strings.CutPrefix(b, trafficID) })
	appendBits(o, "label", k.bits, func(b string) (string, bool) { return strings.CutPrefix(b, trafficLabel) })
	o.Close()
}

// appendBits writes a list of those bits that shown takes, as it returns them, if there are any.
func appendBits(o *event.Object, name string, bits []string, shown func(bit string) (string, bool)) {
	open := false
	for _, b := range bits {
		b, ok := shown(b)
		if !ok {
			continue
		}
		if !open {
			o.OpenArray(name)
			open = true
		}
		o.ItemStr(b)
	}
	if open {
		o.CloseArray()
	}
}

// appendVariables writes a list of objects of one member each, if there are any.
func appendVariables(o *event.Object, name string, list []variable) {
	if len(list) == 0 {
		return
	}
	o.OpenArray(name)
	for _, v := range list {
		o.OpenItem()
		o.Str(v.name, v.text)
		o.Close()
	}
	o.CloseArray()
}
