// Package imap reads IMAP connections: commands and responses with the literals in them, and the messages that are fetched
// and stored.
//
//	client: commands ──"{n}"──▶ literalSent ──"+"──▶ inLiteral ──n bytes──▶ commands (the same one goes on)
//	         │  ▲                    └──refused──▶ commands
//	         │  ├──────────────── inLiteral ◀──"{n+}"──
//	         │  ├── authSent ──"+"──▶ inAuth ──answer──▶ authSent ──tagged──▶ commands
//	         │  └── tlsSent ──refused──▶ commands;  OK: the next protocol is asked for
//	         ▼
//	a line over its limit: restOfLine;  COMPRESS accepted: dead
//
//	server: lines ──"{n}"──▶ responseLiteral ──n bytes──▶ lines (the same response goes on)
//
// In the states that end in Sent the next bytes of the client mean one thing or another, which the server's response tells.
// A passive engine waits for it (app.Conn.WaitPeer). Inline it cannot: a literal is then taken to be wanted.
//
// # Terms
//
//   - exchange: a transaction, the type Exchange: a command with its responses, up to the tagged one. Untagged responses belong
//     to the oldest command without an end. The greeting, and a BYE that nobody asked for, are exchanges without a command.
//   - unit: a command or a response as a whole, of several lines with literals between. Small literals are kept in its
//     text, behind their announcement; messages are not.
//   - mail: the transaction of a message, the type Mail: BODY[], RFC822 and their headers in a FETCH response, or what APPEND
//     brings. One that is fetched in parts, each behind the other, is one mail; it is over with a part that is smaller than
//     the first, or another message.
//
// # Gaps
//
// A gap in a literal is counted exactly, and marks mail and file. Behind a gap in lines reading goes on with what is a
// command or a response for certain: a known command, an untagged response, a tag that is awaited. The ends of
// commands before such a tag count as lost.
//
// # What EVE shows
//
// Suricata 8 finds IMAP and reads nothing of it; the record imap is reknit's own (docs/eve.md). Arguments of LOGIN and
// AUTHENTICATE are never shown; the user is, and with Config.Passwords the password. Files have fileinfo records.
//
// Events, of which Suricata has none either: invalid_request, invalid_response, unmatched_response (once for a connection),
// request_too_long, response_too_long, too_many_transactions, starttls_pipelined (commands behind STARTTLS before its reply),
// starttls_refused, and those of messages (mime_…).
//
// # Limits
//
// Config has them: lengths of lines, commands and responses, the untagged responses kept of a command, the commands awaited.
// Literals may have any length; nothing is kept of a message but what mime.Email collects.
//
// # Covered
//
// RFC 9051 and 3501 (1730, 2060), 2177 IDLE, 2595 STARTTLS, 3502 MULTIAPPEND, 3516 BINARY, 4959 SASL-IR, 4978 COMPRESS by name,
// 7888 LITERAL+ and LITERAL-, AUTHENTICATE with PLAIN, LOGIN, CRAM-MD5, SCRAM, OAUTHBEARER and XOAUTH2.
//
// # Missing on purpose
//
// What COMPRESS compresses is not read: the exchange says "opaque", and the rest of the connection is passed over. Messages
// in quoted strings; parts of messages (BODY[1], BODY[TEXT]) and messages that CATENATE puts together are no mails. Parts of a
// message that are fetched in another order.
package imap
