package finger

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

// FuzzProbe wants a probe that never changes its mind.
func FuzzProbe(f *testing.F) {
	for _, s := range []string{"ann\r\n", "/W bob@example.org\r\n", "\r\n", "\x16\x03\x01", "no end"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		apptest.CheckMonotone(t, "probe", probe, stream.ToServer, b)
	})
}

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{MaxLine: 40})}).Fuzz(f)
}
