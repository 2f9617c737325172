// Package ssh reads SSH connections as far as they are in clear: identification strings and key exchanges, as the bytes
// arrive.
//
//	banner ──line──▶ packets ──NEWKEYS──▶ encrypted     each direction for itself
//	   └─too long─▶ restOfBanner ─▶ packets
//	packets ──no packet of SSH-2, or a gap that hides where the next one begins──▶ dead
//
// # The transaction
//
// A connection has one transaction, the type Exchange, with both sides. It is told when both identification strings were
// read; with Config.HASSH, when both key exchange messages were read, or both sides began to encrypt. A connection that
// never came so far is told at its end if there is an identification string. The record's member ssh is that of Suricata
// 8.0.7: client and server, each with proto_version, software_version and hassh (hash, string).
//
// # Gaps
//
// A gap in a packet whose length is known costs that packet. Any other gap before the encryption begins ends the reading
// of its direction, and the record shows what was read; behind that, lost bytes do not matter.
//
// # Limits
//
// Of an identification string the first 256 bytes are used (RFC 4253, section 4.2, allows 255 with CRLF), with the event
// long_banner. A server may say other lines before it: 64 of them are passed over, those longer than 256 bytes counted in
// parts. Packets are
// at most Config.MaxPacket long, key exchange messages at most 65535 bytes, with the event long_kex_record.
//
// # Covered
//
// RFC 4253, sections 4.2 (identification), 6 (packets) and 7.1 (key exchange); HASSH of client and server.
//
// Differences from Suricata on purpose: lines before the server's identification string are no error, and one that
// never comes raises invalid_banner when a direction has had all its lines.
//
// # Missing on purpose
//
// Packets of SSH-1: such a connection is recorded with its identification strings. Whatever is encrypted.
package ssh
