package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
)

// records returns how many records there are of a type.
func (o *outcome) count(kind string) (n int) {
	for _, r := range o.records {
		if strings.Contains(r, fmt.Sprintf(`"event_type":%q`, kind)) {
			n++
		}
	}
	return n
}

// A transaction leaves no record if a rule says so, whether the rule sees it before it is complete or after, and the others do.
func TestLoggingDisabled(t *testing.T) {
	web := func() *conversation {
		c := talk(80).open()
		for _, name := range []string{"a", "b"} {
			c.say(0, "GET /"+name+" HTTP/1.1\r\nHost: x.example\r\n\r\n").say(1, "HTTP/1.1 200 fine "+name+"\r\nContent-Length: 2\r\n\r\nok")
		}
		return c
	}
	const off = `config:logging disable, type tx, scope tx;`
	for _, test := range []struct {
		name, rules string
		c           *conversation
		kind        string
		want        int
		alerts      string
	}{
		{"none", `alert http any any -> any any (http.uri; content:"/c"; sid:1;)`, web(), "http", 2, ""},
		{"a request", `config http any any -> any any (http.uri; content:"/a"; ` + off + ` sid:1;)`, web(), "http", 1, ""},
		{"a response", `config http any any -> any any (http.stat_msg; content:"fine b"; ` + off + ` sid:1;)`, web(), "http", 1, ""},
		{"with an alert", `alert http any any -> any any (http.uri; content:"/a"; ` + off + ` sid:1;)`, web(), "http", 1, "7 1"},
		{"all of a protocol", `config http any any -> any any (` + off + ` sid:1;)`, web(), "http", 0, ""},
		{"but it does not match", `config http any any -> any any (http.uri; content:"/c"; ` + off + ` sid:1;)`, web(), "http", 2, ""},
		{"the action alone", `config http any any -> any any (http.uri; content:"/a"; sid:1;)`, web(), "http", 2, ""},
		{"of a flow that is one transaction", `config tls any any -> any any (tls.sni; content:"x.example"; ` + off + ` sid:1;)`,
			talk(443).open().handshake(t, "x.example").end(), "tls", 0, ""},
		{"of another one", `config tls any any -> any any (tls.sni; content:"y.example"; ` + off + ` sid:1;)`,
			talk(443).open().handshake(t, "x.example").end(), "tls", 1, ""},
	} {
		for _, conf := range []engine.Config{{}, inline()} {
			conf.App = app.Config{TellAfterRules: true}
			o := test.c.play(t, test.rules, conf)
			if got := o.count(test.kind); got != test.want || !conf.Inline && o.String() != test.alerts {
				t.Errorf("%s, inline %v: %d records, alerts %q, want %d, %q\n%s", test.name, conf.Inline, got, o, test.want, test.alerts,
					strings.Join(o.records, "\n"))
			}
		}
	}
}

// Packets that are not to be tracked belong to no flow, and are seen by other rules.
func TestTrackingDisabled(t *testing.T) {
	c := talk(25).open().say(1, "220 hello\r\n")
	o := c.play(t, `config tcp:pre_flow any any <> any 25 (config:tracking disable, type flow, scope packet; sid:1;)
		alert tcp any any -> any any (flags:S; sid:2;)`, engine.Config{})
	if o.count("flow") != 0 || o.String() != "1 2" {
		t.Errorf("alerts %q, records %q", o, o.records)
	}
	o = c.play(t, `config tcp:pre_flow any any <> any 26 (config:tracking disable, type flow, scope packet; sid:1;)`, engine.Config{})
	if o.count("flow") != 1 {
		t.Errorf("records %q", o.records)
	}
}
