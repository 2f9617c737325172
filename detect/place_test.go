package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/engine"
)

// Rules are looked for where their ports, direction and protocol can be, whichever way they name them.
func TestPlaces(t *testing.T) {
	c := func() *conversation {
		return talk(25).open().say(1, "220 hello\r\n").say(0, "EHLO hello\r\n").say(1, "250 hello\r\n").
			segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	}
	for _, test := range []struct{ rule, want string }{
		{`alert tcp any any -> any 25 (content:"hello"; sid:1;)`, "10 1"},
		{`alert tcp any any -> any 26 (content:"hello"; sid:1;)`, ""},
		{`alert tcp any 25 -> any any (content:"hello"; sid:1;)`, "11 1"},
		{`alert tcp any any <> any 25 (content:"hello"; sid:1;)`, "10 1, 11 1"},
		{`alert tcp any 25 <> any 26 (content:"hello"; sid:1;)`, ""},
		{`alert tcp any !25 -> any !26 (content:"hello"; sid:1;)`, "10 1"},
		{`alert tcp any any -> any 25 (flow:to_client; content:"hello"; sid:1;)`, ""},
		{`alert tcp any any -> any any (flow:to_client; content:"hello"; sid:1;)`, "11 1"},
		{`alert smtp any any -> any any (content:"hello"; sid:1;)`, "10 1, 11 1"},
		{`alert ftp any any -> any any (content:"hello"; sid:1;)`, ""},
		{`alert tcp-pkt any any -> any 25 (content:"hello"; sid:1;)`, "6 1"},
		{`alert tcp-pkt any 25 -> any any (content:"hello"; sid:1;)`, "4 1, 8 1"},
		{`alert smtp any any -> any any (flow:to_server; content:"EHLO"; startswith; sid:1;)`, "6 1, 10 1"},
		// Near the beginning, at it, and just behind.
		{`alert tcp-pkt any any -> any any (content:"hello"; offset:4; depth:5; sid:1;)`, "4 1, 8 1"},
		{`alert tcp-pkt any any -> any any (content:"hello"; within:9; sid:1;)`, "4 1, 8 1"},
		{`alert tcp-pkt any any -> any any (content:"hello"; distance:5; within:5; sid:1;)`, "6 1"},
		{`alert tcp-pkt any any -> any any (content:"hello"; fast_pattern:3,2; depth:9; sid:1;)`, "4 1, 8 1"},
		{`alert tcp-pkt any any -> any any (content:"hello"; depth:8; sid:1;)`, ""},
		{`alert tcp-pkt any any -> any any (content:!"nobody"; content:"hello"; distance:0; within:10; sid:1;)`, "4 1, 6 1, 8 1"},
		// In the bytes beside a field: the other end is another matter.
		{`alert smtp any any -> any any (content:"EHLO"; smtp.helo; content:"hello"; sid:1;)`, "12 1"},
		{`alert smtp any any -> any 26 (content:"EHLO"; smtp.helo; content:"hello"; sid:1;)`, ""},
		{`alert smtp any any -> any any (content:"nobody"; smtp.helo; content:"hello"; sid:1;)`, ""},
	} {
		var rules strings.Builder // eight of them make their ports worth telling apart
		for i := range 8 {
			fmt.Fprintln(&rules, strings.ReplaceAll(test.rule, "sid:1;", fmt.Sprintf("sid:%d;", i+1)))
		}
		for _, text := range []string{test.rule, rules.String()} {
			var got []string
			for _, a := range c().play(t, text, engine.Config{}).alerts {
				if strings.HasSuffix(a, " 1") {
					got = append(got, a)
				}
			}
			if s := strings.Join(got, ", "); s != test.want {
				t.Errorf("%.200s: alerts %q, want %q", text, s, test.want)
			}
		}
	}
}

// Where more kinds of packets come than rules are sorted for, all rules are looked for.
func TestManyKinds(t *testing.T) {
	const ports = 200
	var rules strings.Builder
	all := &conversation{}
	for i := range ports {
		fmt.Fprintf(&rules, "alert tcp any any -> any %d (flags:PA; sid:%d;)\n", 1000+i, 1+i)
		c := talk(uint16(1000+i)).open().segment(0, psh|ack, "x")
		all.frames = append(all.frames, c.frames...)
	}
	o := all.play(t, rules.String(), engine.Config{})
	if len(o.alerts) != ports {
		t.Errorf("%d alerts, want %d", len(o.alerts), ports)
	}
	if n := o.counter("reknit.rules_unsorted"); n == 0 || n >= 4*ports {
		t.Errorf("%d packets were looked at by all rules", n)
	}
}
