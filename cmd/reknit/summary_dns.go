package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/proto/dns"
)

// Limits of what is kept and shown of names.
const (
	maxNames      = 20000 // that are counted one by one
	maxShownNames = 15
	maxShownData  = 3
	maxShownName  = 60 // characters
)

// nameKey is what somebody asked for.
type nameKey struct {
	name string
	kind dns.Type
}

// asked is what became of it.
type asked struct {
	requests, responses uint64
	rcode               dns.Rcode // of the last response
	at                  int64     // its time
	data                string    // of the last one that had an answer
	dataAt              int64
}

// names are the questions of a capture, with the answers.
type names struct {
	kept  map[nameKey]*asked
	other uint64 // requests for those that are not kept
	total uint64
	limit int // of names that are shown
}

// message takes a message that was sent at a time.
func (n *names) message(at int64, m *dns.Message) {
	if n.kept == nil {
		n.kept = map[nameKey]*asked{}
	}
	n.total++
	for i := range m.Questions {
		q := &m.Questions[i]
		a := n.kept[nameKey{string(q.Name.Text), q.Type}]
		if a == nil {
			if len(n.kept) >= maxNames {
				n.other++
				continue
			}
			a = new(asked)
			n.kept[nameKey{string(q.Name.Text), q.Type}] = a
		}
		if !m.Flags.Response() {
			a.requests++
			continue
		}
		a.responses++
		if at >= a.at {
			a.rcode, a.at = m.Flags.Rcode(), at
		}
		if data := answersOf(m); data != "" && at >= a.dataAt {
			a.data, a.dataAt = data, at
		}
	}
}

// answersOf returns the data of the answers, in short.
func answersOf(m *dns.Message) string {
	var list []string
	for i := range m.Answers {
		r := &m.Answers[i]
		switch {
		case len(list) == maxShownData:
			return strings.Join(list, ", ") + ", …"
		case r.Type == dns.TypeA, r.Type == dns.TypeAAAA:
			list = append(list, r.Addr().String())
		case r.Type == dns.TypeTXT:
			for text := range r.Strings() {
				list = append(list, clip(printable(string(text)), maxShownName))
				break
			}
		case len(r.Host.Text) > 0:
			list = append(list, clip(printable(string(r.Host.Text)), maxShownName))
		}
	}
	return strings.Join(list, ", ")
}

// print prints the names that were asked for most.
func (n *names) print(b *strings.Builder, bold func(string) string) {
	if n.total == 0 {
		return
	}
	keys := make([]nameKey, 0, len(n.kept))
	for k := range n.kept {
		keys = append(keys, k)
	}
	most := func(k nameKey) uint64 { return max(n.kept[k].requests, n.kept[k].responses) }
	slices.SortFunc(keys, func(x, y nameKey) int {
		return cmp.Or(cmp.Compare(most(y), most(x)), cmp.Compare(x.name, y.name), cmp.Compare(x.kind, y.kind))
	})
	fmt.Fprintf(b, "%s\n", bold("Names"))
	var t columns
	t.add(right("Asked"), left("Name"), left("Type"), left("Answer"))
	for _, k := range keys[:min(len(keys), n.limit)] {
		a := n.kept[k]
		name := clip(printable(k.name), maxShownName)
		if name == "" {
			name = "."
		}
		t.add(right(count(most(k))), left(name), left(k.kind.String()), left(a.outcome()))
	}
	t.write(b)
	if more := len(keys) - n.limit; more > 0 || n.other > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(uint64(max(more, 0))+n.other, "name"))
	}
	b.WriteByte('\n')
}

func (a *asked) outcome() string {
	switch {
	case a.responses == 0:
		return "no response"
	case a.data != "":
		return a.data
	case a.rcode == 0:
		return "no data"
	}
	return a.rcode.String()
}
