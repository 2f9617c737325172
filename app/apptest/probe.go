package apptest

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// probed is how many bytes of a direction are given to a probe.
const probed = 1200

// checkProbes checks that the probe and the patterns' checks of the protocol are monotone for what is said in c.
func (s *Suite) checkProbes(t *testing.T, c *Conversation) {
	t.Helper()
	for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
		b := c.Bytes(d)
		CheckMonotone(t, "Probe", s.Protocol.Probe, d, b)
		CheckMonotone(t, "ProbeDatagram", s.Protocol.ProbeDatagram, d, b)
		for _, p := range s.Protocol.Patterns {
			if p.Dir == d && len(b) >= p.Offset+len(p.Text) {
				CheckMonotone(t, "Check of "+p.Text, p.Check, d, b)
			}
		}
	}
}

// CheckMonotone checks that more bytes never turn an answer of probe into another one. probe may be nil.
func CheckMonotone(t *testing.T, name string, probe func(stream.Dir, []byte) app.Guess, d stream.Dir, b []byte) {
	t.Helper()
	if probe == nil {
		return
	}
	was := app.Unknown
	for n := range min(len(b), probed) + 1 {
		is := probe(d, b[:n:n])
		if was != app.Unknown && is != was {
			t.Errorf("%s(%s, %q) = %v, but %v with one byte less", name, d, b[:n], is, was)
			return
		}
		was = is
	}
}
