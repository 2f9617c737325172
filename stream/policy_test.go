package stream

import (
	"fmt"
	"strings"
	"testing"
)

// collect reads everything, whatever it is.
type collect struct {
	b    []byte
	lost int64
	end  bool
}

func (r *collect) Read(d Dir, in *Cursor) {
	for {
		p, ok := in.Piece(1 << 20)
		if !ok {
			return
		}
		r.b = append(r.b, p.Data...)
		r.lost += p.Lost
		if p.Lost > 0 {
			r.b = append(r.b, '?')
		}
	}
}
func (r *collect) Gap(Dir, *Cursor, Loss) {}
func (r *collect) End(Dir, []byte)        { r.end = true }

// put is a segment of a table: its bytes, with dots for what is before it.
type put string

func (p put) off() int64   { return int64(strings.Count(string(p), ".")) }
func (p put) data() []byte { return []byte(strings.TrimLeft(string(p), ".")) }

// reassemble inserts the segments, fills what is before them with dots, and returns what is delivered.
func reassemble(c Config, policy Policy, segments ...put) (string, *Store) {
	st := NewStore(c)
	var p Pair
	var r collect
	p[0].SetPolicy(policy)
	for _, s := range segments {
		if c.Immediate || c.Inline {
			st.Push(&p, ToServer, s.off(), s.data(), &r)
		} else {
			st.Insert(&p[0], s.off(), s.data())
		}
	}
	st.Insert(&p[0], 0, []byte("."))
	p[0].Ack(p[0].Edge())
	st.Deliver(&p, ToServer, &r)
	return string(r.b), st
}

// TestOverlapTable is who wins where a second segment overlaps the first, for every relation of the two and every
// policy.
func TestOverlapTable(t *testing.T) {
	policies := [][]Policy{
		{Unset, BSD, BSDRight, HPUX10, IRIX, MacOS, Windows, Windows2k3},
		{Linux},
		{OldLinux},
		{Solaris, OldSolaris, HPUX11},
		{Vista},
		{First},
		{Linux6},
	}
	const ( // who wins, for each of them
		o = "OOOOOOO"
	)
	for _, test := range []struct {
		relation string
		a, b     put
		wins     string
		old, new string
	}{
		{"same start, same end", "....aaaa", "....BBBB", "OONNOOO", "aaaa", "BBBB"},
		{"same start, B shorter", "....aaaa", "....BB", o, "aaaa", "BBaa"},
		{"same start, B longer", "....aaaa", "....BBBBBB", "ONNNOON", "aaaaBB", "BBBBBB"},
		{"B starts before, ends inside", "....aaaa", "..BBBB", "NNNOOON", "BBaaaa", "BBBBaa"},
		{"B starts before, same end", "....aaaa", "..BBBBBB", "NNNNOON", "BBaaaa", "BBBBBB"},
		{"B starts before, ends after", "....aaaa", "..BBBBBBBB", "NNNNOON", "BBaaaaBB", "BBBBBBBB"},
		{"B starts inside, ends inside", "....aaaa", ".....BB", o, "aaaa", "aBBa"},
		{"B starts inside, same end", "....aaaa", ".....BBB", o, "aaaa", "aBBB"},
		{"B starts inside, ends after", "....aaaa", "......BBBB", "OOONOOO", "aaaaBB", "aaBBBB"},
	} {
		for i, group := range policies {
			for _, policy := range group {
				want := test.old
				if test.wins[i] == 'N' {
					want = test.new
				}
				if got := reassembled(policy, test.a, test.b); got != want {
					t.Errorf("%s, %v: got %s, want %s", test.relation, policy, got, want)
				}
			}
		}
		// Inline the first wins under every policy.
		for policy := Unset; policy <= First; policy++ {
			got, _ := reassemble(Config{Inline: true}, policy, test.a, test.b, "....", "...", "..", ".")
			if got = strings.TrimLeft(got, ".?"); got != test.old {
				t.Errorf("%s, %v inline: got %s, want %s", test.relation, policy, got, test.old)
			}
		}
	}
}

// reassembled returns what is delivered of segments that are all acknowledged at the end, less what is before them.
func reassembled(policy Policy, segments ...put) string {
	got, _ := reassemble(Config{}, policy, segments...)
	return strings.TrimLeft(got, ".?")
}

// Three segments: a third one has to win against both that brought a byte before.
func TestOverlapOfThree(t *testing.T) {
	for _, test := range []struct {
		policy Policy
		puts   []put
		want   string
	}{
		// B took over the first bytes of A.
		{BSD, []put{"....aaaa", "..BBBB", "...CCCCC"}, "BBBBCC"},
		{BSD, []put{"....aaaa", "..BBBB", ".CCCCC"}, "CCCCCaa"},
		{BSD, []put{"....aaaa", "......BBBB", ".....CCCCCC"}, "aaaaCCC"},
		{BSD, []put{"....aa", "........bb", ".....CCCCCC"}, "aaCCCCC"},
		{BSD, []put{"....aa", "........bb", "...CCCCCCCC"}, "CCCCCCCC"},
		{Linux, []put{"....aaaa", "....BBBBBB", "....CCCCC"}, "BBBBBB"},
		{Linux, []put{"....aaaa", "....BBBBBB", "....CCCCCCC"}, "CCCCCCC"},
		{OldLinux, []put{"....aaaa", "....BBBB", "....CCCC"}, "CCCC"},
		{OldLinux, []put{"....aaaa", "....BBBBBB", "....CCCC"}, "BBBBBB"},
		{Solaris, []put{"....aaaa", "......BBBB", ".....CCCC"}, "aCBBBB"},
		{Solaris, []put{"....aaaa", "......BBBB", ".....CCCCCC"}, "aCCCCCC"},
		{Vista, []put{"....aaaa", "..BBBBBB", ".CCCCCCCCC"}, "CBBaaaaCC"},
		// A segment that ends where another begins is merged with it by nobody but Linux.
		{BSD, []put{"....aa", "......bb", ".....CCCC"}, "aaCCC"},
		{Linux6, []put{"....aa", "......bb", ".....CCCC"}, "aabbC"},
		{Linux6, []put{"....aa", "........cc", "......bb", ".....CCCCCC"}, "aabbCCC"}, // it covers cc
		// In order, it is taken whole, whatever is queued.
		{Linux6, []put{"....aa", "......bb", ".CCCCCC"}, "CCCCCCb"},
	} {
		name := fmt.Sprint(test.policy, test.puts)
		if got := reassembled(test.policy, test.puts...); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	for p := BSD; p <= Linux6; p++ {
		if got, err := ParsePolicy(p.String()); got != p || err != nil {
			t.Errorf("ParsePolicy(%q) = %v, %v", p.String(), got, err)
		}
	}
	for _, name := range []string{"", "first", "unset", "BSD"} {
		if got, err := ParsePolicy(name); err == nil {
			t.Errorf("ParsePolicy(%q) = %v, want an error", name, got)
		}
	}
}
