package dns

import (
	"encoding/binary"
	"sync"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Config is how DNS is read. The zero value is ready to use.
type Config struct {
	// TCP and UDP say how much is wanted of DNS over each of them.
	TCP, UDP app.Mode
	// EVE is how messages write themselves; an output may want another Form.
	EVE EVE
	// Handler is told what every session reads. When nil, nobody is.
	Handler *Handler

	multicast bool
	messages  *sync.Pool // of *Message that are over
}

// New returns the protocol DNS.
func New(c Config) app.Protocol {
	p := protocol("dns", &c)
	for _, t := range [...]app.Transport{app.TCP, app.UDP} {
		if c.TCP == app.Off && t == app.TCP || c.UDP == app.Off && t == app.UDP {
			continue
		}
		p.Ports = append(p.Ports, both(t, 53)...)
	}
	if c.TCP == app.Parse {
		p.NewStream = func(conn *app.Conn) app.StreamParser { return &Session{conn: conn, config: &c} }
	}
	p.Probe, p.ProbeDatagram = probe, probeDatagram
	return p
}

// NewMulticast returns the protocol mDNS (RFC 6762): messages of the same form, of which responses need no request.
// Config.TCP is of no use there.
func NewMulticast(c Config) app.Protocol {
	c.multicast = true
	p := protocol("mdns", &c)
	p.Ports = both(app.UDP, 5353)
	p.ProbeDatagram = func(_ stream.Dir, b []byte) app.Guess { return guess(check(b) != bad && len(b) >= headerLen) }
	return p
}

// protocol returns what both have in common.
func protocol(name string, c *Config) app.Protocol {
	c.messages = new(sync.Pool)
	p := app.Protocol{Name: name, Unnumbered: true, Events: events, Fields: fieldsOf(name), Frames: []string{pdu: "pdu"}}
	if c.UDP == app.Parse {
		p.NewDatagram = func(conn *app.Conn) app.DatagramParser { return &Session{conn: conn, config: c} }
	}
	return p
}

// both returns a port of the server for either direction.
func both(t app.Transport, n uint16) []app.Port {
	return []app.Port{{Transport: t, Number: n, Dir: stream.ToServer}, {Transport: t, Number: n, Dir: stream.ToClient}}
}

// Session is the parser of one flow.
type Session struct {
	conn   *app.Conn
	config *Config
	at     int64   // offset of the message that is being read
	lost   [2]bool // behind a gap: where the next message begins is not known
}

var (
	_ app.StreamParser   = (*Session)(nil)
	_ app.DatagramParser = (*Session)(nil)
	_ app.GapHandler     = (*Session)(nil)
)

// Datagram reads one message. One that cannot be read is no error: the next one may be.
func (s *Session) Datagram(d stream.Dir, b []byte) error {
	s.message(d, b, 0)
	return nil
}

// Client reads messages of the client.
func (s *Session) Client(in *stream.Cursor) error { return s.messages(stream.ToServer, in) }

// Server reads messages of the server.
func (s *Session) Server(in *stream.Cursor) error { return s.messages(stream.ToClient, in) }

// prefixLen is the length of the length before each message over TCP (RFC 1035, section 4.2.2).
const prefixLen = 2

func (s *Session) messages(d stream.Dir, in *stream.Cursor) error {
	for {
		if s.lost[d] && !s.resume(d, in) {
			return nil
		}
		s.at = in.Offset()
		b, ok := in.Frame(prefixLen, prefixLen+1<<16, frameLen)
		if !ok {
			return nil
		}
		if b = b[prefixLen:]; len(b) > 0 {
			if err := s.message(d, b, s.at+prefixLen); err != nil {
				s.conn.Report(s.at, err) // the next length is where it was said to be
			}
		}
	}
}

// frameLen returns the length of a message with its prefix.
func frameLen(head []byte) int { return prefixLen + int(binary.BigEndian.Uint16(head)) }

// resume looks for the beginning of a message behind a gap.
func (s *Session) resume(d stream.Dir, in *stream.Cursor) bool {
	for {
		head, ok := in.Peek(prefixLen + headerLen + minQuestionLen)
		if !ok {
			return false
		}
		if likely(d, head) {
			s.lost[d] = false
			return true
		}
		in.Skip(1)
	}
}

// Gap is called for lost bytes.
func (s *Session) Gap(d stream.Dir, _ stream.Loss) { s.lost[d] = true }

// pdu is the frame of a message.
const pdu app.FrameID = 0

// message reads one message, which stands at an offset.
func (s *Session) message(d stream.Dir, b []byte, at int64) error {
	m := s.newMessage(d)
	odd, err := m.parse(b)
	if err != nil {
		m.Reuse()
		s.conn.Frame(d, pdu, at, int64(len(b)), nil)
		s.conn.Raise(malformedData, nil)
		s.tellMalformed(d, b)
		return err
	}
	s.conn.Begin(m)
	s.conn.Frame(d, pdu, at, int64(len(b)), m)
	s.oddities(m, odd)
	s.tell(m)
	m.Single(d)
	return nil
}

// oddities raises what is odd in m.
func (s *Session) oddities(m *Message, odd oddities) {
	raise := func(is bool, e app.EventID) {
		if is {
			s.conn.Raise(e, m)
		}
	}
	if odd != 0 {
		raise(odd&badAdditionals != 0, invalidAdditionals)
		raise(odd&badAuthorities != 0, invalidAuthorities)
	}
	if !s.config.multicast {
		raise(m.Flags.Response() && m.From == stream.ToServer, notRequest)
		raise(!m.Flags.Response() && m.From == stream.ToClient, notResponse)
		raise(m.Flags&Z != 0, zFlagSet)
	}
	raise(m.Flags.Opcode() > maxOpcode, invalidOpcode)
	if odd != 0 {
		raise(odd&nameCut != 0, nameTooLong)
		raise(odd&nameLoop != 0, infiniteLoop)
		raise(odd&manyLabels != 0, tooManyLabels)
	}
}
