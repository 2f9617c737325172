package websocket

import (
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Opcode says what a frame is (RFC 6455, section 11.8).
type Opcode uint8

const (
	Continuation Opcode = 0
	Text         Opcode = 1
	Binary       Opcode = 2
	Close        Opcode = 8
	Ping         Opcode = 9
	Pong         Opcode = 10
)

// Control reports whether frames with the opcode belong to no message.
func (o Opcode) Control() bool { return o >= 8 }

// String returns the name that EVE uses.
func (o Opcode) String() string {
	switch o {
	case Continuation:
		return "continuation"
	case Text:
		return "text"
	case Binary:
		return "binary"
	case Close:
		return "connection_close"
	case Ping:
		return "ping"
	case Pong:
		return "pong"
	}
	return "unknown-" + strconv.Itoa(int(o))
}

// Frame is the transaction: a frame.
type Frame struct {
	app.Tx
	Dir        stream.Dir
	Fin        bool // it ends a message
	Compressed bool // RSV1
	Opcode     Opcode
	Masked     bool
	Mask       uint32
	Length     int64 // of the payload, as the frame says it
	Lost       int64 // bytes of it that were lost
	// Payload is the payload without the mask; for the last frame of a message it is the message, decompressed. It is cut
	// at Config.MaxPayload.
	Payload []byte

	extensions bool
}

var (
	_ app.Transaction = (*Frame)(nil)
	_ app.Director    = (*Frame)(nil)
)

// Direction returns whose frame it is: records show its sender as the source.
func (f *Frame) Direction() stream.Dir { return f.Dir }

// Status returns the code and the reason of a close frame (RFC 6455, section 5.5.1); 0: it has none.
func (f *Frame) Status() (code uint16, reason []byte) {
	if f.Opcode != Close || len(f.Payload) < 2 {
		return 0, nil
	}
	return binary.BigEndian.Uint16(f.Payload), f.Payload[2:]
}

// AppendJSON writes the members of the record.
func (f *Frame) AppendJSON(o *event.Object) { f.append(o, false, false) }

// WithPayload returns the frame's record with its payload: in Base64, as text or both.
func (f *Frame) WithPayload(base64, text bool) event.Appender { return shown{f, base64, text} }

// shown is a frame with its payload.
type shown struct {
	*Frame
	base64, text bool
}

// AppendJSON writes the members of the record.
func (s shown) AppendJSON(o *event.Object) { s.append(o, s.base64, s.text) }

func (f *Frame) append(o *event.Object, base64, text bool) {
	o.Open("websocket")
	o.Bool("fin", f.Fin)
	if f.Masked {
		o.Uint("mask", uint64(f.Mask))
	}
	o.Str("opcode", f.Opcode.String())
	if text {
		o.Printable("payload_printable", f.Payload)
	}
	if base64 {
		o.Base64("payload_base64", f.Payload)
	}
	o.Close()
	if !f.extensions {
		return
	}
	o.Open("reknit")
	o.Open("websocket")
	o.Int("length", f.Length)
	if f.Lost > 0 {
		o.Int("lost", f.Lost)
	}
	if code, reason := f.Status(); code != 0 {
		o.Uint("status", uint64(code))
		o.Bytes("reason", reason)
	}
	o.Close()
	o.Close()
}

// head is the head of a frame (RFC 6455, section 5.2).
type head struct {
	fin, rsv1, masked bool
	opcode            Opcode
	mask              uint32
	length            int64
}

const (
	minHead = 2
	maxHead = 2 + 8 + 4
)

// headLen returns how long a head is that begins with b.
func headLen(b []byte) int {
	n := minHead
	switch b[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if b[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// errLength is an error because no connection has so many bytes: what comes are no frames.
var errLength = errors.New("payload length beyond 63 bits")

// parseHead takes a head apart.
func parseHead(b []byte) (h head, err error) {
	h.fin, h.rsv1, h.opcode = b[0]&0x80 != 0, b[0]&0x40 != 0, Opcode(b[0]&15)
	h.masked = b[1]&0x80 != 0
	length, b := b[1]&0x7f, b[2:]
	switch length {
	case 126:
		h.length = int64(binary.BigEndian.Uint16(b))
		b = b[2:]
	case 127:
		h.length = int64(binary.BigEndian.Uint64(b))
		b = b[8:]
	default:
		h.length = int64(length)
	}
	if h.masked {
		h.mask = binary.BigEndian.Uint32(b)
	}
	if h.length < 0 {
		return h, errLength
	}
	return h, nil
}

// unmask takes the mask off b, which begins at offset at of the payload (RFC 6455, section 5.3).
func unmask(b []byte, mask uint32, at int64) {
	var m [8]byte
	for i := range m {
		m[i] = byte(mask >> (8 * (3 - (at+int64(i))&3)))
	}
	w := binary.LittleEndian.Uint64(m[:])
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^w)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= m[i]
	}
}
