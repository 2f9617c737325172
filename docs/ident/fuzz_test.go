package ident

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// FuzzProbe wants a probe that never changes its mind, and a Yes only for what the parser takes as a query.
func FuzzProbe(f *testing.F) {
	for _, s := range []string{"6193, 23\r\n", "1,1\n", "113 , 0\r\n", "EHLO x\r\n", "12345678901234567890123456789012345\n", ",\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		decided := app.Unknown
		for n := range len(b) + 1 {
			g := probe(stream.ToServer, b[:n])
			if decided != app.Unknown && g != decided {
				t.Fatalf("probe(%q) = %v, but %v with fewer bytes", b[:n], g, decided)
			}
			if g == app.Yes && decided == app.Unknown {
				if _, ok := parseQuery(b[:n-1]); !ok {
					t.Fatalf("probe(%q) = Yes, but it is no query", b[:n])
				}
			}
			decided = g
		}
	})
}
