package tls

import (
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

func FuzzSession(f *testing.F) {
	(&apptest.Suite{Protocol: New(Config{MaxMessage: 4096, JA3: true, JA4: true, EVE: EVE{Fields: 1<<len(FieldNames) - 1}})}).Fuzz(f)
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
