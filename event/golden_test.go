package event_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/event/eventtest"
	"github.com/reknit/reknit/stats"
)

var update = flag.Bool("update", false, "rewrite the records in testdata")

// appender is a body made of a function.
type appender func(o *event.Object)

func (f appender) AppendJSON(o *event.Object) { f(o) }

// mail writes what a protocol writes, with what wire bytes can hold.
func mail(o *event.Object) {
	o.Open("smtp")
	o.Bytes("helo", []byte("client.example.org"))
	o.Bytes("mail_from", []byte("<m\xfcller@example.org>")) // Latin-1
	o.OpenArray("rcpt_to")
	o.Item([]byte("<x@example.net>"))
	o.Item([]byte("<müller@example.net>"))
	o.CloseArray()
	o.Close()
	o.Open("email")
	o.Bytes("from", []byte(`"Müller, M." <mueller@example.org>`))
	o.OpenArray("to")
	o.Item([]byte("=?utf-8?B?aGVsbG8=?= <x@example.net>"))
	o.CloseArray()
	o.Str("status", "PARSE_DONE")
	o.OpenArray("attachment")
	o.Item([]byte("a/b\\c\t\x01.bin"))
	o.CloseArray()
	o.OpenArray("url")
	o.Item([]byte("example.org/?a=1&b=<2>"))
	o.CloseArray()
	o.Close()
}

func file(o *event.Object) {
	mail(o)
	(&event.AppProto{Name: "smtp", ToServer: "smtp", ToClient: "failed"}).AppendJSON(o)
	o.Open("fileinfo")
	o.Bytes("filename", []byte("fé.bin"))
	o.Bool("gaps", false)
	o.Str("state", "CLOSED")
	o.Hex("md5", []byte{0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0, 0xb2, 4, 0xe9, 0x80, 9, 0x98, 0xec, 0xf8, 0x42, 0x7e})
	o.Bool("stored", false)
	o.Uint("size", 0)
	o.Uint("tx_id", 0)
	o.Close()
}

type counters struct {
	Packets  uint64 `stat:"decoder.pkts"`
	Bytes    uint64 `stat:"decoder.bytes"`
	TooSmall uint64 `stat:"decoder.event.ipv4.pkt_too_small"`
	Sessions uint64 `stat:"tcp.sessions"`
	Mails    uint64 `stat:"app_layer.tx.smtp"`

	_ struct{} `stat:"decoder.avg_pkt_size,avg=decoder.bytes/decoder.pkts"`
}

func statsBody() event.Appender {
	g := stats.New(stats.Config{})
	for i, name := range []string{"W#01", "W#02"} {
		t := g.Thread(name)
		t.Add(&counters{Packets: 30, Bytes: 10000 * uint64(i+1), Sessions: 1, Mails: 2})
		t.Collect()
	}
	return &stats.Body{Snapshot: g.Snapshot(0, 8*time.Second), Options: stats.Options{Threads: true, Deltas: true}}
}

// goldens are records with the options that change them most; the names are those of the files in testdata.
var goldens = []struct {
	name    string
	layout  event.Layout
	body    event.Appender
	change  func(r *event.Record)
	options event.Options
}{
	{name: "smtp", body: appender(mail)},
	{
		name: "fileinfo", body: appender(file),
		change:  func(r *event.Record) { r.HasTx, r.VLANs, r.VLAN = false, 2, [3]uint16{100, 7} },
		options: event.Options{SensorName: "probe", CaptureFile: true},
	},
	{
		name: "flow", layout: event.LayoutFlow,
		body: &event.Flow{
			AppProto: event.AppProto{Name: "tls", ToServer: "tls", ToClient: "tls", Original: "smtp"},
			ToServer: event.Traffic{Packets: 28, Bytes: 22065}, ToClient: event.Traffic{Packets: 29, Bytes: 4340},
			Start: 1254722767529046000, End: 1254722775106759000,
			State: event.FlowClosed, Reason: event.ReasonTimeout, WrongThread: true, Transactions: 2,
			TCP: event.TCP{
				ClientFlags: 0x1b, ServerFlags: 0x1f, State: "closed", ServerGap: true, ClientRegions: 1, ServerRegions: 4,
			},
		},
		options: event.Options{CommunityID: true, CommunityIDSeed: 1},
	},
	{
		name: "anomaly",
		body: &event.Anomaly{
			Type: event.AnomalyDecode, Event: "decoder.ipv6.trunc_exthdr",
			Frame: &event.Frame{Data: []byte("\x60\x00\x00\x00"), LinkType: 101, LinkName: "RAW"},
		},
		change: func(r *event.Record) {
			r.Src, r.Dst = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8:0:1::25")
			r.FlowID, r.HasTx, r.Protocol, r.Interface = 0, false, 44, "eth0"
			r.Ether = event.Ether{Type: 0x86dd, Src: []event.MAC{{2}}, Dst: []event.MAC{{4}}}
		},
		options: event.Options{Ethernet: true, CompressIPv6: true, CommunityID: true},
	},
	{
		name: "netflow", layout: event.LayoutNetflow,
		body: &event.Netflow{
			AppProto: "smtp", Traffic: event.Traffic{Packets: 28, Bytes: 22065}, Start: 1254722767529046000,
			End: 1254722775106759000, MinTTL: 63, MaxTTL: 64, Transactions: 2, TCPFlags: 0x1b,
		},
		options: event.Options{CommunityID: true},
	},
	{
		name: "drop",
		body: &event.Drop{
			Direction: "to_server", Version: 6, Protocol: 6, Reason: "stream midstream",
			Network: []byte("\x61\x21\x23\x45\x00\x14\x06\x40" + strings.Repeat("\x00", 32)),
			Transport: []byte("\x05\xbe\x00\x19\x00\x00\x10\x01\x00\x00\x20\x02" +
				"\x53\x38\xff\xfe\x00\x00\x00\x07"),
			Verdict: event.Verdict{Action: "drop", Target: "to_client", Reject: "tcp-reset"},
		},
		change: func(r *event.Record) { r.HasTx = false },
	},
	{name: "stats", layout: event.LayoutBare, body: statsBody()},
}

func golden(i int) []byte {
	g := &goldens[i]
	r := event.Record{
		Type: g.name, Layout: g.layout, Time: 1254722767529046000, FlowID: 884437913216022, Number: 43,
		Src: netip.MustParseAddr("10.10.1.4"), Dst: netip.MustParseAddr("74.53.140.153"),
		SrcPort: 1470, DstPort: 25, Protocol: 6, PacketSource: "wire/pcap", CaptureFile: "mail.pcap", HasTx: true,
		Body: g.body,
	}
	if g.change != nil {
		g.change(&r)
	}
	options := g.options
	options.Zone = time.UTC
	return append(r.AppendJSON(nil, &options), '\n')
}

func TestGolden(t *testing.T) {
	for i, g := range goldens {
		name := filepath.Join("testdata", g.name+".json")
		got := golden(i)
		if !json.Valid(got) {
			t.Errorf("%s is not JSON", g.name)
		}
		if *update {
			if err := os.WriteFile(name, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s\ngot  %swant %s", g.name, got, want)
		}
	}
}

func TestGoldenSchema(t *testing.T) {
	schema := eventtest.Load(t)
	for i, g := range goldens {
		if g.name == "stats" {
			continue // per-thread counters and deltas are not in the schema
		}
		if err := schema.Validate(golden(i)); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
	}
}

func ExampleRecord_AppendJSON() {
	r := event.Record{
		Type: "smtp", Time: 1254722767529046000, Number: 43,
		Src: netip.MustParseAddr("10.10.1.4"), Dst: netip.MustParseAddr("224.0.0.22"), Protocol: 2,
		Body: appender(func(o *event.Object) {
			o.Open("smtp")
			o.Bytes("helo", []byte("m\xfcll"))
			o.Close()
		}),
	}
	os.Stdout.Write(r.AppendJSON(nil, &event.Options{Zone: time.UTC}))
	// Output:
	// {"timestamp":"2009-10-05T06:06:07.529046+0000","pcap_cnt":43,"event_type":"smtp","src_ip":"10.10.1.4","dest_ip":"224.0.0.22","proto":"IGMP","ip_v":4,"smtp":{"helo":"m\\xfcll"}}
}
