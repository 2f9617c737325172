package imap

import (
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection.
//
// Invariants: first to last are the exchanges whose end is awaited, in the order of their commands, and waiting is their
// number; open, when not nil, is one of them, or was.
type Session struct {
	conn        *app.Conn
	config      *Config
	first, last *Exchange
	open        *Exchange // whose command is being read, or waits for its literal
	waiting     int
	unit        [2]*unit // what is being read of a command and of a response; nil: nothing so far
	mailbox     string   // that is selected
	at          int64    // offset of the line that is being read

	client clientState
	server lineState
	flags  flags
}

// unit is a command or a response of several lines with literals between, as far as it was read.
type unit struct {
	text   []byte // lines without their ends; literals stand behind their announcement, messages are left out
	tail   []byte // end of the line
	left   int64  // bytes to come of a literal
	reader *mail.Reader
	mail   *Mail // that the literal is, or a message that comes in parts; nil: none
	coming *Mail // that the literal is, of which nothing was read yet
	begun  bool  // text is the beginning of a unit
	over   bool  // text is not all
	keep   bool  // the literal goes to text
	body   bool  // it goes to mail
}

// clientState is what the client's next bytes are.
type clientState uint8

const (
	commandLines clientState = iota
	restOfLine               // the rest of a line that was too long
	literalSent              // unknown until the server's "+": a literal, or commands
	inLiteral
	authSent // unknown until the server's "+": an answer, or commands
	inAuth   // an answer to a challenge
	tlsSent  // unknown until the reply to STARTTLS: TLS or commands
	dead     // nothing more is read
)

// lineState is what the server's next bytes are.
type lineState uint8

const (
	firstLine lineState = iota // what tells whether this is a server of IMAP
	lines
	restOfResponse // the rest of a line that was too long
	responseLiteral
)

type flags uint16

const (
	doubtful   flags = 1 << iota // ends of awaited exchanges may have been lost
	secured                      // the next bytes are TLS
	yielding                     // the client's bytes go first
	early                        // bytes behind STARTTLS came before the reply
	unmatched                    // a response without a command was told of
	invalid                      // so was a line that is none
	tornClient                   // behind a gap: what comes may be the rest of a line, or of a message
	tornServer
	guessed // what comes is taken for an answer of AUTHENTICATE, without the server's word
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// errNoServer ends the parsing of a connection.
var errNoServer = errors.New("the server's first line is no response")

func newSession(c *app.Conn, config *Config) *Session { return &Session{conn: c, config: config} }

// of returns the unit of a direction.
func (s *Session) of(d stream.Dir) *unit {
	if s.unit[d] == nil {
		s.unit[d] = new(unit)
	}
	return s.unit[d]
}

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error {
	s.limitFile(stream.ToServer, in)
	s.readClient(in)
	s.flush(stream.ToServer)
	return nil
}

func (s *Session) readClient(in *stream.Cursor) {
	for {
		s.at = in.Offset()
		switch s.client {
		case dead:
			in.Skip(int64(in.Len()))
			return
		case literalSent, authSent, tlsSent:
			if !s.decide(in) {
				return
			}
		case inLiteral:
			p, ok := in.Piece(s.of(stream.ToServer).left)
			if !ok {
				return
			}
			if s.literalPiece(stream.ToServer, p) {
				s.client = commandLines
			}
		default:
			line, ok := in.Line(s.config.MaxLine)
			if !ok {
				return
			}
			s.commandLine(line, in.Ending())
		}
	}
}

// decide is called in a state that the server's response ends. It reports whether the state is another now.
func (s *Session) decide(in *stream.Cursor) bool {
	if s.flags&secured != 0 {
		return false
	}
	head, ok := in.Peek(1)
	if !ok {
		return false
	}
	if s.client == tlsSent {
		s.flags |= early
	}
	if !s.conn.PeerLost() {
		s.conn.WaitPeer()
		return false
	}
	const handshake = 22 // RFC 8446, section 5.1; no command begins with it
	switch {
	case s.client == literalSent:
		s.takeLiteral()
	case s.client == authSent:
		s.client = inAuth
		s.flags |= guessed
	case head[0] == handshake:
		s.secure()
		return s.client == dead
	default:
		s.client = commandLines
	}
	return true
}

// secure asks for TLS.
func (s *Session) secure() {
	s.flags |= secured
	if !s.conn.Switch(app.Switch{Expect: "tls", Port: 443}) {
		s.client = dead
	}
}

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error {
	s.limitFile(stream.ToClient, in)
	err := s.readServer(in)
	s.flush(stream.ToClient)
	return err
}

func (s *Session) readServer(in *stream.Cursor) error {
	for s.client != dead && s.flags&secured == 0 {
		s.at = in.Offset()
		if s.server == responseLiteral {
			p, ok := in.Piece(s.of(stream.ToClient).left)
			if !ok {
				return nil
			}
			if s.literalPiece(stream.ToClient, p) {
				s.server = lines
			}
			continue
		}
		line, ok := in.Line(s.config.MaxLine)
		if !ok {
			return nil
		}
		if s.server == firstLine && parseResponse(line).kind == noResponse {
			return errNoServer
		}
		s.responseLine(line, in.Ending())
		if s.flags&yielding != 0 {
			s.flags &^= yielding
			if s.conn.PeerWaits() {
				s.conn.WaitPeer()
				return nil
			}
		}
	}
	if s.client == dead {
		in.Skip(int64(in.Len()))
	}
	return nil
}

// limitFile ends the file that is open in direction d, if bytes beyond the depth of the connection came.
func (s *Session) limitFile(d stream.Dir, in *stream.Cursor) {
	if u := s.unit[d]; u != nil && u.reader != nil && in.Deep() {
		u.reader.Truncate()
	}
}

// flush hands on what was decoded so far.
func (s *Session) flush(d stream.Dir) {
	if u := s.unit[d]; u != nil && u.reader != nil {
		u.reader.Flush()
	}
}

// Gap is called for lost bytes that no literal took up: reading goes on with the next line.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	u := s.of(d)
	if d == stream.ToServer {
		s.clientGap(u, l.Lost)
		return
	}
	s.server = lines
	s.flags |= tornServer
	u.reset()
	for x := s.first; x != nil; x = x.later {
		x.doubtful = true
		s.flags |= doubtful
	}
}

// clientGap is called for n lost bytes of the client.
func (s *Session) clientGap(u *unit, n int64) {
	switch s.client {
	case dead:
		return
	case literalSent: // it was the literal, or its beginning: clients wait for the server
		s.client = inLiteral
		k := min(n, u.left)
		if k < u.left || k == n {
			if s.literalPiece(stream.ToServer, stream.Piece{Lost: k}) {
				s.client = commandLines
			}
			return
		}
		s.literalPiece(stream.ToServer, stream.Piece{Lost: k})
	}
	s.client = commandLines
	s.flags |= tornClient
	s.open = nil
	u.reset()
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	if u := s.unit[d]; u != nil {
		s.endMail(d, u, u.left == 0) // a message in parts is whole, as far as is known
	}
}
