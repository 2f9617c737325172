package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// hookLanguage knows a protocol whose transactions come to states.
func hookLanguage() *rule.Language {
	none := func(app.Transaction, int) ([]byte, bool) { return nil, false }
	return rule.New(rule.Config{Protocols: []app.Protocol{{
		Name: "dns", NewStream: func(*app.Conn) app.StreamParser { return nil }, Complete: [2]app.Progress{3, 1},
		States: [2][]app.State{{{Name: "request_head", From: 1, Until: 2}, {Name: "request_tail", From: 2}}},
		Fields: []app.Field{
			{Name: "dns.head", Dir: stream.ToServer, At: 2, Get: none},
			{Name: "dns.tail", Dir: stream.ToServer, At: 3, Get: none},
			{Name: "dns.answer", Dir: stream.ToClient, At: 1, Get: none},
		},
	}}, Suggest: func(word string, names []string) string {
		for _, n := range names {
			if strings.HasPrefix(n, word) {
				return n
			}
		}
		return ""
	}})
}

func TestHooks(t *testing.T) {
	l := hookLanguage()
	for _, test := range []struct {
		head, options string
		want          string // the problem; or type, direction and protocols
	}{
		{"dns:request_started", "", "app_tx, to server, [dns]"},
		{"DNS:Request_Head", "", "app_tx, to server, [dns]"},
		{"dns:response_complete", "", "app_tx, to client, [dns]"},
		{"dns:request_head", `dns.head; content:"x";`, "app_tx, to server, [dns]"},
		{"dns:request_complete", `dns.tail; content:"x";`, "app_tx, to server, [dns]"},
		{"dns:request_tail", `dns.tail; content:"x";`, "dns.tail is not there yet at dns:request_tail"},
		{"dns:request_head", `dns.answer; content:"x";`, "dns:request_head is of requests and dns.answer of responses"},
		{"dns:request_head", "flow:to_client;", "dns:request_head does not exist to client"},
		{"dns:request_head", "ttl:1;", "ttl is of packets, and the rule looks at transactions"},
		{"dns:request_t", "", "dns has no hook request_t; did you mean request_tail?"},
		{"dns:flow_start", "", "dns has no hook flow_start; it has request_complete, request_head, request_started, request_tail, response_complete, response_started"},
		{"dns:<request_head", "", "is for firewall rules"},
		{"tls:client_hello_done", "", "the protocol tls has no parser yet"},
		{"igmp:all", "", "rules for igmp are not supported yet"},
		{"dsn:request_head", "", "unknown protocol dsn:request_head"},

		{"tcp:pre_flow", `content:"x";`, "packet, both directions, []"},
		{"tcp:pre_stream", "flow:to_server;", "packet, to server, []"},
		{"ip:flow_start", "", "packet, both directions, []"},
		{"udp:all", "", "packet, both directions, []"},
		{"tcp:all", `dns.head; content:"x";`, "tcp:all is about packets, and the rule looks at transactions"},
		{"tcp:pre_flow", "flow:to_server;", "tcp:pre_flow comes before there is a flow"},
		{"tcp:pre_flow", "flowbits:isset,x;", "tcp:pre_flow comes before there is a flow"},
		{"tcp:pre_flow", "flowbits:set,x;", "tcp:pre_flow comes before there is a flow"},
		{"tcp:pre_flow", "config:tracking disable,type flow,scope packet;", "packet, both directions, []"},
		{"tcp:all", "config:tracking disable,type flow,scope packet;", "the rule needs the hook pre_flow"},
		{"tcp:pre_flow", "config:logging disable,type tx,scope tx;", "tcp:pre_flow is about packets"},
		{"tcp:pre_flow", "config:logging disable,type flow,scope tx;", "want logging disable"},
		{"tcp:pre_flow", "app-layer-protocol:dns;", "tcp:pre_flow comes before there is a flow"},
		{"udp:pre_stream", "", "udp has no streams"},
		{"tcp:flow_st", "", "tcp has no hook flow_st; did you mean flow_start?"},

		{"dns", "app-layer-state:request_head;", "app_tx, both directions, [dns]"},
		{"dns", "app-layer-state:< request_complete; flow:to_server;", "app_tx, to server, [dns]"},
		{"dns", "app-layer-state:>request_nil;", "dns has no hook request_nil; it has request_complete"},
		{"tcp", "app-layer-state:request_head;", "tcp has no transactions"},
	} {
		text := fmt.Sprintf("alert %s any any -> any any (%s sid:1;)", test.head, test.options)
		s := l.NewSet()
		s.Load("x.rules", text)
		got := ""
		if r := s.Find(1, 1); r != nil {
			got = fmt.Sprintf("%s, %s, %v", r.Type, r.Dirs, r.App)
		}
		for _, p := range s.Problems {
			got += p.Text
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", text, got, test.want)
		}
	}
}

// A rule with => looks at both directions, and a hook is of one.
func TestHookOfBothDirections(t *testing.T) {
	s := hookLanguage().NewSet()
	s.Load("x.rules", `alert dns:request_complete any any => any any (dns.head; content:"x"; dns.answer; content:"y"; sid:1;)`)
	if len(s.Problems) != 1 || !strings.Contains(s.Problems[0].Text, "=> looks at both directions") {
		t.Errorf("problems %v", s.Problems)
	}
}
