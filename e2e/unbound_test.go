//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// unboundConf is the configuration of a name server of one zone.
const unboundConf = `
server:
  chroot: ""
  username: ""
  directory: "DIR"
  pidfile: ""
  use-syslog: no
  logfile: "DIR/unbound.log"
  log-time-ascii: no
  log-replies: yes
  log-tag-queryreply: yes
  verbosity: 0
  do-daemonize: no
  interface: ADDR
  access-control: 198.51.100.0/24 allow
  module-config: "iterator"
  num-threads: 1
  local-zone: "." static
  local-data: ". 3600 IN SOA ns.example.org. admin.example.org. 1 3600 900 86400 300"
  local-zone: "example.org." static
  local-data: "example.org. 3600 IN SOA ns.example.org. admin.example.org. 1 3600 900 86400 300"
  local-data: "example.org. 3600 IN NS ns.example.org."
  local-data: "example.org. 3600 IN MX 10 mx.example.org."
  local-data: 'example.org. 3600 IN TXT "v=spf1 mx -all"'
  local-data: "www.example.org. 60 IN A 192.0.2.80"
  local-data: "www.example.org. 60 IN A 192.0.2.81"
  local-data: "www.example.org. 60 IN AAAA 2001:db8::80"
  local-data: "_sip._tcp.example.org. 60 IN SRV 1 2 5060 sip.example.org."
  local-data: "25.100.51.198.in-addr.arpa. 60 IN PTR mx.example.org."
`

// questions are what the clients ask, with what comes back: the code and the data of the answers.
var questions = []struct{ name, kind, code, answer string }{
	{"example.org", "SOA", "NOERROR", ""},
	{"example.org", "NS", "NOERROR", "ns.example.org"},
	{"example.org", "MX", "NOERROR", "mx.example.org"},
	{"example.org", "TXT", "NOERROR", "v=spf1 mx -all"},
	{"www.example.org", "A", "NOERROR", "192.0.2.80 192.0.2.81"},
	{"www.example.org", "AAAA", "NOERROR", "2001:0db8:0000:0000:0000:0000:0000:0080"},
	{"www.example.org", "TXT", "NOERROR", ""},
	{"_sip._tcp.example.org", "SRV", "NOERROR", ""},
	{"25.100.51.198.in-addr.arpa", "PTR", "NOERROR", "mx.example.org"},
	{"nobody.example.org", "A", "NXDOMAIN", ""},
}

// unbound is a name server.
type unbound struct {
	*lab
	dir string
}

func (l *lab) startUnbound() *unbound {
	l.t.Helper()
	l.tools("unbound", "dig")
	u := &unbound{lab: l, dir: l.directory("unbound")}
	conf := strings.NewReplacer("DIR", u.dir, "ADDR", serverAddr).Replace(unboundConf)
	u.serve("53", "unbound", "-d", "-c", u.write(filepath.Join(u.dir, "unbound.conf"), []byte(conf)))
	return u
}

func (u *unbound) name() string { return "dns" }

func (u *unbound) files() []*transfer { return nil }

// play asks each question in a datagram, over TCP, and all of them in one connection.
func (u *unbound) play() {
	dig := func(args ...string) {
		u.in(u.client, "dig", append([]string{"@" + serverAddr, "+noall", "+answer", "+tries=6", "+time=1"}, args...)...)
	}
	var wait sync.WaitGroup
	all := []string{"+tcp", "+keepopen"}
	for _, q := range questions {
		wait.Go(func() {
			dig(q.name, q.kind)
			dig("+tcp", "+noedns", q.name, q.kind)
		})
		all = append(all, q.name, q.kind)
	}
	wait.Go(func() { dig(all...) })
	wait.Wait()
}

// key tells what a response says.
func dnsKey(name, kind, code, answers string) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", strings.TrimSuffix(name, "."), kind, code, answers))
}

func (u *unbound) compare(t *testing.T, r *report) {
	answers := map[string]string{}
	for _, q := range questions {
		answers[q.name+" "+q.kind] = q.answer
	}
	var logged []string // "[time] unbound[1:0] reply: 198.51.100.10 example.org. MX IN NOERROR 0.000000 0 65"
	for _, line := range u.logLines(filepath.Join(u.dir, "unbound.log"), "reply: ") {
		_, after, _ := strings.Cut(line, "reply: ")
		f := strings.Fields(after)
		if len(f) < 5 {
			t.Fatalf("the log says %q", line)
		}
		name := strings.TrimSuffix(f[1], ".")
		logged = append(logged, dnsKey(name, f[2], f[4], answers[name+" "+f[2]]))
	}
	if len(logged) < 3*len(questions) {
		t.Errorf("the log tells of %d replies, want %d or more", len(logged), 3*len(questions))
	}
	var told []string
	asked := map[string]int{}
	for _, e := range r.of("dns", 53) {
		q, _ := e.at("dns.queries").([]any)
		if len(q) != 1 {
			t.Errorf("no query: %s", e.line)
			continue
		}
		question := &event{members: q[0].(map[string]any)}
		name, kind := question.text("rrname"), question.text("rrtype")
		if e.text("dns.type") == "request" {
			asked[name+" "+kind]++
			continue
		}
		var data []string
		list, _ := e.at("dns.answers").([]any)
		for _, a := range list {
			if d, ok := a.(map[string]any)["rdata"].(string); ok {
				data = append(data, strings.TrimSuffix(d, "."))
			}
		}
		text := strings.Join(data, " ")
		if text == "192.0.2.81 192.0.2.80" { // the server turns the list
			text = "192.0.2.80 192.0.2.81"
		}
		told = append(told, dnsKey(name, kind, e.text("dns.rcode"), text))
	}
	sameLines(t, "DNS responses", told, logged)
	for _, q := range questions {
		if n := asked[q.name+" "+q.kind]; n < 3 {
			t.Errorf("%d requests for %s %s, want 3 or more", n, q.name, q.kind)
		}
	}
	tcp := 0
	for _, e := range r.of("dns", 53) {
		if e.text("proto") == "TCP" && e.text("dns.type") == "response" {
			tcp++
		}
	}
	if tcp != 2*len(questions) {
		t.Errorf("%d responses over TCP, want %d", tcp, 2*len(questions))
	}
}
