package imap

import (
	"bytes"
	"strings"

	"github.com/reknit/reknit/mail/sasl"
	"github.com/reknit/reknit/stream"
)

// login takes the arguments of LOGIN: user and password.
func (s *Session) login(x *Exchange) {
	user, rest, ok := parseAstring(x.args)
	if !ok {
		return
	}
	x.User = clip(user)
	if password, _, ok := parseAstring(rest); ok {
		x.Password = clip(password)
	}
	s.tellLogin(x)
}

// beginAuth takes the arguments of AUTHENTICATE: a mechanism and, perhaps, the first answer (RFC 4959).
func (s *Session) beginAuth(x *Exchange) {
	mechanism, first, _ := parseAstring(x.args)
	x.Mechanism = strings.ToUpper(string(mechanism[:min(len(mechanism), sasl.MaxMechanism)]))
	x.args = nil
	if len(first) > 0 {
		s.authAnswer(x, first)
	}
}

// authLine takes a line of the client in an exchange of AUTHENTICATE.
func (s *Session) authLine(line []byte, e stream.Ending) {
	if s.flags&guessed != 0 {
		s.flags &^= guessed
		if _, name, _, ok := parseCommand(line); ok && commands[name] {
			s.client = commandLines
			s.commandLine(line, e)
			return
		}
	}
	s.client = authSent
	if e == stream.None {
		s.client = inAuth // the rest of the line follows; it tells nothing
		return
	}
	for x := s.first; x != nil; x = x.later {
		if x.Command == "AUTHENTICATE" {
			s.authAnswer(x, bytes.TrimSpace(line))
			return
		}
	}
	s.client = commandLines // its end was seen
}

// authAnswer takes one answer of the client, as sent.
func (s *Session) authAnswer(x *Exchange, text []byte) {
	if string(text) == "*" { // the client gives up
		return
	}
	message, ok := sasl.Decode(text)
	if !ok {
		return
	}
	user, password := sasl.Credentials(x.Mechanism, x.step, message)
	x.step = min(x.step+1, 250)
	if user != nil {
		x.User = clip(user)
	}
	if password != nil {
		x.Password = clip(password)
	}
	if user != nil || password != nil {
		s.tellLogin(x)
	}
}
