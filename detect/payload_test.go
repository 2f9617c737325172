package detect_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/smtp"
)

// payloads keeps what alerts show.
type payloads struct{ all []string }

func (p *payloads) Event(r *event.Record) {
	a, ok := r.Body.(*event.Alert)
	if !ok {
		return
	}
	a.Options = &event.AlertOptions{Payload: true, PayloadLimit: 60}
	text := string(r.AppendJSON(nil, nil))
	_, b64, _ := strings.Cut(text, `"payload":"`)
	b64, rest, _ := strings.Cut(b64, `"`)
	b, _ := base64.StdEncoding.DecodeString(b64)
	kind := " packet"
	if strings.Contains(rest, `"stream":1`) {
		kind = " stream"
	}
	p.all = append(p.all, string(b)+kind)
}

// lose leaves the next segment out of the capture.
func (c *conversation) lose(from int, payload string) *conversation {
	c.segment(from, ack, payload)
	c.frames = c.frames[:len(c.frames)-1]
	return c
}

func TestPayload(t *testing.T) {
	end := func(c *conversation) *conversation {
		return c.segment(0, fin|ack, "").segment(1, fin|ack, "").segment(0, ack, "")
	}
	gap := end(talk(99).open().segment(0, ack, "VERY").lose(0, "GOOD").segment(0, ack, "DATA").segment(1, ack, ""))
	web := end(talk(80).open().say(0, "GET /x HTTP/1.1\r\n").say(0, "Host: a\r\n\r\n").say(1, "HTTP/1.0 200 OK\r\n\r\n"+strings.Repeat("y", 99)).say(1, "z"))
	for _, test := range []struct {
		name, rule string
		talk       *conversation
		want       string
	}{
		{"behind a gap", `tcp-stream any any -> any any (content:"DATA"`, gap, "VERY[4 bytes missing]DATA stream"},
		{"before a gap", `tcp-stream any any -> any any (content:"VERY"`, gap, "VERY[4 bytes missing]DATA stream"},
		{"a packet", `tcp-pkt any any -> any any (content:"DATA"`, gap, "DATA packet"},
		{"leading gap", `tcp-stream any any -> any any (content:"b"`, end(talk(99).open().lose(0, "a").segment(0, ack, "b").segment(1, ack, "")), "[1 bytes missing]b stream"},
		{"a request", `http any any -> any any (http.uri; content:"/x"`, web, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n stream"},
		{"more than the limit", `http any any -> any any (http.stat_code; content:"200"`, web, "HTTP/1.0 200 OK\r\n\r\n" + strings.Repeat("y", 41) + " stream"},
		{"a datagram", `udp any any -> any any (content:"q"`, talk(99).datagram(0, "q"), "q packet"},
	} {
		for _, inline := range []bool{false, true} {
			var got payloads
			conf := engine.Config{Sink: &got, ShowStreams: true, Inline: inline, Protocols: []app.Protocol{smtp.New(smtp.Config{}), http.New(http.Config{Inspect: [2]int{99, 99}})}}
			test.talk.with(t, compile(t, "alert "+test.rule+"; sid:1;)", detect.Config{Payload: 60}), conf)
			if all := strings.Join(got.all, ","); all != test.want && !inline || len(got.all) != 1 {
				t.Errorf("%s, inline %v: %q, want %q", test.name, inline, all, test.want)
			}
		}
	}
}
