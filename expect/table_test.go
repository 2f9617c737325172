package expect_test

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/reknit/reknit/expect"
)

var (
	alice = netip.MustParseAddr("192.0.2.1")
	bob   = netip.MustParseAddr("198.51.100.2")
	carol = netip.MustParseAddr("2001:db8::3")
)

func connection(client, server netip.Addr, clientPort, serverPort uint16) expect.Connection {
	return expect.Connection{Client: client, Server: server, ClientPort: clientPort, ServerPort: serverPort, Transport: 6}
}

func TestMeet(t *testing.T) {
	const second = int64(time.Second)
	udp := connection(alice, bob, 1000, 2000)
	udp.Transport = 17
	for _, test := range []struct {
		name      string
		announced expect.Connection
		comes     expect.Connection
		after     int64
		want      bool
	}{
		{"as announced", connection(alice, bob, 1000, 2000), connection(alice, bob, 1000, 2000), 1 * second, true},
		{"any client port", connection(alice, bob, 0, 2000), connection(alice, bob, 1234, 2000), 1 * second, true},
		{"any port", connection(alice, bob, 0, 0), connection(alice, bob, 1234, 99), 1 * second, true},
		{"other client port", connection(alice, bob, 1000, 2000), connection(alice, bob, 1001, 2000), 1 * second, false},
		{"other server port", connection(alice, bob, 0, 2000), connection(alice, bob, 1000, 2001), 1 * second, false},
		{"other way round", connection(alice, bob, 0, 2000), connection(bob, alice, 1000, 2000), 1 * second, false},
		{"other host", connection(alice, bob, 0, 2000), connection(alice, carol, 1000, 2000), 1 * second, false},
		{"other transport", udp, connection(alice, bob, 1000, 2000), 1 * second, false},
		{"at the last moment", connection(alice, bob, 0, 2000), connection(alice, bob, 1, 2000), 30 * second, true},
		{"too late", connection(alice, bob, 0, 2000), connection(alice, bob, 1, 2000), 30*second + 1, false},
	} {
		x := expect.New[string](expect.Config{})
		x.Announce(0, 30*time.Second, test.announced, "value")
		value, ok := x.Meet(test.after, test.comes)
		if ok != test.want || ok && value != "value" {
			t.Errorf("%s: Meet = %q, %v, want %v", test.name, value, ok, test.want)
		}
		if _, again := x.Meet(test.after, test.comes); again {
			t.Errorf("%s: met twice", test.name)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Run("pair", func(t *testing.T) {
		x := expect.New[uint16](expect.Config{PerPair: 3})
		for port := uint16(1); port <= 5; port++ {
			x.Announce(0, time.Minute, connection(alice, bob, 0, port), port)
		}
		for port, want := range []bool{1: false, false, true, true, true} {
			if _, ok := x.Meet(1, connection(alice, bob, 9, uint16(port))); port > 0 && ok != want {
				t.Errorf("port %d: met %v, want %v", port, ok, want)
			}
		}
		if c := x.Counters(); c.Superseded != 2 || c.Met != 3 || c.Live != 0 {
			t.Errorf("counters %+v", c)
		}
	})
	t.Run("all", func(t *testing.T) {
		const limit = 64
		x := expect.New[int](expect.Config{Max: limit})
		for i := range 10_000 {
			host := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			x.Announce(0, time.Minute, connection(host, bob, 0, 21), i)
			if n := x.Counters().Live; n > limit {
				t.Fatalf("%d are live, want at most %d", n, limit)
			}
		}
		if c := x.Counters(); c.Live+c.Superseded != 10_000 || c.Live == 0 {
			t.Errorf("counters %+v", c)
		}
	})
	t.Run("time", func(t *testing.T) {
		x := expect.New[int](expect.Config{})
		for i := range 1000 {
			x.Announce(int64(i)*int64(time.Second), 5*time.Second, connection(alice, bob, 0, uint16(i)), i)
		}
		if c := x.Counters(); c.Live > 6 || c.Superseded != 0 || c.Expired+c.Live != 1000 {
			t.Errorf("counters %+v", c)
		}
	})
}

// TestModel compares the table with a slice that is searched from its beginning.
func TestModel(t *testing.T) {
	type entry struct {
		expect.Connection
		until int64
		value int
	}
	hosts := []netip.Addr{alice, bob, carol}
	rapid.Check(t, func(t *rapid.T) {
		const perPair = 3
		x := expect.New[int](expect.Config{PerPair: perPair})
		var model []entry
		host := rapid.SampledFrom(hosts)
		port := rapid.Uint16Range(0, 2)
		var now int64
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.Int64Range(0, 4).Draw(t, "time")
			c := connection(host.Draw(t, "client"), host.Draw(t, "server"), port.Draw(t, "from"), port.Draw(t, "to"))
			alive := model[:0:0]
			for _, e := range model {
				if e.until >= now {
					alive = append(alive, e)
				}
			}
			samePair := func(e entry) bool {
				return e.Client == c.Client && e.Server == c.Server || e.Client == c.Server && e.Server == c.Client
			}
			if rapid.Bool().Draw(t, "announce") {
				life := rapid.Int64Range(0, 9).Draw(t, "life")
				// The table may still hold some whose time is over: they count until somebody meets them.
				model = append(model, entry{c, now + life, i})
				x.Announce(now, time.Duration(life), c, i)
				continue
			}
			want, found := 0, false
			n := 0
			for _, e := range alive {
				if samePair(e) {
					n++
				}
			}
			for k, e := range slices.Backward(alive) {
				if e.Transport == c.Transport && e.Client == c.Client && e.Server == c.Server &&
					(e.ClientPort == 0 || e.ClientPort == c.ClientPort) && (e.ServerPort == 0 || e.ServerPort == c.ServerPort) {
					want, found = e.value, true
					alive = append(alive[:k:k], alive[k+1:]...)
					break
				}
			}
			value, ok := x.Meet(now, c)
			superseded := x.Counters().Superseded > 0
			if !superseded && (ok != found || value != want) {
				t.Fatalf("Meet(%d, %v) = %d, %v, want %d, %v", now, c, value, ok, want, found)
			}
			if superseded && ok && !found {
				t.Fatalf("Meet(%d, %v) = %d, which is over", now, c, value)
			}
			if n > 0 || found {
				model = alive
			}
		}
	})
}

// TestConcurrent is for the race detector, and for the sum of the counters.
func TestConcurrent(t *testing.T) {
	x := expect.New[int](expect.Config{PerPair: 4, Max: 32})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 2000 {
				c := connection(alice, netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 8)}), 0, uint16(i%3))
				if (i+g)%2 == 0 {
					x.Announce(int64(i), 100, c, i)
				} else {
					x.Meet(int64(i), c)
				}
			}
		})
	}
	all.Wait()
	if c := x.Counters(); c.Announced != c.Met+c.Expired+c.Superseded+c.Live || c.Met == 0 {
		t.Errorf("counters do not add up: %+v", c)
	}
}
