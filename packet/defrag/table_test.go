package defrag

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/packet"
)

func policyOf(p Policy) func(netip.Addr) Policy { return func(netip.Addr) Policy { return p } }

func hasEvent(p *packet.Packet, name string) bool {
	return slices.ContainsFunc(events(p), func(e string) bool { return strings.HasSuffix(e, name) })
}

// payload returns what follows the headers, which are the plain ones.
func payload(datagram []byte, version int) []byte {
	if version == 6 {
		return datagram[ipv6Len:]
	}
	return datagram[ipv4Len:]
}

// Who wins where two fragments overlap. The earlier one stands on top.
func TestPolicies(t *testing.T) {
	tests := []struct {
		name           string
		earlier, later [2]int // offsets, in units
		wins           string // policies for which the later one does
	}{
		{"begins before, ends before", [2]int{2, 6}, [2]int{1, 4}, "bsd linux last"},
		{"begins before, ends with", [2]int{2, 6}, [2]int{1, 6}, "bsd linux solaris last"},
		{"begins before, ends behind", [2]int{2, 6}, [2]int{1, 7}, "bsd linux solaris windows last"},
		{"begins with, ends before", [2]int{2, 6}, [2]int{2, 4}, "bsd-right linux last"},
		{"the same", [2]int{2, 6}, [2]int{2, 6}, "bsd-right linux last"},
		{"begins with, ends behind", [2]int{2, 6}, [2]int{2, 7}, "bsd-right linux last"},
		{"begins behind, ends before", [2]int{2, 6}, [2]int{3, 5}, "bsd-right last"},
		{"begins behind, ends with", [2]int{2, 6}, [2]int{3, 6}, "bsd-right last"},
		{"begins behind, ends behind", [2]int{2, 6}, [2]int{3, 7}, "bsd-right last"},
	}
	for _, tt := range tests {
		for policy := BSD; policy < numPolicies; policy++ {
			t.Run(tt.name+"/"+policy.String(), func(t *testing.T) {
				var d packet.Decoder
				table := New(Config{Policy: policyOf(policy)})
				add := func(from, to int, c byte, more bool) ([]byte, *packet.Packet) {
					p := sender{}.fragment(&d, piece{from * 8, more, text(c, (to-from)*8)})
					b, _ := table.Add(&d, p, 0, nil)
					return b, p
				}
				add(tt.earlier[0], tt.earlier[1], 'e', true)
				_, p := add(tt.later[0], tt.later[1], 'l', true)
				if !hasEvent(p, "ipv4.frag_overlap") {
					t.Errorf("events %v", events(p))
				}
				add(0, 1, 'x', true)
				if tt.later[0] > 1 {
					add(1, 2, 'x', true)
				}
				var got []byte
				if max(tt.earlier[1], tt.later[1]) == 6 {
					got, _ = add(6, 7, 'x', true)
				}
				if got != nil {
					t.Fatal("complete without its end")
				}
				got, _ = add(7, 8, 'x', false)
				from, to := max(tt.earlier[0], tt.later[0]), min(tt.earlier[1], tt.later[1])
				want := byte('e')
				if slices.Contains(strings.Fields(tt.wins), policy.String()) {
					want = 'l'
				}
				if middle := payload(got, 4)[from*8 : to*8]; !bytes.Equal(middle, text(want, len(middle))) {
					t.Errorf("overlap has %q, want %c", middle, want)
				}
			})
		}
	}
}

// Every byte in order, whatever the order in which fragments come, however often, and whatever their size.
func TestOrder(t *testing.T) {
	data := make([]byte, 20_003)
	for i := range data {
		data[i] = byte(i * 7 / 3)
	}
	for _, version := range []int{4, 6} {
		for _, n := range []int{8, 64, 1480, 4096} {
			for _, order := range []string{"forwards", "backwards", "shuffled", "twice"} {
				t.Run(fmt.Sprint(version, n, order), func(t *testing.T) {
					var d packet.Decoder
					table := New(Config{})
					all := fragments(data, n)
					switch order {
					case "backwards":
						slices.Reverse(all)
					case "shuffled":
						rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
					case "twice":
						last := all[len(all)-1]
						all = append(append(all[:len(all)-1:len(all)-1], all[:len(all)-1]...), last)
					}
					for i, f := range all {
						got, complete := table.Add(&d, sender{version: version}.fragment(&d, f), 0, nil)
						if complete != (i == len(all)-1) {
							t.Fatalf("fragment %d of %d: complete %v", i+1, len(all), complete)
						}
						if complete && !bytes.Equal(payload(got, version), data) {
							t.Fatal("the datagram is not what was sent")
						}
					}
					if table.Len() != 0 || table.Counters.MemoryUse != 0 {
						t.Errorf("%d datagrams, %d bytes held at the end", table.Len(), table.Counters.MemoryUse)
					}
				})
			}
		}
	}
}

// The headers are those of the first fragment, made those of a whole datagram.
func TestHeaders(t *testing.T) {
	options := []byte{148, 4, 0, 0, 1, 1, 1, 1}
	hopByHop := []byte{44, 0, 5, 2, 0, 0, 0, 0}
	long := append([]byte{44, 20}, make([]byte, 166)...)
	for _, tt := range []struct {
		name string
		s    sender
	}{
		{"ipv4", sender{}},
		{"ipv4 with options", sender{header: options}},
		{"ipv6", sender{version: 6}},
		{"ipv6 with options", sender{version: 6, header: hopByHop}},
		{"ipv6 with a long header", sender{version: 6, header: long}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			udp := append([]byte{0x14, 0xe9, 0, 53, 0, 208, 0, 0}, text('x', 200)...)
			var d packet.Decoder
			table := New(Config{})
			all := fragments(udp, 96)
			slices.Reverse(all)
			var last *packet.Packet
			var got []byte
			for _, f := range all {
				last = tt.s.fragment(&d, f)
				last.VLAN[0], last.VLANs, last.Number, last.Time = 7, 1, 3, 4
				got, _ = table.Add(&d, last, 0, got)
			}
			if len(got) == 0 {
				t.Fatal("not complete")
			}
			var p packet.Packet
			d.DecodeDatagram(&p, last, got)
			if !p.Flags.Has(packet.HasUDP) || p.Flags.Has(packet.Fragment) || string(p.Payload) != string(udp[8:]) || p.DstPort != 53 {
				t.Errorf("the datagram has flags %b, port %d, payload %q", p.Flags, p.DstPort, p.Payload)
			}
			if tt.s.version != 6 && !p.ChecksumOK() {
				t.Error("ChecksumOK() = false")
			}
			if p.Origin != packet.FromDefrag || p.VLAN[0] != 7 || p.VLANs != 1 || p.Number != 3 || p.Time != 4 {
				t.Errorf("origin %v, VLAN %v, number %d, time %d", p.Origin, p.VLAN[:p.VLANs], p.Number, p.Time)
			}
		})
	}
}

// Fragments that are not of the same datagram are not put together.
func TestKey(t *testing.T) {
	data := text('x', 64)
	first, second := piece{0, true, data}, piece{64, false, data}
	base := sender{id: 7, protocol: 17, vlan: 5, depth: 1}
	for _, tt := range []struct {
		name   string
		change func(s *sender)
		config Config
		joins  bool
	}{
		{"the same", func(s *sender) {}, Config{}, true},
		{"source", func(s *sender) { s.source = 9 }, Config{}, false},
		{"identification", func(s *sender) { s.id = 8 }, Config{}, false},
		{"protocol", func(s *sender) { s.protocol = 6 }, Config{}, false},
		{"protocol of IPv6", func(s *sender) { s.protocol = 6; s.version = 6 }, Config{}, true},
		{"VLAN", func(s *sender) { s.vlan = 6 }, Config{}, false},
		{"VLAN ignored", func(s *sender) { s.vlan = 6 }, Config{IgnoreVLAN: true}, true},
		{"tunnels", func(s *sender) { s.depth = 2 }, Config{}, false},
		{"tunnels ignored", func(s *sender) { s.depth = 2 }, Config{IgnoreDepth: true}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d packet.Decoder
			table := New(tt.config)
			other := base
			tt.change(&other)
			from := base
			from.version = other.version
			table.Add(&d, from.fragment(&d, first), 0, nil)
			if _, joins := table.Add(&d, other.fragment(&d, second), 0, nil); joins != tt.joins {
				t.Errorf("complete %v, want %v", joins, tt.joins)
			}
		})
	}

	// IPv4 and IPv6 whose keys have the same bytes otherwise.
	t.Run("family", func(t *testing.T) {
		var d packet.Decoder
		table := New(Config{})
		p := sender{id: 7, protocol: 17}.fragment(&d, first)
		q := sender{id: 7, protocol: 17}.fragment(&d, second)
		table.Add(&d, p, 0, nil)
		q.Version, q.Frag.Header = 6, ipv6Len
		if _, joins := table.Add(&d, q, 0, nil); joins {
			t.Error("fragments of two families were put together")
		}
	})
}

// Fragments of which nothing is kept.
func TestIgnored(t *testing.T) {
	tests := []struct {
		name    string
		version int
		f       piece
		want    string
	}{
		{"empty", 4, piece{8, true, nil}, "ipv4.frag_ignored"},
		{"empty, last", 6, piece{8, false, nil}, "ipv6.frag_ignored"},
		{"seven bytes", 4, piece{8, true, text('x', 7)}, "ipv4.frag_ignored"},
		{"odd length", 6, piece{8, true, text('x', 9)}, "ipv6.frag_invalid_length"},
		{"beyond the largest datagram", 4, piece{65528, false, text('x', 8)}, "ipv4.frag_pkt_too_large"},
		{"its last byte", 4, piece{65512, false, text('x', 3)}, ""},
		{"one byte more", 4, piece{65512, false, text('x', 4)}, "ipv4.frag_pkt_too_large"},
		{"beyond the largest datagram", 6, piece{65528, true, text('x', 8)}, "ipv6.frag_pkt_too_large"},
		{"its last byte", 6, piece{65528, false, text('x', 7)}, ""},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.version, " ", tt.name), func(t *testing.T) {
			var d packet.Decoder
			table := New(Config{})
			p := sender{version: tt.version}.fragment(&d, tt.f)
			table.Add(&d, p, 0, nil)
			if got := strings.Join(events(p), " "); got != tt.want {
				t.Errorf("events %q, want %q", got, tt.want)
			}
			if held := table.Len() == 1; held != (tt.want == "") {
				t.Errorf("held %v", held)
			}
			if n := d.Counters.Events; tt.want != "" && slices.Max(n[:]) != 1 {
				t.Error("the event was not counted")
			}
		})
	}
	t.Run("cut", func(t *testing.T) {
		var d packet.Decoder
		table := New(Config{})
		p := sender{}.fragment(&d, piece{0, true, text('x', 64)})
		p.Frame = p.Frame[:len(p.Frame)-8]
		d.Decode(p)
		table.Add(&d, p, 0, nil)
		if table.Len() != 0 {
			t.Error("a fragment that the snap length cut was kept")
		}
	})
}

// Attacks of old, on every policy: the datagram never has a hole, and nothing breaks.
func TestTeardrop(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  []piece
	}{
		{"teardrop", []piece{{0, true, text('a', 32)}, {24, false, text('b', 4)}}},
		{"newtear", []piece{{0, true, text('a', 48)}, {8, false, text('b', 12)}, {16, true, text('c', 8)}}},
		{"bonk", []piece{{0, true, text('a', 32)}, {32, false, text('b', 8)}, {8, false, text('c', 8)}}},
		{"nestea", []piece{{0, true, text('a', 16)}, {48, false, text('b', 100)}, {0, true, text('c', 48)}}},
		{"ends twice", []piece{{16, false, text('a', 5)}, {32, false, text('b', 3)}, {0, true, text('c', 16)}, {16, true, text('d', 16)}}},
	} {
		for policy := range numPolicies {
			var d packet.Decoder
			table := New(Config{Policy: policyOf(policy)})
			m := &model{policy: policy}
			for i, f := range tt.all {
				got, complete := table.Add(&d, sender{}.fragment(&d, f), 0, nil)
				want, _, gone := m.add(f)
				if complete != (want != nil) || complete && !bytes.Equal(payload(got, 4), want) {
					t.Errorf("%s, %v, fragment %d: %q, want %q", tt.name, policy, i, got, want)
				}
				if gone || complete {
					m = &model{policy: policy}
				}
			}
		}
	}
}

// An identification that is used again, after the datagram was complete, begins another one.
func TestReusedID(t *testing.T) {
	var d packet.Decoder
	table := New(Config{})
	var got []byte
	for _, c := range []byte("abc") {
		var complete bool
		for _, f := range fragments(text(c, 100), 40) {
			got, complete = table.Add(&d, sender{id: 1}.fragment(&d, f), 0, got)
		}
		if !complete || !bytes.Equal(payload(got, 4), text(c, 100)) {
			t.Errorf("datagram of %c: %q", c, got)
		}
	}
	if c := table.Counters; c.IPv4Reassembled != 3 || c.IPv4Fragments != 9 {
		t.Errorf("%d fragments, %d datagrams counted", c.IPv4Fragments, c.IPv4Reassembled)
	}
}

func TestTimeout(t *testing.T) {
	short := netip.MustParseAddr("198.51.100.2")
	second := int64(time.Second)
	for _, tt := range []struct {
		name       string
		config     Config
		after      int64
		joins      bool
		soft, lost uint64
	}{
		{"in time", Config{}, 60*second - 1, true, 0, 0},
		{"too late", Config{}, 60 * second, false, 0, 1},
		{"other limit", Config{Timeout: 5 * time.Second}, 5 * second, false, 0, 1},
		{"of the host", Config{TimeoutOf: func(a netip.Addr) time.Duration {
			if a == short {
				return time.Second
			}
			return 0
		}}, second, false, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d packet.Decoder
			table := New(tt.config)
			if tt.soft > 0 { // an older one with a longer time
				table.Add(&d, sender{version: 6}.fragment(&d, piece{8, true, text('x', 8)}), 0, nil)
			}
			table.Add(&d, sender{}.fragment(&d, piece{0, true, text('x', 8)}), 0, nil)
			_, joins := table.Add(&d, sender{}.fragment(&d, piece{8, false, text('x', 8)}), tt.after, nil)
			if c := table.Counters; joins != tt.joins || c.Timeouts != tt.lost || c.SoftReuse != tt.soft {
				t.Errorf("complete %v, %d timeouts, %d reused; want %v, %d, %d", joins, c.Timeouts, c.SoftReuse, tt.joins, tt.lost, tt.soft)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	var d packet.Decoder
	t.Run("trackers", func(t *testing.T) {
		table := New(Config{MaxTrackers: 3})
		for id := range uint32(5) {
			table.Add(&d, sender{id: id}.fragment(&d, piece{0, true, text('x', 8)}), 0, nil)
		}
		if table.Len() != 3 || table.Counters.HardReuse != 2 {
			t.Errorf("%d datagrams held, %d given up, want 3, 2", table.Len(), table.Counters.HardReuse)
		}
		for id, want := range []bool{false, false, true, true, true} { // the oldest went
			if _, complete := table.Add(&d, sender{id: uint32(id)}.fragment(&d, piece{8, false, text('x', 8)}), 0, nil); complete != want && id > 1 {
				t.Errorf("datagram %d complete: %v", id, complete)
			}
			if !want {
				table = New(Config{MaxTrackers: 3})
				for id := range uint32(5) {
					table.Add(&d, sender{id: id}.fragment(&d, piece{0, true, text('x', 8)}), 0, nil)
				}
			}
		}
	})
	t.Run("fragments", func(t *testing.T) {
		table := New(Config{MaxFragments: 4})
		var p *packet.Packet
		for i := range 5 {
			p = sender{}.fragment(&d, piece{16 * i, true, text('x', 8)})
			table.Add(&d, p, 0, nil)
		}
		if table.Counters.FragmentsReached != 1 || !hasEvent(p, "ipv4.frag_ignored") {
			t.Errorf("%d fragments beyond the limit, want 1; events %v", table.Counters.FragmentsReached, events(p))
		}
		// What timed out makes room.
		p = sender{id: 2}.fragment(&d, piece{0, true, text('x', 8)})
		if table.Add(&d, p, 1e12, nil); len(p.Events()) > 0 {
			t.Errorf("events %v", events(p))
		}
	})
	t.Run("memory", func(t *testing.T) {
		const limit = 1 << 20
		table := New(Config{Memory: limit})
		for id := range uint32(10_000) {
			table.Add(&d, sender{id: id}.fragment(&d, piece{int(id) * 8, true, text('x', 600)}), 0, nil)
			if table.Counters.MemoryUse > limit {
				t.Fatalf("%d bytes held, limit %d", table.Counters.MemoryUse, limit)
			}
		}
		if table.Counters.HardReuse == 0 || table.Len() < 100 {
			t.Errorf("%d datagrams held, %d given up", table.Len(), table.Counters.HardReuse)
		}
	})
	t.Run("least memory", func(t *testing.T) {
		table := New(Config{Memory: 1})
		data := text('x', 65000)
		for _, f := range fragments(data, 1480) {
			if _, complete := table.Add(&d, sender{}.fragment(&d, f), 0, nil); complete != !f.more {
				t.Errorf("fragment at %d: complete %v", f.off, complete)
			}
		}
	})
	t.Run("no memory", func(t *testing.T) {
		table := New(Config{})
		table.config.Memory = pageSize
		p := sender{}.fragment(&d, piece{0, true, text('x', 8)})
		table.Add(&d, p, 0, nil)
		if table.Counters.TrackersReached != 1 || !hasEvent(p, "ipv4.frag_ignored") {
			t.Errorf("%d counted, events %v", table.Counters.TrackersReached, events(p))
		}
	})
}

func TestAllocations(t *testing.T) {
	var d packet.Decoder
	table := New(Config{})
	var all []*packet.Packet
	for id := range uint32(50) {
		for _, f := range fragments(text('x', 4000), 1480) {
			all = append(all, sender{id: id}.fragment(&d, f))
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var buffer []byte
	got := testing.AllocsPerRun(100, func() {
		for _, p := range all {
			buffer, _ = table.Add(&d, p, 0, buffer)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}
