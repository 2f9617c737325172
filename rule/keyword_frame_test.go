package rule

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
)

func TestFrame(t *testing.T) {
	stream := func(c *app.Conn) app.StreamParser { return nil }
	datagram := func(c *app.Conn) app.DatagramParser { return nil }
	l := New(Config{Protocols: []app.Protocol{
		{Name: "http", NewStream: stream, Frames: []string{"request", "response"}, Fields: []app.Field{{Name: "http.method"}}},
		{Name: "dns", NewDatagram: datagram, Frames: []string{"pdu"}},
		{Name: "ssh", NewStream: stream, Frames: []string{"record.hdr"}},
	}})
	for _, test := range []struct{ rule, want string }{
		{`alert tcp any any -> any any (frame:http1.request; content:"a"; sid:1;)`, "frame:http.request"},
		{`alert http any any -> any any (frame:HTTP.response; content:"a"; sid:1;)`, "frame:http.response"},
		{`alert http1 any any -> any any (frame:request; content:"a"; sid:1;)`, "frame:http.request"},
		{`alert http any any -> any any (frame:stream; content:"a"; sid:1;)`, "frame:http.stream"},
		{`alert ssh any any -> any any (frame:record.hdr; content:"a"; sid:1;)`, "frame:ssh.record.hdr"},
		{`alert ip any any -> any any (frame:ssh.record.hdr; content:"a"; sid:1;)`, "frame:ssh.record.hdr"},
		{`alert udp any any -> any any (frame:dns.pdu; content:"a"; sid:1;)`, "frame:dns.pdu"},
		{`alert dns any any -> any any (frame:dns.stream; content:"a"; sid:1;)`, "unknown frame 'stream' for protocol 'dns'"},
		{`alert http any any -> any any (frame:http.hdr; content:"a"; sid:1;)`, "unknown frame 'hdr' for protocol 'http'"},
		{`alert tcp any any -> any any (frame:request; content:"a"; sid:1;)`, "want PROTOCOL.NAME"},
		{`alert tcp any any -> any any (frame:enip.hdr; content:"a"; sid:1;)`, "has no parser yet"},
		{`alert http any any -> any any (frame:request; content:"a"; http.method; content:"b"; sid:1;)`, "cannot look at http.method"},
		{`alert http any any -> any any (frame:request; content:"a"; frame:response; content:"b"; sid:1;)`, "a rule can look at one frame"},
		{`alert http any any -> any any (frame:request; content:"a"; pkt_data; content:"b"; sid:1;)`, "cannot look at pkt_data"},
		{`alert http any any -> any any (frame:request; content:"a"; dsize:3; sid:1;)`, "dsize"},
		{`alert http any any -> any any (frame:request; content:"a"; filesize:3; sid:1;)`, "cannot look at transactions"},
		{`alert http any any => any any (frame:request; content:"a"; sid:1;)`, "=>"},
		{`alert ssh any any -> any any (frame:http.request; content:"a"; sid:1;)`, "not of the protocol ssh"},
	} {
		s := l.NewSet()
		s.Load("test.rules", test.rule)
		got := ""
		for _, p := range s.Problems {
			got += p.String()
		}
		for _, r := range s.Rules {
			if got = r.Sections[0].Buffer.Name; r.Type != Transaction {
				t.Errorf("%s: type %s", test.rule, r.Type)
			}
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.rule, got, test.want)
		}
	}
}
