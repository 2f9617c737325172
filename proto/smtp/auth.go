package smtp

import (
	"strings"

	"github.com/reknit/reknit/mail/sasl"
	"github.com/reknit/reknit/stream"
)

// Login is an authentication of the session (RFC 4954). The last attempt counts.
type Login struct {
	Mechanism string // upper case: "LOGIN", "PLAIN", "CRAM-MD5"; as sent, whether known or not
	User      string // decoded; empty while not known, and for mechanisms that hide it
	Password  string // decoded, of PLAIN and LOGIN; for library users: EVE shows it only when Config.EVE.Passwords is set
	Reply     uint16 // to the exchange: 235 accepted, 0 none yet

	step uint8 // answers so far
}

// Accepted reports whether the server accepted the login.
func (l *Login) Accepted() bool { return l != nil && l.Reply == 235 }

// maxSecret is the number of bytes kept of a user name or a password.
const maxSecret = 1024

// beginAuth takes the AUTH command: mechanism and, perhaps, the first answer.
func (s *Session) beginAuth(m *Mail, arg []byte) {
	mechanism := firstWord(arg)
	s.login = &Login{Mechanism: strings.ToUpper(string(mechanism[:min(len(mechanism), sasl.MaxMechanism)]))}
	m.Login = s.login
	if first := trim(arg[len(mechanism):]); len(first) > 0 {
		s.authAnswer(first)
	}
}

// authLine takes a line of the client in an exchange.
func (s *Session) authLine(line []byte, e stream.Ending) {
	s.client = authSent
	if e == stream.None {
		if len(line) < s.config.MaxAuth {
			return
		}
		s.client, s.after = restOfLine, authSent
		s.raise(truncatedLine, s.mail)
	}
	if s.flags&guessed != 0 {
		s.flags &^= guessed
		if v, _ := parseCommand(line); v != other {
			s.commandLine(line, e)
			return
		}
	}
	s.authAnswer(trim(line))
	s.owe(owed{mail: s.mail, verb: credential, rcpt: -1})
	s.answerEarly()
}

// authAnswer takes one answer of the client, as sent.
func (s *Session) authAnswer(text []byte) {
	l := s.login
	if l == nil || string(text) == "*" { // the client gives up
		return
	}
	message, ok := sasl.Decode(text)
	if !ok && string(text) != "=" {
		message = nil
	}
	user, password := sasl.Credentials(l.Mechanism, l.step, message)
	l.step = min(l.step+1, 250)
	if user != nil {
		l.User = clip(user)
	}
	if password != nil {
		l.Password = clip(password)
	}
	h := s.config.Handler
	if h == nil {
		return
	}
	if h.OnAuth != nil {
		s.verdict(h.OnAuth(s.here(stream.ToServer), l.Mechanism, text, message))
	}
	if h.OnUser != nil && user != nil {
		s.verdict(h.OnUser(s.here(stream.ToServer), text, user))
	}
	if h.OnPassword != nil && password != nil {
		s.verdict(h.OnPassword(s.here(stream.ToServer), text, password))
	}
}

// authAnswered takes the reply to AUTH or to an answer.
func (s *Session) authAnswered(code uint16) {
	waits := s.expects() == authSent
	if code == 334 {
		if waits {
			s.next(inAuth)
		}
		return
	}
	if s.login != nil {
		s.login.Reply = code
	}
	if waits {
		s.next(commands)
	}
}

func clip(b []byte) string { return string(b[:min(len(b), maxSecret)]) }
