// Package apptest plays conversations to parsers and compares what is recorded with what was expected.
//
// A conversation is a text file, *.txt:
//
//	# A comment, up to the first line of a conversation and between the lines.
//	port 25
//	< 220 mail.example.org ESMTP
//	> HELO client.example.org
//	< 250 mail.example.org
//	>| MAIL FROM:<a@example.org>\r\nRCPT TO:\x00
//	lost > 120
//	fin
//	-- eve --
//	{"event_type":"smtp",…}
//
// Its lines:
//
//	> text       the client sends text and CRLF; the space after > is not sent
//	< text       so does the server
//	>| text      the client sends text with Go's escapes (but quotes as they are), nothing added
//	<| text      so does the server
//	lost > n     n bytes of the client are lost: they never arrive, but their receiver acknowledges them; lost < n: of the
//	             server; lost n: of the side that sent last
//	fin >        the client ends its direction; fin <: the server does; fin: the client, then the server
//	rst >        the client resets the connection: its own bytes count as acknowledged, and nothing follows; rst <; rst:
//	             the side that sent last
//	port n       the server's port; without it, the first of the protocol's ports
//	client n     the client's port
//	udp          each line of the conversation is a datagram (CRLF included for > and <)
//	midstream    the connection was picked up without its beginning
//	one-sided    only one direction is seen; its bytes count as acknowledged
//	ids, inline  play it in this mode only
//	frames       the records of frames are wanted, too, behind all others
//
// Lines of one side that follow each other are a flight. A flight is acknowledged when the other side sends its first
// bytes, or at the end of the conversation.
//
// After "-- eve --" there is a record on each line, less what the flow and its packets contribute. Besides what Suricata
// writes there are two kinds: "error" for parsing that ended early, and, last of all, "flow" with the members app_proto….
// go test -update writes what was recorded into the files.
//
// Each conversation is played as written, one segment a line; one segment a flight; byte by byte; cut at every place, or
// a sample of the places; and with the segments of each flight cut, shuffled and duplicated at random. Each of these
// is played as an IDS sees it and inline, some with an acknowledgement after each segment, some with one after each
// flight. All must give the same records, and the same frames, whether these are in the file or not.
package apptest
