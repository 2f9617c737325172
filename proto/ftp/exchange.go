package ftp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// commandLine takes a line of the client, or as much of it as may be read.
func (s *Session) commandLine(line []byte, e stream.Ending) error {
	torn := s.client == tornLine
	s.client = commandLines
	whole := e != stream.None
	if !whole {
		if len(line) < s.config.MaxLine {
			return nil // the connection ended in it: nobody carries it out
		}
		s.client = restOfLine
	}
	if line = trimRight(line); len(line) == 0 {
		return nil
	}
	c, name, arg := parseCommand(line)
	if c == nil && torn {
		return nil
	}
	x := &Exchange{session: s, command: c, truncated: !whole}
	if c != nil {
		x.arg = append([]byte(nil), arg...)
	} else {
		x.arg = append([]byte(nil), name[:min(len(name), maxName)]...)
	}
	if s.multi != 0 {
		s.flags |= overtaken
	}
	s.tellCommand(line)
	if s.waiting >= s.config.MaxTx {
		s.tooMany()
		return errTooMany
	}
	if !s.hold(x) {
		return errMemory
	}
	s.await(x)
	if c != nil {
		s.begin(x)
		s.carryOut(x)
	}
	if !whole {
		s.raise(requestTooLong, x)
	}
	return nil
}

// maxName is the number of bytes kept of the name of an unknown command.
const maxName = 32

// await puts x behind the commands whose replies are awaited.
func (s *Session) await(x *Exchange) {
	if s.last == nil {
		s.first = x
	} else {
		s.last.later = x
	}
	s.last = x
	s.waiting++
}

// tooMany raises the event on the last transaction that is open.
func (s *Session) tooMany() {
	var open *Exchange
	for x := s.first; x != nil; x = x.later {
		if x.begun {
			open = x
		}
	}
	s.raise(tooManyTransactions, open)
}

// begin makes x a transaction.
func (s *Session) begin(x *Exchange) {
	if !x.begun {
		x.begun = true
		s.conn.Begin(x)
		x.Advance(stream.ToServer, complete)
	}
}

// raise notes an oddity of x, or of the connection when x has no transaction.
func (s *Session) raise(e app.EventID, x *Exchange) {
	if x == nil || !x.begun {
		s.conn.Raise(e, nil)
		return
	}
	s.conn.Raise(e, x)
}

// carryOut acts on a command.
func (s *Session) carryOut(x *Exchange) {
	switch v := x.command.verb; {
	case v == port:
		x.announced, _ = parseHostPort(x.arg)
	case v == eprt:
		x.announced, _ = parseExtended(x.arg)
	case v == rest:
		s.rest = parseOffset(x.arg)
	case v == authTLS:
		if s.client == commandLines {
			s.client = tlsSent
		}
	case v.transfers():
		s.transfer(x)
	}
}

// transfer takes a command that needs a data connection. The one that was announced last is it, or if an announcement was
// not answered yet, the one that the answer tells.
func (s *Session) transfer(x *Exchange) {
	if len(x.arg) == 0 && (x.command.verb == retr || x.command.verb == stor || x.command.verb == appe) {
		s.raise(fileWithoutName, x)
	}
	x.offset, s.rest = s.rest, 0
	switch {
	case s.data.port != 0:
		s.expect(x, s.data, s.active)
		s.data = endpoint{}
	case s.announcing(x):
		x.wants = true
	case s.flags&holed == 0:
		s.raise(fileBeforePort, x)
	}
}

// announcing reports whether a command before x is to announce a data connection, and no other transfer takes it.
func (s *Session) announcing(x *Exchange) bool {
	announced := false
	for y := s.first; y != x; y = y.later {
		switch {
		case y.command == nil:
		case y.command.verb.announces():
			announced = true
		case y.wants:
			announced = false
		}
	}
	return announced
}

// replyLine takes a line of the server, or as much of it as may be read.
func (s *Session) replyLine(line []byte, e stream.Ending) {
	torn := s.server == tornReply
	s.server = replyLines
	whole := e != stream.None
	if !whole {
		if len(line) < s.config.MaxLine {
			return // the connection ended in it
		}
		s.server = restOfReply
	}
	if line = trimRight(line); len(line) == 0 {
		return
	}
	r := parseReply(line)
	if s.multi != 0 && s.flags&overtaken != 0 && r.code != 0 && !r.more && r.code != s.multi {
		s.endReply(reply{code: s.multi}, nil) // its last line did not come, or was lost
	}
	if torn && s.multi == 0 && r.code == 0 {
		return
	}
	x := s.first
	if s.multi == 0 {
		x = s.answered(r)
	}
	s.tellReply(line, r)
	x.keep(line, whole)
	if !whole {
		s.raise(responseTooLong, x)
	}
	switch {
	case s.multi == 0 && r.more:
		s.multi = r.code
		s.flags &^= overtaken
		x.received = x.received || !r.preliminary()
	case s.multi == 0 || r.code == s.multi && !r.more:
		s.endReply(r, line)
	}
}

// answered returns the exchange that a reply belongs to, and makes it the first: the first that is awaited, or one without
// a command.
func (s *Session) answered(r reply) *Exchange {
	if s.flags&doubtful != 0 && s.first != nil {
		s.flags &^= doubtful
		for last := s.behindGap(r); s.first != last; {
			s.unanswered(s.first)
		}
	}
	if s.first == nil {
		s.await(&Exchange{session: s})
	}
	s.begin(s.first)
	return s.first
}

// behindGap returns the exchange that the first reply behind a gap belongs to. Clients wait for replies, so that it is the
// first command that came when the gap was known, or the last that the reply fits.
func (s *Session) behindGap(r reply) *Exchange {
	last := s.first
	for x := s.first; x != nil; x = x.later {
		if !x.doubtful {
			return x
		}
		if x.command != nil && fits(x.command, r) {
			last = x
		}
	}
	return last
}

// unanswered takes it that the server agreed to x, whose reply was lost.
func (s *Session) unanswered(x *Exchange) {
	if x.command != nil && x.command.verb.active() && x.announced.port != 0 {
		x.port = x.announced.port
		s.announce(x)
	}
	s.complete()
}

// endReply takes the end of a reply to the first exchange. line is its last line.
func (s *Session) endReply(r reply, line []byte) {
	x := s.first
	s.multi = 0
	s.flags &^= overtaken
	switch {
	case r.preliminary():
		return
	case r.code == 0 && (x.command != nil || len(x.arg) > 0):
		return // a line that is no reply ends nothing that is awaited
	}
	x.received = true
	switch {
	case x.command != nil:
		s.take(x, r, line)
	case s.flags&holed != 0:
		s.takeLost(r, line)
	}
	s.complete()
}

// take acts on the final reply to x. line is its last line.
func (s *Session) take(x *Exchange, r reply, line []byte) {
	v := x.command.verb
	switch {
	case v == authTLS:
		switch {
		case r.code == 234 || r.code == 334:
			s.secure()
		case s.client == tlsSent:
			s.client = commandLines
			s.flags |= refused
		}
	case v.active():
		x.port = x.announced.port
	case v == pasv && r.code == 227 && len(line) > 3:
		x.announced, _ = parsePassive(line[3:])
		x.port = x.announced.port
	case v == epsv && r.code == 229 && len(line) > 3:
		x.announced, _ = parseExtendedPassive(line[3:])
		x.port = x.announced.port
	}
	if v.announces() && r.positive() && x.port != 0 {
		s.announce(x)
	}
}

// takeLost acts on the reply to a command that may have been lost.
func (s *Session) takeLost(r reply, line []byte) {
	x := Exchange{command: commands["PASV"]}
	switch {
	case r.code == 227 && len(line) > 3:
		x.announced, _ = parsePassive(line[3:])
	case r.code == 229 && len(line) > 3:
		x.announced, _ = parseExtendedPassive(line[3:])
	}
	if x.announced.port != 0 {
		x.later = s.first.later
		s.announce(&x)
	}
}

// announce takes it that the next transfer uses what x announced: the next that is awaited, or else one to come.
func (s *Session) announce(x *Exchange) {
	s.data = endpoint{}
	for y := x.later; y != nil; y = y.later {
		if y.wants {
			y.wants = false
			s.expect(y, x.announced, x.command.verb.active())
			return
		}
	}
	s.data, s.active = x.announced, x.command.verb.active()
}

// expect announces the data connection of x.
func (s *Session) expect(x *Exchange, to endpoint, active bool) {
	v := x.command.verb
	t := &Transfer{Command: x.command.name, Offset: x.offset, Upload: v.uploads()}
	switch {
	case v.listing():
	case v == stou && len(x.arg) == 0:
		t.Name = []byte(unnamed)
	default:
		t.Name = x.arg
	}
	t.dir = stream.ToClient
	if t.Upload != active {
		t.dir = stream.ToServer
	}
	s.tellLink(Link{Transfer: t, Addr: to.addr, Port: to.port, Active: active})
	s.conn.Expect(app.Expectation{Port: to.port, Back: active, Also: to.addr, Protocol: "ftp-data", State: t})
}

// unnamed is the name of a file that the server names itself.
const unnamed = "<stou>"

// complete lets go of the first exchange.
func (s *Session) complete() {
	x := s.first
	s.letGo(x)
	s.first, x.later = x.later, nil
	if s.first == nil {
		s.last = nil
	}
	s.waiting--
	if !x.begun {
		return
	}
	if x.port != 0 {
		x.Advance(stream.ToServer, complete) // there is something new for rules of that direction
	}
	x.Advance(stream.ToClient, complete)
}
