package event

import (
	"net/netip"
	"testing"
)

func mailFlow() Record {
	return Record{
		Type: "flow", Layout: LayoutFlow, Time: at, FlowID: 1,
		Src: netip.MustParseAddr("10.10.1.4"), Dst: netip.MustParseAddr("74.53.140.153"),
		SrcPort: 1470, DstPort: 25, Protocol: protoTCP,
		Body: &Flow{
			AppProto: AppProto{Name: "smtp", ToServer: "smtp", ToClient: "failed"},
			ToServer: Traffic{28, 22065}, ToClient: Traffic{29, 4340},
			Start: 1254722767529046000, End: 1254722775106759000,
			State: FlowClosed, Reason: ReasonShutdown,
			TCP: TCP{ClientFlags: 0x1b, ServerFlags: 0x1b, State: "closed", ClientRegions: 1, ServerRegions: 1},
		},
	}
}

// fullFlow is a flow that has everything that a flow can have.
func fullFlow() Flow {
	f := *mailFlow().Body.(*Flow)
	f.SPI = 77
	f.AppProto = AppProto{Name: "tls", ToServer: "tls", ToClient: "tls", Original: "smtp", Expected: "ftp-data"}
	f.HasBypassed, f.BypassedToServer, f.BypassedToClient = true, Traffic{1, 2}, Traffic{3, 4}
	f.Emergency, f.Alerted, f.WrongThread = true, true, true
	f.State, f.Bypass, f.Reason, f.Action = FlowBypassed, "local", ReasonReuse, "drop"
	f.Exceptions = []Exception{{"stream_midstream", "drop_flow"}, {"app_layer_error", "reject"}}
	f.Transactions = 3
	f.TCP = TCP{
		ClientFlags: 0xe2, ServerFlags: 0x04, State: "time_wait", ServerGap: true, ClientGap: true,
		ClientRegions: 2, ServerRegions: 3, ClientUrgent: 4, ServerUrgent: 5,
	}
	return f
}

func TestFlow(t *testing.T) {
	const (
		head = `{` + stamp + `,"flow_id":1,"event_type":"flow",` +
			`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,"ip_v":4,"proto":"TCP",`
		icmp = `{` + stamp + `,"flow_id":1,"event_type":"flow",` +
			`"src_ip":"10.10.1.4","dest_ip":"74.53.140.153","ip_v":4,"proto":"ICMP","icmp_type":8,"icmp_code":0,`
		counts = `"pkts_toserver":28,"pkts_toclient":29,"bytes_toserver":22065,"bytes_toclient":4340,`
		span   = `"start":"2009-10-05T06:06:07.529046+0000","end":"2009-10-05T06:06:15.106759+0000","age":8,`
	)
	tests := []struct {
		name   string
		change func(r *Record, f *Flow)
		want   string
	}{
		{
			name:   "tcp",
			change: func(r *Record, f *Flow) {},
			want: head + `"app_proto":"smtp","app_proto_tc":"failed",` +
				`"flow":{` + counts + span + `"state":"closed","reason":"shutdown","alerted":false},` +
				`"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b",` +
				`"syn":true,"fin":true,"psh":true,"ack":true,"state":"closed","ts_max_regions":1,"tc_max_regions":1}}`,
		},
		{
			name: "everything",
			change: func(r *Record, f *Flow) {
				*f = fullFlow()
			},
			want: head + `"spi":77,"app_proto":"tls","app_proto_orig":"smtp","app_proto_expected":"ftp-data",` +
				`"flow":{` + counts +
				`"bypassed":{"pkts_toserver":1,"pkts_toclient":3,"bytes_toserver":2,"bytes_toclient":4},` +
				span + `"emergency":true,"state":"bypassed","bypass":"local","reason":"tcp_reuse",` +
				`"alerted":true,"wrong_thread":true,"action":"drop",` +
				`"exception_policy":[{"target":"stream_midstream","policy":"drop_flow"},` +
				`{"target":"app_layer_error","policy":"reject"}],"tx_cnt":3},` +
				`"tcp":{"tcp_flags":"e6","tcp_flags_ts":"e2","tcp_flags_tc":"04",` +
				`"syn":true,"rst":true,"urg":true,"ecn":true,"cwr":true,"state":"time_wait","tc_gap":true,"ts_gap":true,` +
				`"ts_max_regions":2,"tc_max_regions":3,"ts_urgent_oob_data":4,"tc_urgent_oob_data":5}}`,
		},
		{
			name: "icmp with answer",
			change: func(r *Record, f *Flow) {
				r.Protocol, r.ICMPType = protoICMP, 8
				f.HasResponse, f.ResponseType, f.ResponseCode = true, 0, 0
				f.AppProto = AppProto{}
			},
			want: icmp + `"response_icmp_type":0,"response_icmp_code":0,` +
				`"flow":{` + counts + span + `"state":"closed","reason":"shutdown","alerted":false}}`,
		},
		{
			name: "tcp without session",
			change: func(r *Record, f *Flow) {
				f.AppProto, f.TCP = AppProto{}, TCP{ClientFlags: 0x02, ClientGap: true}
			},
			want: head + `"flow":{` + counts + span + `"state":"closed","reason":"shutdown","alerted":false},` +
				`"tcp":{"tcp_flags":"02","tcp_flags_ts":"02","tcp_flags_tc":"00","syn":true}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := mailFlow()
			tt.change(&r, r.Body.(*Flow))
			if got := string(r.AppendJSON(nil, utc)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The options stand between the objects flow and tcp.
func TestFlowOptions(t *testing.T) {
	r := mailFlow()
	r.Body = &Flow{State: FlowNew, Reason: ReasonTimeout, TCP: TCP{ClientFlags: 2}}
	o := *utc
	o.Version = "8.0.7"
	got := string(r.AppendJSON(nil, &o))
	want := `{` + stamp + `,"flow_id":1,"event_type":"flow",` +
		`"src_ip":"10.10.1.4","src_port":1470,"dest_ip":"74.53.140.153","dest_port":25,"ip_v":4,"proto":"TCP",` +
		`"flow":{"pkts_toserver":0,"pkts_toclient":0,"bytes_toserver":0,"bytes_toclient":0,` +
		`"start":"1970-01-01T00:00:00.000000+0000","end":"1970-01-01T00:00:00.000000+0000","age":0,` +
		`"state":"new","reason":"timeout","alerted":false},"suricata_version":"8.0.7",` +
		`"tcp":{"tcp_flags":"02","tcp_flags_ts":"02","tcp_flags_tc":"00","syn":true}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFlowAge(t *testing.T) {
	tests := []struct{ start, end, want int64 }{
		{27_790_000_000, 28_110_000_000, 1},
		{27_110_000_000, 27_990_000_000, 0},
		{-1, 0, 1},
		{5_000_000_000, 4_999_999_999, -1},
	}
	for _, tt := range tests {
		f := Flow{Start: tt.start, End: tt.end}
		if got := f.Age(); got != tt.want {
			t.Errorf("Age of %d to %d = %d, want %d", tt.start, tt.end, got, tt.want)
		}
	}
}
