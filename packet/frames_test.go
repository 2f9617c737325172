package packet

// sample is a frame for tests that take one of each: truncation, fuzzing, comparison with another decoder.
type sample struct {
	name  string
	link  LinkType
	frame []byte
	want  string // its description
}

// options6 is a hop-by-hop or destination options header that leads to next.
func options6(next int, options ...byte) []byte {
	return cat([]byte{byte(next), byte((2+len(options))/8 - 1)}, options)
}

var (
	hello  = []byte("MAIL FROM:<a@example.org>\r\n")
	tcp4   = ip4(protoTCP, segment{flags: PSH | ACK, payload: hello}.bytes())
	tcp4TS = ip4(protoTCP, segment{flags: PSH | ACK, options: tsOption, payload: hello}.bytes())
	tcp6TS = ip6(protoTCP, segment{flags: PSH | ACK, options: tsOption, payload: hello}.bytes())
	syn4   = ip4(protoTCP, segment{flags: SYN, options: cat([]byte{2, 4, 0x05, 0xb4, 4, 2}, tsOption[2:], []byte{1, 3, 3, 7})}.bytes())
	udp4   = ip4(protoUDP, udpDatagram([]byte("name?")))
	udp6   = ip6(protoUDP, udpDatagram([]byte("name?")))
	echo4  = ip4(protoICMP, icmpMessage(8, 0, 0, 1, 0, 1, 'p', 'i', 'n', 'g'))
	echo6  = ip6(protoICMPv6, icmpMessage(128, 0, 0, 1, 0, 1, 'p', 'i', 'n', 'g'))
	unre4  = ip4(protoICMP, icmpMessage(3, 1, cat(make([]byte, 4), tcp4)...))
	unre6  = ip6(protoICMPv6, icmpMessage(1, 0, cat(make([]byte, 4), tcp6TS)...))
	arpWho = cat(u16(1), u16(etherIPv4), []byte{6, 4}, u16(1), make([]byte, 6), src4, make([]byte, 6), dst4)
)

// samples are valid frames: each kind of link header and each layer at least once.
func samples() []sample {
	fragment := func(next int) []byte { return []byte{byte(next), 0, 0, 1, 0, 0, 0, 7} }
	tcp := segment{flags: ACK, payload: hello}.bytes()
	return []sample{
		{"tcp4", LinkEthernet, eth(etherIPv4, tcp4),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"tcp4 timestamps", LinkEthernet, eth(etherIPv4, tcp4TS),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"tcp4 syn", LinkEthernet, eth(etherIPv4, syn4),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 0 +tcp flow"},
		{"tcp4 sack", LinkEthernet, eth(etherIPv4, ip4(protoTCP, segment{flags: ACK, options: cat([]byte{1, 1, 5, 18},
			u32(1), u32(2), u32(3), u32(4))}.bytes())),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 0 +tcp flow"},
		{"tcp4 ip options", LinkEthernet, eth(etherIPv4, header4{protocol: protoTCP,
			options: []byte{7, 7, 4, 0, 0, 0, 0, 0}}.bytes(tcp4[20:])),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"tcp4 length 0", LinkEthernet, eth(etherIPv4, header4{protocol: protoTCP, length: -1}.bytes(tcp)),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp +offload flow"},
		{"fragment4", LinkEthernet, eth(etherIPv4, header4{protocol: protoTCP, frag: 0x2000}.bytes(tcp[:40])),
			"IPv4 TCP 192.0.2.1 198.51.100.2 payload 0 +fragment"},
		{"tcp6 timestamps", LinkEthernet, eth(etherIPv6, tcp6TS),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"tcp6 extensions", LinkEthernet, eth(etherIPv6, ip6ext(nextHopByHop, cat(
			options6(nextDestOptions, 5, 2, 0, 0, 0, 0),
			options6(nextRouting, cat([]byte{0xc9, 16}, src6, []byte{1, 2, 0, 0})...),
			[]byte{nextAuth, 0, 2, 0, 0, 0, 0, 0}, []byte{protoTCP, 1, 0, 0}, make([]byte, 8)), protoTCP, tcp)),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"tcp6 atomic fragment", LinkEthernet, eth(etherIPv6, ip6ext(nextFragment, []byte{protoTCP, 0, 0, 0, 0, 0, 0, 7}, protoTCP, tcp)),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow !ipv6.exthdr_useless_fh"},
		{"fragment6", LinkEthernet, eth(etherIPv6, ip6ext(nextFragment, fragment(protoTCP), nextNone, tcp[:40])),
			"IPv6 TCP 2001:db8::1 2001:db8::2 payload 0 +fragment"},
		{"none6", LinkEthernet, eth(etherIPv6, ip6(nextNone, nil)),
			"IPv6 IPv6-NoNxt 2001:db8::1 2001:db8::2 payload 0"},
		{"udp4", LinkEthernet, eth(etherIPv4, udp4),
			"IPv4 UDP 192.0.2.1:5353 198.51.100.2:53 payload 5 +udp flow"},
		{"udp6", LinkEthernet, eth(etherIPv6, udp6),
			"IPv6 UDP 2001:db8::1:5353 2001:db8::2:53 payload 5 +udp flow"},
		{"sctp4", LinkEthernet, eth(etherIPv4, ip4(protoSCTP, cat(u16(7), u16(9), u32(1), u32(2), []byte{1, 0, 0, 20}, make([]byte, 16)))),
			"IPv4 SCTP 192.0.2.1:7 198.51.100.2:9 payload 20 +sctp flow"},
		{"esp6", LinkEthernet, eth(etherIPv6, ip6(protoESP, cat(u32(0xabcdef), u32(1), make([]byte, 24)))),
			"IPv6 ESP 2001:db8::1 2001:db8::2 payload 24 +esp flow"},
		{"icmpv4", LinkEthernet, eth(etherIPv4, echo4),
			"IPv4 ICMP 192.0.2.1 198.51.100.2 payload 4 +icmp flow"},
		{"icmpv4 unreachable", LinkEthernet, eth(etherIPv4, unre4),
			"IPv4 ICMP 192.0.2.1 198.51.100.2 payload 67 +icmp"},
		{"icmpv6", LinkEthernet, eth(etherIPv6, echo6),
			"IPv6 IPv6-ICMP 2001:db8::1 2001:db8::2 payload 4 +icmp flow"},
		{"icmpv6 unreachable", LinkEthernet, eth(etherIPv6, unre6),
			"IPv6 IPv6-ICMP 2001:db8::1 2001:db8::2 payload 99 +icmp"},
		{"arp", LinkEthernet, eth(etherARP, arpWho),
			"no IP, type 0806"},
		{"vlan", LinkEthernet, eth(etherVLAN, tag(100, etherIPv4, tcp4TS)),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 vlan [100] +tcp flow"},
		{"qinq", LinkEthernet, eth(etherQinQ, tag(100, etherVLAN, tag(200, etherIPv6, tcp6TS))),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 vlan [100 200] +tcp flow"},
		{"qinqinq", LinkEthernet, eth(etherQinQOld, tag(1, etherQinQ, tag(2, etherVLAN, tag(3, etherIPv4, udp4)))),
			"IPv4 UDP 192.0.2.1:5353 198.51.100.2:53 payload 5 vlan [1 2 3] +udp flow"},
		{"mpls", LinkEthernet, eth(etherMPLS, labels(tcp4TS, 100, 200, 300)),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"mpls null", LinkEthernet, eth(etherMPLS, labels(tcp6TS, labelIPv6)),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"mpls pseudowire", LinkEthernet, eth(etherMPLS, labels(cat(make([]byte, 4), eth(etherIPv4, tcp4TS)), 99)),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"pppoe", LinkEthernet, eth(etherPPPoESession, pppoe(u16(pppIPv4), tcp4TS)),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"pppoe compressed", LinkEthernet, eth(etherPPPoESession, pppoe([]byte{pppIPv6}, tcp6TS)),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"pppoe discovery", LinkEthernet, eth(etherPPPoEDiscover, cat([]byte{0x11, padI, 0, 0}, u16(12), u16(0x0101), u16(0),
			u16(0x0103), u16(4), u32(9))),
			"no IP, type 8863"},
		{"raw 4", LinkRaw, tcp4TS,
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"raw 6", 12, tcp6TS,
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"ipv4", LinkIPv4, udp4,
			"IPv4 UDP 192.0.2.1:5353 198.51.100.2:53 payload 5 +udp flow"},
		{"ipv6", LinkIPv6, udp6,
			"IPv6 UDP 2001:db8::1:5353 2001:db8::2:53 payload 5 +udp flow"},
		{"null", LinkNull, cat([]byte{2, 0, 0, 0}, tcp4TS),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"null big endian", LinkNull, cat([]byte{0, 0, 0, 30}, tcp6TS),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"loop", LinkLoop, cat([]byte{0, 0, 0, 24}, tcp6TS),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
		{"sll", LinkSLL, cat(u16(0), u16(1), u16(6), make([]byte, 8), u16(etherIPv4), tcp4TS),
			"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"},
		{"sll2", LinkSLL2, cat(u16(etherIPv6), u16(0), u32(3), u16(1), []byte{0, 6}, make([]byte, 8), tcp6TS),
			"IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"},
	}
}
