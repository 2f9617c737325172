package apptest

import (
	"runtime"
	"testing"

	"github.com/reknit/reknit/stream"
)

// Work is what playing a conversation took.
type Work struct {
	Bytes    int    // said by both sides
	Turns    uint64 // calls of the parser
	Examined uint64 // bytes that detection looked at
	Scanned  uint64 // bytes searched for delimiters
	Copied   uint64 // bytes copied to make units contiguous
	Records  int
	Held     int64 // the most memory that the streams' bytes took at any moment
}

func (w Work) total() uint64 { return w.Turns + w.Examined + w.Scanned + w.Copied }

// Measure plays the conversation in text byte by byte, as an IDS sees it, and returns what that took.
func (s *Suite) Measure(text string) (Work, error) {
	c, err := Parse("conversation", text)
	if err != nil {
		return Work{}, err
	}
	p, err := s.player(false, false)
	if err != nil {
		return Work{}, err
	}
	p.recorder.silent = true
	p.play(c, way{segments: bytewise, eachAck: true}, s.port(c))
	k := p.gateway.Counters()
	w := Work{Bytes: c.size(), Turns: k.Turns, Examined: k.Examined, Records: p.recorder.number, Held: p.peak}
	if p.store != nil { // nil: datagrams
		w.Scanned, w.Copied = p.store.Counters.Scanned, p.store.Counters.Copied
	}
	return w, nil
}

func (c *Conversation) size() (n int) {
	for _, s := range c.Steps {
		n += len(s.Data)
	}
	return n
}

// CheckLinear checks that twice the conversation is at most twice the work: text returns one of length n, in any unit.
func (s *Suite) CheckLinear(t *testing.T, n int, text func(n int) string) {
	t.Helper()
	one, err := s.Measure(text(n))
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.Measure(text(2 * n))
	if err != nil {
		t.Fatal(err)
	}
	// What detection and the ends take does not depend on the length.
	if limit := one.total()*2 + one.total()/10 + 4096; two.total() > limit {
		t.Errorf("length %d took %+v, length %d %+v: more than twice as much", n, one, 2*n, two)
	}
	if limit := uint64(two.Bytes)*8 + 1<<20; two.Scanned+two.Copied > limit {
		t.Errorf("length %d took %+v: more than 8 bytes scanned and copied for each byte", 2*n, two)
	}
}

// CheckBounded checks that a flow keeps at most limit bytes of memory, however long the conversation is: text returns
// one of length n, in any unit. The connection is still open when memory is measured.
func (s *Suite) CheckBounded(t *testing.T, limit int, n int, text func(n int) string) {
	t.Helper()
	for _, n := range [...]int{n, 4 * n} {
		c, err := Parse("conversation", text(n))
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.player(false, false)
		if err != nil {
			t.Fatal(err)
		}
		p.recorder.silent = true
		before := heap()
		session, pair := p.run(c, way{segments: fullSize, eachAck: true}, s.port(c))
		if used := heap() - before; used > limit {
			t.Errorf("length %d: the flow keeps %d bytes, want at most %d", n, used, limit)
		}
		p.end(session, pair)
		if p.store != nil && p.store.MemoryUse() != 0 {
			t.Errorf("length %d: streams keep %d bytes after the end", n, p.store.MemoryUse())
		}
		runtime.KeepAlive(c)
	}
}

// heap returns the bytes in use.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Split plays the conversation with bytes cut, shuffled and doubled as seed says, inline or not, and returns what is
// recorded. It is for fuzzing.
func (s *Suite) Split(c *Conversation, seed uint64, inline bool) ([]string, error) {
	p, err := s.player(inline, true)
	if err != nil {
		return nil, err
	}
	records := p.play(c, way{segments: shuffled(seed), inline: inline, eachAck: seed&1 != 0}, s.port(c))
	if c.Frames {
		records = append(records, p.recorder.frames...)
	}
	return records, nil
}

// Chat returns a conversation of two texts: what the client and what the server said, in flights of at most n bytes that
// take turns.
func Chat(client, server []byte, n int) *Conversation {
	c := &Conversation{Name: "chat"}
	for rest := [2][]byte{client, server}; len(rest[0])+len(rest[1]) > 0; {
		for d := range rest {
			m := min(n, len(rest[d]))
			if m > 0 {
				c.Steps = append(c.Steps, Step{Dir: stream.Dir(d), Data: rest[d][:m]})
				rest[d] = rest[d][m:]
			}
		}
	}
	return c
}
