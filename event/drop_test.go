package event_test

import (
	"testing"

	"github.com/reknit/reknit/event"
)

// Headers that are cut leave their part out.
func TestDropShort(t *testing.T) {
	header := make([]byte, 40)
	for _, test := range []struct {
		d    event.Drop
		want string
	}{
		{event.Drop{Reason: "decode error"}, `{"drop":{"reason":"decode error"}}`},
		{event.Drop{Version: 4, Network: header[:19]}, `{"drop":{}}`},
		{event.Drop{Version: 4, Network: header[:20]}, `{"drop":{"len":0,"tos":0,"ttl":0,"ipid":0}}`},
		{event.Drop{Version: 6, Network: header[:39]}, `{"drop":{}}`},
		{event.Drop{Protocol: 6, Transport: header[:19]}, `{"drop":{}}`},
		{event.Drop{Protocol: 17, Transport: header[:7]}, `{"drop":{}}`},
		{event.Drop{Protocol: 17, Transport: header[:8]}, `{"drop":{"udplen":0}}`},
		{event.Drop{Protocol: 1, Transport: header[:8]}, `{"drop":{"icmp_id":0,"icmp_seq":0}}`},
	} {
		var o event.Object
		o.Start(nil, nil)
		test.d.AppendJSON(&o)
		if got := string(o.End()); got != test.want {
			t.Errorf("%+v is %s, want %s", test.d, got, test.want)
		}
	}
}
