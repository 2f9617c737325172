package flow

import (
	"fmt"
	"testing"
	"time"
	"unsafe"
)

// value is as large as the engine's.
type value [24]byte

const second = int64(time.Second)

// base is the time of the first packet in most tests.
const base = 1_700_000_000 * second

func v4(a, b, c, d byte) (addr [16]byte) {
	copy(addr[:], []byte{a, b, c, d})
	return addr
}

func v6(last byte) (addr [16]byte) {
	addr = [16]byte{0x20, 0x01, 0x0d, 0xb8}
	addr[15] = last
	return addr
}

// tcp returns the tuple of a packet from client i to a server.
func tcp(i int) Tuple {
	return Tuple{
		Src: v4(10, byte(i>>16), byte(i>>8), byte(i)), Dst: v4(192, 0, 2, 1),
		SrcPort: 1024 + uint16(i>>24), DstPort: 80, Protocol: 6, Version: 4,
	}
}

func reply(t Tuple) Tuple {
	t.Src, t.Dst, t.SrcPort, t.DstPort = t.Dst, t.Src, t.DstPort, t.SrcPort
	return t
}

// ended records the ends of flows.
type ended struct {
	ports   []uint16 // of the clients
	reasons []Reason
}

func (x *ended) end(_ Handle, e *Entry[value], r Reason) {
	x.ports = append(x.ports, e.Key().Tuple().SrcPort)
	x.reasons = append(x.reasons, r)
}

func lookup(t *Table[value], tuple Tuple, now int64) (Handle, Dir, bool) {
	k := MakeKey(&tuple)
	return t.Lookup(&k, now)
}

func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Entry[value]{}); n > 120 {
		t.Errorf("Entry has %d bytes, want at most 120", n)
	}
	if n := unsafe.Offsetof(Entry[value]{}.start); n > 64 {
		t.Errorf("a lookup touches %d bytes of an Entry, want 64", n)
	}
}

func TestBytesPerFlow(t *testing.T) {
	const flows = 300_000
	table := NewTable[value](Config{}, nil)
	for i := range flows {
		lookup(table, tcp(i), base)
	}
	if n := float64(table.Counters().Memory) / flows; n > 128 {
		t.Errorf("%.1f bytes per flow, want at most 128", n)
	}
}

func TestTuple(t *testing.T) {
	base := Tuple{
		Src: v6(1), Dst: v6(2), SrcPort: 1000, DstPort: 2000, VLAN: [3]uint16{1, 2, 4094},
		Protocol: 17, Version: 6, Recursion: 3,
	}
	for name, change := range map[string]func(*Tuple){
		"as it is":    func(*Tuple) {},
		"other way":   func(x *Tuple) { *x = reply(*x) },
		"same host":   func(x *Tuple) { x.Dst = x.Src },
		"same, other": func(x *Tuple) { x.Dst = x.Src; *x = reply(*x) },
		"same ports":  func(x *Tuple) { x.DstPort = x.SrcPort },
		"land":        func(x *Tuple) { x.Dst, x.DstPort = x.Src, x.SrcPort },
		"IPv4":        func(x *Tuple) { x.Src, x.Dst, x.Version = v4(10, 0, 0, 1), v4(9, 0, 0, 2), 4 },
		"high bits":   func(x *Tuple) { x.Src, x.VLAN, x.Recursion = v4(255, 255, 255, 255), [3]uint16{4095, 4095, 4095}, 15 },
	} {
		want := base
		change(&want)
		k := MakeKey(&want)
		if got := k.Tuple(); got != want {
			t.Errorf("%s: Tuple() = %v, want %v", name, got, want)
		}
	}
}

// TestIdentity looks a second packet up after a first one: is it the same flow, and in which direction?
func TestIdentity(t *testing.T) {
	echo, echoReply := Tuple{Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), Protocol: 1, Version: 4}, Tuple{}
	echoReply = reply(echo)
	echo.SrcPort, echo.DstPort = ICMPPorts(4, 8)
	echoReply.SrcPort, echoReply.DstPort = ICMPPorts(4, 0)
	with := func(t Tuple, f func(*Tuple)) Tuple { f(&t); return t }
	land := with(tcp(1), func(x *Tuple) { x.Dst, x.DstPort = x.Src, x.SrcPort })
	for _, c := range []struct {
		name          string
		config        Config
		first, second Tuple
		same          bool
		dir           Dir
	}{
		{"repeated", Config{}, tcp(1), tcp(1), true, ToServer},
		{"reply", Config{}, tcp(1), reply(tcp(1)), true, ToClient},
		{"from the higher endpoint", Config{}, reply(tcp(1)), reply(tcp(1)), true, ToServer},
		{"to the higher endpoint", Config{}, reply(tcp(1)), tcp(1), true, ToClient},
		{"land", Config{}, land, land, true, ToServer},
		{"other client", Config{}, tcp(1), tcp(2), false, 0},
		{"ports exchanged", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.SrcPort, x.DstPort = x.DstPort, x.SrcPort }), false, 0},
		{"addresses exchanged", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.Src, x.Dst = x.Dst, x.Src }), false, 0},
		{"protocol", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.Protocol = 17 }), false, 0},
		{"version", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.Version = 6 }), false, 0},
		{"recursion", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.Recursion = 1 }), false, 0},
		{"recursion ignored", Config{IgnoreRecursion: true}, tcp(1), with(tcp(1), func(x *Tuple) { x.Recursion = 1 }), true, ToServer},
		{"VLAN", Config{}, tcp(1), with(tcp(1), func(x *Tuple) { x.VLAN[2] = 7 }), false, 0},
		{"VLAN ignored", Config{IgnoreVLAN: true}, tcp(1), with(reply(tcp(1)), func(x *Tuple) { x.VLAN[0] = 7 }), true, ToClient},
		{"echo and reply", Config{}, echo, echoReply, true, ToClient},
		{"echo both ways", Config{}, echo, with(echo, func(x *Tuple) { x.Src, x.Dst = x.Dst, x.Src }), false, 0},
	} {
		table := NewTable[value](c.config, nil)
		h1, d1, created := lookup(table, c.first, base)
		if h1 == 0 || d1 != ToServer || !created {
			t.Errorf("%s: first packet: Lookup = %v, %v, %v", c.name, h1, d1, created)
		}
		h2, d2, created := lookup(table, c.second, base)
		if same := h1 == h2; same != c.same || created == c.same || d2 != c.dir {
			t.Errorf("%s: second packet: same flow %v, direction %v, created %v", c.name, same, d2, created)
		}
	}
}

func TestICMPPorts(t *testing.T) {
	for version, types := range map[uint8][]uint8{
		4: {0, 8, 13, 14, 15, 16, 17, 18},
		6: {128, 129, 133, 134, 135, 136, 139, 140},
	} {
		for _, typ := range types {
			src, dst := ICMPPorts(version, typ)
			if back, again := ICMPPorts(version, uint8(dst)); src != uint16(typ) || back != dst || again != src {
				t.Errorf("ICMPPorts(%d, %d) = %d, %d, which answers with %d, %d", version, typ, src, dst, back, again)
			}
		}
	}
	if src, dst := ICMPPorts(4, 3); src != 3 || dst != noCounterpart {
		t.Errorf("ICMPPorts(4, 3) = %d, %d", src, dst)
	}
}

func TestCount(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	for _, c := range []struct {
		protocol uint8
		state    State
	}{{6, New}, {17, Established}, {1, Established}, {47, Established}} {
		x := tcp(1)
		x.Protocol = c.protocol
		h, _, _ := lookup(table, x, base)
		e := table.Entry(h)
		if !e.Count(ToServer, 100) || e.Count(ToServer, 60) {
			t.Errorf("protocol %d: the first packet to the server must be the first, and no other", c.protocol)
		}
		if e.State() != New {
			t.Errorf("protocol %d: state %v after packets of one side", c.protocol, e.State())
		}
		if !e.Count(ToClient, 1500) || e.Count(ToClient, 1) {
			t.Errorf("protocol %d: the first packet to the client must be the first, and no other", c.protocol)
		}
		if e.State() != c.state {
			t.Errorf("protocol %d: state %v, want %v", c.protocol, e.State(), c.state)
		}
		if e.Packets(ToServer) != 2 || e.Bytes(ToServer) != 160 || e.Packets(ToClient) != 2 || e.Bytes(ToClient) != 1501 {
			t.Errorf("protocol %d: %v packets, %v bytes", c.protocol, e.packets, e.bytes)
		}
	}
}

func TestReverse(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	h, d, _ := lookup(table, reply(tcp(1)), base) // begins with the server's SYN, ACK
	e := table.Entry(h)
	id := e.ID()
	e.Count(d, 60)
	e.Reverse()
	if x := e.Key().Tuple(); x != tcp(1) {
		t.Errorf("client and server are %v", x)
	}
	if e.Packets(ToServer) != 0 || e.Packets(ToClient) != 1 || e.Bytes(ToClient) != 60 || !e.Reversed() || e.ID() != id {
		t.Errorf("counters %v %v, reversed %v, id %d, was %d", e.packets, e.bytes, e.Reversed(), e.ID(), id)
	}
	h2, d, _ := lookup(table, tcp(1), base)
	if h2 != h || d != ToServer || !e.Count(d, 60) {
		t.Errorf("the client's first packet: flow %v, direction %v", h2, d)
	}
	if _, d, _ = lookup(table, reply(tcp(1)), base); d != ToClient || e.Count(d, 60) {
		t.Errorf("the server's second packet: direction %v", d)
	}
	if e.Reverse(); e.Reversed() || e.Key().Tuple() != reply(tcp(1)) {
		t.Error("reversed twice is not as before")
	}
}

func TestEndAndReuse(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	tuple := tcp(1)
	k := MakeKey(&tuple)
	h, _, _ := table.Lookup(&k, base)
	table.Entry(h).Value[0] = 1
	table.Entry(h).Mark = 1
	id := table.Entry(h).ID()
	table.SetState(h, Closed)

	h, _ = table.Find(&k, base+second)
	table.End(h, TCPReuse)
	h2 := table.Create(&k, base+second)
	e := table.Entry(h2)
	if e.Value != (value{}) || e.Mark != 0 || e.State() != New || e.Start() != base+second || e.ID() == id {
		t.Errorf("the new flow is not fresh: %+v", e)
	}
	c := table.Counters()
	if len(x.reasons) != 1 || x.reasons[0] != TCPReuse || c.TCPReuse != 1 || c.EndClosed != 1 || c.Total != 2 || c.Active != 1 {
		t.Errorf("ends %v, counters %+v", x.reasons, *c)
	}
}

func TestClose(t *testing.T) {
	var x ended
	table := NewTable(Config{}, x.end)
	var want []uint16
	for i := range 3000 {
		tuple := tcp(i)
		tuple.SrcPort = uint16(i)
		h, _, _ := lookup(table, tuple, base+int64(i))
		if i%3 == 0 { // its place goes to the next
			table.End(h, Forced)
		} else {
			want = append(want, uint16(i))
		}
	}
	x = ended{}
	table.Close()
	if fmt.Sprint(x.ports) != fmt.Sprint(want) {
		t.Errorf("ended %v, want %v", x.ports, want)
	}
	for _, r := range x.reasons {
		if r != Shutdown {
			t.Fatalf("reason %v", r)
		}
	}
	if table.Counters().Active != 0 {
		t.Errorf("%d flows are left", table.Counters().Active)
	}
	if h, _, created := lookup(table, tcp(1), base); h == 0 || !created {
		t.Error("the table is of no use after Close")
	}
}

func TestID(t *testing.T) {
	seen := map[uint64]int{}
	ids := func() (ids []uint64) {
		table := NewTable[value](Config{}, nil)
		for i := range 20_000 {
			h, _, _ := lookup(table, tcp(i), base+int64(i/100))
			ids = append(ids, table.Entry(h).ID())
		}
		return ids
	}
	first, second := ids(), ids()
	for i, id := range first {
		if id != second[i] {
			t.Fatalf("flow %d has identifier %d in one table and %d in another", i, id, second[i])
		}
		if id == 0 || id >= 1<<51 {
			t.Fatalf("identifier %d", id)
		}
		if j, ok := seen[id]; ok {
			t.Errorf("flows %d and %d have the same identifier", i, j)
		}
		seen[id] = i
	}
}

func TestNames(t *testing.T) {
	for s, want := range map[fmt.Stringer]string{
		New: "new", CaptureBypassed: "capture_bypassed", State(77): "unknown",
		Timeout: "timeout", TCPReuse: "tcp_reuse", Reason(77): "unknown",
	} {
		if s.String() != want {
			t.Errorf("%T %d is called %v, want %v", s, s, s, want)
		}
	}
}

// TestCollisions looks for keys with the same 31 bits of hash, and checks that they are kept apart.
func TestCollisions(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	words := map[uint32]Tuple{}
	found := 0
	for i := range 300_000 { // some 20 pairs are expected
		tuple := tcp(i)
		k := MakeKey(&tuple)
		word := uint32(k.hash(&table.hash, table.mask)) << 1
		other, ok := words[word]
		if !ok {
			words[word] = tuple
			continue
		}
		found++
		h1, _, created1 := lookup(table, tuple, base)
		h2, _, created2 := lookup(table, other, base)
		if h1 == h2 || !created1 || !created2 {
			t.Fatalf("%v and %v are one flow", tuple, other)
		}
		table.End(h1, Forced)
		if h, _, _ := lookup(table, other, base); h != h2 {
			t.Fatalf("%v is lost", other)
		}
	}
	if found == 0 {
		t.Error("no collision found")
	}
}

// TestSpread checks the hash on the keys that attackers and load generators make: the chains must stay short.
func TestSpread(t *testing.T) {
	for name, tuple := range map[string]func(i int) Tuple{
		"addresses": tcp,
		"ports": func(i int) Tuple {
			x := tcp(0)
			x.SrcPort, x.DstPort = uint16(i), uint16(i>>16)
			return x
		},
		"high bits": func(i int) Tuple {
			x := Tuple{Version: 6, Protocol: 6}
			x.Src[0], x.Src[1], x.Dst[0], x.Dst[15] = byte(i), byte(i>>8), byte(i>>16), 1
			return x
		},
		"both": func(i int) Tuple {
			x := tcp(i)
			x.Dst = x.Src
			x.DstPort = 9
			return x
		},
	} {
		table := NewTable[value](Config{}, nil)
		for i := range 100_000 {
			lookup(table, tuple(i), base)
		}
		longest, chained := 0, 0
		for b := range table.index.n {
			n := 0
			for h := table.index.segments[b>>segmentShift][b%segmentSize].chain; h != 0; h = table.Entry(h).next {
				n++
			}
			longest = max(longest, n)
			chained += n
		}
		if table.Counters().Active != 100_000 || longest > 20 || chained > 5000 {
			t.Errorf("%s: %d flows, %d in chains, the longest of %d", name, table.Counters().Active, chained, longest)
		}
	}
}

func TestAllocs(t *testing.T) {
	table := NewTable[value](Config{}, nil)
	for i := range 1000 {
		lookup(table, tcp(i), base)
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		tuple := tcp(i % 1000)
		h, d, _ := lookup(table, reply(tuple), base+int64(i))
		table.Entry(h).Count(d, 100)
		i++
	}); n != 0 {
		t.Errorf("%v allocations per packet, want 0", n)
	}
	if n := testing.AllocsPerRun(1000, func() { // a new flow in the place of an old one
		h, _, _ := lookup(table, tcp(5_000_000), base+int64(i))
		table.End(h, Forced)
	}); n != 0 {
		t.Errorf("%v allocations per new flow, want 0", n)
	}
}
