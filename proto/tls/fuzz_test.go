package tls

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
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
	suite := &apptest.Suite{Protocol: New(Config{MaxMessage: 4096, JA3: true, JA4: true, EVE: EVE{Fields: 1<<len(FieldNames) - 1}})}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		c, err := apptest.Parse("fuzz", text)
		if err != nil || len(text) > 1<<16 {
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

// FuzzCertificate reads anything as a certificate.
func FuzzCertificate(f *testing.F) {
	f.Add([]byte{tagSequence, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := parseCertificate(b)
		if c.fault == soundCertificate && c.Serial == "" {
			t.Errorf("a sound certificate without a serial number")
		}
		for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
			apptest.CheckMonotone(t, "probe", probe, d, b)
		}
	})
}
