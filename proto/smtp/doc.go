// Package smtp reads SMTP connections: commands, replies, envelopes and messages, as the bytes arrive.
//
//	commands ──DATA──▶ dataSent ──354──▶ inText ──"."──▶ commands
//	   │  ▲                └──refused──▶ commands
//	   │  ├──────────── inChunk ◀──BDAT n── commands      n bytes, then commands again
//	   │  ├── authSent ──334──▶ inAuth ──answer──▶ authSent ──235, 5yz──▶ commands
//	   │  └── tlsSent ──refused──▶ commands;  220: the next protocol is asked for
//	   ▼
//	a line over its limit: its beginning is read, restOfLine passes over what is left
//	a gap: tornLine, until a line that is a command
//
// In the states that end in Sent the next bytes of the client mean one thing or another, which the server's reply tells.
// A passive engine waits for that reply (app.Conn.WaitPeer). Inline the bytes have passed already: after DATA they are
// read as text at once, and read again as commands when DATA turns out to be refused.
//
// # Terms
//
//   - mail: a transaction, the type Mail. It begins with the first command, and with the first one behind a complete
//     request; it is complete when the server has replied to the final dot or the last chunk, and when RSET, QUIT,
//     STARTTLS, or HELO and EHLO in the middle of an envelope are accepted. RSET and QUIT behind a complete request
//     belong to no mail.
//   - owed: a reply that the server has not given yet. The queue of them pairs replies with commands, in order, whatever
//     is pipelined. A reply may come before its command; it is remembered.
//   - unsure: an entry of the queue that takes any number of replies. Blank lines, which some servers answer and some do
//     not, and commands lost in a gap make one.
//
// # Gaps
//
// A gap in a message marks the mail and the file, and the text goes on. When the final dot is among what was lost, the
// server's reply shows it. A gap in a BDAT chunk is counted exactly. Behind a gap in commands reading goes on with the
// next line; behind a gap in replies, entries whose reply may be lost give way to those that are certain, and a reply
// that cannot be an entry's (354 to MAIL, 250 to DATA) passes it by.
//
// # What EVE shows, and what the library gives
//
// EVE keeps the forms of Suricata 8.0.7: arguments up to the first blank with their angle brackets, the first of several
// senders, header values joined as there, body_md5 over the lines as sent, dot-stuffing included. Path has the mailbox
// and the parameters as RFC 5321 reads them. Files, bodies and Message.Size are without dot-stuffing (RFC 5321, section
// 4.5.2), in EVE as well: Suricata leaves the doubled dots in the file, whose hash is then that of no file that anybody
// sent. Config.EVE adds the object "reknit" with AUTH, the final reply, refused recipients and what is odd in the message.
//
// Other differences on purpose: a message that comes with BDAT is taken apart like one that comes with DATA, unless
// Config.OpaqueBDAT is set. An unknown reply raises INVALID_REPLY and counts as an error of the parser, once for each
// connection, and reading goes on. Text sent ahead of the reply to DATA is read as text whether or not the server
// announced PIPELINING, unless the server refuses it. RSET with another envelope pipelined behind it begins another
// mail. Answers of AUTH are decoded; EVE shows the user in the object "reknit" only, and the password when
// Config.EVE.Passwords is set. A line over its limit raises TRUNCATED_LINE, the text behind DATA is never taken for
// commands, a chunk ends where it says: UNPARSABLE_CONTENT, BDAT_CHUNK_LEN_EXCEEDED and the two events about the length
// of lines are known to rules but not raised.
//
// # Limits
//
// Config has them: length of lines, number of mails and replies awaited, bytes of an envelope; those of messages are
// mime.Config's. Of a message nothing is kept but what mime.Email collects. A mail raises at most 64 events.
//
// # Covered
//
// RFC 5321 (and 821, 2821), 1870 SIZE, 2034 and 3463 enhanced codes (as text), 2920 PIPELINING, 3030 CHUNKING, 3207
// STARTTLS, 3461 DSN parameters, 4954 AUTH with PLAIN (4616), LOGIN, CRAM-MD5 (2195), SCRAM (5802), OAUTHBEARER (7628)
// and XOAUTH2, 6152 8BITMIME, 6531 SMTPUTF8.
//
// # Missing on purpose
//
// LMTP, whose final replies are one for each recipient; TURN and ATRN, which swap the roles; XEXCH50, XCLIENT and other
// private commands, which are read as commands without meaning.
package smtp
