package event

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// text is a body that is written as it is.
type text string

func (t text) AppendJSON(o *Object) { o.Str("body", string(t)) }

var utc = &Options{Zone: time.UTC}

const (
	at    = 1254722767529046123 // 2009-10-05T06:06:07.529046
	stamp = `"timestamp":"2009-10-05T06:06:07.529046+0000"`
)

func mailPacket() Record {
	return Record{
		Type: "smtp", Time: at, FlowID: 884437913216022, Number: 43,
		Src: netip.MustParseAddr("10.10.1.4"), Dst: netip.MustParseAddr("74.53.140.153"),
		SrcPort: 1470, DstPort: 25, Protocol: protoTCP,
		PacketSource: "wire/pcap", HasTx: true, Body: text("x"),
	}
}

func TestRecordHeader(t *testing.T) {
	v6src, v6dst := netip.MustParseAddr("fe80::1"), netip.MustParseAddr("ff02::2")
	tests := []struct {
		name    string
		change  func(r *Record, o *Options)
		want    string
		nothing bool
	}{
		{
			name:   "transaction",
			change: func(r *Record, o *Options) {},
			want: `{` + stamp + `,"flow_id":884437913216022,"pcap_cnt":43,"event_type":"smtp",` +
				`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,` +
				`"proto":"TCP","ip_v":4,"pkt_src":"wire/pcap","tx_id":0,"body":"x"}`,
		},
		{
			name: "everything",
			change: func(r *Record, o *Options) {
				r.ParentID, r.Interface, r.CaptureFile = 7, "eth0", "a/b.pcap"
				r.VLANs, r.VLAN, r.TxID = 2, [3]uint16{10, 20}, 3
				r.Ether = Ether{Type: 0x800, Src: []MAC{{1}}, Dst: []MAC{{2}}}
				o.SensorID, o.HasSensorID, o.SensorName, o.Version = 9, true, "probe", "8.0.7"
				o.Ethernet, o.CommunityID, o.CaptureFile = true, true, true
			},
			want: `{` + stamp + `,"flow_id":884437913216022,"parent_id":7,"sensor_id":9,"in_iface":"eth0",` +
				`"pcap_cnt":43,"event_type":"smtp","vlan":[10,20],` +
				`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,` +
				`"proto":"TCP","ip_v":4,"pkt_src":"wire/pcap","suricata_version":"8.0.7",` +
				`"ether":{"ether_type":2048,"src_mac":"01:00:00:00:00:00","dest_mac":"02:00:00:00:00:00"},` +
				`"community_id":"1:Mp8ZaC1ViMXJZ3yEFu84PpG1F94=","tx_id":3,"body":"x",` +
				`"host":"probe","pcap_filename":"a/b.pcap"}`,
		},
		{
			name: "options without anything to write",
			change: func(r *Record, o *Options) {
				r.Src, r.Dst, r.VLANs, r.VLAN = netip.Addr{}, netip.Addr{}, 9, [3]uint16{1, 2, 3}
				r.FlowID, r.Number, r.PacketSource, r.HasTx, r.Body = 0, 0, "", false, nil
				o.Ethernet, o.CommunityID, o.CaptureFile = true, true, true
			},
			want: `{` + stamp + `,"event_type":"smtp","vlan":[1,2,3]}`,
		},
		{
			name: "ICMPv6",
			change: func(r *Record, o *Options) {
				r.Src, r.Dst, r.Protocol, r.ICMPType, r.ICMPCode = v6src, v6dst, protoICMPv6, 133, 0
				o.CompressIPv6 = true
			},
			want: `{` + stamp + `,"flow_id":884437913216022,"pcap_cnt":43,"event_type":"smtp",` +
				`"src_ip":"fe80::1","dest_ip":"ff02::2","proto":"IPv6-ICMP","ip_v":6,` +
				`"icmp_type":133,"icmp_code":0,"pkt_src":"wire/pcap","tx_id":0,"body":"x"}`,
		},
		{
			name: "flow",
			change: func(r *Record, o *Options) {
				r.Layout, r.Protocol = LayoutFlow, 253
				o.SensorID, o.HasSensorID, o.SensorName, o.Version = 9, true, "probe", "8.0.7"
			},
			want: `{` + stamp + `,"flow_id":884437913216022,"event_type":"smtp",` +
				`"src_ip":"10.10.1.4","dest_ip":"74.53.140.153","ip_v":4,"proto":"253","body":"x","host":"probe"}`,
		},
		{
			name: "netflow",
			change: func(r *Record, o *Options) {
				r.Layout = LayoutNetflow
				r.Ether = Ether{Src: []MAC{{1}, {3}}, Dst: []MAC{{2}}}
				o.Ethernet, o.Version = true, "8.0.7"
			},
			want: `{` + stamp + `,"flow_id":884437913216022,"event_type":"smtp",` +
				`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,"proto":"TCP","body":"x",` +
				`"suricata_version":"8.0.7","ether":{"dest_macs":["02:00:00:00:00:00"],` +
				`"src_macs":["01:00:00:00:00:00","03:00:00:00:00:00"]}}`,
		},
		{
			name: "bare",
			change: func(r *Record, o *Options) {
				r.Layout = LayoutBare
				o.SensorName, o.Version, o.CommunityID = "probe", "8.0.7", true
			},
			want: `{` + stamp + `,"event_type":"smtp","body":"x","host":"probe"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, o := mailPacket(), Options{Zone: time.UTC}
			tt.change(&r, &o)
			got := string(r.AppendJSON([]byte("> "), &o))
			if want := "> " + tt.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !json.Valid([]byte(got[2:])) {
				t.Error("not JSON")
			}
		})
	}
}

func TestRecordWithoutOptions(t *testing.T) {
	r := mailPacket()
	got := string(r.AppendJSON(nil, nil))
	if want := string(r.AppendJSON(nil, &Options{})); got != want {
		t.Errorf("without options %s, want %s", got, want)
	}
}

func TestProtocolName(t *testing.T) {
	for number, want := range map[uint8]string{
		1: "ICMP", 2: "IGMP", 4: "IP-in-IP", 6: "TCP", 17: "UDP", 41: "IPv6", 47: "GRE", 50: "ESP",
		58: "IPv6-ICMP", 53: "SwIPe", 61: "Any", 71: "IPCU", 89: "OSPF", 94: "OS", 103: "PIM", 112: "VRRP", 115: "L2TP", 132: "SCTP", 143: "Ethernet",
		124: "IS-IS", 135: "Mobility", 144: "144", 145: "145", 146: "146", 253: "253", 255: "255",
	} {
		if got := ProtocolName(number); got != want {
			t.Errorf("ProtocolName(%d) = %q, want %q", number, got, want)
		}
	}
}

func TestCommunityID(t *testing.T) {
	tests := []struct {
		src, dst         string
		srcPort, dstPort uint16
		protocol         uint8
		seed             uint16
		want             string
	}{
		// From the examples that are published with the specification.
		{"128.232.110.120", "66.35.250.204", 34855, 80, protoTCP, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"66.35.250.204", "128.232.110.120", 80, 34855, protoTCP, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"128.232.110.120", "66.35.250.204", 34855, 80, protoTCP, 1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
		{"192.168.0.89", "192.168.0.1", 8, 0, protoICMP, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"192.168.0.1", "192.168.0.89", 0, 0, protoICMP, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0, protoICMPv6, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0, protoICMPv6, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"3ffe:507:0:1:260:97ff:fe07:69ea", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0, protoICMPv6, 0, "1:NdobDX8PQNJbAyfkWxhtL2Pqp5w="},
		{"10.1.24.4", "10.1.12.1", 1, 2, 46, 0, "1:/nQI4Rh/TtY3mf0R2gJFBkVlgS4="},
		{"10.0.0.1", "10.0.0.2", 10, 11569, protoTCP, 1, "1:HmBRGR+fUyXF4t8WEtal7Y0gEAo="},
	}
	for _, tt := range tests {
		r := mailPacket()
		r.Src, r.Dst = netip.MustParseAddr(tt.src), netip.MustParseAddr(tt.dst)
		r.SrcPort, r.DstPort, r.Protocol = tt.srcPort, tt.dstPort, tt.protocol
		r.ICMPType, r.ICMPCode = uint8(tt.srcPort), uint8(tt.dstPort)
		line := string(r.AppendJSON(nil, &Options{CommunityID: true, CommunityIDSeed: tt.seed}))
		_, id, _ := strings.Cut(line, `"community_id":"`)
		id, _, _ = strings.Cut(id, `"`)
		if id != tt.want {
			t.Errorf("community_id of %v = %s, want %s", tt, id, tt.want)
		}
	}
}

func TestAppendJSONAllocates(t *testing.T) {
	mail, flow, anomaly := mailPacket(), mailFlow(), mailAnomaly()
	flow.Ether = Ether{Src: []MAC{{1}}, Dst: []MAC{{2}}}
	anomaly.Src, anomaly.Dst = netip.MustParseAddr("fe80::1"), netip.MustParseAddr("ff02::2")
	o := &Options{CommunityID: true, Ethernet: true, SensorName: "probe"}
	buf := make([]byte, 0, 4096)
	for _, r := range []*Record{&mail, &flow, &anomaly} {
		if n := testing.AllocsPerRun(100, func() { buf = r.AppendJSON(buf[:0], o) }); n != 0 {
			t.Errorf("AppendJSON of %s allocates %v times", r.Type, n)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add("smtp", uint8(0), int64(at), uint64(1), []byte{10, 0, 0, 1}, []byte{10, 0, 0, 2}, uint8(6), uint8(2), "x", uint8(0xff))
	f.Add("flow", uint8(1), int64(-1), uint64(0), []byte{}, make([]byte, 16), uint8(58), uint8(9), "\xff", uint8(0))
	f.Fuzz(func(t *testing.T, typ string, layout uint8, when int64, id uint64, src, dst []byte, protocol, vlans uint8, s string, set uint8) {
		bit := func(n uint8) bool { return set>>n&1 != 0 }
		r := Record{
			Type: typ, Layout: Layout(layout), Time: when, FlowID: id, ParentID: id, Number: id, Interface: s,
			VLANs: vlans, Protocol: protocol, PacketSource: s, TxID: id, HasTx: bit(0), CaptureFile: s, Body: text(s),
			Ether: Ether{Type: 1, Src: []MAC{{}}, Dst: []MAC{{}, {}}},
		}
		r.Src, _ = netip.AddrFromSlice(src)
		r.Dst, _ = netip.AddrFromSlice(dst)
		if bit(1) {
			r.Body = &Flow{HasResponse: bit(2), SPI: 1, State: s, Exceptions: []Exception{{s, s}}, TCP: TCP{State: s, ClientFlags: set}}
		}
		o := &Options{
			CompressIPv6: bit(3), HasSensorID: bit(4), SensorName: s, Version: s,
			Ethernet: bit(5), CommunityID: bit(6), CaptureFile: bit(7),
		}
		line := r.AppendJSON(nil, o)
		var got struct {
			EventType string `json:"event_type"`
			FlowID    uint64 `json:"flow_id"`
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got.EventType != encoded([]byte(typ)) {
			t.Errorf("event_type %q reads back as %q", typ, got.EventType)
		}
		if again := r.AppendJSON([]byte("x"), o); string(again[1:]) != string(line) {
			t.Errorf("the second time %s, want %s", again[1:], line)
		}
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	packet, flow, anomaly := mailPacket(), mailFlow(), mailAnomaly()
	v6 := mailPacket()
	v6.Src, v6.Dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	community := &Options{CommunityID: true}
	for _, tt := range []struct {
		name    string
		record  *Record
		options *Options
	}{
		{"header", &packet, nil},
		{"header6", &v6, nil},
		{"community", &packet, community},
		{"anomaly", &anomaly, nil},
		{"flow", &flow, nil},
	} {
		b.Run(tt.name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = tt.record.AppendJSON(buf[:0], tt.options)
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}
