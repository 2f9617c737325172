package pop3

import (
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection.
type Session struct {
	conn    *app.Conn
	config  *Config
	owed    []owed    // responses that the server has not given yet, in the order of their commands
	current *Exchange // whose response is being read, behind its first line; nil: none
	mail    *mail.Reader

	user      string   // of USER
	mechanism string   // of AUTH
	step      uint8    // answers in that exchange
	at        [2]int64 // offset of the line that is being read

	client clientState
	after  clientState // what follows restOfLine
	server serverState
	next   serverState // what follows restOfStatus
	flags  flags
}

// owed is a response that is awaited.
type owed struct {
	exchange *Exchange // nil with unsure
	verb     verb
	args     uint8
}

// clientState is what the client's next bytes are.
type clientState uint8

const (
	commands   clientState = iota
	restOfLine             // the rest of a command line that was too long
	tornLine               // behind a gap: perhaps the rest of a line
	authSent               // unknown until the response to AUTH: an answer or a command
	inAuth                 // an answer to a challenge
	tlsSent                // unknown until the response to STLS: TLS or commands
	dead                   // nothing more is read
)

// serverState is what the server's next bytes are.
type serverState uint8

const (
	statusLine   serverState = iota
	restOfStatus             // the rest of a line that was too long
	tornStatus               // behind a gap: perhaps the rest of a line, or of a response of many
	dataLines                // lines of a response
	inMail                   // lines of a message
)

// flags of a Session.
type flags uint16

const (
	yielding  flags = 1 << iota // the client's bytes go first
	middle                      // the next text goes on in the same line
	torn                        // behind a gap: the next text may be the rest of a line
	gapped                      // bytes of the response were lost: perhaps its end
	overdue                     // the client went on, although the end of the response was not seen
	lostReply                   // responses may have been lost
	pipelines                   // the client does not wait for responses
	invalid                     // a line that is no response was told of
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// errOwed ends the parsing of a connection whose server does not respond.
var errOwed = errors.New("too many commands without a response")

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error {
	for {
		s.at[stream.ToServer] = in.Offset()
		switch s.client {
		case commands, tornLine:
			line, ok := in.Line(s.config.MaxCommand)
			if !ok {
				return nil
			}
			if err := s.commandLine(line, in.Ending() == stream.None); err != nil {
				return err
			}
		case restOfLine:
			if _, ok := in.Line(s.config.MaxCommand); !ok {
				return nil
			}
			if in.Ending() != stream.None {
				s.client = s.after
			}
		case authSent, tlsSent:
			if _, ok := in.Peek(1); !ok {
				return nil
			}
			if !s.conn.PeerLost() {
				s.conn.WaitPeer()
				return nil
			}
			s.decide()
		case inAuth:
			line, ok := in.Line(s.config.MaxAuth)
			if !ok {
				return nil
			}
			if err := s.answer(line, in.Ending() == stream.None); err != nil {
				return err
			}
		case dead:
			in.Skip(int64(in.Len()))
			return nil
		}
	}
}

// decide says what the client's bytes are when the server's response will not come before them.
func (s *Session) decide() {
	if s.client == authSent {
		s.client = inAuth
	} else {
		s.client = commands
	}
}

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error {
	if s.server == inMail && in.Deep() {
		s.mail.Truncate()
	}
	s.readServer(in)
	if s.mail != nil {
		s.mail.Flush()
	}
	return nil
}

func (s *Session) readServer(in *stream.Cursor) {
	for s.client != dead {
		s.at[stream.ToClient] = in.Offset()
		limit := s.config.MaxResponse
		if s.server == inMail {
			if n := s.messageLines(in.Ahead()); n > 0 {
				in.Skip(int64(n))
				continue
			}
			limit = s.config.mail.MaxText
			if limit == 0 {
				limit = 4096
			}
		}
		line, ok := in.Line(limit)
		if !ok {
			return
		}
		switch e := in.Ending(); s.server {
		case restOfStatus:
			if e != stream.None {
				s.server = s.next
			}
		case dataLines, inMail:
			s.responseText(line, e)
		default:
			s.statusLine(line, e == stream.None)
		}
		if s.flags&yielding != 0 {
			s.flags &^= yielding
			if s.conn.PeerWaits() {
				s.conn.WaitPeer()
				return
			}
		}
	}
	in.Skip(int64(in.Len()))
}

// Gap is called for lost bytes.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	if s.client == dead {
		return
	}
	if d == stream.ToServer {
		s.client = tornLine
		if n := len(s.owed); n == 0 || s.owed[n-1].verb != unsure {
			s.owed = append(s.owed, owed{verb: unsure})
		}
		return
	}
	switch s.server {
	case inMail:
		if len(l.Held) > 0 {
			s.responseText(l.Held, stream.None)
		}
		s.mail.Lost(l.Lost)
		s.flags = s.flags&^middle | gapped | torn
	case dataLines:
		s.current.cut = true
		s.flags = s.flags&^middle | gapped | torn
	default:
		s.server = tornStatus
		s.flags |= lostReply
		if n := len(s.owed); n > 1 && s.flags&pipelines == 0 {
			s.giveUp(n - 1) // the client had them when it sent the last command
		}
	}
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	if d == stream.ToServer || s.client == dead {
		return
	}
	switch s.server {
	case inMail:
		if len(rest) > 0 {
			s.responseText(rest, stream.None)
		}
		s.mail.Cut()
	case statusLine:
		if st, _ := parseResponse(rest); st != noStatus {
			s.statusLine(rest, false)
		}
	}
}
