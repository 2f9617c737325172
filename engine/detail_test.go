package engine_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/reknit/reknit/engine"
)

// macs gives the last packet link-layer addresses.
func (s *script) macs(dst, src byte) {
	for i := range 6 {
		s.last()[i], s.last()[6+i] = dst, src
	}
}

func TestEthernet(t *testing.T) {
	s := newScript()
	s.udp(client, server, "question")
	s.macs(2, 1)
	s.udp(server, client, "answer")
	s.macs(1, 3) // another router
	k := s.talk(client, server)
	k.at(1, rst, 5000, 0, "")
	s.macs(4, 5)
	f := s.play(t, engine.Config{Ethernet: true, StreamEvents: true})
	for _, r := range f.all("flow") {
		want := "[01:01:01:01:01:01] [02:02:02:02:02:02 03:03:03:03:03:03]"
		if r["proto"] == "TCP" {
			want = "[05:05:05:05:05:05] [04:04:04:04:04:04]"
		}
		if got := fmt.Sprint(r.of("ether", "src_macs"), " ", r.of("ether", "dest_macs")); got != want {
			t.Errorf("addresses of the %v flow are %s, want %s", r["proto"], got, want)
		}
	}
	f.check(f.one("anomaly"), map[string]any{
		"ether.src_mac": "05:05:05:05:05:05", "ether.dest_mac": "04:04:04:04:04:04", "ether.ether_type": 0x800,
	})
}

// Records of transactions have the client as source, whoever sent the packet.
func TestEthernetOfTransaction(t *testing.T) {
	s := newScript()
	k := s.talk(client, server).open()
	k.greet()
	k.mail("hi")
	k.close()
	for i := range s.all {
		if b := s.all[i].data; b[26] == 192 { // from the client
			b[6], b[0] = 1, 2
		} else {
			b[6], b[0] = 2, 1
		}
	}
	c := withSMTP
	c.Ethernet = true
	f := s.play(t, c)
	f.check(f.one("smtp"), map[string]any{"ether.src_mac": "01:00:00:00:00:00", "ether.dest_mac": "02:00:00:00:00:00"})
}

func TestNetflow(t *testing.T) {
	s := newScript()
	s.talk(client, server).open()
	s.udp(client2, server, "hello")
	f := s.play(t, engine.Config{Netflows: true, NoFlows: true})
	if n := len(f.all("flow")); n != 0 {
		t.Errorf("%d flow records, want none", n)
	}
	all := f.all("netflow")
	if len(all) != 3 {
		t.Fatalf("%d netflow records, want 3: %v", len(all), all)
	}
	f.check(all[0], map[string]any{
		"src_ip": "192.0.2.1", "src_port": 40000, "netflow.pkts": 2, "netflow.min_ttl": 64, "netflow.max_ttl": 64,
		"netflow.age": 0, "tcp.tcp_flags": "12", "tcp.syn": true, "ip_v": nil, "app_proto": "unknown",
	})
	f.check(all[1], map[string]any{"src_ip": "198.51.100.25", "netflow.pkts": 1, "tcp.tcp_flags": "12"})
	f.check(all[2], map[string]any{"proto": "UDP", "src_port": 40001, "netflow.pkts": 1, "tcp": nil})
}

func TestPacketHeader(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		s := newScript()
		s.talk(client, server).at(1, rst, 5000, 0, "")
		f := s.play(t, engine.Config{StreamEvents: true, PacketHeader: wanted})
		var want any
		if wanted {
			want = base64.StdEncoding.EncodeToString(s.all[0].data[:32])
		}
		r := f.one("anomaly")
		if got := r["packet"]; got != want {
			t.Errorf("packet is %v, want %v", got, want)
		}
		if wanted {
			f.check(r, map[string]any{"packet_info.linktype": 1, "packet_info.linktype_name": "EN10MB"})
		}
	}
}

// An SPI is part of what makes a flow, in both directions.
func TestESPByIndex(t *testing.T) {
	s := newScript()
	esp := func(spi byte) []byte { return []byte{0, 1, 0, spi, 0, 0, 0, 1, 9, 9, 9, 9} }
	s.ip(client.Addr(), server.Addr(), 50, esp(7))
	s.ip(server.Addr(), client.Addr(), 50, esp(7))
	s.ip(client.Addr(), server.Addr(), 50, esp(8))
	f := s.play(t, engine.Config{})
	all := f.all("flow")
	if len(all) != 2 {
		t.Fatalf("%d flows, want 2", len(all))
	}
	f.check(all[0], map[string]any{"proto": "ESP", "spi": 0x10007, "flow.pkts_toserver": 1, "flow.pkts_toclient": 1})
	f.check(all[1], map[string]any{"spi": 0x10008, "flow.pkts_toserver": 1})
}
