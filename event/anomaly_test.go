package event

import (
	"net/netip"
	"testing"
)

func mailAnomaly() Record {
	return Record{
		Type: "anomaly", Time: at, FlowID: 1, Number: 12,
		Src: netip.MustParseAddr("127.0.0.1"), Dst: netip.MustParseAddr("127.0.0.1"),
		SrcPort: 25, DstPort: 50287, Protocol: protoTCP, PacketSource: "wire/pcap", HasTx: true,
		Body: &Anomaly{
			AppProto: "smtp", Type: AnomalyApplayer, Event: "INVALID_PIPELINED_SEQUENCE", Layer: LayerProtoParser,
		},
	}
}

func TestAnomaly(t *testing.T) {
	const head = `{` + stamp + `,"flow_id":1,"pcap_cnt":12,"event_type":"anomaly",` +
		`"src_ip":"127.0.0.1","src_port":25,"dest_ip":"127.0.0.1","dest_port":50287,` +
		`"proto":"TCP","ip_v":4,"pkt_src":"wire/pcap",`
	tests := []struct {
		name string
		tx   bool
		body Anomaly
		want string
	}{
		{
			name: "transaction", tx: true, body: *mailAnomaly().Body.(*Anomaly),
			want: `"tx_id":0,"anomaly":{"app_proto":"smtp","type":"applayer",` +
				`"event":"INVALID_PIPELINED_SEQUENCE","layer":"proto_parser"}}`,
		},
		{
			name: "detection", body: Anomaly{Type: AnomalyApplayer, Event: "APPLAYER_WRONG_DIRECTION_FIRST_DATA", Layer: LayerDetect},
			want: `"anomaly":{"type":"applayer","event":"APPLAYER_WRONG_DIRECTION_FIRST_DATA","layer":"proto_detect"}}`,
		},
		{
			name: "stream", body: Anomaly{AppProto: "smtp", Type: AnomalyStream, Event: "stream.wrong_thread", Layer: "x"},
			want: `"anomaly":{"type":"stream","event":"stream.wrong_thread"}}`,
		},
		{
			name: "decode with packet", body: Anomaly{
				Type: AnomalyDecode, Event: "decoder.ipv4.pkt_too_small",
				Frame: &Frame{Data: []byte{0xff, 0xfe}, LinkType: 1, LinkName: "EN10MB"},
			},
			want: `"anomaly":{"type":"decode","event":"decoder.ipv4.pkt_too_small"},` +
				`"packet":"//4=","packet_info":{"linktype":1,"linktype_name":"EN10MB"}}`,
		},
		{
			name: "unknown", body: Anomaly{Code: 300, Frame: &Frame{LinkType: 1234}},
			want: `"anomaly":{"type":"unknown","code":300},"packet_info":{"linktype":1234,"linktype_name":"n/a"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mailAnomaly()
			r.HasTx, r.Body = tt.tx, &tt.body
			if got := string(r.AppendJSON(nil, utc)); got != head+tt.want {
				t.Errorf("got  %s\nwant %s", got, head+tt.want)
			}
		})
	}
}
