package http

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{
		MaxLine: 80, MaxFields: 8, MaxHead: 300, MaxTx: 3, MaxPending: 400, MaxFiles: 2, MaxCodings: 3, EVE: EVE{Request: true, Response: true},
	})}).Fuzz(f)
}

// FuzzProbe wants a probe, and a check of OPTIONS, that never change their mind.
func FuzzProbe(f *testing.F) {
	for _, s := range []string{"GET / HTTP/1.1\r\n", "\r\n\r\nFOO x HTTP/1.0\n", "HTTP/1.1 200 ok\r\n", "OPTIONS sip:x", "OPTIONS * HTTP/1.1\r\n", " x"} {
		f.Add([]byte(s), uint8(len(s)%2))
	}
	f.Fuzz(func(t *testing.T, b []byte, dir uint8) {
		d := stream.Dir(dir % 2)
		for name, guess := range map[string]func(stream.Dir, []byte) app.Guess{"probe": probe, "notSIP": notSIP} {
			decided := app.Unknown
			for n := range min(len(b), 3000) + 1 {
				g := guess(d, b[:n])
				if decided != app.Unknown && g != decided {
					t.Fatalf("%s(%v, %q) = %v, but %v with fewer bytes", name, d, b[:n], g, decided)
				}
				decided = g
			}
		}
	})
}

// FuzzURI wants no panic, and that what is normal stays as it is but for what was encoded twice.
func FuzzURI(f *testing.F) {
	for _, s := range []string{"/a/../b%2fc?x=%41+1#f", "http://u@h:1//a\\b/./", "/%u0041%zz%", "*", "//x/../..", "/\xc3\xa9/%c3%a9/.."} {
		f.Add([]byte(s), uint16(0))
	}
	f.Fuzz(func(t *testing.T, b []byte, flags uint16) {
		bit := func(i int) bool { return flags&(1<<i) != 0 }
		c := URI{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7), bit(8), bit(9), bit(10), bit(11), Invalid(flags >> 12 % 3), 0}
		u := parseURI(b)
		if out, _ := c.normal(nil, &u); len(out) > len(b)+2*len("://") {
			t.Errorf("%q becomes longer: %q", b, out)
		}
	})
}
