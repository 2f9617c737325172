package engine_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/proto/dns"
)

const (
	dnsQuestion = "\x03www\x07example\x03org\x00\x00\x01\x00\x01"
	dnsRequest  = "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + dnsQuestion
	dnsResponse = "\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + dnsQuestion +
		"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07"
)

var (
	withDNS  = engine.Config{Protocols: []app.Protocol{dns.New(dns.Config{})}}
	resolver = netip.AddrPortFrom(server.Addr(), 53)
)

// Each message is a record, from who sent it, at once; the flow goes on.
func TestDatagrams(t *testing.T) {
	s := newScript()
	for range 2 {
		s.udp(client, resolver, dnsRequest)
		s.udp(resolver, client, dnsResponse)
	}
	f := s.play(t, withDNS)
	all := f.all("dns")
	if len(all) != 4 {
		t.Fatalf("%d records, want 4: %v", len(all), f.records)
	}
	for i, r := range all {
		want := map[string]any{"dns.type": "request", "src_port": 40000, "dest_port": 53, "pcap_cnt": i + 1, "dns.tx_id": i, "tx_id": nil}
		if i%2 == 1 {
			want["dns.type"], want["src_port"], want["dest_port"] = "response", 53, 40000
		}
		f.check(r, want)
	}
	f.check(f.one("flow"), map[string]any{"app_proto": "dns", "flow.tx_cnt": 4, "flow.state": "established"})
}

// A capture that begins with a response shows the server first; the records have client and server the right way round.
func TestDatagramsReversed(t *testing.T) {
	for _, ports := range [][2]netip.AddrPort{{client, resolver}, {netip.AddrPortFrom(client.Addr(), 53), resolver}} {
		s := newScript()
		s.udp(ports[1], ports[0], dnsResponse)
		s.udp(ports[0], ports[1], dnsRequest)
		f := s.play(t, withDNS)
		all := f.all("dns")
		f.check(all[0], map[string]any{"dns.type": "response", "src_ip": "198.51.100.25", "dest_ip": "192.0.2.1"})
		f.check(all[1], map[string]any{"dns.type": "request", "src_ip": "192.0.2.1", "dest_ip": "198.51.100.25"})
		f.check(f.one("flow"), map[string]any{"src_ip": "192.0.2.1", "dest_port": 53, "app_proto": "dns", "flow.pkts_toclient": 1})
	}
}

// An ICMP error about a datagram is a packet of its flow, and no message.
func TestDatagramRefused(t *testing.T) {
	s := newScript()
	s.udp(client, resolver, dnsRequest)
	quote := s.last()[14:42]
	s.icmp(server.Addr(), client.Addr(), 3, 3, quote)
	s.wait(time.Second)
	s.udp(client, resolver, dnsRequest)
	f := s.play(t, withDNS)
	if n := len(f.all("dns")); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
	f.check(f.one("flow"), map[string]any{"app_proto": "dns", "flow.pkts_toserver": 2, "flow.pkts_toclient": 1, "flow.tx_cnt": 2})
}
