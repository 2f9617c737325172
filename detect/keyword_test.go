package detect_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
)

// Keywords that are not about what others are about.
func TestKeywords(t *testing.T) {
	call := "\x01\x02\x03\x04\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa0\x00\x00\x00\x02\x00\x00\x00\x03"
	for _, test := range []struct {
		name  string
		of    *conversation
		rules string
		want  string
	}{
		{"a call of Sun RPC", talk(111).datagram(0, call).datagram(1, "no"), `alert udp any any -> any any (rpc:100000,2,3; sid:1;)
alert udp any any -> any any (rpc:100000,3,*; sid:2;)`, "1 1"},
		{"the same in a stream", talk(111).open().say(0, "\x80\x00\x00\x18"+call), `alert tcp any any -> any any (rpc:100000,*,3; sid:1;)`, "4 1"},
		{"variables of a flow", talk(9).datagram(0, "name=ann;").datagram(1, "x"),
			`alert udp any any -> any any (content:"name="; pcre:"/name=(\w+)/, flow:who"; sid:1;)
alert udp any any -> any any (flowvar:who,"nn"; dsize:1; sid:2;)
alert udp any any -> any any (flowvar:who,"bob"; dsize:1; sid:3;)`, "1 1, 2 2"},
		{"variables of a packet", talk(9).datagram(0, "name=ann;").datagram(1, "x"),
			`alert udp any any -> any any (content:"name="; pcre:"/name=(\w+)/, pkt:who"; sid:1;)
alert udp any any -> any any (pktvar:who,"ann"; dsize:>0; sid:2;)`, "1 1, 1 2"},
		{"a bit of a transaction", session(), `alert smtp any any -> any any (smtp.mail_from; content:"ann@"; xbits:set,mail,track tx; noalert; sid:1;)
alert smtp any any -> any any (smtp.rcpt_to; content:"bob"; xbits:isset,mail,track tx; sid:2;)
alert smtp any any -> any any (smtp.rcpt_to; content:"bob"; xbits:isset,other,track tx; sid:3;)
alert smtp any any -> any any (smtp.rcpt_to; content:"bob"; xbits:isnotset,other,track tx; sid:4;)`, "21 2, 21 4"},
		{"entropy", talk(9).datagram(0, "aaaa").datagram(1, "abcd"), `alert udp any any -> any any (entropy:value >1; sid:1;)`, "2 1"},
		{"BER", talk(9).datagram(0, "\x03\x01\x01").datagram(1, "\x03\x02\x01\x80"), `alert udp any any -> any any (asn1:bitstring_overflow; sid:1;)`, "1 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if o := test.of.play(t, test.rules, engine.Config{}); o.String() != test.want {
				t.Errorf("alerts %q, want %q", o, test.want)
			}
		})
	}
}

// Records tell the entropies that were looked at, of rules that did not match, too.
func TestEntropyInRecords(t *testing.T) {
	o := talk(25).open().say(0, "abab").play(t, `alert tcp-pkt any any -> any any (entropy:value >=6; sid:1;)
alert tcp-pkt any any -> any any (entropy:bytes 1, value <1; sid:2;)
alert tcp any any -> any any (flags:A+; dsize:>0; sid:3;)`, engine.Config{})
	if o.String() != "4 2, 4 3" {
		t.Errorf("alerts %q", o)
	}
	for _, r := range o.records {
		if strings.Contains(r, `"event_type":"alert"`) && !strings.Contains(r, `"metadata":{"entropy":{"content":0}}`) {
			t.Errorf("record %s", r)
		}
	}
}

// A regular expression that would take for ever is given up, counted and told of, once.
func TestCostly(t *testing.T) {
	var told []string
	set := compile(t, `alert udp any any -> any any (pcre:"/(a+)+(?!b)c\\1$/"; sid:7;)`,
		detect.Config{Notice: func(text string) { told = append(told, text) }})
	long := strings.Repeat("a", 1200)
	o := talk(9).datagram(0, long).datagram(1, long).datagram(0, "aac-a").with(t, set, engine.Config{})
	if o.String() != "" || o.counter("reknit.pcre_given_up") < 2 {
		t.Errorf("alerts %q, given up %d times", o, o.counter("reknit.pcre_given_up"))
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "rule 1:7: ") {
		t.Errorf("told %q", told)
	}
}
