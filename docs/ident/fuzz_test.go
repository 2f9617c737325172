package ident

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// FuzzProbe wants a probe that never changes its mind, and a Yes only after two ports.
func FuzzProbe(f *testing.F) {
	for _, s := range []string{"6193, 23\r\n", "1,1:", "113 , 0\r\n", "EHLO x\r\n", "12345678901234567890123456789012345\n", ",\n"} {
		f.Add([]byte(s), uint8(len(s)%2))
	}
	f.Fuzz(func(t *testing.T, b []byte, dir uint8) {
		d := stream.Dir(dir % 2)
		decided := app.Unknown
		for n := range len(b) + 1 {
			g := probe(d, b[:n])
			if decided != app.Unknown && g != decided {
				t.Fatalf("probe(%v, %q) = %v, but %v with fewer bytes", d, b[:n], g, decided)
			}
			if g == app.Yes && decided == app.Unknown {
				if _, _, ok := parsePorts(b[:n-1]); !ok {
					t.Fatalf("probe(%v, %q) = Yes, but there are no ports", d, b[:n])
				}
			}
			decided = g
		}
	})
}
