package engine_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/proto/smtp"
	"github.com/reknit/reknit/stream"
)

// network returns the IP datagram of a frame, or nil.
func network(f frame) []byte {
	var d packet.Decoder
	p := packet.Packet{Link: f.link, Frame: f.data, WireLen: len(f.data)}
	d.Decode(&p)
	return p.Network
}

// ipProtocol is the protocol number of a datagram in another.
func ipProtocol(datagram []byte) byte {
	if datagram[0]>>4 == 4 {
		return 4
	}
	return 41
}

// etherType is that of a datagram.
func etherType(datagram []byte) uint16 {
	if datagram[0]>>4 == 4 {
		return 0x0800
	}
	return 0x86dd
}

var identification uint16

// in4 and in6 make datagrams between the ends of a tunnel.
func in4(protocol byte, payload []byte) []byte {
	be := binary.BigEndian
	identification++
	b := be.AppendUint16([]byte{0x45, 0}, uint16(20+len(payload)))
	b = be.AppendUint16(b, identification)
	b = append(b, 0, 0, 64, protocol, 0, 0, 203, 0, 113, 1, 203, 0, 113, 2)
	return append(b, payload...)
}

func in6(protocol byte, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0x60, 0, 0, 0}, uint16(len(payload)))
	b = append(b, protocol, 64)
	b = append(append(b, make([]byte, 15)...), 1)
	b = append(append(b, make([]byte, 15)...), 2)
	return append(b, payload...)
}

func inUDP(port uint16, payload ...[]byte) []byte {
	be := binary.BigEndian
	all := slices.Concat(payload...)
	b := be.AppendUint16([]byte{0xc0, 0}, port)
	b = be.AppendUint16(b, uint16(8+len(all)))
	return append(append(b, 0, 0), all...)
}

func inGRE(datagram []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0, 0}, etherType(datagram)), datagram...)
}

func ethernet(datagram []byte) []byte {
	return append(binary.BigEndian.AppendUint16(make([]byte, 12), etherType(datagram)), datagram...)
}

// fragmented cuts a datagram into fragments with n bytes of data each.
func fragmented(datagram []byte, n int) [][]byte {
	be := binary.BigEndian
	identification++
	var all [][]byte
	header := 20
	if datagram[0]>>4 == 6 {
		header = 40
	} else {
		header = int(datagram[0]&15) * 4
	}
	data := datagram[header:]
	if len(data) <= n {
		return [][]byte{datagram}
	}
	for at := 0; at < len(data); at += n {
		end := min(at+n, len(data))
		field, more := at/8, end < len(data)
		b := slices.Clone(datagram[:header])
		if b[0]>>4 == 4 {
			if more {
				field |= 0x2000
			}
			be.PutUint16(b[2:], uint16(header+end-at))
			be.PutUint16(b[4:], identification)
			be.PutUint16(b[6:], uint16(field))
		} else {
			field <<= 3
			if more {
				field |= 1
			}
			be.PutUint16(b[4:], uint16(8+end-at))
			b = append(b, b[6], 0)
			b[6] = 44
			b = be.AppendUint16(b, uint16(field))
			b = be.AppendUint32(b, uint32(identification))
		}
		all = append(all, append(b, data[at:end]...))
	}
	return all
}

// rewrite makes a capture of raw IP in which each datagram is replaced by others.
func rewrite(all []frame, f func(datagram []byte) [][]byte) []frame {
	var out []frame
	for _, x := range all {
		datagram := network(x)
		if datagram == nil {
			continue
		}
		for _, b := range f(datagram) {
			out = append(out, frame{x.time, packet.LinkRaw, b})
		}
	}
	return out
}

// ofTCP returns the records about TCP flows.
func ofTCP(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(r string) bool { return !strings.Contains(r, `"proto":"TCP"`) })
}

// A session gives the same records in any tunnel, in fragments, in fragments of tunnels and in tunnels of fragments.
func TestUnpackInvariance(t *testing.T) {
	one := func(b []byte) [][]byte { return [][]byte{b} }
	reversed := func(all [][]byte) [][]byte { slices.Reverse(all); return all }
	mapped := func(all [][]byte, f func([]byte) []byte) [][]byte {
		for i := range all {
			all[i] = f(all[i])
		}
		return all
	}
	gre := func(b []byte) []byte { return in4(47, inGRE(b)) }
	vxlan := func(b []byte) []byte { return in4(17, inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, ethernet(b))) }
	plain := load(t, mailCapture)
	raw := rewrite(plain, one)
	for _, tt := range []struct {
		name   string
		wrap   func(b []byte) [][]byte
		source string // pkt_src of the records
	}{
		{"GRE", func(b []byte) [][]byte { return one(gre(b)) }, "gre tunnel"},
		{"GRE in IPv6", func(b []byte) [][]byte { return one(in6(47, inGRE(b))) }, "gre tunnel"},
		{"ERSPAN", func(b []byte) [][]byte {
			return one(in4(47, slices.Concat([]byte{0x10, 0, 0x88, 0xbe}, make([]byte, 4), []byte{0x10, 0}, make([]byte, 6), ethernet(b))))
		}, "gre tunnel"},
		{"IP in IPv4", func(b []byte) [][]byte { return one(in4(ipProtocol(b), b)) }, "ipv4 tunnel"},
		{"IP in IPv6", func(b []byte) [][]byte { return one(in6(ipProtocol(b), b)) }, "ipv6 tunnel"},
		{"VXLAN", func(b []byte) [][]byte { return one(vxlan(b)) }, "vxlan encapsulation"},
		{"Geneve", func(b []byte) [][]byte {
			return one(in4(17, inUDP(6081, []byte{0, 0}, binary.BigEndian.AppendUint16(nil, etherType(b)), make([]byte, 4), b)))
		}, "geneve encapsulation"},
		{"GTP-U", func(b []byte) [][]byte {
			return one(in4(17, inUDP(2152, []byte{0x30, 255}, binary.BigEndian.AppendUint16(nil, uint16(len(b))), make([]byte, 4), b)))
		}, "gtp tunnel"},
		{"GRE in VXLAN in IPv6", func(b []byte) [][]byte { return one(in6(ipProtocol(vxlan(b)), vxlan(gre(b)))) }, "gre tunnel"},
		{"fragments", func(b []byte) [][]byte { return fragmented(b, 16) }, "defrag"},
		{"fragments backwards", func(b []byte) [][]byte { return reversed(fragmented(b, 8)) }, "defrag"},
		{"GRE of fragments", func(b []byte) [][]byte { return mapped(fragmented(b, 16), gre) }, "defrag"},
		{"fragments of GRE", func(b []byte) [][]byte { return fragmented(gre(b), 24) }, "gre tunnel"},
		{"fragments of VXLAN of fragments", func(b []byte) [][]byte {
			var all [][]byte
			for _, f := range fragmented(b, 16) {
				all = append(all, reversed(fragmented(vxlan(f), 32))...)
			}
			return all
		}, "defrag"},
	} {
		for _, inline := range []bool{false, true} {
			want, _ := run(t, inline, raw)
			want = ofTCP(want)
			got, e := run(t, inline, rewrite(plain, tt.wrap))
			diff(t, ofTCP(got), want)
			if len(want) < 15 {
				t.Fatalf("%d records", len(want))
			}
			if t.Failed() {
				t.Fatalf("%s, inline %v: %v decoder.invalid", tt.name, inline, e.Stats(0, 0).Total.Value("decoder.invalid"))
			}
		}
		for _, r := range rawRecords(t, engine.Config{}, rewrite(plain, tt.wrap)) {
			source, _ := r["pkt_src"].(string)
			if r["event_type"] == "smtp" && source != tt.source && source != "stream (flow timeout)" && !(tt.source == "defrag" && source == "wire/pcap") {
				t.Errorf("%s: pkt_src is %q, want %q", tt.name, source, tt.source)
			}
			if r["event_type"] == "smtp" && source == tt.source && r["pcap_cnt"] == nil {
				t.Errorf("%s: no pcap_cnt", tt.name)
			}
		}
	}
}

// rawRecords returns all records, with everything in them.
func rawRecords(t *testing.T, c engine.Config, all []frame) (records []map[string]any) {
	t.Helper()
	c.Protocols = []app.Protocol{smtp.New(smtp.Config{})}
	c.Checksums = engine.ChecksumIgnore
	c.Sink = sink(func(r *event.Record) {
		var m map[string]any
		if err := json.Unmarshal(r.AppendJSON(nil, nil), &m); err != nil {
			t.Fatal(err)
		}
		records = append(records, m)
	})
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), &frames{all: all}); err != nil {
		t.Fatal(err)
	}
	return records
}

// tcpSegment is an IPv4 datagram with a TCP segment.
func tcpSegment(flags byte) []byte {
	return []byte{0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,
		0x9c, 0x40, 0, 25, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0x20, 0, 0, 0, 0, 0}
}

// The same addresses and ports inside and outside of a tunnel, and inside of two, are different flows; so is what holds
// the tunnel.
func TestFlowsOfTunnels(t *testing.T) {
	syn := tcpSegment(2)
	once := in4(4, syn)
	all := []frame{{1, packet.LinkRaw, syn}, {2, packet.LinkRaw, once}, {3, packet.LinkRaw, in4(4, once)}}
	count := func(c engine.Config) map[string]int {
		flows := map[string]int{}
		for _, r := range rawRecords(t, c, all) {
			if r["event_type"] == "flow" {
				flows[r["proto"].(string)]++
			}
		}
		return flows
	}
	if got := count(engine.Config{}); got["TCP"] != 3 || got["IP-in-IP"] != 2 {
		t.Errorf("flows: %v, want 3 TCP, 2 IP-in-IP", got)
	}
	var c engine.Config
	c.Flow.IgnoreRecursion = true
	if got := count(c); got["TCP"] != 1 || got["IP-in-IP"] != 1 {
		t.Errorf("flows when recursion is ignored: %v, want one of each", got)
	}
	c = engine.Config{Tunnels: packet.Tunnels{VXLAN: packet.Ports{Off: true}}}
	all = []frame{{1, packet.LinkRaw, in4(17, inUDP(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, ethernet(syn)))}}
	if got := count(c); got["TCP"] != 0 || got["UDP"] != 1 {
		t.Errorf("flows without VXLAN: %v, want one UDP", got)
	}
}

// Oddities of fragments are told with the fragment, those of a datagram as found by defragmentation.
func TestFragmentEvents(t *testing.T) {
	segment := tcpSegment(2)
	segment[32] = 0x10 // a header of four octets
	parts := fragmented(segment, 8)
	parts = [][]byte{parts[0], parts[0], parts[1], parts[2]}
	var got []string
	for _, r := range rawRecords(t, engine.Config{DecodeEvents: true}, rewrite([]frame{{1, packet.LinkRaw, segment}},
		func([]byte) [][]byte { return parts })) {
		if a, ok := r["anomaly"].(map[string]any); ok {
			got = append(got, a["event"].(string)+" "+r["pkt_src"].(string))
		}
	}
	want := []string{"decoder.ipv4.frag_overlap wire/pcap", "decoder.tcp.invalid_optlen defrag"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

// A datagram that was put together counts with the link header of its fragments, which it has not in a tunnel.
func TestFragmentBytes(t *testing.T) {
	segment := tcpSegment(2)
	var link, tunnel []frame
	for _, b := range fragmented(segment, 8) {
		link = append(link, frame{1, packet.LinkEthernet, ethernet(b)})
		tunnel = append(tunnel, frame{1, packet.LinkEthernet, ethernet(in4(47, inGRE(b)))})
	}
	for _, test := range []struct {
		name string
		all  []frame
		want int
	}{{"link", link, 14 + len(segment)}, {"tunnel", tunnel, len(segment)}} {
		var got []any
		for _, r := range rawRecords(t, engine.Config{}, test.all) {
			if f, ok := r["flow"].(map[string]any); ok && r["proto"] == "TCP" {
				got = append(got, f["bytes_toserver"])
			}
		}
		if len(got) != 1 || got[0] != float64(test.want) {
			t.Errorf("%s: flows with %v bytes, want one with %d", test.name, got, test.want)
		}
	}
}

// Fragments that overlap are put together as the receiver's system does it.
func TestFragmentPolicies(t *testing.T) {
	segment := append(tcpSegment(2), make([]byte, 24)...)
	segment[3] = byte(len(segment))
	parts := fragmented(segment, 16)
	for _, tt := range []struct {
		policy stream.Policy
		want   string // flags of the segment that the receiver sees
	}{
		{stream.Linux6, "02"}, // a duplicate changes nothing
		{stream.BSD, "02"}, {stream.IRIX, "02"}, {stream.HPUX10, "02"}, {stream.First, "02"}, {stream.MacOS, "02"},
		{stream.HPUX11, "02"}, {stream.OldSolaris, "02"}, {stream.Solaris, "02"}, {stream.Windows, "02"}, {stream.Vista, "02"},
		{stream.Windows2k3, "02"},
		{stream.BSDRight, "c2"}, {stream.Linux, "c2"}, {stream.OldLinux, "c2"},
	} {
		second := slices.Clone(parts[0])
		second[33] = 0xc2 // the same extent, other flags
		got := ""
		for _, r := range rawRecords(t, engine.Config{Policy: policyOf(tt.policy)}, rewrite([]frame{{1, packet.LinkRaw, segment}},
			func([]byte) [][]byte { return slices.Concat([][]byte{parts[0], second}, parts[1:]) })) {
			if tcp, ok := r["tcp"].(map[string]any); ok {
				got = tcp["tcp_flags"].(string)
			}
		}
		if got != tt.want {
			t.Errorf("%v: flags %q, want %q", tt.policy, got, tt.want)
		}
	}

	// A current Linux host discards the datagram when fragments overlap in part.
	partly := slices.Clone(parts[1])
	binary.BigEndian.PutUint16(partly[6:], 0x2001)
	for policy, want := range map[stream.Policy]int{stream.Linux6: 0, stream.BSD: 1} {
		got := rawRecords(t, engine.Config{Policy: policyOf(policy)}, rewrite([]frame{{1, packet.LinkRaw, segment}},
			func([]byte) [][]byte { return slices.Concat(parts[:1], [][]byte{partly}, parts[1:]) }))
		if len(got) != want {
			t.Errorf("%v: %d records, want %d", policy, len(got), want)
		}
	}

	c := engine.Config{Defrag: defrag.Config{MaxFragments: 1}}
	if r := rawRecords(t, c, rewrite([]frame{{1, packet.LinkRaw, segment}}, func([]byte) [][]byte { return parts })); len(r) != 0 {
		t.Errorf("%d records beyond the limit of fragments", len(r))
	}
}

// A packet in a tunnel costs no allocation once the first was seen.
func TestUnpackAllocations(t *testing.T) {
	e, err := engine.New(engine.Config{Checksums: engine.ChecksumIgnore})
	if err != nil {
		t.Fatal(err)
	}
	w := e.Worker()
	parts := append(fragmented(in4(47, inGRE(tcpSegment(16))), 16), in6(4, tcpSegment(16)))
	var p packet.Packet
	n := testing.AllocsPerRun(100, func() {
		for _, b := range parts {
			p.Time++
			p.Link, p.Frame, p.WireLen = packet.LinkRaw, b, len(b)
			w.Packet(&p)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func policyOf(p stream.Policy) func(netip.Addr) stream.Policy {
	return func(netip.Addr) stream.Policy { return p }
}
