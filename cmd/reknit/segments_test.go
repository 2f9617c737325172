package main

import (
	"os"
	"strings"
	"testing"
)

// The type stream writes of segments what its options say.
func TestSegmentRecords(t *testing.T) {
	for _, test := range []struct {
		options string
		records int
		holds   string // in the first one
	}{
		{"all: yes", 224, `"direction":"to_server","stream_tcp":{"packet":{"len":60,"tos":0,"ttl":64,"ipid":36899,"tcpseq":1638443011,"tcpack":0,` +
			`"tcpwin":64240,"syn":true,"ack":false,"psh":false,"rst":false,"urg":false,"fin":false,"tcpres":0,"tcpurgp":0,"flags":["state_update"]},` +
			`"session":{"state":"syn_sent","pstate":"none","flags":{"flags":["server_wscale","client_sackok"]},"client":{"isn":1638443011,` +
			`"next_seq":1638443012,"last_ack":0,"next_win":0,"base_seq":1638443012,"segs_right_edge":0,"window":0,"wscale":0,"flags":["timestamp"]},` +
			`"server":{"isn":0,"next_seq":0,"last_ack":0,"next_win":0,"base_seq":0,"segs_right_edge":0,"window":64240,"wscale":10,"flags":[]}}}`},
		{"state-update: yes", 46, `"pstate":"none"`},
		{"event-set: yes, spurious-retransmission: yes", 0, ""},
	} {
		t.Run(test.options, func(t *testing.T) {
			mail := files(t, map[string]string{"c.yaml": "outputs:\n- eve-log: {enabled: yes, types: [{stream: {" + test.options + "}}]}\n"})
			got := execute(t, "-r", mail, "-c", "c.yaml", "-l", ".", "--runmode", "single")
			eve, err := os.ReadFile("eve.json")
			if got.code != 0 || err != nil {
				t.Fatal(got, err)
			}
			if n := strings.Count(string(eve), `"event_type":"stream_tcp"`); n != test.records {
				t.Errorf("%s: %d records, want %d", test.options, n, test.records)
			}
			if first, _, _ := strings.Cut(string(eve), "\n"); !strings.Contains(first, test.holds) {
				t.Errorf("%s: %s, want %s", test.options, first, test.holds)
			}
		})
	}
}
