package pop3

import (
	"bytes"
	"strings"

	"github.com/reknit/reknit/mail/sasl"
	"github.com/reknit/reknit/stream"
)

// commandLine takes a line of the client. long: it goes on.
func (s *Session) commandLine(line []byte, long bool) error {
	if s.client == tornLine {
		if word, _, _ := bytes.Cut(line, []byte{' '}); verbOf(bytes.TrimRight(word, " \t")) == unknown {
			return nil // the rest of a line, or what cannot be told from it
		}
	}
	s.client = commands
	line = bytes.Clone(line)
	v, keyword, args := parseCommand(line)
	x := &Exchange{verb: v, Command: string(keyword), Args: args, session: s}
	if v != unknown {
		x.Command = rules[v].name
	}
	if err := s.request(x); err != nil {
		return err
	}
	if long {
		s.conn.Raise(requestTooLong, x)
	}
	switch {
	case v == unknown:
		s.conn.Raise(unknownCommand, x)
	case len(args) < rules[v].min || len(args) > rules[v].max:
		s.conn.Raise(incorrectArgumentCount, x)
	default:
		s.heed(x)
	}
	x.Advance(stream.ToServer, complete)
	s.tell(onCommand, stream.ToServer, x)
	if long {
		s.client, s.after = restOfLine, s.client
	}
	return nil
}

// request begins the exchange of a command, and awaits the response.
func (s *Session) request(x *Exchange) error {
	s.wentOn()
	if len(s.owed) >= s.config.MaxOwed {
		return errOwed
	}
	s.conn.Begin(x)
	s.owed = append(s.owed, owed{x, x.verb, uint8(len(x.Args))})
	if i := len(s.owed) - 1 - s.config.MaxTx; i >= 0 && s.owed[i].exchange != nil && s.owed[i].exchange.Disrupted() {
		s.owed[i].exchange = nil // there were too many
	}
	return nil
}

// wentOn draws conclusions from another command: a client that waits for responses has seen all that came before, of which
// some may have been lost here.
func (s *Session) wentOn() {
	if s.current != nil {
		s.flags |= overdue
	}
	if s.flags&lostReply != 0 {
		s.giveUp(len(s.owed))
		s.flags &^= lostReply
	}
	if len(s.owed) == 1 && s.owed[0].verb == unsure {
		s.owed = s.owed[:0]
	}
}

// giveUp takes the first n responses that are owed for lost.
func (s *Session) giveUp(n int) {
	for _, o := range s.owed[:n] {
		if o.exchange != nil {
			o.exchange.Advance(stream.ToClient, complete)
		}
	}
	s.owed = append(s.owed[:0], s.owed[n:]...)
}

// heed takes what a command says.
func (s *Session) heed(x *Exchange) {
	switch x.verb {
	case user:
		s.user = string(x.Args[0])
		x.User = s.user
	case pass:
		x.User, x.Password = s.user, string(x.Args[0])
	case apop:
		x.User = string(x.Args[0])
	case auth:
		if len(x.Args) == 0 {
			return
		}
		name := x.Args[0]
		s.mechanism = strings.ToUpper(string(name[:min(len(name), sasl.MaxMechanism)]))
		s.step = 0
		x.Mechanism = s.mechanism
		if len(x.Args) == 2 {
			s.credentials(x, x.Args[1])
		}
		s.client = authSent
	case stls:
		s.client = tlsSent
	}
}

// answer takes a line of the client in an AUTH exchange. long: it goes on.
func (s *Session) answer(line []byte, long bool) error {
	if v, _, _ := parseCommand(line); v != unknown && !s.challenged() {
		return s.commandLine(line, long) // the server will not have asked for anything
	}
	x := &Exchange{verb: saslData, Command: "<SASL DATA>", Args: [][]byte{bytes.Clone(line)}, Mechanism: s.mechanism, session: s}
	if err := s.request(x); err != nil {
		return err
	}
	if long {
		s.conn.Raise(requestTooLong, x)
	}
	s.credentials(x, x.Args[0])
	x.Advance(stream.ToServer, complete)
	s.client = authSent
	s.tell(onCommand, stream.ToServer, x)
	if long {
		s.client, s.after = restOfLine, authSent
	}
	return nil
}

// challenged reports whether the server has asked for an answer: all that was said is responded to.
func (s *Session) challenged() bool { return len(s.owed) == 0 }

// credentials takes an answer of the client, as sent.
func (s *Session) credentials(x *Exchange, text []byte) {
	if string(text) == "*" { // the client gives up
		return
	}
	message, ok := sasl.Decode(text)
	if !ok {
		message = nil
	}
	user, password := sasl.Credentials(s.mechanism, s.step, message)
	s.step = min(s.step+1, 250)
	x.User, x.Password = string(user), string(password)
}
