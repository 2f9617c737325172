package ssh

import (
	"encoding/binary"
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection.
type Session struct {
	conn   *app.Conn
	config *Config
	tx     *Exchange // nil before the first bytes
	half   [2]half
}

// half is what is known of one direction.
type half struct {
	left  int64 // bytes of a packet behind a gap in it
	lines uint8 // before the identification string
	state state
	torn  bool // the rest of a line before the identification string comes

	offered bool // a key exchange message was read, or was too long
	ended   bool
}

// state is what the next bytes of a direction are.
type state uint8

const (
	banner       state = iota // lines up to the identification string
	restOfBanner              // the rest of one that was too long
	packets                   // in clear
	encrypted                 // nothing that can be read
	dead                      // likewise, for another reason
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// Errors that end the parsing of a connection.
var (
	errBanner = errors.New("no identification string")
	errPacket = errors.New("no packet of SSH")
)

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error { return s.read(stream.ToServer, in) }

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error { return s.read(stream.ToClient, in) }

// all is more than there is in any direction.
const all = 1 << 62

func (s *Session) read(d stream.Dir, in *stream.Cursor) error {
	s.begin()
	h := &s.half[d]
	for {
		if h.left > 0 {
			in.Skip(h.left)
			h.left = 0
		}
		switch h.state {
		case banner:
			line, ok := in.Line(maxBanner)
			if !ok {
				return nil
			}
			if err := s.line(d, line, in.Ending()); err != nil {
				return s.fail(err)
			}
		case restOfBanner:
			if _, ok := in.Line(maxBanner); !ok {
				return nil
			}
			if in.Ending() != stream.None {
				s.packets(d)
			}
		case packets:
			more, err := s.packet(d, in)
			if err != nil {
				return s.fail(err)
			}
			if !more {
				return nil
			}
		default:
			if in.Offset() < all {
				in.Skip(all - in.Offset())
			}
			return nil
		}
	}
}

func (s *Session) begin() {
	if s.tx == nil {
		s.tx = &Exchange{config: s.config}
		s.tx.Quiet()
		s.conn.Begin(s.tx)
	}
}

const (
	maxBanner = 256 // of an identification string; of a line before it so much is read at once
	maxLines  = 64  // before it
)

// line acts on a line up to the identification string.
func (s *Session) line(d stream.Dir, line []byte, e stream.Ending) error {
	h := &s.half[d]
	version, software, ok := parseBanner(line)
	switch {
	case ok && !h.torn:
		s.identified(d, version, software, len(line) >= maxBanner, e)
		return nil
	case d == stream.ToServer, h.lines >= maxLines: // a server may say something before
		s.conn.Raise(invalidBanner, s.tx)
		return errBanner
	}
	h.lines++
	h.torn = e == stream.None
	return nil
}

// identified notes the identification string of a side. long: so much of it was read as is used.
func (s *Session) identified(d stream.Dir, version, software []byte, long bool, e stream.Ending) {
	side := &s.tx.Side[d]
	side.Version, side.Software = string(version), string(software)
	s.tx.Loud()
	if long {
		s.conn.Raise(longBanner, s.tx)
	}
	if long && e == stream.None {
		s.half[d].state = restOfBanner
		s.tx.Advance(d, bannerWaitEOL)
	} else {
		s.packets(d)
	}
	s.tell()
}

// packets says that packets follow.
func (s *Session) packets(d stream.Dir) {
	s.half[d].state = packets
	if v := s.tx.Side[d].Version; v[0] == '1' && v != "1.99" { // SSH-1
		s.half[d].state = dead
	}
	s.tx.Advance(d, bannerDone)
}

// packet reads one packet. Only of a key exchange message more than the header is looked at.
func (s *Session) packet(d stream.Dir, in *stream.Cursor) (more bool, err error) {
	head, ok := in.Peek(packetHead)
	if !ok {
		return false, nil
	}
	length, code := int64(binary.BigEndian.Uint32(head)), head[5]
	if length < 2 || length > int64(s.config.MaxPacket) {
		s.conn.Raise(invalidRecord, s.tx)
		return false, errPacket
	}
	whole, at := lengthField+length, in.Offset()
	switch {
	case code == msgNewKeys:
		in.Skip(whole)
		s.encrypted(d)
	case code == msgKexInit && s.wantsKeyExchange(d) && length > maxKexInit:
		s.half[d].offered = true
		s.conn.Raise(longKexRecord, s.tx)
		in.Skip(whole)
	case code == msgKexInit && s.wantsKeyExchange(d):
		b, ok := in.Next(int(whole))
		if !ok {
			return false, nil
		}
		s.keyExchange(d, b)
	default:
		in.Skip(whole)
	}
	s.conn.Frame(d, recordHdr, at, packetHead, s.tx)
	s.conn.Frame(d, recordData, at+packetHead, whole-packetHead, s.tx)
	s.conn.Frame(d, recordPDU, at, whole, s.tx)
	return true, nil
}

// Frames: a packet, its first bytes up to the message number, and what follows them.
const (
	recordHdr app.FrameID = iota
	recordData
	recordPDU
)

var frames = []string{recordHdr: "record.hdr", recordData: "record.data", recordPDU: "record.pdu"}

// wantsKeyExchange reports whether the algorithms that a side offers are wanted: the first time that it does.
func (s *Session) wantsKeyExchange(d stream.Dir) bool {
	return (s.config.HASSH || s.keeps()) && !s.half[d].offered
}

// keeps reports whether what the sides offer is wanted beyond the record.
func (s *Session) keeps() bool { return s.config.Keep || s.conn.ForRules() }

// keyExchange notes the algorithms that a side offers.
func (s *Session) keyExchange(d stream.Dir, packet []byte) {
	s.half[d].offered = true
	o, ok := parseKexInit(packet)
	if !ok {
		s.conn.Raise(invalidRecord, s.tx)
		return
	}
	s.tx.Side[d].Offer = o
	s.tx.Advance(d, bannerDone)
	s.tell()
}

// encrypted says that a side sends nothing more in clear.
func (s *Session) encrypted(d stream.Dir) {
	s.half[d].state = encrypted
	if s.half[d.Opposite()].state != encrypted {
		s.tx.Advance(d, finished)
		return
	}
	if s.config.Encrypted != Full {
		s.conn.Opaque(stream.ToServer)
		s.conn.Opaque(stream.ToClient)
	}
	s.tell()
	s.tx.Advance(d, finished)
	if s.config.Encrypted == Bypass {
		s.conn.Bypass()
	}
}

// tell tells of the exchange once all is known that a record shows.
func (s *Session) tell() {
	a, b := &s.tx.Side[0], &s.tx.Side[1]
	switch {
	case s.tx.told || a.Version == "" || b.Version == "":
		return
	case s.config.HASSH && (a.Offer == nil || b.Offer == nil) &&
		(s.half[0].state < encrypted || s.half[1].state < encrypted):
		return
	}
	s.tx.told = true
	s.tx.Tell()
	s.shown()
	if !s.keeps() {
		a.Offer, b.Offer = nil, nil
	}
}

// fail is the end of the parsing.
func (s *Session) fail(err error) error {
	s.half[0].state, s.half[1].state = dead, dead
	return err
}

// Gap is called for lost bytes.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	s.begin()
	h := &s.half[d]
	left := h.left - l.Lost
	if h.state == packets && len(l.Held) >= packetHead {
		left += lengthField + int64(binary.BigEndian.Uint32(l.Held)) - int64(len(l.Held))
	}
	h.left = 0
	switch {
	case h.state >= encrypted:
	case h.state == packets && left >= 0:
		h.left = left
	default:
		h.state = dead
		s.tell()
	}
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	s.half[d].ended = true
	if s.tx != nil && s.half[d.Opposite()].ended && !s.tx.told {
		s.shown()
	}
}

// shown tells those who asked for it of the exchange.
func (s *Session) shown() {
	if s.config.OnExchange != nil {
		s.config.OnExchange(s.conn, s.tx)
	}
}
