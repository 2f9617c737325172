// Package dump shows what was said in streams: as text or hexadecimal for people, as it is for programs, or in files of
// a directory.
//
//	stream.Piece ─┬─▶ Printer ─▶ io.Writer    several streams in order of time, both sides of each
//	              └─▶ Files ─▶ directory      one file for each direction of each stream
//
// Of a stream both keep a few bytes, whatever its length. Nothing that a Printer writes as text or hexadecimal can drive a
// terminal, or be taken for a line that the Printer itself has to say: whose bytes a line shows is told by what it begins
// with.
//
//	=== 1: 192.0.2.1:40000 > 198.51.100.25:25 ===   the headline of a stream: what follows is of it
//	> EHLO client.example.org                       the client's bytes
//	< 250 mail.example.org                          the server's bytes
//	>+ x                                            goes on with a line of the client's that was interrupted
//	>! [712 bytes lost]                             a gap in what the client sent
package dump
