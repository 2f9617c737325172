// Package defrag puts the fragments of IPv4 and IPv6 datagrams together as the receiving host does.
//
//	fragment ─▶ tracker of its datagram ─▶ units, each with the fragment that owns it ─▶ datagram, when there is no hole
//
//	first    AAAAAAAA
//	second       BBBBBBBB        the policy of the receiver says whose the middle is
//	datagram AAAA????BBBB
//
// A Table holds what is known of incomplete datagrams, by address family, addresses, identification, protocol (IPv4
// only: RFC 8200, section 4.5), VLAN tags and number of tunnels around. Offsets of fragments are multiples of eight
// bytes, so a datagram is kept in units of eight bytes, in pages that are there only where data is. Every unit knows the
// extent of the fragment whose bytes it has: what a Policy compares. A fragment costs time in proportion to its length,
// whatever came before and in whatever order.
//
// A datagram is complete when every byte from the first to the last is there. Its identification may then be used for
// another one: what comes later belongs to that.
//
// # Ignored fragments
//
// Nothing is kept of a fragment without data, of one that reaches beyond the largest datagram
// (frag_pkt_too_large), of one that the snap length cut, and, as RFC 8200 has it, of one with more to follow whose
// length is no multiple of eight bytes; IPv4 hosts ignore only the odd bytes. A fragment that does not fit what is known
// of the end of its datagram and one for which there is no room are ignored with the event frag_ignored.
//
// # Limits
//
// Config limits bytes, datagrams, fragments, and the time from the first fragment on. A new datagram takes the
// place of the oldest incomplete one. A Table belongs to one goroutine, and takes the time from its caller.
package defrag
