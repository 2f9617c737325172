// Package tcp follows TCP connections: it keeps the state of RFC 9293 for both ends as a monitor between them sees it,
// turns sequence numbers into stream offsets, decides which segments count, and moves their bytes into package stream.
// It knows no protocol above TCP and no packet decoder below: it takes its own Segment.
//
//	SYN_SENT ── SYN/ACK ──▶ SYN_RECV ── ACK ──▶ ESTABLISHED ── FIN ──▶ FIN_WAIT1, CLOSE_WAIT … ──▶ CLOSED
//	      half-open: an Opening of 16 bytes          a Conn
//
// Terms: the client sent the first SYN (or the first segment seen), the server is the other end. A side is what is
// known of one end's sending direction, as a stream is the bytes of it. A segment is rejected when no receiver would
// take it; rejection changes nothing but the events.
//
// Covered: RFC 9293 (states, simultaneous opens and closes, windows, wrapping sequence numbers), RFC 7323 (window scale,
// timestamps and PAWS), RFC 7413 (Fast Open), RFC 5961 in the policies that follow it. SACK blocks (RFC 2018) widen the
// window of receivers other than current Linux by what they report; they make nothing readable. Of several SYNs the one
// that the server answers counts, of several answers the one that the client acknowledges; what a SYN carries counts
// when the answer acknowledges it. Under the policy
// linux-6 a segment counts when a current Linux receiver takes it; where the capture does not tell, it waits for the
// receiver's acknowledgement. A FIN or an RST counts until its receiver acknowledges what was sent behind it.
// Urgent octets can be left out of the stream, lost or refused; for receivers other than current Linux, and inline, one
// that is left out late, when something behind it is stored, is lost.
package tcp
