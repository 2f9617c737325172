package packet

import (
	"strings"
	"testing"
)

// Frames with something wrong in them, layer by layer.
func TestEvents(t *testing.T) {
	udp := udpDatagram([]byte("name?"))
	udpLength := func(n int) []byte {
		return ip4(protoUDP, cat(udp[:4], u16(n), udp[6:]))
	}
	options4 := func(options ...byte) []byte { return header4{protocol: protoUDP, options: options}.bytes(udp4[20:]) }
	ext := func(next int, extensions ...[]byte) []byte {
		return ip6ext(next, cat(extensions...), protoUDP, udp)
	}
	patch := func(b []byte, at int, v ...byte) []byte {
		b = cat(b)
		copy(b[at:], v)
		return b
	}
	alert := func(next byte) []byte { return []byte{next, 0, 5, 2, 0, 0, 0, 0} } // an options header
	padding := func(next byte) []byte { return []byte{next, 0, 1, 4, 0, 0, 0, 0} }
	routing := func(next, kind byte) []byte { return []byte{next, 0, kind, 0, 0, 0, 0, 0} }
	auth := func(next, reserved byte) []byte { return cat([]byte{next, 2, 0, reserved}, make([]byte, 12)) }
	fragment := func(next, reserved byte, offset int) []byte {
		return cat([]byte{next, reserved}, u16(offset), u32(7))
	}
	icmp4 := func(kind, code byte, quoted []byte) []byte {
		return ip4(protoICMP, icmpMessage(kind, code, cat(make([]byte, 4), quoted)...))
	}
	icmp6 := func(kind, code byte, quoted []byte) []byte {
		return ip6(protoICMPv6, icmpMessage(kind, code, cat(make([]byte, 4), quoted)...))
	}
	session := func(protocol int, payload []byte) []byte {
		return eth(etherPPPoESession, pppoe(u16(protocol), payload))
	}

	const invalid, flow = " invalid", " flow"
	tests := []struct {
		name  string
		link  LinkType
		frame []byte
		want  string // events, then "invalid", then "flow"
	}{
		{"ethernet, empty", LinkEthernet, nil, "ethernet.pkt_too_small" + invalid},
		{"ethernet, short", LinkEthernet, make([]byte, 13), "ethernet.pkt_too_small" + invalid},
		{"ethernet, 802.3", LinkEthernet, eth(46, make([]byte, 46)), "ethernet.unknown_ethertype"},
		{"ethernet, unknown", LinkEthernet, eth(0x88cc, make([]byte, 46)), "ethernet.unknown_ethertype"},
		{"raw, empty", LinkRaw, nil, "ipv4.pkt_too_small" + invalid},
		{"raw, version 5", LinkRaw, []byte{0x50}, "ipraw.invalid_ip_version" + invalid},
		{"null, short", LinkNull, []byte{2, 0, 0}, "ltnull.pkt_too_small" + invalid},
		{"null, another family", LinkNull, []byte{7, 0, 0, 0}, "ltnull.unsupported_type" + invalid},
		{"cooked, short", LinkSLL, make([]byte, 15), "sll.pkt_too_small" + invalid},
		{"cooked 2, short", LinkSLL2, make([]byte, 19), "sll2.pkt_too_small" + invalid},
		{"cooked, unknown", LinkSLL, make([]byte, 60), ""},

		{"vlan, short", LinkEthernet, eth(etherVLAN, []byte{0, 1, 8}), "vlan.header_too_small" + invalid},
		{"vlan, unknown", LinkEthernet, eth(etherVLAN, tag(1, 0x9999, udp4)), "vlan.unknown_type" + invalid},
		{"vlan, four", LinkEthernet, eth(etherVLAN, tag(1, etherVLAN, tag(2, etherVLAN, tag(3, etherVLAN, tag(4, etherIPv4, udp4))))),
			"vlan.too_many_layers"},
		{"mpls, no bottom", LinkEthernet, eth(etherMPLS, u32(99<<12)), "mpls.header_too_small" + invalid},
		{"mpls, nothing in it", LinkEthernet, eth(etherMPLSMulticast, labels(nil, 99)), "mpls.pkt_too_small" + invalid},
		{"mpls, router alert at the bottom", LinkEthernet, eth(etherMPLS, labels(udp4, 99, 1)), "mpls.bad_label_router_alert"},
		{"mpls, router alert above", LinkEthernet, eth(etherMPLS, labels(udp4, 1, 99)), flow},
		{"mpls, implicit null", LinkEthernet, eth(etherMPLS, labels(udp4, 3)), "mpls.bad_label_implicit_null"},
		{"mpls, reserved", LinkEthernet, eth(etherMPLS, labels(udp4, 9)), "mpls.bad_label_reserved"},
		{"mpls, unknown", LinkEthernet, eth(etherMPLS, labels([]byte{0x10, 0, 0, 0}, 99)), "mpls.unknown_payload_type" + invalid},

		{"pppoe, short", LinkEthernet, eth(etherPPPoESession, make([]byte, 5)), "pppoe.pkt_too_small" + invalid},
		{"pppoe, no protocol", LinkEthernet, eth(etherPPPoESession, pppoe(nil, nil)), "pppoe.pkt_too_small" + invalid},
		{"pppoe, half a protocol", LinkEthernet, eth(etherPPPoESession, pppoe(nil, []byte{0})), "pppoe.pkt_too_small" + invalid},
		{"pppoe, IPv4 too small", LinkEthernet, session(pppIPv4, udp4[:19]), "ppp.ip4_pkt_too_small" + invalid},
		{"pppoe, IPv6 too small", LinkEthernet, session(pppIPv6, udp6[:39]), "ppp.ip6_pkt_too_small" + invalid},
		{"pppoe, VJ too small", LinkEthernet, session(pppVJUncompressed, udp4[:19]), "ppp.vju_pkt_too_small" + invalid},
		{"pppoe, VJ", LinkEthernet, session(pppVJUncompressed, tcp4), "ppp.unsup_proto"},
		{"pppoe, IPX", LinkEthernet, session(0x2b, tcp4), "ppp.unsup_proto"},
		{"pppoe, LCP", LinkEthernet, session(0xc021, make([]byte, 10)), ""},
		{"pppoe, a protocol that nobody has", LinkEthernet, session(0x802c, make([]byte, 10)), "ppp.wrong_type" + invalid},
		{"pppoe, CCP", LinkEthernet, session(0x80fd, make([]byte, 10)), ""},
		{"pppoe, unassigned", LinkEthernet, session(0x7a7a, tcp4), "ppp.wrong_type" + invalid},
		{"discovery, short", LinkEthernet, eth(etherPPPoEDiscover, make([]byte, 5)), "pppoe.pkt_too_small" + invalid},
		{"discovery, code", LinkEthernet, eth(etherPPPoEDiscover, []byte{0x11, 0x42, 0, 0, 0, 0}), "pppoe.wrong_code" + invalid},
		{"discovery, length", LinkEthernet, eth(etherPPPoEDiscover, []byte{0x11, padI, 0, 0, 0, 1}), "pppoe.malformed_tags" + invalid},
		{"discovery, tag head", LinkEthernet, eth(etherPPPoEDiscover, []byte{0x11, padI, 0, 0, 0, 3, 1, 1, 0}), "pppoe.malformed_tags" + invalid},
		{"discovery, tag length", LinkEthernet, eth(etherPPPoEDiscover, []byte{0x11, padI, 0, 0, 0, 4, 1, 1, 0, 1, 9}), "pppoe.malformed_tags" + invalid},

		{"arp, short", LinkEthernet, eth(etherARP, arpWho[:7]), "arp.pkt_too_small" + invalid},
		{"arp, shorter than its addresses", LinkEthernet, eth(etherARP, arpWho[:27]), "arp.invalid_pkt" + invalid},
		{"arp, hardware", LinkEthernet, eth(etherARP, patch(arpWho, 1, 6)), "arp.unsupported_hardware" + invalid},
		{"arp, protocol", LinkEthernet, eth(etherARP, patch(arpWho, 3, 6)), "arp.unsupported_protocol" + invalid},
		{"arp, hardware size", LinkEthernet, eth(etherARP, patch(arpWho, 4, 8)), "arp.invalid_hardware_size" + invalid},
		{"arp, protocol size", LinkEthernet, eth(etherARP, patch(arpWho, 5, 16)), "arp.invalid_protocol_size" + invalid},
		{"arp, operation 0", LinkEthernet, eth(etherARP, patch(arpWho, 7, 0)), "arp.unsupported_opcode" + invalid},
		{"arp, operation 5", LinkEthernet, eth(etherARP, patch(arpWho, 7, 5)), "arp.unsupported_opcode" + invalid},
		{"arp, inverse", LinkEthernet, eth(etherARP, patch(arpWho, 7, 9)), ""},

		{"ipv4, short", LinkEthernet, eth(etherIPv4, udp4[:19]), "ipv4.pkt_too_small" + invalid},
		{"ipv4, version", LinkEthernet, eth(etherIPv4, udp6), "ipv4.wrong_ip_version" + invalid},
		{"ipv4, header length", LinkRaw, patch(udp4, 0, 0x44), "ipv4.hlen_too_small" + invalid},
		{"ipv4, length below header", LinkRaw, patch(udp4, 2, 0, 19), "ipv4.iplen_smaller_than_hlen" + invalid},
		{"ipv4, header beyond the datagram", LinkRaw, patch(udp4, 0, 0x4f), "ipv4.iplen_smaller_than_hlen" + invalid},
		{"ipv4, length beyond the frame", LinkRaw, udp4[:len(udp4)-1], "ipv4.trunc_pkt" + invalid},
		{"ipv4, ICMPv6", LinkRaw, ip4(protoICMPv6, make([]byte, 8)), "ipv4.icmpv6" + invalid},
		{"ipv4, another protocol", LinkRaw, ip4(89, make([]byte, 8)), ""},
		{"ipv4, tunnel", LinkRaw, ip4(protoIPv6, udp6), flow},
		{"ipv4, last fragment", LinkRaw, header4{protocol: protoUDP, frag: 100}.bytes(udp), ""},
		{"ipv4, may not be fragmented", LinkRaw, header4{protocol: protoUDP, frag: 0x4000}.bytes(udp), flow},

		{"ipv4 options, NOP", LinkRaw, options4(1, 1, 1, 1, 1, 1, 1, 1), flow},
		{"ipv4 options, not a multiple of 8", LinkRaw, options4(1, 1, 1, 1), "ipv4.opt_pad_required" + flow},
		{"ipv4 options, length 0", LinkRaw, options4(7, 0, 0, 0, 0, 0, 0, 0), "ipv4.opt_invalid_len" + invalid},
		{"ipv4 options, length beyond", LinkRaw, options4(7, 9, 0, 0, 0, 0, 0, 0), "ipv4.opt_invalid_len" + invalid},
		{"ipv4 options, no length", LinkRaw, options4(1, 1, 1, 1, 1, 1, 1, 7), "ipv4.opt_eol_required" + flow},
		{"ipv4 options, unknown", LinkRaw, options4(99, 8, 0, 0, 0, 0, 0, 0), "ipv4.opt_invalid" + flow},
		{"ipv4 options, duplicate", LinkRaw, options4(148, 4, 0, 0, 148, 4, 0, 0), "ipv4.opt_duplicate" + flow},
		{"ipv4 options, after the end", LinkRaw, options4(0, 7, 0, 0, 0, 0, 0, 0), flow},
		{"ipv4 options, record route", LinkRaw, options4(7, 7, 4, 0, 0, 0, 0, 0), flow},
		{"ipv4 options, record route full", LinkRaw, options4(7, 7, 8, 0, 0, 0, 0, 0), flow},
		{"ipv4 options, record route empty", LinkRaw, options4(7, 2, 1, 1, 1, 1, 1, 1), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, record route pointer", LinkRaw, options4(7, 7, 5, 0, 0, 0, 0, 0), "ipv4.opt_malformed" + invalid + flow},
		{"ipv4 options, source routes", LinkRaw, options4(131, 7, 4, 0, 0, 0, 0, 1, 137, 7, 4, 0, 0, 0, 0, 1), flow},
		{"ipv4 options, timestamp", LinkRaw, options4(68, 8, 5, 0, 0, 0, 0, 0), flow},
		{"ipv4 options, timestamp with addresses", LinkRaw, options4(68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1), flow},
		{"ipv4 options, timestamp pointer", LinkRaw, options4(68, 8, 4, 0, 0, 0, 0, 0), "ipv4.opt_malformed" + invalid + flow},
		{"ipv4 options, timestamp short", LinkRaw, options4(68, 3, 5, 1, 1, 1, 1, 1), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, quick start", LinkRaw, options4(25, 8, 0, 0, 0, 0, 0, 0), flow},
		{"ipv4 options, quick start short", LinkRaw, options4(25, 4, 0, 0, 1, 1, 1, 1), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, security", LinkRaw, options4(130, 3, 0, 133, 4, 0, 0, 0), flow},
		{"ipv4 options, security short", LinkRaw, options4(130, 2, 1, 1, 1, 1, 1, 1), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, stream", LinkRaw, options4(136, 3, 0, 1, 1, 1, 1, 1), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, CIPSO", LinkRaw, options4(134, 10, 0, 0, 0, 1, 1, 4, 0, 0, 1, 1, 1, 1, 1, 1), flow},
		{"ipv4 options, CIPSO short", LinkRaw, options4(134, 8, 0, 0, 0, 1, 1, 2), "ipv4.opt_invalid_len" + invalid + flow},
		{"ipv4 options, CIPSO tag", LinkRaw, options4(134, 10, 0, 0, 0, 1, 1, 9, 0, 0, 1, 1, 1, 1, 1, 1), "ipv4.opt_malformed" + invalid + flow},

		{"ipv6, short", LinkRaw, udp6[:39], "ipv6.pkt_too_small" + invalid},
		{"ipv6, version", LinkEthernet, eth(etherIPv6, cat(udp4, make([]byte, 20))), "ipv6.wrong_ip_version" + invalid},
		{"ipv6, length beyond the frame", LinkRaw, udp6[:len(udp6)-1], "ipv6.trunc_pkt" + invalid},
		{"ipv6, ICMPv4", LinkRaw, ip6(protoICMP, make([]byte, 8)), "ipv6.icmpv4"},
		{"ipv6, unknown next header", LinkRaw, ip6(253, make([]byte, 8)), "ipv6.unknown_next_header"},
		{"ipv6, tunnel", LinkRaw, ip6(protoIPv4, udp4), flow},
		{"ipv6, data after none", LinkRaw, ip6(nextNone, []byte{1}), "ipv6.data_after_none_header"},
		{"ipv6, router alert", LinkRaw, ext(nextHopByHop, alert(protoUDP)), flow},
		{"ipv6, only padding", LinkRaw, ext(nextHopByHop, padding(protoUDP)), "ipv6.hopopts_only_padding" + flow},
		{"ipv6, only Pad1", LinkRaw, ext(nextDestOptions, make8(protoUDP)), "ipv6.dstopts_only_padding" + flow},
		{"ipv6, two hop-by-hop", LinkRaw, ext(nextHopByHop, alert(nextHopByHop), alert(protoUDP)), "ipv6.exthdr_dupl_hh" + flow},
		{"ipv6, two destination options", LinkRaw, ext(nextDestOptions, alert(nextDestOptions), alert(protoUDP)), flow},
		{"ipv6, three destination options", LinkRaw, ext(nextDestOptions, alert(nextDestOptions), alert(nextDestOptions), alert(protoUDP)),
			"ipv6.exthdr_dupl_dh" + flow},
		{"ipv6, routing", LinkRaw, ext(nextRouting, routing(protoUDP, 2)), flow},
		{"ipv6, routing type 0", LinkRaw, ext(nextRouting, routing(protoUDP, 0)), "ipv6.rh_type_0" + flow},
		{"ipv6, two routing", LinkRaw, ext(nextRouting, routing(nextRouting, 2), routing(protoUDP, 2)), "ipv6.exthdr_dupl_rh" + flow},
		{"ipv6, authentication", LinkRaw, ext(nextAuth, auth(protoUDP, 0)), flow},
		{"ipv6, authentication reserved", LinkRaw, ext(nextAuth, auth(protoUDP, 1)), "ipv6.exthdr_ah_res_not_null" + flow},
		{"ipv6, two authentication", LinkRaw, ext(nextAuth, auth(nextAuth, 0), auth(protoUDP, 0)), "ipv6.exthdr_dupl_ah" + flow},
		{"ipv6, mobility, HIP, shim", LinkRaw, ext(nextMobility, make8(nextHIP), make8(nextShim6), make8(protoUDP)), flow},
		{"ipv6, first fragment", LinkRaw, ext(nextFragment, fragment(protoUDP, 0, 1))[:ipv6Len+8+13], "ipv6.frag_invalid_length"},
		{"ipv6, last fragment", LinkRaw, ext(nextFragment, fragment(protoUDP, 0, 8)), ""},
		{"ipv6, fragment after options", LinkRaw, ext(nextHopByHop, alert(nextFragment), fragment(protoUDP, 1, 8)), "ipv6.fh_non_zero_reserved_field"},
		{"ipv6, useless fragment", LinkRaw, ext(nextFragment, fragment(protoUDP, 0, 0)), "ipv6.exthdr_useless_fh" + flow},
		{"ipv6, two useless fragments", LinkRaw, ext(nextFragment, fragment(nextFragment, 0, 0), fragment(protoUDP, 0, 0)),
			"ipv6.exthdr_useless_fh ipv6.exthdr_dupl_fh" + flow},
		{"ipv6, a useless fragment, then a fragment", LinkRaw, ext(nextFragment, fragment(nextFragment, 0, 0), fragment(protoUDP, 0, 8)),
			"ipv6.exthdr_useless_fh"},
		{"ipv6, header beyond the datagram", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 200, 0, 0}), "ipv6.trunc_exthdr" + invalid},
		{"ipv6, authentication beyond the datagram", LinkRaw, ext(nextAuth, []byte{protoUDP, 255, 0, 0}), "ipv6.trunc_exthdr" + invalid},
		{"ipv6, nothing behind a header", LinkRaw, ip6ext(nextDestOptions, alert(protoTCP), nextNone, nil), "ipv6.trunc_exthdr" + invalid},
		{"ipv6 options, unknown", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 9, 4, 0, 0, 0, 0}), "ipv6.hopopts_unknown_opt" + flow},
		{"ipv6 options, unknown for the host", LinkRaw, ext(nextDestOptions, []byte{protoUDP, 0, 9, 4, 0, 0, 0, 0}), "ipv6.dstopts_unknown_opt" + flow},
		{"ipv6 options, empty PadN", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 5, 2, 0, 0, 1, 0}), "ipv6.zero_len_padn" + flow},
		{"ipv6 options, length beyond", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 9, 5, 0, 0, 0, 0}), "ipv6.exthdr_invalid_optlen" + invalid + flow},
		{"ipv6 options, no length", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 5, 2, 0, 0, 0, 9}), "ipv6.exthdr_invalid_optlen" + invalid + flow},
		{"ipv6 options, router alert of 1", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 5, 1, 0, 0, 0, 0}), "ipv6.exthdr_invalid_optlen" + invalid + flow},
		{"ipv6 options, jumbo of 2", LinkRaw, ext(nextHopByHop, []byte{protoUDP, 0, 0xc2, 2, 0, 0, 0, 0}), "ipv6.exthdr_invalid_optlen" + invalid + flow},
		{"ipv6 options, home address of 4", LinkRaw, ext(nextDestOptions, []byte{protoUDP, 0, 0xc9, 4, 0, 0, 0, 0}), "ipv6.exthdr_invalid_optlen" + invalid + flow},

		{"udp, short", LinkRaw, ip4(protoUDP, udp[:7]), "udp.hlen_too_small" + invalid},
		{"udp, length beyond the datagram", LinkRaw, udpLength(14), "udp.pkt_too_small" + invalid},
		{"udp, length below the header", LinkRaw, udpLength(7), "udp.len_invalid" + invalid},
		{"udp, length 0", LinkRaw, udpLength(0), "udp.len_invalid" + invalid},
		{"udp, length below the datagram", LinkRaw, udpLength(12), flow},
		{"sctp, short", LinkRaw, ip6(protoSCTP, make([]byte, 11)), "sctp.pkt_too_small" + invalid},
		{"esp, short", LinkRaw, ip4(protoESP, make([]byte, 7)), "esp.pkt_too_small" + invalid},
		{"tcp, short", LinkRaw, ip6(protoTCP, make([]byte, 19)), "tcp.pkt_too_small" + invalid},

		{"icmpv4, short", LinkRaw, ip4(protoICMP, make([]byte, 7)), "icmpv4.pkt_too_small" + invalid},
		{"icmpv4, type", LinkRaw, icmp4(42, 0, nil), "icmpv4.unknown_type" + flow},
		{"icmpv4, code of echo", LinkRaw, icmp4(8, 1, nil), "icmpv4.unknown_code" + flow},
		{"icmpv4, code of unreachable", LinkRaw, icmp4(3, 16, tcp4), "icmpv4.unknown_code"},
		{"icmpv4, router advertisement", LinkRaw, icmp4(9, 16, nil), flow},
		{"icmpv4, redirect", LinkRaw, icmp4(5, 3, tcp4), ""},
		{"icmpv4, quote cut", LinkRaw, icmp4(11, 0, tcp4[:19]), "icmpv4.ipv4_trunc_pkt" + invalid},
		{"icmpv4, quote of IPv6", LinkRaw, icmp4(3, 1, udp6), "icmpv4.ipv4_unknown_ver" + invalid},
		{"icmpv6, short", LinkRaw, ip6(protoICMPv6, make([]byte, 7)), "icmpv6.pkt_too_small" + invalid},
		{"icmpv6, reserved type", LinkRaw, icmp6(127, 0, nil), "icmpv6.unknown_type"},
		{"icmpv6, unassigned error", LinkRaw, icmp6(50, 0, nil), "icmpv6.unassigned_type"},
		{"icmpv6, unassigned", LinkRaw, icmp6(190, 0, nil), "icmpv6.unassigned_type" + flow},
		{"icmpv6, experiment", LinkRaw, icmp6(200, 0, nil), "icmpv6.experimentation_type" + flow},
		{"icmpv6, code of echo", LinkRaw, icmp6(129, 1, nil), "icmpv6.unknown_code" + flow},
		{"icmpv6, code of too big", LinkRaw, icmp6(2, 1, udp6), "icmpv6.unknown_code"},
		{"icmpv6, renumbering", LinkRaw, icmp6(138, 255, nil), flow},
		{"icmpv6, quote cut", LinkRaw, icmp6(2, 0, udp6[:39]), "icmpv6.ipv6_trunc_pkt" + invalid},
		{"icmpv6, quote of IPv4", LinkRaw, icmp6(4, 2, cat(tcp4TS, tcp4)), "icmpv6.ipv6_unknown_version" + invalid},
		{"icmpv6, listener query from afar", LinkRaw, icmp6(130, 0, nil), "icmpv6.mld_message_with_invalid_hl" + flow},
		{"icmpv6, listener report", LinkRaw, patch(icmp6(143, 0, nil), 7, 1), flow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, d := decode(tt.link, tt.frame)
			check(t, p)
			got := strings.Join(eventNamesOf(p), " ")
			if p.Flags.Has(Invalid) {
				got += invalid
			}
			if p.WantsFlow() {
				got += flow
			}
			if got != tt.want {
				t.Errorf("Decode gives %q, want %q", got, tt.want)
			}
			counted := uint64(0)
			for _, n := range d.Counters.Events {
				counted += n
			}
			if counted != uint64(len(p.Events())) || (d.Counters.Invalid == 1) != p.Flags.Has(Invalid) {
				t.Errorf("%d events and %d invalid packets counted", counted, d.Counters.Invalid)
			}
		})
	}
}

// make8 is a header of eight octets with nothing in it but what comes next.
func make8(next byte) []byte { return []byte{next, 0, 0, 0, 0, 0, 0, 0} }

func TestEventNames(t *testing.T) {
	for _, tt := range []struct {
		event Event
		want  string
	}{
		{EventAFPacketTruncatedPacket, "afpacket.trunc_pkt"},
		{EventIPv4PacketTooSmall, "ipv4.pkt_too_small"},
		{EventIPv6DestOptionsOnlyPadding, "ipv6.dstopts_only_padding"},
		{EventGREVersion1HeaderTooBig, "gre.version1_hdr_too_big"},
		{EventTooManyLayers, "too_many_layers"},
		{Event(NumEvents), "unknown"},
		{255, "unknown"},
	} {
		if got := tt.event.String(); got != tt.want {
			t.Errorf("Event(%d).String() = %q, want %q", tt.event, got, tt.want)
		}
	}
	seen := make(map[string]bool)
	for e := range NumEvents {
		name := Event(e).String()
		if name == "" || seen[name] {
			t.Errorf("event %d has the name %q, which is empty or another's", e, name)
		}
		seen[name] = true
		want := "decoder.event." + name
		if Event(e) == EventTooManyLayers {
			want = "decoder.too_many_layers"
		}
		if got := new(EventCounts).StatName(e); got != want {
			t.Errorf("StatName(%d) = %q, want %q", e, got, want)
		}
	}
	if EventTooManyLayers != Event(NumEvents-1) {
		t.Errorf("EventTooManyLayers is %d of %d events, want the last", EventTooManyLayers, NumEvents)
	}
}

func TestAddEvent(t *testing.T) {
	var p Packet
	for i := range maxEvents {
		if !p.AddEvent(Event(i)) {
			t.Fatalf("AddEvent refuses event %d", i)
		}
	}
	if p.AddEvent(0) {
		t.Errorf("AddEvent takes event %d, want at most %d", maxEvents+1, maxEvents)
	}
	for i, e := range p.Events() {
		if e != Event(i) {
			t.Errorf("Events()[%d] = %v, want %v", i, e, Event(i))
		}
	}

	// What a packet has no room for is counted all the same.
	var chain []byte
	const headers = 40
	for range headers {
		chain = append(chain, make8(nextDestOptions)...)
	}
	q, d := decode(LinkRaw, ip6ext(nextDestOptions, chain, nextNone, nil))
	got := d.Counters.Events[EventIPv6ExtHeaderDuplicateDestOptions]
	if len(q.Events()) != maxEvents || got != headers-2 {
		t.Errorf("%d events kept, %d counted, want %d and %d", len(q.Events()), got, maxEvents, headers-2)
	}
}
