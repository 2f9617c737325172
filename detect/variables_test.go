package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
)

// What rules take out of what they look at is in records: of the flow, of the packet, or in the alert.
func TestCaptured(t *testing.T) {
	rules := `alert udp any any -> any any (content:"say"; pcre:"/say (\w+) (\w+) (\w+)/,flow:first,pkt:second,alert:third"; sid:1;)
alert udp any any -> any any (pcre:"/(?P<flow_rest>\w+)/"; content:"never"; sid:2;)
alert udp any any -> any any (pcre:"/(\w+)=(\w+)/,pkt:key,pkt:value"; sid:3;)`
	o := talk(4000).datagram(0, "say one two three").datagram(1, "say 1 2 3").datagram(0, "a=b").play(t, rules, engine.Config{})
	for i, want := range []string{
		`"metadata":{"flowvars":[{"first":"one"}],"pktvars":[{"second":"two"}]}`,
		`"metadata":{"flowvars":[{"first":"1"}],"pktvars":[{"second":"2"}]}`,
		`"metadata":{"flowvars":[{"first":"1"}],"pktvars":[{"a":"b"}]}`,
		`"metadata":{"flowvars":[{"first":"1"}]}`,
	} {
		if i >= len(o.records) || !strings.Contains(o.records[i], want) {
			t.Fatalf("records\n%s\nwant %s in number %d", strings.Join(o.records, "\n"), want, i)
		}
	}
	if want := `"context":{"third":"three"}`; !strings.Contains(o.records[0], want) {
		t.Errorf("the alert is %s, want %s in it", o.records[0], want)
	}
}

// A regular expression that is tried at several places captures where all is true; variables of a stream come with its alert.
func TestCapturedInStreams(t *testing.T) {
	o := talk(4000).open().say(0, "id=1; id=22; end").play(t,
		`alert tcp any any -> any any (pcre:"/id=(\d+)/,alert:id"; content:"|3b| end"; within:5; sid:1;)`, engine.Config{})
	if text := strings.Join(o.records, "\n"); !strings.Contains(text, `"context":{"id":"22"}`) {
		t.Errorf("records\n%s\nwant the context 22", text)
	}
}

// What is kept of a flow is limited, in number and size.
func TestVariablesLimited(t *testing.T) {
	var rules strings.Builder
	for i := range 100 {
		fmt.Fprintf(&rules, "alert udp any any -> any any (pcre:\"/^(.*)/,flow:v%d\"; sid:%d;)\n", i, i+1)
	}
	set := compile(t, rules.String(), detect.Config{MaxAlerts: 100})
	o := talk(4000).datagram(0, strings.Repeat("x", 5000)).with(t, set, engine.Config{})
	last := o.records[len(o.records)-1]
	if n := strings.Count(last, `{"v`); n != 64 || len(last) > 64*(4<<10+20)+2000 {
		t.Errorf("%d variables in %d bytes of the flow's record, want 64, and 4 KiB of each", n, len(last))
	}
}

// Bits with certain names say what the flow is.
func TestTraffic(t *testing.T) {
	o := talk(4000).datagram(0, "AAA").play(t,
		`alert udp any any -> any any (flowbits:set,traffic/id/x; flowbits:set,traffic/label/y; flowbits:set,z; sid:1;)`, engine.Config{})
	want := `"traffic":{"id":["x"],"label":["y"]},"metadata":{"flowbits":["z"]}`
	for _, r := range o.records {
		if !strings.Contains(r, want) {
			t.Errorf("a record is %s, want %s in it", r, want)
		}
	}
}
