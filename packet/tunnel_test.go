package packet

import (
	"slices"
	"strings"
	"testing"
)

// What follows builds tunnels, from the inside out as the rest.

func gre(bits, etherType int, rest ...[]byte) []byte {
	return ip4(protoGRE, cat(u16(bits), u16(etherType), cat(rest...)))
}

func udpTo(port int, payload ...[]byte) []byte {
	b := cat(payload...)
	return ip4(protoUDP, cat(u16(50000), u16(port), u16(8+len(b)), []byte{0, 0}, b))
}

func vxlan(frame []byte) []byte { return udpTo(4789, []byte{8, 0, 0, 0, 0, 0, 77, 0}, frame) }

func geneve(etherType int, options []byte, inner []byte) []byte {
	return udpTo(6081, []byte{byte(len(options) / 4), 0}, u16(etherType), []byte{0, 0, 9, 0}, options, inner)
}

func gtp(flags byte, extra, inner []byte) []byte {
	return udpTo(2152, []byte{0x30 | flags, 255}, u16(len(extra)+len(inner)), u32(1), extra, inner)
}

func nshHeader(kind, next byte, words int) []byte {
	return cat([]byte{0, byte(words), kind, next}, u32(1), make([]byte, words*4-8))
}

const (
	inner4 = "IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 +tcp flow"
	inner6 = "IPv6 TCP 2001:db8::1:40000 2001:db8::2:25 payload 27 +tcp flow"
)

// tunnels are tunnels of each kind, one packet each.
var tunnels = []struct {
	name  string
	frame []byte // begins with an IP header
	from  Origin
	want  string // the packet in it
}{
	{"IPv4 in IPv4", ip4(protoIPv4, tcp4TS), FromIPv4, inner4},
	{"IPv6 in IPv4", ip4(protoIPv6, tcp6TS), FromIPv4, inner6},
	{"IPv4 in IPv6", ip6(protoIPv4, tcp4TS), FromIPv6, inner4},
	{"IPv6 in IPv6", ip6(protoIPv6, tcp6TS), FromIPv6, inner6},
	{"IPv6 in IPv6, encapsulation limit", ip6ext(nextDestOptions, options6(protoIPv6, 4, 1, 4, 1, 1, 0), protoIPv6, tcp6TS),
		FromIPv6, inner6},

	{"GRE", gre(0, etherIPv4, tcp4TS), FromGRE, inner4},
	{"GRE in IPv6", ip6(protoGRE, cat(u16(0), u16(etherIPv6), tcp6TS)), FromGRE, inner6},
	{"GRE with everything", gre(0xb000, etherIPv4, make([]byte, 12), tcp4TS), FromGRE, inner4},
	{"GRE with a route", gre(0x4000, etherIPv4, make([]byte, 4), []byte{8, 0, 0, 4}, src4, make([]byte, 4), tcp4TS), FromGRE, inner4},
	{"GRE, Ethernet", gre(0x2000, etherBridge, u32(7), eth(etherIPv6, tcp6TS)), FromGRE, inner6},
	{"GRE, VLAN", gre(0, etherVLAN, tag(9, etherIPv4, tcp4TS)), FromGRE,
		"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 vlan [9] +tcp flow"},
	{"GRE, MPLS", gre(0, etherMPLS, labels(tcp4TS, 100)), FromGRE, inner4},
	{"PPTP", gre(0x3081, etherPPP, u32(9<<16), u32(1), u32(2), []byte{0xff, 3, 0, pppIPv4}, tcp4TS), FromGRE, inner4},
	{"PPTP, compressed", gre(0x3001, etherPPP, u32(9<<16), u32(1), []byte{pppIPv6}, tcp6TS), FromGRE, inner6},
	{"ERSPAN I", gre(0, etherERSPAN2, eth(etherIPv4, tcp4TS)), FromGRE, inner4},
	{"ERSPAN II", gre(0x1000, etherERSPAN2, u32(1), u16(0x1017), make([]byte, 6), eth(etherIPv4, tcp4TS)), FromGRE,
		"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 vlan [23] +tcp flow"},
	{"ERSPAN III", gre(0x1000, etherERSPAN3, u32(1), u16(0x2000), make([]byte, 10), eth(etherVLAN, tag(5, etherIPv4, tcp4TS))), FromGRE,
		"IPv4 TCP 192.0.2.1:40000 198.51.100.2:25 payload 27 vlan [5] +tcp flow"},
	{"ERSPAN III with subheader", gre(0x1000, etherERSPAN3, u32(1), u16(0x2000), make([]byte, 9), []byte{1}, make([]byte, 8),
		eth(etherIPv6, tcp6TS)), FromGRE, inner6},
	{"ERSPAN III, IP", gre(0x1000, etherERSPAN3, u32(1), u16(0x2000), make([]byte, 8), []byte{2 << 2, 0}, tcp6TS), FromGRE, inner6},

	{"VXLAN", vxlan(eth(etherIPv4, tcp4TS)), FromVXLAN, inner4},
	{"VXLAN, group policy", udpTo(4789, []byte{0x88, 0, 1, 2, 0, 0, 77, 0}, eth(etherIPv4, tcp4TS)), FromVXLAN, inner4},
	{"VXLAN in IPv6", ip6(protoUDP, vxlan(eth(etherIPv6, tcp6TS))[20:]), FromVXLAN, inner6},
	{"Geneve", geneve(etherBridge, nil, eth(etherIPv4, tcp4TS)), FromGeneve, inner4},
	{"Geneve with options", geneve(etherIPv6, []byte{0, 1, 0, 1, 1, 2, 3, 4, 0, 1, 2, 0}, tcp6TS), FromGeneve, inner6},
	{"Teredo", udpTo(3544, tcp6TS), FromTeredo, inner6},
	{"Teredo, origin indication", udpTo(3544, make([]byte, 8), tcp6TS), FromTeredo, inner6},
	{"Teredo, bubble", udpTo(3544, ip6(nextNone, nil)), FromTeredo, "IPv6 IPv6-NoNxt 2001:db8::1 2001:db8::2 payload 0"},
	{"GTP-U", gtp(0, nil, tcp4TS), FromGTP, inner4},
	{"GTP-U with a sequence number", gtp(2, make([]byte, 4), tcp6TS), FromGTP, inner6},
	{"GTP-U with extensions", gtp(4, []byte{0, 0, 0, 0x85, 1, 0, 9, 0xc0, 2, 0, 0, 0, 0, 0, 0, 0}, tcp4TS), FromGTP, inner4},
}

// unpack decodes what is in p, and in that, and describes it.
func unpack(t *testing.T, d *Decoder, p *Packet) string {
	t.Helper()
	var all []string
	for depth := uint8(1); p.Flags.Has(HasInner); depth++ {
		q := new(Packet)
		d.DecodeInner(q, p)
		check(t, q)
		if q.Depth != depth || q.Number != p.Number || q.Time != p.Time || q.Origin != p.Inner.Origin || q.Outer != p || depth > maxLayers {
			t.Fatalf("the packet in it has depth %d, number %d, time %d, origin %v", q.Depth, q.Number, q.Time, q.Origin)
		}
		all = append(all, describe(q))
		p = q
	}
	return strings.Join(all, " / ")
}

func TestTunnels(t *testing.T) {
	for _, tt := range tunnels {
		t.Run(tt.name, func(t *testing.T) {
			p, d := decode(LinkRaw, tt.frame)
			p.Number, p.Time = 5, 6
			check(t, p)
			if got := unpack(t, d, p); got != tt.want || p.Inner.Origin != tt.from || len(p.Events()) > 0 {
				t.Errorf("%q in %q, from %v; want %q from %v", got, describe(p), p.Inner.Origin, tt.want, tt.from)
			}
			if d.Counters.Packets != 1 || d.Counters.Invalid != 0 {
				t.Errorf("%d packets, %d invalid counted, want 1, 0", d.Counters.Packets, d.Counters.Invalid)
			}
			if wants := p.Protocol != protoGRE; p.WantsFlow() != wants {
				t.Errorf("the outer packet wants a flow: %v, want %v", p.WantsFlow(), wants)
			}
		})
	}
}

// Whatever the snap length, what was lost is known in the inner packet, too.
func TestTunnelSnapLength(t *testing.T) {
	for _, tt := range tunnels {
		for n := range tt.frame {
			p, d := decodeCut(LinkRaw, tt.frame, n)
			check(t, p)
			unpack(t, d, p)
			if !p.Flags.Has(HasInner) {
				continue
			}
			var q Packet
			d.DecodeInner(&q, p)
			if q.WantsFlow() && len(q.Payload)+q.Lost != len(hello) {
				t.Errorf("%s cut to %d: payload and lost are %d bytes, want %d", tt.name, n, len(q.Payload)+q.Lost, len(hello))
			}
			for _, e := range eventNamesOf(&q) {
				if !strings.HasSuffix(e, "trunc_pkt") && !strings.HasSuffix(e, "too_small") {
					t.Errorf("%s cut to %d: %q", tt.name, n, describe(&q))
				}
			}
		}
	}
}

func TestTunnelCounters(t *testing.T) {
	var d Decoder
	var p Packet
	for _, tt := range tunnels {
		p.Link, p.Frame, p.WireLen = LinkRaw, tt.frame, len(tt.frame)
		d.Decode(&p)
		d.DecodeInner(new(Packet), &p)
	}
	c := d.Counters
	got := []uint64{c.IPv4InIPv4, c.IPv6InIPv4, c.IPv4InIPv6, c.IPv6InIPv6, c.GRE, c.ERSPAN, c.VXLAN, c.Geneve, c.Teredo, c.GTP}
	if want := []uint64{1, 1, 1, 2, 14, 5, 3, 2, 3, 3}; !slices.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestTunnelAllocations(t *testing.T) {
	var d Decoder
	var p, q Packet
	n := testing.AllocsPerRun(10, func() {
		for _, tt := range tunnels {
			p.Link, p.Frame, p.WireLen = LinkRaw, tt.frame, len(tt.frame)
			d.Decode(&p)
			d.DecodeInner(&q, &p)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// Tunnels and tags with something wrong in them.
func TestTunnelEvents(t *testing.T) {
	patch := func(b []byte, at int, v ...byte) []byte {
		b = cat(b)
		copy(b[at:], v)
		return b
	}
	const invalid, inner, flow = " invalid", " inner", " flow"
	for _, tt := range []struct {
		name  string
		link  LinkType
		frame []byte
		want  string
	}{
		{"GRE, short", LinkRaw, ip4(protoGRE, []byte{0, 0, 8}), "gre.pkt_too_small" + invalid},
		{"GRE, version", LinkRaw, gre(2, etherIPv4, tcp4), "gre.wrong_version" + invalid},
		{"GRE, recursion", LinkRaw, gre(0x0100, etherIPv4, tcp4), "gre.version0_recur" + inner},
		{"GRE, flags", LinkRaw, gre(0x0008, etherIPv4, tcp4), "gre.version0_flags" + inner},
		{"GRE, options missing", LinkRaw, gre(0xb000, etherIPv4, make([]byte, 11)), "gre.version0_hdr_too_big" + invalid},
		{"GRE, route entry missing", LinkRaw, gre(0x4000, etherIPv4, make([]byte, 4), make([]byte, 3)), "gre.version0_malformed_sre_hdr" + invalid},
		{"GRE, route entry too long", LinkRaw, gre(0x4000, etherIPv4, make([]byte, 4), []byte{8, 0, 0, 5}, src4), "gre.version0_malformed_sre_hdr" + invalid},
		{"GRE, another protocol", LinkRaw, gre(0, 0x1234, tcp4), ""},
		{"GRE, keep-alive", LinkRaw, gre(0, 0), ""},
		{"PPTP, checksum", LinkRaw, gre(0x8001, etherPPP, make([]byte, 8)), "gre.version1_chksum" + invalid},
		{"PPTP, route", LinkRaw, gre(0x4001, etherPPP, make([]byte, 8)), "gre.version1_route" + invalid},
		{"PPTP, strict route", LinkRaw, gre(0x0801, etherPPP, make([]byte, 8)), "gre.version1_ssr" + invalid},
		{"PPTP, recursion", LinkRaw, gre(0x0101, etherPPP, make([]byte, 8)), "gre.version1_recur" + invalid},
		{"PPTP, flags", LinkRaw, gre(0x0009, etherPPP, make([]byte, 8)), "gre.version1_flags" + invalid},
		{"PPTP, protocol", LinkRaw, gre(0x2001, etherIPv4, make([]byte, 8)), "gre.version1_wrong_protocol" + invalid},
		{"PPTP, no key", LinkRaw, gre(0x1001, etherPPP, make([]byte, 8)), "gre.version1_no_key" + invalid},
		{"PPTP, fields missing", LinkRaw, gre(0x3081, etherPPP, make([]byte, 11)), "gre.version1_hdr_too_big" + invalid},
		{"PPTP, acknowledgement", LinkRaw, gre(0x2081, etherPPP, make([]byte, 8)), ""},
		{"IPv4 in IPv6, short", LinkRaw, ip6(protoIPv4, tcp4[:19]), "ipv6.ipv4_in_ipv6_too_small" + invalid},
		{"IPv4 in IPv6, version", LinkRaw, ip6(protoIPv4, tcp6TS), "ipv6.ipv4_in_ipv6_wrong_version" + invalid},
		{"IPv6 in IPv6, short", LinkRaw, ip6(protoIPv6, tcp6TS[:39]), "ipv6.ipv6_in_ipv6_too_small" + invalid},
		{"IPv6 in IPv6, version", LinkRaw, ip6(protoIPv6, tcp4TS), "ipv6.ipv6_in_ipv6_wrong_version" + invalid},

		{"VXLAN, unknown", LinkRaw, vxlan(eth(0x88cc, tcp4)), "vxlan.unknown_payload_type" + invalid + flow},
		{"VXLAN, no identifier", LinkRaw, udpTo(4789, make([]byte, 8), eth(etherIPv4, tcp4)), flow},
		{"VXLAN, short", LinkRaw, vxlan(make([]byte, 13)), flow},
		{"Geneve, unknown", LinkRaw, geneve(0x88cc, nil, tcp4), "geneve.unknown_payload_type" + invalid + flow},
		{"Geneve, version", LinkRaw, patch(geneve(etherIPv4, nil, tcp4), 28, 0x40), flow},
		{"Geneve, options missing", LinkRaw, patch(geneve(etherIPv4, nil, tcp4[:20]), 28, 0x3f), flow},
		{"Geneve, options that do not add up", LinkRaw, geneve(etherIPv4, []byte{0, 1, 0, 1, 1, 2, 3, 4, 0, 1, 2, 1}, tcp4), flow},
		{"Teredo, authentication", LinkRaw, udpTo(3544, []byte{0, 1}, make([]byte, 60)), flow},
		{"Teredo, IPv4", LinkRaw, udpTo(3544, tcp4TS), flow},
		{"Teredo, length", LinkRaw, udpTo(3544, tcp6TS, []byte{0}), flow},
		{"Teredo, hop limit", LinkRaw, udpTo(3544, patch(tcp6TS, 7, 0)), flow},
		{"Teredo, next header", LinkRaw, udpTo(3544, patch(tcp6TS, 6, 99)), flow},
		{"Teredo, short options", LinkRaw, udpTo(3544, ip6(nextHopByHop, make([]byte, 7))), flow},
		{"GTP, version", LinkRaw, patch(gtp(0, nil, tcp4), 28, 0x50), flow},
		{"GTP, echo", LinkRaw, patch(gtp(0, nil, tcp4), 29, 1), flow},
		{"GTP, extension of length 0", LinkRaw, gtp(4, []byte{0, 0, 0, 0x85, 0, 0, 0, 0}, tcp4), flow},
		{"GTP, extension beyond", LinkRaw, gtp(4, []byte{0, 0, 0, 0x85, 200, 0, 0, 0}, tcp4), flow},
		{"GTP, no sequence number", LinkRaw, gtp(2, nil, []byte{0, 0, 0}), flow},
		{"GTP, nothing in it", LinkRaw, gtp(0, nil, nil), flow},
		{"GTP, not IP", LinkRaw, gtp(0, nil, eth(etherIPv4, tcp4)), flow},

		{"VN tag", LinkEthernet, eth(etherVNTag, cat(make([]byte, 4), u16(etherIPv4), tcp4)), flow},
		{"VN tag, short", LinkEthernet, eth(etherVNTag, make([]byte, 5)), "vntag.header_too_small" + invalid},
		{"VN tag, unknown", LinkEthernet, eth(etherVNTag, cat(make([]byte, 4), u16(0x9999))), "vntag.unknown_type" + invalid},
		{"E tag", LinkEthernet, eth(etherETag, cat(make([]byte, 6), u16(etherIPv6), tcp6TS)), flow},
		{"E tag, short", LinkEthernet, eth(etherETag, make([]byte, 7)), "etag.header_too_small" + invalid},
		{"E tag, unknown", LinkEthernet, eth(etherETag, cat(make([]byte, 6), u16(0x9999))), "etag.unknown_type" + invalid},
		{"802.1ah", LinkEthernet, eth(etherMACinMAC, cat(u32(7), eth(etherIPv4, tcp4))), flow},
		{"802.1ah, short", LinkEthernet, eth(etherMACinMAC, make([]byte, 17)), "ieee8021ah.header_too_small" + invalid},
		{"FabricPath", LinkEthernet, eth(etherDCE, cat(u16(7), eth(etherIPv4, tcp4))), flow},
		{"FabricPath, short", LinkEthernet, eth(etherDCE, []byte{0}), "dce.pkt_too_small" + invalid},
		{"NSH", LinkEthernet, eth(etherNSH, cat(nshHeader(1, nshIPv4, 6), tcp4)), flow},
		{"NSH 2, Ethernet", LinkEthernet, eth(etherNSH, cat(nshHeader(2, nshEthernet, 3), eth(etherIPv6, tcp6TS))), flow},
		{"NSH 2, MPLS", LinkEthernet, eth(etherNSH, cat(nshHeader(2, nshMPLS, 2), labels(tcp4, 99))), flow},
		{"NSH, IPv6", LinkEthernet, eth(etherNSH, cat(nshHeader(2, nshIPv6, 2), tcp6TS)), flow},
		{"NSH, short", LinkEthernet, eth(etherNSH, make([]byte, 7)), "nsh.header_too_small" + invalid},
		{"NSH, version", LinkEthernet, eth(etherNSH, patch(cat(nshHeader(1, nshIPv4, 6), tcp4), 0, 0x40)), "nsh.unsupported_version" + invalid},
		{"NSH, length", LinkEthernet, eth(etherNSH, nshHeader(2, nshIPv4, 2)), "nsh.bad_header_length" + invalid},
		{"NSH, length of type 1", LinkEthernet, eth(etherNSH, cat(nshHeader(1, nshIPv4, 5), tcp4)), "nsh.bad_header_length" + invalid},
		{"NSH, reserved", LinkEthernet, eth(etherNSH, cat(nshHeader(0, nshIPv4, 6), tcp4)), "nsh.reserved_type" + invalid},
		{"NSH, type", LinkEthernet, eth(etherNSH, cat(nshHeader(3, nshIPv4, 6), tcp4)), "nsh.unsupported_type" + invalid},
		{"NSH, payload", LinkEthernet, eth(etherNSH, cat(nshHeader(2, 9, 2), tcp4)), "nsh.unknown_payload" + invalid},

		{"PPP", LinkPPP, cat([]byte{0xff, 3, 0, pppIPv4}, tcp4), flow},
		{"PPP, compressed", LinkPPP, cat([]byte{pppIPv6}, tcp6TS), flow},
		{"PPP, empty", LinkPPP, nil, "ppp.pkt_too_small" + invalid},
		{"PPP, half a protocol", LinkPPP, []byte{0xff, 3, 0}, "ppp.pkt_too_small" + invalid},
		{"HDLC", LinkCHDLC, cat([]byte{0x0f, 0, 8, 0}, tcp4), flow},
		{"HDLC, short", LinkCHDLC, []byte{0x0f, 0, 8}, "chdlc.pkt_too_small" + invalid},
		{"HDLC, keep-alive", LinkCHDLC, []byte{0x8f, 0, 0x80, 0x35, 0, 0, 0, 0}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, d := decode(tt.link, tt.frame)
			check(t, p)
			got := strings.Join(eventNamesOf(p), " ")
			for _, f := range []struct {
				is   bool
				name string
			}{{p.Flags.Has(Invalid), invalid}, {p.Flags.Has(HasInner), inner}, {p.WantsFlow(), flow}} {
				if f.is {
					got += f.name
				}
			}
			if got != tt.want {
				t.Errorf("Decode gives %q, want %q (%s)", got, tt.want, unpack(t, d, p))
			}
		})
	}
}

// A wrong ERSPAN header is one of the inner packet.
func TestERSPANEvents(t *testing.T) {
	for _, tt := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"II, short", gre(0x1000, etherERSPAN2, u32(1), make([]byte, 7)), "erspan.header_too_small"},
		{"II, version", gre(0x1000, etherERSPAN2, u32(1), []byte{0x20}, make([]byte, 30)), "erspan.unsupported_version"},
		{"III, short", gre(0x1000, etherERSPAN3, u32(1), make([]byte, 11)), "erspan.header_too_small"},
		{"III, subheader missing", gre(0x1000, etherERSPAN3, u32(1), []byte{0x20}, make([]byte, 10), []byte{1, 0}), "erspan.header_too_small"},
		{"III, version", gre(0x1000, etherERSPAN3, u32(1), []byte{0x10}, make([]byte, 30)), "erspan.unsupported_version"},
	} {
		p, d := decode(LinkRaw, tt.frame)
		if got, want := unpack(t, d, p), "no IP, type 0000 +invalid !"+tt.want; got != want || d.Counters.Invalid != 1 {
			t.Errorf("%s: %q, %d invalid, want %q, 1", tt.name, got, d.Counters.Invalid, want)
		}
	}
}

// Tunnels in tunnels come to an end, and the bytes between are still bounded by the frame.
func TestTunnelLimit(t *testing.T) {
	inner := tcp4TS
	for i := range 20 {
		inner = gre(0, etherIPv4, inner)
		p, d := decode(LinkRaw, inner)
		depth := 0
		for p.Flags.Has(HasInner) {
			q := new(Packet)
			d.DecodeInner(q, p)
			p = q
			depth++
		}
		// Each tunnel takes three layers: IP, GRE, and the tunnel.
		want := min(i+1, maxLayers/3)
		if depth != want || int(p.Depth) != depth || p.Root().Depth != 0 || (p.Root() == p) != (depth == 0) {
			t.Errorf("%d tunnels in each other: %d decoded, want %d", i+1, depth, want)
		}
		if deep := slices.Contains(eventNamesOf(p), "too_many_layers"); deep != (i+1 >= maxLayers/3) {
			t.Errorf("%d tunnels in each other: events %v", i+1, eventNamesOf(p))
		}
	}
}

func TestTunnelPorts(t *testing.T) {
	in := func(port int) []byte { return udpTo(port, vxlan(eth(etherIPv4, tcp4))[28:]) }
	teredo := func(port int) []byte { return udpTo(port, tcp6TS) }
	reserved := udpTo(4789, []byte{0x88, 0, 1, 2, 0, 0, 77, 0}, eth(etherIPv4, tcp4))
	for _, tt := range []struct {
		name    string
		tunnels Tunnels
		frame   []byte
		want    bool
	}{
		{"own port", Tunnels{}, in(4789), true},
		{"another port", Tunnels{}, in(8472), false},
		{"off", Tunnels{VXLAN: Ports{Off: true}}, in(4789), false},
		{"listed", Tunnels{VXLAN: Ports{List: []uint16{1, 8472}}}, in(8472), true},
		{"not listed", Tunnels{VXLAN: Ports{List: []uint16{8472}}}, in(4789), false},
		{"any", Tunnels{Teredo: Ports{Any: true}}, teredo(9999), true},
		{"not any", Tunnels{}, teredo(9999), false},
		{"any, but off", Tunnels{Teredo: Ports{Any: true, Off: true}}, teredo(3544), false},
		{"Geneve where any may be Teredo", Tunnels{Teredo: Ports{Any: true}}, geneve(etherIPv6, nil, tcp6TS), true},
		{"reserved bits", Tunnels{}, reserved, true},
		{"reserved bits, strict", Tunnels{StrictVXLAN: true}, reserved, false},
		{"no reserved bits, strict", Tunnels{StrictVXLAN: true}, in(4789), true},
	} {
		var d Decoder
		d.SetTunnels(tt.tunnels)
		p := &Packet{Link: LinkRaw, Frame: tt.frame, WireLen: len(tt.frame)}
		d.Decode(p)
		if strings.HasPrefix(tt.name, "Geneve") && p.Inner.Origin != FromGeneve {
			t.Errorf("%s: found from %v", tt.name, p.Inner.Origin)
		}
		if got := p.Flags.Has(HasInner); got != tt.want || !p.WantsFlow() {
			t.Errorf("%s: a tunnel: %v, want %v; wants a flow: %v", tt.name, got, tt.want, p.WantsFlow())
		}
	}
}

func TestOrigin(t *testing.T) {
	for o := FromWire; o <= FromDefrag; o++ {
		if s := o.String(); s == "" || s == "unknown" {
			t.Errorf("Origin(%d).String() = %q", o, s)
		}
	}
	if s := Origin(200).String(); s != "unknown" {
		t.Errorf("Origin(200).String() = %q", s)
	}
}
