// Package ftp reads FTP: control connections, with their commands and replies, and the data connections that these
// announce, with the files in them.
//
//	client: commands ──AUTH TLS──▶ tlsSent ──234──▶ the next protocol is asked for
//	           ▲                      └──refused──▶ commands
//	           └── a line over its limit: restOfLine;  a gap: tornLine, until a line that is a known command
//
//	server: replies ──"220-"──▶ replies of several lines, up to "220 "
//
//	PORT, EPRT, PASV, EPSV ──positive reply──▶ a data connection is known ──RETR, STOR, …──▶ Conn.Expect
//
// A control connection and its data connections are flows of their own, perhaps of different workers. The former announces
// the latter with a Transfer, which tells what it is for. The end that is connected to is expected at the address that was
// announced as well as at that of the control connection: the former may be another host (transfers between two servers, the
// bounce attack), or that of the far side of an address translation.
//
// # Terms
//
//   - exchange: a transaction, the type Exchange: a command and all replies to it, from "150" to "226". The greeting, and a
//     reply that no command was seen for, are exchanges without a command. A command that is not in the list of commands
//     (FEAT and OPTS are not, as with Suricata) becomes an exchange when it is answered.
//   - awaited: an exchange whose final reply has not come. The list of them pairs replies with commands, in order, whatever
//     is pipelined.
//   - transfer: a command that needs a data connection: RETR, STOR, STOU, APPE, LIST, NLST, MLSD. It takes the one announced
//     last; when that announcement is not answered yet, the one that the answer will tell.
//   - listing: LIST, NLST or MLSD: what is transferred is no file.
//
// # Gaps
//
// Behind lost bytes reading goes on with the next line. The first reply behind a gap in replies is taken for that to the
// last command which it fits, as clients wait for replies before they say more; those before it count as accepted, so that
// a PORT whose reply is lost still announces its connection. Replies to lost commands are exchanges without one; a lost
// PASV or EPSV is known by its reply. A gap in a data connection marks the file, which goes on.
//
// # What EVE shows
//
// The records ftp, ftp_data and fileinfo of Suricata 8.0.7, passwords included. Config.Extensions adds the object "reknit"
// with the name of an unknown command, the address that was announced with a port, and of a data connection the number of
// bytes and the offset of REST.
//
// Differences from Suricata on purpose: a reply of several lines belongs to one exchange however it is cut into segments,
// and replies that come late to the command that they answer. A command is looked for at the beginning of its line, behind
// Telnet commands and blanks, not anywhere in it. A command that is refused announces no connection. A transfer that is
// pipelined behind PASV or PORT gets its connection. A control connection whose server does not begin with a reply is none:
// its parsing ends.
//
// # Limits
//
// Config has them: the length of lines, the number of commands awaited (with one more parsing ends, as with Suricata), the
// bytes kept of a reply. A data connection must bring its first byte within 30 seconds of the command.
//
// # Covered
//
// RFC 959; 1123, section 4.1; 2228 and 4217 as far as AUTH leads to TLS; 2389 FEAT and OPTS by name; 2428 EPRT and EPSV;
// 3659 REST, MLSD, SIZE, MDTM; 775 by its X-commands.
//
// # Missing on purpose
//
// Long addresses (RFC 1639). MODE B and C and STRU R, whose files have the marks of these modes in them; TYPE E. The name that
// a server gives to the file of STOU. Data connections that are opened and closed without a byte, which nothing is recorded
// of.
package ftp
