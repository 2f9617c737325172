// Package tls reads TLS connections: records, handshake messages, hellos and certificates, as the bytes arrive.
//
//	start ──▶ inRecords ──▶ …            records, one after the other, until the direction ends
//	  └────▶ inSSL2 ──▶ inRecords        a hello in the form of SSLv2, of a client that goes on with SSLv3 or TLS
//	            └─────▶ dead             SSLv2 itself: what follows the hellos is encrypted
//	a gap:   inRecords, if it ends in a record whose length is known; else hunting ──▶ inRecords
//
// A record is read whole, except application data, of which only the header is looked at. Handshake messages are cut
// from the records of a direction, in which they begin and end where they like, until it encrypts: with ChangeCipherSpec,
// or its first application data.
//
// # The transaction
//
// A connection has one transaction, the type Handshake. It begins with the connection's first bytes and lives as long as it. It
// is told, once, when the handshake is over as far as it can be read: the server has sent its certificate and asked for
// none, or the client has answered with its own; or, where these cannot be seen, both hellos have passed and a side
// sends application data. A handshake that never came so far is told at the end of the
// flow. It has a record if the server showed a certificate, if TLS 1.3 was chosen, or if an earlier session may have
// been resumed: the server repeats the session identifier, or the client's hello has the extension session_ticket.
// Others have none, as in Suricata; but one of which a part was lost has one if a hello was read, and a certificate that
// cannot be read has its fingerprint.
//
// The record's member tls is that of Suricata 8.0.7: subject, issuerdn, subjectaltname, session_resumed, serial,
// fingerprint, sni, version, notbefore, notafter, certificate, chain, ja3, ja3s, ja4, client_alpns, server_alpns,
// client_handshake, server_handshake, client, from_proto. Fields says which of them a record has. Of two ClientHellos and
// ServerHellos around a HelloRetryRequest the first ones count.
//
// # Certificates
//
// What is read of a certificate is taken apart here, not by crypto/x509, which refuses many that are in use. What cannot
// be read is missing and raises an event; it never ends the parsing. Nothing is verified.
//
// # Gaps
//
// Lost application data is passed over. A gap in another record costs the handshake message that it tore; reading goes on
// with the next record, if the length of the torn one is known, or else with the first place that looks like a record
// with another one behind it. After eight such places that turn out to be none, the direction is given up. The first gap in a
// handshake is an error of the flow all the same, and the policy for errors applies: who the client wants may be what is lost.
//
// # Limits
//
// Config.MaxMessage bounds a handshake message. Of the lists of a hello 512 items are kept, 64 protocols, of a chain 128
// certificates, of a certificate 1024 names. A connection tells at most 64 events. Without Config.Keep, and without
// rules, hellos and certificates are let go of when the record was told.
//
// # Covered
//
// RFC 8446 TLS 1.3 and its drafts, 5246 TLS 1.2 with appendix E.2 (hellos of SSLv2), 4346, 2246, 6101 SSLv3; 6066
// server_name, 7301 ALPN, 5077 session tickets, 6520 heartbeat, 8701 GREASE; 5280 certificates. JA3, JA3S, JA4.
//
// Other differences from Suricata on purpose: too_many_records_in_packet is not raised, because what a packet holds does
// not matter here; a record of length 0 raises invalid_record_length and reading goes on; an address among the
// alternative names is written as RFC 5952 has it; in a name of a certificate a string that is not UTF-8, for which
// Suricata has an error's text, shows its bytes.
//
// # Missing on purpose
//
// Decryption; DTLS; whatever TLS 1.3 encrypts: certificates, the server's choice of ALPN. Encrypted Client Hello: its outer
// hello is what is seen. OCSP responses and certificate transparency are not looked at.
package tls
