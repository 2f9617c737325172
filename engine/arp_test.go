package engine_test

import (
	"testing"

	"github.com/reknit/reknit/engine"
)

func TestARP(t *testing.T) {
	s := newScript()
	who := []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2}
	frame := func(kind byte, arp []byte) []byte {
		b := append(make([]byte, 12), 8, kind)
		return append(b, arp...)
	}
	add := func(b []byte) {
		s.udp(client, server, "x")
		s.all[len(s.all)-1].data = b
	}
	add(frame(6, who))
	reply := append([]byte(nil), who...)
	reply[7] = 2
	add(frame(6, reply))
	odd := append([]byte(nil), who...)
	odd[7] = 9
	add(frame(6, odd))
	bad := append([]byte(nil), who...)
	bad[5] = 16
	add(frame(6, bad))
	add(frame(6, who[:20]))
	s.ip(client.Addr(), server.Addr(), 47, append([]byte{0, 0, 8, 6}, who...)) // in GRE
	for _, on := range []bool{true, false} {
		f := s.play(t, engine.Config{ARP: on})
		all := f.all("arp")
		if !on {
			if len(all) != 0 {
				t.Errorf("%d records that nobody wants", len(all))
			}
			continue
		}
		if len(all) != 4 {
			t.Fatalf("%d records, want 4", len(all))
		}
		f.check(all[0], map[string]any{"pcap_cnt": 1, "src_ip": nil, "proto": nil, "arp.hw_type": "ethernet", "arp.proto_type": "ipv4",
			"arp.opcode": "request", "arp.src_mac": "02:00:00:00:00:01", "arp.src_ip": "192.0.2.1",
			"arp.dest_mac": "00:00:00:00:00:00", "arp.dest_ip": "192.0.2.2"})
		f.check(all[1], map[string]any{"arp.opcode": "reply"})
		f.check(all[2], map[string]any{"arp.opcode": "unknown"})
		f.check(all[3], map[string]any{"pcap_cnt": 6, "arp.opcode": "request"})
	}
}
