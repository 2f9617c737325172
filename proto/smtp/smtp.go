package smtp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection. It keeps little: what a mail or an exchange needs is allocated when it begins.
type Session struct {
	conn   *app.Conn
	config *Config
	helo   string
	login  *Login      // nil before AUTH
	mail   *Mail       // what commands belong to; nil before the first, and once it is complete
	text   *textReader // nil between messages
	queue  queue
	at     int64 // offset of the unit that is being read

	client clientState
	after  clientState // what follows restOfLine
	server serverState
	flags  flags
}

// clientState is what the client's next bytes are.
type clientState uint8

const (
	commands   clientState = iota
	restOfLine             // the rest of a command line that was too long
	tornLine               // behind a gap: perhaps the rest of a line
	dataSent               // unknown until the reply to DATA: text or commands
	inText                 // lines of a message
	textSent               // the message ended before the reply to DATA came: was it one?
	inChunk                // bytes of a BDAT chunk
	authSent               // unknown until the reply to AUTH: an answer or a command
	inAuth                 // an answer to a challenge
	tlsSent                // unknown until the reply to STARTTLS: TLS or commands
	dead                   // nothing more is read
)

// serverState is what the server's next bytes are.
type serverState uint8

const (
	replies     serverState = iota
	restOfReply             // the rest of a line that was too long
	tornReply               // behind a gap: perhaps the rest of a line
)

// flags of a Session.
type flags uint16

const (
	greeted     flags = 1 << iota // the server's greeting has passed, or may have
	begun                         // there was a transaction
	multiline                     // lines of the same reply follow
	badReply                      // a reply was no reply: noted once
	early                         // bytes behind DATA or STARTTLS came before the reply
	provisional                   // the text may turn out to be commands
	deaf                          // the server is not seen: what it would answer is taken for granted
	midLine                       // the next text goes on in the same line
	lastChunk                     // the BDAT chunk is the last one
	guessed                       // what comes is taken for an answer of AUTH, without the server's word
	alone                         // the server's replies will not come, or have
	blocked                       // the handler said so
	textNamed                     // the text's frame was
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error {
	if s.text != nil && in.Deep() {
		s.truncate(in)
	}
	err := s.readClient(in)
	if s.text != nil {
		s.text.flush()
	}
	return err
}

func (s *Session) readClient(in *stream.Cursor) error {
	for {
		s.at = in.Offset()
		if s.flags&blocked != 0 {
			s.client = dead
		}
		s.frameText()
		switch s.client {
		case commands, tornLine:
			line, ok := in.Line(s.config.MaxCommand)
			if !ok {
				return nil
			}
			e, at := in.Ending(), s.at
			s.commandLine(line, e)
			s.frameLine(stream.ToServer, in, e, at, s.config.MaxCommand, s.mail)
		case restOfLine:
			if _, ok := in.Line(s.config.MaxCommand); !ok {
				return nil
			}
			if in.Ending() != stream.None {
				s.frameRest(stream.ToServer, in)
				s.client = s.after
			}
		case dataSent, textSent, authSent, tlsSent:
			if !s.decide(in) {
				return nil
			}
		case inText:
			if n := s.textLines(in.Ahead()); n > 0 {
				in.Skip(int64(n))
				continue
			}
			line, ok := in.Line(s.config.MaxText)
			if !ok {
				s.text.held = in.Len()
				return nil
			}
			at := s.at
			if s.textLine(line, in.Ending()); s.client != inText {
				s.endFrame(at)
			}
		case inChunk:
			p, ok := in.Piece(s.text.chunk)
			if !ok {
				return nil
			}
			if s.chunkPiece(p); s.client != inChunk {
				s.endFrame(in.Offset())
			}
		case inAuth:
			line, ok := in.Line(s.config.MaxAuth)
			if !ok {
				return nil
			}
			e, at := in.Ending(), s.at
			s.authLine(line, e)
			s.frameLine(stream.ToServer, in, e, at, s.config.MaxAuth, s.mail)
		case dead:
			in.Skip(int64(in.Len()))
			return nil
		}
	}
}

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error {
	for s.client != dead && s.flags&blocked == 0 {
		s.at = in.Offset()
		line, ok := in.Line(s.config.MaxReply)
		if !ok {
			return nil
		}
		e := in.Ending()
		if s.server == restOfReply {
			if e != stream.None {
				s.frameRest(stream.ToClient, in)
				s.server = replies
			}
			continue
		}
		s.frameLine(stream.ToClient, in, e, s.at, s.config.MaxReply, s.repliesTo())
		waited := s.waits()
		s.replyLine(line, e)
		if waited && !s.waits() && s.conn.PeerWaits() {
			s.conn.WaitPeer() // what the client held back for this reply comes before the next one
			return nil
		}
	}
	in.Skip(int64(in.Len()))
	return nil
}

// decide is called in a state that the server's reply ends. It reports whether the state is another now.
func (s *Session) decide(in *stream.Cursor) bool {
	if _, ok := in.Peek(1); !ok {
		return false // the client waits, too
	}
	if s.client == dataSent || s.client == tlsSent {
		s.flags |= early
	}
	// Inline the bytes have passed, so that text is read as soon as it is here, and taken back if the reply says that it
	// was none. An answer to a challenge or a TLS handshake can wait.
	if s.flags&alone == 0 && !s.conn.PeerLost() && (s.client != dataSent || !s.conn.Inline()) {
		s.conn.WaitPeer()
		return false
	}
	if s.flags&greeted == 0 {
		s.flags = s.flags&^early | deaf
		s.queue = queue{}
	}
	switch s.client {
	case dataSent:
		s.guessText()
	case textSent:
		s.acceptText()
	case authSent:
		s.flags |= guessed
		s.client = inAuth
	default:
		s.client = commands
	}
	return true
}

// Gap is called for lost bytes that no chunk took up.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	if d == stream.ToClient {
		s.flags = s.flags&^multiline | greeted
		s.server = tornReply
		s.queue.doubt()
		return
	}
	s.flags |= begun // whether a transaction began in the gap is not known: RSET and QUIT begin none
	if len(l.Held) > 0 && s.waits() {
		l.Held = s.reread(l.Held, s.at)
	}
	if s.client == textSent {
		s.acceptText()
	}
	switch s.client {
	case dead, inChunk:
	case dataSent: // text was lost, or commands: clients wait for the reply, so that it is text
		s.guessText()
		s.textGap(l)
	case inText:
		s.textGap(l)
	default:
		s.commandsLost(l.Lost)
	}
}

// commandsLost is called for n lost bytes of commands.
func (s *Session) commandsLost(n int64) {
	answers := s.queue.early() // to what was lost
	k := len(answers)
	asked := k > 0 && answers[k-1] == 354
	s.queue.forget(k)
	if asked { // DATA was the last, and perhaps some text
		const command = int64(len("DATA\r\n"))
		s.expectText()
		s.text.gapped, s.text.torn = true, n > command
		if n > command {
			s.text.lose(n - command)
		}
		return
	}
	s.client = tornLine
	if s.mail != nil {
		s.mail.state |= holed
	}
	s.owe(owed{verb: unsure, rcpt: -1})
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	if d == stream.ToServer {
		if len(rest) > 0 && s.waits() {
			s.reread(rest, s.at)
		}
		s.endText()
	}
	s.unanswered()
	if d == stream.ToClient {
		s.tellRest()
	}
}

// waits reports whether the client's bytes are held back for a reply.
func (s *Session) waits() bool {
	return s.client == dataSent || s.client == textSent || s.client == authSent || s.client == tlsSent
}

// reread reads bytes of the client that were held back, or taken for something else, and waits for nothing. It returns
// what is no whole line.
func (s *Session) reread(b []byte, at int64) (rest []byte) {
	buf := stream.NewBuffer(len(b))
	in := buf.Cursor()
	in.Skip(at)
	buf.Lost(at)
	buf.Write(b)
	s.flags |= alone
	s.Client(in)
	s.flags &^= alone
	rest, _ = in.Next(in.Len())
	return rest
}

// raise notes an oddity of m, or of the connection when m is nil.
func (s *Session) raise(e app.EventID, m *Mail) {
	if m == nil {
		s.conn.Raise(e, nil)
		return
	}
	if m.events >= maxEvents {
		return
	}
	m.events++
	s.conn.Raise(e, m)
}

// maxEvents is the number of events logged of one transaction.
const maxEvents = 64
