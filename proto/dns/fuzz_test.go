package dns_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/dns"
)

// FuzzSession plays conversations, in the form of the files in testdata. Whatever is said, cutting it at other places,
// doubling and reordering its segments must not change what is recorded.
func FuzzSession(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), uint64(i))
	}
	suite := &apptest.Suite{Protocol: dns.New(dns.Config{})}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		c, err := apptest.Parse("fuzz", text)
		if err != nil || len(text) > 1<<14 {
			return
		}
		for _, c.Inline = range []bool{false, true} {
			want, err := suite.Record(c)
			if err != nil {
				t.Fatal(err)
			}
			got, err := suite.Split(c, seed, c.Inline)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("seed %d, inline %v: got\n%q\nwant\n%q", seed, c.Inline, got, want)
			}
		}
	})
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
