// Package tftp reads requests of TFTP, the Trivial File Transfer Protocol.
//
//	client ──datagram to port 69──▶ read or write request ─▶ a transaction, complete at once in both directions
//	                                anything else         ─▶ passed over
//
// A server answers a request from a port of its own choice (RFC 1350, section 4): data and acknowledgements are a flow of
// other ports, about which nothing tells that it belongs to the request. So what is read is the requests.
//
// # What EVE shows, and what the library gives
//
// The record tftp has the operation, the name of the file and the mode, in lower case. Request has the options as well
// (RFC 2347), such as blksize (RFC 2348), tsize and timeout (RFC 2349), which Config.Extensions has written below reknit.
//
// Differences on purpose: Suricata has no record of a request for a file whose name is not UTF-8; here there is one. What is
// no request, such as an acknowledgement, is not an error of the parser. Suricata takes any datagram to port 69 for TFTP that begins
// with a zero byte; here it must be one of the six operations there are.
//
// # Errors
//
// A request without an end of its name or of its mode, or with a mode that is none, is an error, counted and logged; the next
// datagram is read all the same. Options that are cut off are left out.
//
// # Limits
//
// A name has at most Config.MaxFile bytes, beyond which it is cut (file_too_long), and a request 16 options, all of
// which have at most 512 bytes, what a whole request may have (RFC 2347); beyond that they are left out
// (too_many_options). Both anomalies are reknit's own.
//
// # Covered
//
// RFC 1350 (requests), 2347.
//
// # Missing on purpose
//
// Contents of files. Nothing of a flow is kept between datagrams.
package tftp
