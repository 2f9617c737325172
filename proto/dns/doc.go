// Package dns reads DNS over UDP and TCP, and mDNS.
//
//	datagram ─────────────────────────▶ message ─▶ a transaction, complete at once
//	stream ──2 bytes: length, n bytes──▶    │
//	   gap ─▶ look for a header with one question, at every byte ─▶ go on
//
// A Message is a transaction of its own: a request and its response are two, with the same MessageID.
//
// # What EVE shows, and what the library gives
//
// Records have the forms of Suricata: version 3, which is that of 8.0, or version 2 (EVE.Version), and that of mDNS. The
// data of A, AAAA, CNAME, MX, NS, NULL, OPT, PTR, SOA, SRV, SSHFP and TXT is written; for all other types the record has name,
// type and TTL. The type is written as Suricata has it: a number for those that it has no name for, such as SVCB (64) and CAA
// (257). Type.String knows these as well, and RR.Data has the data of every record.
//
// Names are labels joined by dots, as they were sent and without escapes: a label with a dot in it looks like two.
//
// Differences on purpose: a message of which nothing can be read raises malformed_data even if no transaction is open. A
// response sent by the client, or a request by the server, is recorded, with the event. A record without data is none that
// is malformed: updates (RFC 2136) are full of them. Over TCP a message that is malformed counts as an error of the parser,
// and reading goes on with the next one. A response may be the first packet of a flow, which is then turned round. A message
// without questions is recorded (zone transfers have many).
//
// # Limits
//
// A name has at most 1025 bytes of text and 255 labels and pointers, as in Suricata; beyond that it is cut (name_too_long,
// too_many_labels). All names of a message of n bytes together have at most 4096+16n bytes of text. Over TCP at most one
// message of 64 KiB is held for each direction.
//
// # Gaps
//
// The message in which bytes were lost is lost. Behind the gap every byte is taken for a beginning that looks like a length, a
// header with one question, and a label. What is found may be wrong if such bytes are in the data.
//
// # Covered
//
// RFC 1035, 2136 and 1996 (as messages), 2181, 2782 SRV, 3596 AAAA, 4255 SSHFP, 6762 mDNS (record forms; no caches), 6891 EDNS,
// 7766 DNS over TCP. Types of data: see above.
//
// # Missing on purpose
//
// The data of DNSSEC and of SVCB is not taken apart. EDNS's upper bits of the rcode are in RR.TTL of OPT, not in the rcode.
// LLMNR (Suricata 9), DNS over TLS (opaque), DNS over HTTPS.
package dns
