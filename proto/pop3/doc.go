// Package pop3 reads POP3 connections: commands, responses, and the messages that they bring.
//
//	commands ──AUTH──▶ authSent ──"+"──▶ inAuth ──answer──▶ authSent ──"+OK", "-ERR"──▶ commands
//	   │  └────STLS──▶ tlsSent ──"-ERR"──▶ commands;  "+OK": the next protocol is asked for
//	   └─ a line over its limit: its beginning is read, restOfLine passes over what is left
//
//	statusLine ──"+OK" to LIST, UIDL, CAPA, AUTH without arguments──▶ dataLines ──"."──▶ statusLine
//	   └─────────"+OK" to RETR, TOP──▶ inMail ──"."──▶ statusLine
//
// Behind AUTH and STLS the next bytes of the client mean one thing or another, which the server's response tells. A passive engine
// waits for it (app.Conn.WaitPeer).
//
// # Terms
//
//   - exchange: a transaction, the type Exchange: a command and its response. The greeting is a response without a command, and so
//     is any other that nobody asked for. Each line of the client in an AUTH exchange is a command of its own.
//   - owed: a response that the server has not given yet. Their queue pairs responses with commands, in order, whatever is
//     pipelined.
//
// # What EVE shows, and what the library gives
//
// The object pop3 has the form of Suricata 8. Arguments that tell a password are left out, unless Config.Passwords is set: of PASS,
// what stands behind the name in APOP and behind the mechanism in AUTH. Lines of an AUTH exchange are never shown, as in Suricata.
// The library has them, decoded (Exchange.User, Password).
//
// Beyond Suricata: the message that RETR or TOP brings is taken apart. The record of the exchange has an object email, as that of
// SMTP, and attachments are files with records of their own. Lines of TOP are in data as well, unless there are
// attachments; those of RETR are not.
//
// Other differences on purpose: a message ends with its dot, whatever number of octets the server announced. A line of the server
// that is no response raises invalid_response, once for each connection. A change of protocol that is refused raises
// failed_protocol_change.
//
// # Limits
//
// Config has them: length of lines, number of commands without a response, bytes kept of a response; those of messages are
// mime.Config's. Of a message nothing is kept but what mime.Email collects.
//
// # Gaps
//
// A gap in a message marks it and its file, and the text goes on. When its end is among what was lost, the response to the client's
// next command ends it. Behind a gap in commands reading goes on with the next line that is one; a client that waits for responses is
// assumed, so that what is said then is an answer to that. Behind a gap between responses those that are owed by then are given up
// with the client's next command.
//
// # Covered
//
// RFC 1939, 2449 CAPA, 2595 STLS, 5034 (1734) AUTH, with the mechanisms of package mail/sasl.
//
// # Missing on purpose
//
// LANG and UTF8 (RFC 6856) and XTND, which are unknown commands; POP2.
package pop3
