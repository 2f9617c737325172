package apptest

import (
	"fmt"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// probed is how many bytes of a direction are given to a probe.
const probed = 1200

// checkProbes checks that the probe and the patterns' checks of the protocol are monotone for what is said in c.
func (s *Suite) checkProbes(c *Conversation) error {
	for _, d := range [...]stream.Dir{stream.ToServer, stream.ToClient} {
		b := c.Bytes(d)
		if err := monotone("Probe", s.Protocol.Probe, d, b); err != nil {
			return err
		}
		for _, p := range s.Protocol.Patterns {
			if p.Dir != d || len(b) < p.Offset+len(p.Text) {
				continue
			}
			if err := monotone("Check of "+p.Text, p.Check, d, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckMonotone checks that more bytes never turn an answer of probe into another one. probe may be nil.
func CheckMonotone(t *testing.T, name string, probe func(stream.Dir, []byte) app.Guess, d stream.Dir, b []byte) {
	t.Helper()
	if err := monotone(name, probe, d, b); err != nil {
		t.Error(err)
	}
}

func monotone(name string, probe func(stream.Dir, []byte) app.Guess, d stream.Dir, b []byte) error {
	if probe == nil {
		return nil
	}
	was := app.Unknown
	for n := range min(len(b), probed) + 1 {
		is := probe(d, b[:n:n])
		if was != app.Unknown && is != was {
			return fmt.Errorf("%s(%s, %q) = %v, but %v with one byte less", name, d, b[:n], is, was)
		}
		was = is
	}
	return nil
}
