package apptest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// maxFuzz is how many bytes of text make a conversation when fuzzing.
const maxFuzz = 1 << 16

// Fuzz plays conversations that the fuzzer makes up, in the form of the files in testdata and the folders there, which are the
// seeds. Whatever is said, cutting it at other places, doubling and reordering its segments must not change what is
// recorded. A protocol under small limits is fuzzed best.
func (s *Suite) Fuzz(f *testing.F) {
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
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		c, err := Parse("fuzz", text)
		if err != nil || len(text) > maxFuzz {
			return
		}
		for _, c.Inline = range []bool{false, true} {
			want, err := s.Record(c)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Split(c, seed, c.Inline)
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
