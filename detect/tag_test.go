package detect_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/engine"
)

// tag has packets after that of the alert recorded.
func TestTag(t *testing.T) {
	for _, test := range []struct {
		tag  string
		want string // packets that are recorded
	}{
		{"tag:session;", "2 3 4 5 6"},
		{"tag:session,3,packets;", "2 3"},
		{"tag:session,0,packets;", ""},
		{"tag:session,70,bytes;", "2"}, // of 31, 32, 33 bytes
		{"tag:session,1,seconds;", "2 3 4 5 6"},
		{"tag:host,3,packets,src;", "2 3"},
		{"tag:host,4,packets,dst;", "2 3 4"},
		{"tag:host,2,packets,src; tag:session,5,packets;", "2 3 4 5"},
	} {
		c := talk(4000).datagram(0, "AAA")
		for i := range 5 {
			c.datagram(1-i%2, "BBBBBBBBB"[:4+i])
		}
		o := c.play(t, `alert udp any any -> any any (content:"AAA"; `+test.tag+` sid:1;)`, engine.Config{})
		var got []string
		for _, r := range o.records {
			if strings.Contains(r, `"event_type":"packet"`) && strings.Contains(r, `"packet_info":{"linktype":`) {
				_, n, _ := strings.Cut(r, `"pcap_cnt":`)
				got = append(got, n[:1])
			}
		}
		if g := strings.Join(got, " "); g != test.want || o.String() != "1 1" {
			t.Errorf("%s: packets %q and alerts %q, want %q and one alert", test.tag, g, o, test.want)
		}
	}
}

// A rule that matches again begins anew; its packet is recorded, too.
func TestTagAgain(t *testing.T) {
	c := talk(4000).datagram(0, "AAA").datagram(0, "AAA").datagram(1, "B").datagram(1, "B")
	o := c.play(t, `alert udp any any -> any any (content:"AAA"; tag:session,2,packets; sid:1;)`, engine.Config{})
	if n := strings.Count(strings.Join(o.records, "\n"), `"event_type":"packet"`); n != 2 {
		t.Errorf("%d packets are recorded, want those with the numbers 2 and 3", n)
	}
}
