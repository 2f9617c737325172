// Package packet decodes captured frames: link header, VLAN tags, MPLS labels, PPPoE, IPv4 and IPv6, the headers of
// TCP, UDP, SCTP, ICMP and ESP, and those of tunnels.
//
//	frame ─▶ link ─▶ network type ─▶ IP ─▶ transport ─▶ payload
//	         │       │               │     │
//	         │       │               │     ├ tcp.go, udp.go, sctp.go, icmpv4.go, icmpv6.go
//	         │       │               │     └ tunnel.go, gre.go, udptunnel.go: an inner packet
//	         │       │               └ ipv4.go, ipv6.go, with options and extension headers; fragment.go
//	         │       └ vlan.go, mpls.go, pppoe.go, nsh.go, porttag.go, arp.go: each may lead to another of them, or to IP
//	         └ ethernet.go, rawlink.go (raw IP, null, loop), cooked.go (Linux cooked), hdlc.go
//
// A Decoder is one worker's: it holds nothing but counters and the ports of tunnels, and its zero value is ready. A
// Packet is set up by the source of frames and filled in by Decode; it is reused for every frame. Decoding allocates
// nothing, copies nothing, reads no clock and touches no global: every slice in a Packet points into its frame.
//
// # Tunnels
//
// A tunnel is a packet with another one in it. Decode stops there and describes the other one, as Packet.Inner, when
// Flags has HasInner; DecodeInner decodes it into a Packet of its own:
//
//	d.Decode(p)
//	for p.Flags.Has(packet.HasInner) {
//		d.DecodeInner(next, p) // next.Frame is a part of p.Frame
//		p, next = next, new(packet.Packet)
//	}
//
// Tunnels are IP in IP (RFC 2003, 2473, 4213), GRE, PPTP and ERSPAN, and in UDP VXLAN, Geneve, Teredo and GTP-U; SetTunnels
// tells on which ports. What merely stands between link header and IP (tags, labels, PPPoE, NSH) is no tunnel: it belongs to
// the same packet. The layers of a packet and of those around it are bounded together: at most seven tunnels are in each
// other.
//
// # Fragments
//
// The transport header of a fragment is not read. Packet.Frag tells where its data belongs; package defrag puts
// fragments together, and DecodeDatagram decodes what becomes of them. A datagram whose only fragment has a fragment
// header is not fragmented (RFC 6946): it is decoded as it is.
//
// # What was captured and what was sent
//
// A snap length may have cut the frame. The missing bytes are counted, not guessed: a datagram that was longer than what
// was captured is decoded, its payload is what there is, and Lost is the number of payload bytes behind it. Bytes behind
// the end of the IP datagram (Ethernet padding, trailers) are ignored. Only a datagram that claims to be longer than
// the frame was on the wire is invalid.
//
// A header that the snap length cut cannot be read: the packet is invalid, with the event trunc_pkt of its IP layer. TCP
// options are the exception: those that were captured are read, the others are as if absent.
//
// # Events
//
// An oddity is an Event. Its name is the one that rules and anomaly records know ("ipv4.pkt_too_small"); its number is
// stable within a build only. A packet keeps the first few events; all are counted. An event that makes the packet
// invalid sets the flag Invalid too. Whether a packet may become part of a flow is another question: see WantsFlow.
//
// # Where Suricata does otherwise
//
// The events agree with those of Suricata 7.0.10 but for these:
//   - A datagram that the snap length cut is decoded; there it is ipv4.trunc_pkt or ipv6.trunc_pkt.
//   - An IP length of 0 is taken from the frame, with the flag Offload; there it is iplen_smaller_than_hlen.
//   - The family of a null header may be in either byte order, and the length in a PPPoE header is heeded.
//   - An IPv6 header that is too small raises ipv6.pkt_too_small, a tag beyond a PPPoE discovery packet
//     pppoe.malformed_tags, a PadN option beyond its header ipv6.exthdr_invalid_optlen; there nothing tells.
//   - ICMP types and codes that IANA has assigned are known: router solicitation, extended echo, the later codes of
//     parameter problem and destination unreachable. The hop limit of MLDv2 reports is checked.
//   - TCP experiments (RFC 6994) are nobody's error. Fast open takes cookies of 4 to 16 octets, under either kind.
//   - PPP control protocols raise nothing (as in later releases), and assigned network protocols are unsupported, not wrong.
//   - ICMPv6 errors have no flow of their own, as ICMPv4 errors have none.
//   - The option "tunnel encapsulation limit" (RFC 2473) is known. Bits of a GRE header that receivers ignore, and those of a
//     VXLAN header unless Tunnels has it otherwise, do not keep the inner packet from being read.
//   - ERSPAN type III and GTP-U are decoded.
//
// # Missing on purpose
//
// The network that a tunnel's header names (VNI, key, TEID) is no part of a Packet. Link headers of wireless and serial
// captures other than PPP and Cisco HDLC are not read; LinkType.String names them, so that an error can.
//
// # References
//
// RFC 791 (IPv4), 792 (ICMP), 768 (UDP), 8200 (IPv6), 4443 (ICMPv6), 9293 (TCP), 7323 (timestamps, window scale), 2018
// (SACK), 7413 (fast open), 2385 (MD5), 5925 (AO), 9260 (SCTP), 4303 (ESP), 3032 (MPLS), 4385 (pseudowire control word),
// 2516 (PPPoE), 826 (ARP), 1701, 2784 and 2637 (GRE), 7348 (VXLAN), 8926 (Geneve), 4380 (Teredo), 2473 (tunnels in IPv6),
// 8300 (NSH), draft-foschiano-erspan, 3GPP TS 29.281 (GTP-U), IEEE 802.1Q, 802.1ad, 802.1ah and 802.1BR.
package packet
