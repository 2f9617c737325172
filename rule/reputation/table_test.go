package reputation

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	var table Table
	problems := table.Names("c", "# comment\r\n1,Bad,Bad, very bad\r\n\n 59 , Scan ,x\n0,zero,x\n60,sixty,x\nx,y,z\n2,short\n3,,x\n")
	if len(problems) != 5 {
		t.Errorf("problems %v", problems)
	}
	for name, want := range map[string]Category{"Bad": 1, "Scan": 59, "zero": 0, "sixty": 0, "short": 0, "": 0} {
		if c, ok := table.Find(name); c != want || ok != (want != 0) {
			t.Errorf("Find(%q) = %v, %v", name, c, ok)
		}
	}
	if _, ok := new(Table).Find("Bad"); ok {
		t.Error("an empty table has a category")
	}
}

func TestScore(t *testing.T) {
	var table Table
	problems := table.Load("f", `# comment
192.0.2.1,1,0
192.0.2.0/24,1,50
192.0.2.77/25,1,60
192.0.2.1,2,127
10.0.0.0/8,1,10
10.0.0.0/8,1,20
2001:db8::/32,1,5
2001:db8::1,1,6
::ffff:198.51.100.1,1,7
0.0.0.0/0,3,1
`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if table.Len() != 9 {
		t.Errorf("%d networks", table.Len())
	}
	for _, c := range []struct {
		addr string
		in   Category
		want int
	}{
		{"192.0.2.1", 1, 0}, {"192.0.2.2", 1, 60}, {"192.0.2.200", 1, 50}, {"192.0.3.1", 1, -1}, {"192.0.2.1", 2, 127}, {"192.0.2.2", 2, -1},
		{"10.9.8.7", 1, 20}, {"2001:db8::1", 1, 6}, {"2001:db8::2", 1, 5}, {"2001:db9::2", 1, -1}, {"198.51.100.1", 1, 7},
		{"::ffff:192.0.2.1", 2, 127}, {"203.0.113.1", 3, 1}, {"::1", 3, -1}, {"192.0.2.1", 4, -1},
	} {
		score, ok := table.Score(netip.MustParseAddr(c.addr), c.in)
		if ok != (c.want >= 0) || ok && int(score) != c.want {
			t.Errorf("Score(%s, %d) = %d, %v, want %d", c.addr, c.in, score, ok, c.want)
		}
	}
	if _, ok := table.Score(netip.Addr{}, 1); ok {
		t.Error("something is known of no address")
	}
}

func TestBadLines(t *testing.T) {
	var table Table
	for _, line := range []string{"192.0.2.1,1", "192.0.2.1,1,2,3", "x,1,1", "192.0.2.1,0,1", "192.0.2.1,60,1", "192.0.2.1,1,128", "192.0.2.1,1,-1",
		"192.0.2.1/33,1,1", "fe80::1%eth0,1,1", "::ffff:192.0.2.1/120,1,1"} {
		if p := table.Load("f", "\n"+line); len(p) != 1 || !strings.HasPrefix(p[0].Error(), "f:2: ") {
			t.Errorf("%q: problems %v", line, p)
		}
	}
	if p := table.Load("f", strings.Repeat("x\n", 20)); len(p) != maxProblems+1 || table.Len() != 0 {
		t.Errorf("problems %v, %d networks", p, table.Len())
	}
}

func TestLimit(t *testing.T) {
	table := Table{MaxNetworks: 2}
	p := table.Load("f", "192.0.2.1,1,1\n192.0.2.2,1,1\n192.0.2.3,1,1\n192.0.2.1,1,9\n")
	if len(p) != 1 || table.Len() != 2 {
		t.Errorf("problems %v, %d networks", p, table.Len())
	}
	if s, _ := table.Score(netip.MustParseAddr("192.0.2.1"), 1); s != 9 {
		t.Errorf("score %d", s)
	}
}

// TestModel compares with a search through all networks.
func TestModel(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	addr := func() netip.Addr { // few enough to hit
		if r.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{10, byte(r.IntN(3)), byte(r.IntN(3)), byte(r.IntN(5))})
		}
		return netip.AddrFrom16([16]byte{0x20, byte(r.IntN(2)), 15: byte(r.IntN(5))})
	}
	for range 50 {
		var table Table
		scores := map[netip.Prefix]uint8{}
		for range 40 {
			a := addr()
			p := netip.PrefixFrom(a, r.IntN(a.BitLen()+1))
			s := uint8(r.IntN(128))
			if problems := table.Load("f", fmt.Sprintf("%s,5,%d", p, s)); len(problems) > 0 {
				t.Fatal(problems)
			}
			scores[p.Masked()] = s
		}
		for range 100 {
			a, bits, want := addr(), -1, uint8(0)
			for p, s := range scores {
				if p.Contains(a) && p.Bits() > bits {
					bits, want = p.Bits(), s
				}
			}
			if got, ok := table.Score(a, 5); ok != (bits >= 0) || got != want {
				t.Fatalf("seed %d: Score(%s) = %d, %v, want %d", seed, a, got, ok, want)
			}
		}
	}
	var table Table
	table.Load("f", "10.0.0.0/8,5,1\n192.0.2.1,5,1")
	a := netip.MustParseAddr("10.1.1.1")
	if n := testing.AllocsPerRun(100, func() { table.Score(a, 5) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLoad reads files of any kind: each line is a network more at most, or a problem.
func FuzzLoad(f *testing.F) {
	f.Add("192.0.2.1,1,90\n198.51.100.0/24,2,30\n2001:db8::/32,59,127\n#\n")
	f.Add("1,BadHosts,Known bad hosts\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		table := Table{MaxNetworks: 3}
		problems := append(table.Load("f", text), table.Names("c", text)...)
		if table.Len() > 3 || len(problems) > 2*(maxProblems+1) {
			t.Fatalf("%d networks, %d problems", table.Len(), len(problems))
		}
		for c := range table.categories {
			for p, s := range table.categories[c].scores {
				got, ok := table.Score(p.Addr(), Category(c))
				if !ok || s > maxScore || p.Bits() == p.Addr().BitLen() && got != s {
					t.Fatalf("%s has %d in category %d, Score says %d, %v", p, s, c, got, ok)
				}
			}
		}
	})
}
