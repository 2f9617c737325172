package packet

import "testing"

func TestQuote(t *testing.T) {
	quoting4 := func(b []byte) []byte { return ip4(protoICMP, icmpMessage(3, 1, cat(make([]byte, 4), b)...)) }
	quoting6 := func(b []byte) []byte { return ip6(protoICMPv6, icmpMessage(1, 0, cat(make([]byte, 4), b)...)) }
	src4, dst4 := Addr{192, 0, 2, 1}, Addr{198, 51, 100, 2}
	src6, dst6 := Addr(src6), Addr(dst6)
	tcp := Quote{protoTCP, src4, dst4, 40000, 25}
	tcp6 := Quote{protoTCP, src6, dst6, 40000, 25}
	fragment := func(offset int) []byte {
		return ip6ext(nextFragment, cat([]byte{protoTCP, 0}, u16(offset), u32(7)), protoTCP, segment{}.bytes())
	}
	tests := []struct {
		name  string
		frame []byte
		want  Quote
		ok    bool
	}{
		{"tcp", quoting4(tcp4), tcp, true},
		{"tcp, eight octets", quoting4(tcp4[:28]), tcp, true},
		{"tcp, the ports", quoting4(tcp4[:24]), tcp, true},
		{"tcp, half the ports", quoting4(tcp4[:23]), Quote{}, false},
		{"tcp, half the IP header", quoting4(tcp4[:19]), Quote{}, false},
		{"nothing", quoting4(nil), Quote{}, false},
		{"udp", quoting4(udp4), Quote{protoUDP, src4, dst4, 5353, 53}, true},
		{"icmp", quoting4(echo4), Quote{protoICMP, src4, dst4, 0, 0}, true},
		{"with IP options", quoting4(header4{protocol: protoTCP, options: make([]byte, 8)}.bytes(tcp4[20:])), tcp, true},
		{"with IP options cut", quoting4(header4{protocol: protoTCP, options: make([]byte, 8)}.bytes(nil)[:24]), Quote{}, false},
		{"first fragment", quoting4(header4{protocol: protoTCP, frag: 0x2000}.bytes(tcp4[20:])), tcp, true},
		{"later fragment", quoting4(header4{protocol: protoTCP, frag: 1}.bytes(tcp4[20:])), Quote{}, false},
		{"tcp6", quoting6(tcp6TS), tcp6, true},
		{"tcp6, half the IP header", quoting6(tcp6TS[:39]), Quote{}, false},
		{"tcp6, half the ports", quoting6(tcp6TS[:43]), Quote{}, false},
		{"tcp6 behind options", quoting6(ip6ext(nextHopByHop, options6(protoTCP, 5, 2, 0, 0, 0, 0), protoTCP, segment{}.bytes())), tcp6, true},
		{"tcp6, options cut", quoting6(ip6ext(nextHopByHop, options6(protoTCP, 5, 2, 0, 0, 0, 0), protoTCP, nil)[:41]), Quote{}, false},
		{"tcp6, first fragment", quoting6(fragment(1)), tcp6, true},
		{"tcp6, later fragment", quoting6(fragment(8)), Quote{}, false},
		{"echo is no error", echo4, Quote{}, false},
		{"nor is echo6", echo6, Quote{}, false},
		{"nor TCP", tcp4, Quote{}, false},
	}
	for _, tt := range tests {
		p, _ := decode(LinkRaw, tt.frame)
		if got, ok := p.Quote(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: Quote() = %v, %v, want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
