package pop3_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/pop3"
)

// FuzzSession plays conversations, in the form of the files in testdata. Whatever is said, cutting it at other places,
// doubling and reordering its segments must not change what is recorded.
func FuzzSession(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txt", "testdata/*/*.txt"} {
		names, err := filepath.Glob(pattern)
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
	}
	suite := &apptest.Suite{Protocol: pop3.New(pop3.Config{
		MaxCommand: 40, MaxResponse: 60, MaxAuth: 60, MaxText: 60, MaxTx: 3, MaxOwed: 6, MaxData: 200, Passwords: true,
	})}
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
