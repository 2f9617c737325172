package ftp

import (
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of a control connection.
//
// Invariants: first to last are the exchanges whose final replies are awaited, in the order of their commands, and waiting is
// their number; when multi is not 0, it is the code of a reply of several lines to first, which goes on.
type Session struct {
	conn        *app.Conn
	config      *Config
	first, last *Exchange
	waiting     int
	rest        int64    // argument of REST, for the next transfer
	data        endpoint // announced, and not yet used by a transfer; port 0: none
	active      bool     // the server opens the connection to data
	at          int64    // offset of the line that is being read
	multi       uint16

	client clientState
	server serverState
	flags  flags
}

// clientState is what the client's next bytes are.
type clientState uint8

const (
	commandLines clientState = iota
	restOfLine               // the rest of a line that was too long
	tornLine                 // behind a gap: perhaps the rest of a line
	tlsSent                  // unknown until the reply to AUTH TLS: TLS or commands
	dead                     // nothing more is read
)

// serverState is what the server's next bytes are.
type serverState uint8

const (
	firstReply serverState = iota // what tells whether this is a server of FTP
	replyLines
	restOfReply // the rest of a line that was too long
	tornReply   // behind a gap: perhaps the rest of a line
)

type flags uint8

const (
	overtaken flags = 1 << iota // a command or a gap came in the middle of a reply of several lines
	holed                       // commands or replies were lost: a data connection may have been announced there
	doubtful                    // replies to awaited commands may have been lost
	secured                     // the next bytes are TLS
	refused                     // TLS was refused: the client's commands go first
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Closer       = (*Session)(nil)
)

// What ends the parsing of a connection.
var (
	errTooMany = errors.New("too many commands without a reply")
	errNoReply = errors.New("the server's first line is no reply")
)

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error {
	for {
		s.at = in.Offset()
		switch s.client {
		case dead:
			in.Skip(int64(in.Len()))
			return nil
		case tlsSent:
			if !s.decide(in) {
				return nil
			}
			continue
		}
		line, ok := in.Line(s.config.MaxLine)
		if !ok {
			return nil
		}
		e := in.Ending()
		if s.client == restOfLine {
			if e != stream.None {
				s.client = commandLines
			}
			continue
		}
		if err := s.commandLine(line, e); err != nil {
			return err
		}
	}
}

// decide is called between AUTH TLS and its reply, and reports whether the client's bytes can be read.
func (s *Session) decide(in *stream.Cursor) bool {
	if s.flags&secured != 0 {
		return false
	}
	if _, ok := in.Peek(1); !ok {
		return false
	}
	if !s.conn.PeerLost() {
		s.conn.WaitPeer()
		return false
	}
	const handshake = 22 // RFC 8446, section 5.1; no command begins with it
	if head, _ := in.Peek(1); head[0] == handshake {
		s.secure()
		return s.client == dead
	}
	s.client = commandLines
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
	for s.client != dead && s.flags&secured == 0 {
		s.at = in.Offset()
		line, ok := in.Line(s.config.MaxLine)
		if !ok {
			return nil
		}
		e := in.Ending()
		if s.server == restOfReply {
			if e != stream.None {
				s.server = replyLines
			}
			continue
		}
		if s.server == firstReply && parseReply(line).code == 0 {
			return errNoReply
		}
		s.replyLine(line, e)
		if s.flags&refused != 0 {
			s.flags &^= refused
			if s.conn.PeerWaits() { // what it sent behind AUTH TLS are commands
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

// Gap is called for lost bytes: reading goes on with the next line.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	s.flags |= holed
	if d == stream.ToServer {
		if s.client == commandLines || s.client == restOfLine {
			s.client = tornLine
		}
		return
	}
	s.server = tornReply
	if s.multi != 0 {
		s.flags |= overtaken
	}
	if s.first != nil {
		s.flags |= doubtful
		for x := s.first; x != nil; x = x.later {
			x.doubtful = true
		}
	}
}
