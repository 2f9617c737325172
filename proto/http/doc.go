// Package http reads HTTP/1.1, 1.0 and 0.9 connections: requests, responses and their bodies, as the bytes arrive, as
// tolerant as servers are.
//
//	             ┌────────────────────── no body ──────────────────────┐
//	startLine ──▶ fieldLines ──blank line──▶ identity ────────────────▶ startLine
//	     │             │                       untilClose (responses)      ▲
//	     │             │                       chunkSize ⇄ chunkData ──▶ trailer
//	     │  no protocol▼
//	     └──────────▶ short ──▶ fieldLines, or HTTP/0.9: torn
//
//	a response that must not have a body but tells of one: perhaps, until the next bytes show which
//	a line where a status line should be: junkLine, until the next line shows whether it is body
//	CONNECT, Upgrade: the client's side is deciding until the response: another protocol (Switch), or startLine
//	a line over its limit: its beginning is read, restOfLine passes over what is left
//	a gap in a head, or what makes no sense: torn, until a line that begins a message for certain
//
// # Terms
//
//   - exchange: a transaction, the type Exchange: a request and its final response. It begins with the request line.
//   - head: the start line and the header fields of a message, kept as they were sent, in one piece of memory.
//   - pending: exchanges whose final response has not ended. Responses belong to them in order, whatever is pipelined.
//
// # Gaps
//
// A gap in a body is counted exactly, marks the file, and the message goes on, as far as its length is known. Behind a gap
// in a head, in a chunk-size line or between messages reading goes on with the next line that is a request line with a
// known method, or a status line. A response of which the beginning is lost is taken to be that of the oldest request.
// Requests that are lost among pipelined ones cannot be told: responses then belong to later requests than is shown.
//
// # What EVE shows
//
// Records, events and file names are those of Suricata 8.0.7 (libhtp's personality IDS unless another is configured).
// Files that come in ranges are told as they come and, once all of them were seen, as a whole (Config.Ranges), also when they
// come over several connections; whose exchange has the whole depends on the order in which the workers read them.
//
// Differences on purpose: all interim responses (1xx but 101) are passed over, not only 100; parsing goes on after a line
// that is too long, too many requests, or a loss in a head, where Suricata's ends; files are told with their exchange, so
// that their record does not depend on how the bytes were cut, and end at a limit only if one is configured; bytes that belong
// to no message are not added to the last file. Four events are not Suricata's: request_content_length_and_transfer_encoding
// and its like for responses, request_bare_lf and response_bare_lf (RFC 9112, sections 2.2, 6.3 and 11.2).
//
// # Limits
//
// Config has them: length of lines, number of fields, bytes of a head, requests without an answer and bytes of their heads,
// files of a form. Of bodies nothing is kept, but parts of files that come in ranges, in Config.Ranges.Memory for all
// connections together. An exchange raises at most 64 events. The answer to a request that was let
// go of is read as that to GET.
//
// # Covered
//
// RFC 9112 (and 7230, 2616, 1945), of RFC 9110 what frames messages and switches protocols, 7578 multipart/form-data.
//
// # Missing on purpose
//
// LZMA and SWF are not decompressed. HTTP/2 and 3 are other protocols.
package http
