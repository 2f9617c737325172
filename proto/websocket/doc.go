// Package websocket reads WebSocket connections (RFC 6455), which begin as HTTP: frames, and the messages that they make up.
//
//	frameHead ──▶ payload ──▶ frameHead
//
// Each frame is a transaction, the type Frame. The last frame of a message that came in several has the payload of the
// whole message; control frames may stand between them. Messages that are compressed (RFC 7692, permessage-deflate) are
// decompressed; what was negotiated comes from HTTP.
//
// # Limits
//
// Config.MaxPayload bounds what is kept of a frame and of a message. Of a longer frame the rest is passed over, with the event
// skip_end_of_payload; a message that is longer, compressed or in several frames, is cut, with reassembly_limit_reached. A
// connection keeps up to 32 KiB for each side that compresses with context takeover.
//
// # Gaps
//
// Lost bytes in a payload are counted, and the frame goes on. The message that it belongs to is not told as a whole, and what is
// compressed with reference to it stays as it is. A loss in the head of a frame ends the reading of that side: nothing
// tells where the next frame begins.
//
// # What EVE shows
//
// The record is Suricata's: fin, mask, opcode. With extensions the object "reknit" has the length of the payload, and the code
// and the reason of a close frame.
//
// # Missing on purpose
//
// Extensions other than permessage-deflate. Whether clients mask and servers do not, and whether text is UTF-8, is not checked.
package websocket
