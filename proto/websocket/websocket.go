package websocket

import (
	"sync"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/coding"
	"github.com/reknit/reknit/stream"
)

// Config has the settings of the parser. The zero value is ready to use.
type Config struct {
	// MaxPayload is the number of bytes that are kept of a frame's payload, and of a message.
	// When zero, it is 64 KiB.
	MaxPayload int
	// Extensions adds the object "reknit" to EVE records.
	Extensions bool

	pool     *coding.Pool
	payloads *sync.Pool // of *[]byte
}

// New returns the protocol with these settings. It is not found by its bytes: HTTP switches to it.
func New(c Config) app.Protocol {
	if c.MaxPayload <= 0 {
		c.MaxPayload = 64 << 10
	}
	c.pool, c.payloads = new(coding.Pool), new(sync.Pool)
	return app.Protocol{
		Name: "websocket",
		NewStream: func(conn *app.Conn) app.StreamParser {
			s := &Session{conn: conn, config: &c}
			negotiated, _ := conn.State().(string)
			s.negotiate(negotiated)
			return s
		},
		Fields:   fields,
		Events:   events,
		Frames:   frames,
		Complete: [2]app.Progress{complete, complete},
	}
}

// complete is the progress of both directions of a frame: it is told when it is whole.
const complete app.Progress = 1

// Session is the parser of one connection.
type Session struct {
	conn   *app.Conn
	config *Config
	side   [2]side
}

// side is what is known of one direction.
type side struct {
	state   state
	head    head
	left    int64   // bytes to come of the payload
	payload *[]byte // what is kept of it, unmasked; nil between frames
	lost    int64   // bytes of it that are missing

	message  []byte // payloads of the frames of a message that is not complete
	open     bool   // there is such a message
	packed   bool   // it is compressed
	torn     bool   // part of it is missing
	full     bool   // it was cut
	messages coding.Messages
}

type state uint8

const (
	frameHead state = iota
	payload
	dead // nothing more is read
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
)

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error { return s.read(stream.ToServer, in) }

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error { return s.read(stream.ToClient, in) }

func (s *Session) read(d stream.Dir, in *stream.Cursor) error {
	r := &s.side[d]
	for {
		switch r.state {
		case frameHead:
			b, ok := in.Frame(minHead, maxHead, headLen)
			if !ok {
				return nil
			}
			n := int64(len(b))
			h, err := parseHead(b)
			if err != nil {
				r.state = dead
				return err
			}
			s.nameFrames(d, in.Offset()-n, n, h.length)
			s.begin(d, r, h)
		case payload:
			p, ok := in.Piece(r.left)
			if !ok {
				return nil
			}
			s.piece(d, r, p)
		case dead:
			in.Skip(int64(in.Len()))
			return nil
		}
	}
}

// Frames for rules and records, beside those that are transactions: the head of a frame, all of it, and its payload as sent.
const (
	frameHeader app.FrameID = iota
	framePDU
	frameData
)

var frames = []string{frameHeader: "header", framePDU: "pdu", frameData: "data"}

// nameFrames names a frame whose head, n bytes long, stands at an offset.
func (s *Session) nameFrames(d stream.Dir, at, n, payload int64) {
	if !s.conn.Frames() {
		return
	}
	s.conn.Frame(d, frameHeader, at, n, nil)
	s.conn.Frame(d, framePDU, at, n+payload, nil)
	s.conn.Frame(d, frameData, at+n, payload, nil)
	for id := range frames {
		s.conn.AwaitTx(d, app.FrameID(id))
	}
}

// begin begins a frame.
func (s *Session) begin(d stream.Dir, r *side, h head) {
	r.head, r.left, r.lost = h, h.length, 0
	p, ok := s.config.payloads.Get().(*[]byte)
	if !ok {
		p = new([]byte)
	}
	*p = (*p)[:0]
	r.payload = p
	if r.state = payload; h.length == 0 {
		s.frame(d, r)
	}
}

// piece takes bytes of a payload, or how many of them are lost.
func (s *Session) piece(d stream.Dir, r *side, p stream.Piece) {
	at := r.head.length - r.left
	r.left -= int64(len(p.Data)) + p.Lost
	r.lost += p.Lost
	if n := min(len(p.Data), s.config.MaxPayload-len(*r.payload)); n > 0 {
		from := len(*r.payload)
		*r.payload = append(*r.payload, p.Data[:n]...)
		if r.head.masked {
			unmask((*r.payload)[from:], r.head.mask, at)
		}
	}
	if r.left == 0 {
		s.frame(d, r)
	}
}

// frame tells a frame, which is whole.
func (s *Session) frame(d stream.Dir, r *side) {
	h := &r.head
	r.state = frameHead
	f := &Frame{
		Dir: d, Fin: h.fin, Compressed: h.rsv1, Opcode: h.opcode, Masked: h.masked, Mask: h.mask,
		Length: h.length, Lost: r.lost, extensions: s.config.Extensions,
	}
	s.conn.Begin(f)
	for id := range frames {
		s.conn.FrameTx(d, app.FrameID(id), f)
	}
	if h.length-r.lost > int64(len(*r.payload)) {
		s.conn.Raise(skipEndOfPayload, f)
	}
	s.content(r, f)
	s.config.payloads.Put(r.payload)
	r.payload = nil
	f.Single(d)
}

// content gives f its payload, which for the last frame of a message is the message.
func (s *Session) content(r *side, f *Frame) {
	data := *r.payload
	whole := f.Lost == 0 && f.Length == int64(len(data))
	if f.Opcode.Control() {
		f.Payload = append(f.Payload, data...)
		return
	}
	if f.Opcode != Continuation || !r.open {
		r.message, r.open, r.packed, r.torn, r.full = r.message[:0], true, f.Compressed, false, false
	}
	r.torn = r.torn || !whole
	if f.Fin && len(r.message) == 0 {
		s.message(r, f, data) // in one frame
		return
	}
	if room := s.config.MaxPayload - len(r.message); len(data) > room {
		if !r.full {
			s.conn.Raise(reassemblyLimitReached, f)
		}
		r.full, r.torn = true, true
		data = data[:room]
	}
	r.message = append(r.message, data...)
	if !f.Fin {
		f.Payload = append(f.Payload, *r.payload...)
		return
	}
	s.message(r, f, r.message)
	r.message = nil
}

// message gives f a message.
func (s *Session) message(r *side, f *Frame, data []byte) {
	r.open = false
	if !r.packed {
		f.Payload = append(f.Payload, data...)
		return
	}
	if r.torn {
		r.messages.Lost()
		f.Payload = append(f.Payload, data...)
		return
	}
	r.messages.Pool = s.config.pool
	out, err := r.messages.Append(nil, data, s.config.MaxPayload)
	switch err {
	case nil:
	case coding.ErrBomb:
		s.conn.Raise(reassemblyLimitReached, f)
	default:
		if len(out) == 0 {
			out = append(out, data...)
		}
	}
	f.Payload = out
}

// Gap is called for bytes lost in the head of a frame, or in front of it.
func (s *Session) Gap(d stream.Dir, _ stream.Loss) { s.side[d].state = dead }
