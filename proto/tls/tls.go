package tls

import (
	"bytes"
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection.
type Session struct {
	conn   *app.Conn
	config *Config
	tx     *Handshake // nil before the first bytes
	half   [2]half
	beat   beat
	flags  flags
}

// half is what is known of one direction.
//
// Invariant: message, or left, is empty unless the direction is in records.
type half struct {
	message   []byte // the beginning of a handshake message whose rest is in the next record
	passing   int    // bytes of a handshake message over the limit that are still to come
	left      int64  // bytes of a record behind a gap in it
	state     state
	misses    uint8 // places that looked like a record and were none
	encrypted bool  // after ChangeCipherSpec, and with the first application data
	torn      bool  // handshake messages were lost: the next one begins with a record
	opaque    bool  // application data was seen
}

// state is what the next bytes of a direction are.
type state uint8

const (
	start     state = iota // an SSLv2 message or a record
	inRecords              // records
	inSSL2                 // messages of SSLv2
	hunting                // behind a gap: anything, until there are records
	dead                   // nothing that can be read
)

// flags of a Session.
type flags uint8

const (
	certificateWanted flags = 1 << iota // of the client
	told                                // the record was told
	ended                               // the client's direction; the next one: the server's
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// Errors that end the parsing of a connection.
var (
	errRecordType    = errors.New("record of a type that TLS does not have")
	errRecordVersion = errors.New("record of a version that TLS does not have")
	errRecordLength  = errors.New("record longer than TLS allows")
	errSSL2          = errors.New("neither SSLv2 nor TLS")
)

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error { return s.read(stream.ToServer, in) }

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error { return s.read(stream.ToClient, in) }

// read reads records until the cursor has no whole one.
func (s *Session) read(d stream.Dir, in *stream.Cursor) error {
	if s.tx == nil {
		s.begin()
	}
	h := &s.half[d]
	for {
		var more bool
		var err error
		if h.left > 0 {
			in.Skip(h.left)
			h.left = 0
		}
		switch h.state {
		case start:
			more, err = s.first(d, in)
		case inRecords:
			more, err = s.record(d, in)
		case inSSL2:
			more, err = s.ssl2(d, in)
		case hunting:
			more = s.hunt(h, in)
		case dead:
			in.Skip(int64(in.Len()))
		}
		if err != nil {
			s.judge()
			return err
		}
		if !more {
			return nil
		}
	}
}

func (s *Session) begin() {
	s.tx = &Handshake{config: s.config, from: s.conn.Original()}
	s.tx.Quiet()
	s.conn.Begin(s.tx)
}

// first looks whether a direction begins with SSLv2 or with a record.
func (s *Session) first(d stream.Dir, in *stream.Cursor) (more bool, err error) {
	b, ok := in.Peek(3)
	if !ok {
		return false, nil
	}
	switch {
	case contentType(b[0]) >= changeCipherSpec && contentType(b[0]) <= heartbeat && b[1] == 3:
		s.half[d].state = inRecords
	case b[0]&0x80 != 0 && b[2] <= ssl2ServerHello:
		s.half[d].state = inSSL2
	default:
		s.raise(invalidTLSHeader)
		return false, errSSL2
	}
	return true, nil
}

// record reads one record. Of application data only the header is looked at.
func (s *Session) record(d stream.Dir, in *stream.Cursor) (more bool, err error) {
	head, ok := in.Peek(recordHead)
	if !ok {
		return false, nil
	}
	r, at := parseRecord(head), in.Offset()
	if err := s.checkRecord(r); err != nil {
		return false, err
	}
	if r.typ == applicationData {
		if h := &s.half[d]; !h.opaque || !h.encrypted {
			s.applicationData(d)
		}
		in.Skip(r.whole())
		s.frame(d, at, r)
		return true, nil
	}
	b, ok := in.Next(int(r.whole()))
	if !ok {
		return false, nil
	}
	s.frame(d, at, r)
	s.fragment(d, r, b[recordHead:])
	return true, nil
}

// Frames: a record, its header, its fragment, and that again under the name of its type.
const (
	framePDU app.FrameID = iota
	frameHdr
	frameData
	frameAlert
	frameHeartbeat
	frameSSL2Hdr
	frameSSL2PDU
)

var frames = []string{framePDU: "pdu", frameHdr: "hdr", frameData: "data", frameAlert: "alert", frameHeartbeat: "heartbeat",
	frameSSL2Hdr: "ssl2.hdr", frameSSL2PDU: "ssl2.pdu"}

// frame names a record.
func (s *Session) frame(d stream.Dir, at int64, r record) {
	if !s.conn.Frames() {
		return
	}
	n := int64(r.length)
	s.conn.Frame(d, framePDU, at, recordHead+n, s.tx)
	s.conn.Frame(d, frameHdr, at, recordHead, s.tx)
	s.conn.Frame(d, frameData, at+recordHead, n, s.tx)
	switch r.typ {
	case alert:
		s.conn.Frame(d, frameAlert, at+recordHead, n, s.tx)
	case heartbeat:
		s.conn.Frame(d, frameHeartbeat, at+recordHead, n, s.tx)
	}
}

// checkRecord raises what is wrong with a record's header, and returns an error if no record can follow it.
func (s *Session) checkRecord(r record) error {
	switch {
	case r.typ < changeCipherSpec || r.typ > heartbeat:
		s.raise(invalidRecordType)
		return errRecordType
	case !r.version.known():
		s.raise(invalidRecordVersion)
		return errRecordVersion
	case r.length > maxRecord:
		s.raise(invalidRecordLength)
		return errRecordLength
	case r.length == 0 && r.typ != applicationData: // RFC 8446, section 5.1
		s.raise(invalidRecordLength)
	}
	return nil
}

// fragment acts on a record other than application data.
func (s *Session) fragment(d stream.Dir, r record, b []byte) {
	if s.tx.records[d] == 0 {
		s.tx.records[d] = r.version
	}
	h := &s.half[d]
	switch r.typ {
	case handshake:
		if !h.encrypted {
			s.handshake(d, b)
		}
	case changeCipherSpec:
		h.encrypted = true
		s.said(d, 0)
		h.message, h.passing = nil, 0
		s.tx.Advance(d, handshakeDone[d])
		s.protected()
	case alert:
		if !h.encrypted && (len(b) != 2 || b[0] != 1 && b[0] != 2) {
			s.raise(invalidAlert)
		}
	case heartbeat:
		s.heartbeat(d, b)
	}
}

// applicationData acts on the first record of application data of a direction.
func (s *Session) applicationData(d stream.Dir) {
	h := &s.half[d]
	if !h.opaque && s.config.Encrypted != Full {
		s.conn.Opaque(d)
	}
	h.opaque, h.encrypted = true, true
	s.said(d, 0)
	h.message, h.passing = nil, 0
	s.tx.Advance(d, handshakeDone[d])
	s.protected()
}

// protected is called when a side sends application data, or the ChangeCipherSpec before it.
func (s *Session) protected() {
	client, server := &s.half[stream.ToServer], &s.half[stream.ToClient]
	if !client.opaque && !server.opaque {
		return
	}
	s.finishOpaque()
	if s.config.Encrypted == Bypass && client.encrypted && server.encrypted {
		s.judge()
		s.conn.Bypass()
	}
}

// finishOpaque ends the handshake of which no certificate was seen, unless the server has more to say in clear: early data
// comes before its hello (RFC 8446, section 2.3), and data of the client may be read before the rest of its messages.
func (s *Session) finishOpaque() {
	hello := s.tx.Server
	if hello != nil && (hello.Version.is13() || s.half[stream.ToClient].encrypted || s.tx.chain[stream.ToClient].seen) {
		s.finish()
	}
}

// finish ends the handshake, and tells of it if there is something to tell.
func (s *Session) finish() {
	if s.flags&told != 0 {
		return
	}
	if !s.tx.worthy() {
		return
	}
	s.flags |= told
	s.tx.Tell()
	s.shown()
	if !s.config.Keep && !s.conn.ForRules() {
		s.tx.slim()
	}
}

// Gap is called for lost bytes that no application data took up.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	if s.tx == nil {
		s.begin()
	}
	h := &s.half[d]
	h.message, h.passing = nil, 0
	if !h.encrypted {
		if !s.tx.torn {
			s.conn.Report(l.Offset, app.GapError{Lost: l.Lost})
		}
		h.torn = true
		s.tx.torn = true
	}
	if h.state == dead {
		return
	}
	left := h.left - l.Lost
	if h.state == inRecords && len(l.Held) >= recordHead {
		left += parseRecord(l.Held).whole() - int64(len(l.Held))
	}
	if h.state != inRecords || left < 0 {
		h.state, left = hunting, 0
	}
	h.left = left
}

// maxMisses is the number of places that may look like a record, and be none, before a direction is given up.
const maxMisses = 8

// hunt looks for a record that is followed by another one.
func (s *Session) hunt(h *half, in *stream.Cursor) (more bool) {
	head, ok := in.Peek(recordHead)
	if !ok {
		return false
	}
	r := parseRecord(head)
	if !r.plausible() {
		in.Skip(int64(nextRecord(in.Ahead())))
		return true
	}
	n := int(r.whole())
	both, ok := in.Peek(n + recordHead)
	switch {
	case !ok:
		return false
	case parseRecord(both[n:]).plausible():
		h.state = inRecords
	case h.misses == maxMisses:
		h.state = dead
	default:
		h.misses++
		in.Skip(1)
	}
	return true
}

// nextRecord returns how many bytes of b, one at least, cannot begin a record's header.
func nextRecord(b []byte) int {
	for i := 1; i < len(b)-1; i++ {
		k := bytes.IndexByte(b[i+1:], 3)
		if k < 0 {
			return max(1, len(b)-1)
		}
		i += k
		if t := contentType(b[i]); t >= changeCipherSpec && t <= heartbeat {
			return i
		}
	}
	return max(1, len(b)-1)
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	if s.tx == nil {
		return
	}
	s.judge()
	if s.flags |= ended << d; s.flags&(ended|ended<<1) == ended|ended<<1 && s.flags&told == 0 {
		s.shown()
	}
}

// shown tells those who asked for it of the handshake.
func (s *Session) shown() {
	if s.config.OnHandshake != nil {
		s.config.OnHandshake(s.conn, s.tx)
	}
}

// judge decides whether the transaction, if it ends now, is worth a record.
func (s *Session) judge() {
	if s.tx.worthy() {
		s.tx.Loud()
	}
}

// raise notes an oddity.
func (s *Session) raise(e app.EventID) {
	if s.tx.events < maxEvents {
		s.tx.events++
		s.conn.Raise(e, s.tx)
	}
}

// maxEvents is the number of events of a connection that are told.
const maxEvents = 64
