package apptest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

var update = flag.Bool("update", false, "write what is recorded into the conversation files")

// Suite plays conversations to a protocol.
type Suite struct {
	Protocol app.Protocol
	Others   []app.Protocol // that may be recognised instead
	Config   app.Config     // of the gateway; Inline is set as needed

	// Cuts is the number of places at which a conversation is cut; a longer one is cut at so many places taken at random.
	// When zero, it is 400; 50 with -short.
	Cuts int
	// Shuffles is the number of times that the segments are shuffled. When zero, it is 10.
	Shuffles int
}

// Run plays all conversations in the files *.txt of dir to p.
func Run(t *testing.T, p app.Protocol, dir string) {
	t.Helper()
	(&Suite{Protocol: p}).Run(t, dir)
}

// Run plays all conversations in the files *.txt of dir.
func (s *Suite) Run(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations in %s: %v", dir, err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse(filepath.Base(name), string(text))
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				records, err := s.Record(c)
				if err != nil {
					t.Fatal(err)
				}
				if !ordered(records, c.Want) {
					if err := os.WriteFile(name, []byte(c.text(records)), 0o644); err != nil {
						t.Fatal(err)
					}
					c.Want = records
				}
			}
			s.Check(t, c)
		})
	}
}

// ordered reports whether two lists of records say the same in the same order.
func ordered(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// Record plays c once and returns what is recorded.
func (s *Suite) Record(c *Conversation) ([]string, error) {
	p, err := s.player(c.Inline, true)
	if err != nil {
		return nil, err
	}
	records := p.play(c, way{inline: c.Inline, segments: asWritten}, s.port(c))
	if c.Frames {
		records = append(records, p.recorder.frames...)
	}
	return records, nil
}

// Check plays c in all ways and compares what is recorded with what is wanted.
func (s *Suite) Check(t *testing.T, c *Conversation) {
	t.Helper()
	if err := s.check(c); err != nil {
		t.Error(err)
	}
}

// check returns what is wrong the first time that something is.
func (s *Suite) check(c *Conversation) error {
	var frames []string // as they were the first time; those of all ways are the same
	first := true
	if err := s.checkProbes(c); err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	for _, inline := range []bool{false, true} {
		if inline && c.IDSOnly || !inline && c.Inline {
			continue
		}
		p, err := s.player(inline, true)
		if err != nil {
			return err
		}
		for _, w := range s.ways(c) {
			w.inline = inline
			got := p.play(c, w, s.port(c))
			if first {
				frames, first = p.recorder.frames, false
			}
			if !same(p.recorder.frames, frames) {
				return fmt.Errorf("%s, %s, inline %v: other frames than the first time:\n%s", c.Name, w.name, inline,
					difference(p.recorder.frames, frames))
			}
			if c.Frames {
				got = append(got, p.recorder.frames...)
			}
			if !same(got, c.Want) {
				return fmt.Errorf("%s, %s, inline %v, acknowledgements after each segment %v:\n%s",
					c.Name, w.name, inline, w.eachAck, difference(got, c.Want))
			}
			if p.store != nil && p.store.MemoryUse() != 0 {
				return fmt.Errorf("%s, %s: streams keep %d bytes after the end", c.Name, w.name, p.store.MemoryUse())
			}
		}
	}
	return nil
}

func (s *Suite) player(inline, frames bool) (*player, error) {
	c := s.Config
	c.Inline, c.Frames.Tell = inline, frames
	return newPlayer(c, append([]app.Protocol{s.Protocol}, s.Others...))
}

// port returns the server's port of c.
func (s *Suite) port(c *Conversation) uint16 {
	want := app.TCP
	if c.Datagrams {
		want = app.UDP
	}
	for _, p := range s.Protocol.Ports {
		if p.Transport == want && p.Number != 0 {
			return p.Number
		}
	}
	return 0
}

// ways returns how c is to be played. Acknowledgements come after each segment in one half of them.
func (s *Suite) ways(c *Conversation) []way {
	if c.Datagrams {
		return []way{{name: "as written", segments: asWritten}}
	}
	var list []way
	for _, w := range []way{
		{name: "as written", segments: asWritten},
		{name: "joined", segments: joined},
		{name: "byte by byte", segments: bytewise},
	} {
		list = append(list, w)
		w.eachAck = true
		list = append(list, w)
	}
	for i, cut := range cuts(c, orElse(s.Cuts, usualCuts())) {
		list = append(list, way{
			name:     fmt.Sprintf("cut %s at %d", cut.dir, cut.off),
			segments: cutAt(cut.dir, cut.off),
			eachAck:  i%2 != 0,
		})
	}
	for seed := range uint64(orElse(s.Shuffles, 10)) {
		list = append(list, way{
			name:     fmt.Sprintf("shuffled with seed %d", seed),
			segments: shuffled(seed),
			eachAck:  seed%2 != 0,
		})
	}
	return list
}

func usualCuts() int {
	if testing.Short() {
		return 50
	}
	return 400
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

type place struct {
	dir stream.Dir
	off int64
}

// cuts returns the places where c is cut: all of them, or so many of them at equal distances that differ from file to
// file.
func cuts(c *Conversation, most int) []place {
	var list []place
	for _, f := range c.flights() {
		for _, s := range joined(&f) {
			for off := s.off + 1; off < s.end(); off++ {
				list = append(list, place{f.dir, off})
			}
		}
	}
	if len(list) <= most {
		return list
	}
	sample := make([]place, 0, most)
	for i := range most {
		sample = append(sample, list[(i*len(list)+len(c.Name)*7%len(list))/most])
	}
	return sample
}

// difference shows what was recorded and not wanted, and the other way round.
func difference(got, want []string) string {
	var b strings.Builder
	list := func(mark string, a, b2 []string) {
		left := append([]string(nil), b2...)
	next:
		for _, x := range a {
			for i, y := range left {
				if x == y || equal(x, y) {
					left = append(left[:i], left[i+1:]...)
					continue next
				}
			}
			fmt.Fprintf(&b, "%s %s\n", mark, x)
		}
	}
	list("got  ", got, want)
	list("want ", want, got)
	return b.String()
}
