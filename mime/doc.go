// Package mime reads Internet messages line by line while they arrive.
//
//	line ──▶ Message ──▶ header field ──▶ Handler.Header
//	           │                          Handler.Begin   the header is complete: what the part is
//	           └─ boundary? ─ no ─▶ decoder ─▶ Handler.Body   decoded bytes, as soon as they can be told
//	                        └ yes ─────────▶ Handler.End    then the next part
//
// Line takes one line, Lines as many as need no look at each of them. A Message is the parser; it holds the stack of open
// parts, the header field that is being read and, of a body, only what cannot be decided yet (a line end that may belong to
// a boundary, a part of a base64 quantum) and the decoded bytes of a packet, until they are passed on together (see Flush).
// What passes through is never kept, so that its memory does not depend on the size of the mail.
//
// A Part is an entity in the sense of RFC 2045: the message itself, a body part of a multipart, or the message inside a
// message/rfc822 part. Each has a state of its own; nothing of the outer part reaches an inner one.
//
// An Email collects what EVE's email object shows. It has the methods of a Handler and can be used as one, or be called
// by another Handler.
//
// A gap is bytes that were lost. Parsing goes on behind it, and the part in which it happened is marked.
//
// # Covered
//
// RFC 5322 header fields, folding, addresses; RFC 2045 and 2046 structure, base64 and quoted-printable; RFC 2047
// encoded words in every charset of golang.org/x/text; RFC 2183 dispositions; RFC 2231 parameters; RFC 6532 (UTF-8 in
// headers).
//
// # Missing on purpose
//
// uuencode, yEnc and BinHex; UTF-7; TNEF; S/MIME and OpenPGP; the text of preambles and epilogues, which no mail program
// shows.
package mime
