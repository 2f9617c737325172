package dns_test

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/dns"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: dns.New(dns.Config{})}).Fuzz(f)
}

// FuzzParse wants no more text in names than a message may have, and records that can be written.
func FuzzParse(f *testing.F) {
	for _, m := range golden(f)[:100] {
		f.Add(m.packed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := dns.Parse(b)
		if err != nil {
			return
		}
		size := 0
		for _, q := range m.Questions {
			size += len(q.Name.Text)
		}
		for _, s := range [...][]dns.RR{m.Answers, m.Authorities, m.Additionals} {
			for i := range s {
				size += len(s[i].Data)
				for _, n := range [...]dns.Name{s[i].Name, s[i].Host, s[i].Mail} {
					if len(n.Text) > 1025 {
						t.Errorf("a name of %d bytes", len(n.Text))
					}
				}
			}
		}
		r := event.Record{Type: "dns", Body: m}
		if line := r.AppendJSON(nil, nil); len(line) > 2000+len(b)*40000 {
			t.Errorf("%d bytes of JSON", len(line))
		}
	})
}
