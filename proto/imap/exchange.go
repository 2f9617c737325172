package imap

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// commandLine takes a line of the client, or as much of it as may be read at once.
func (s *Session) commandLine(line []byte, e stream.Ending) {
	u := s.of(stream.ToServer)
	whole := e != stream.None
	if !whole && len(line) < s.config.MaxLine {
		return // the connection ended in it
	}
	switch {
	case s.client == inAuth:
		s.authLine(line, e)
		return
	case s.client == restOfLine:
	case !u.begun:
		if !s.beginCommand(u, line, whole) {
			return
		}
	}
	full := u.add(line, s.config.MaxCommand)
	if full && s.open != nil {
		s.open.truncated = true
		s.conn.Raise(requestTooLong, s.open)
	}
	if !whole {
		s.client = restOfLine
		return
	}
	s.client = commandLines
	l, ok := parseLiteral(u.tail)
	u.endLine()
	if !ok || s.open == nil {
		s.endCommand(u)
		return
	}
	s.commandLiteral(u, l)
}

// beginCommand takes the beginning of a command, and reports whether the line is one, or is to be passed over as one.
func (s *Session) beginCommand(u *unit, line []byte, whole bool) bool {
	torn := s.flags&tornClient != 0
	if whole {
		s.client = commandLines
	} else {
		s.client = restOfLine
	}
	tag, name, _, ok := parseCommand(line)
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		return false
	case torn && !(ok && commands[name]):
		return false
	}
	s.flags &^= tornClient
	u.reset()
	s.open = nil
	u.begun = true
	s.tellCommand(line)
	if ok {
		s.open = &Exchange{session: s, Tag: tag, Command: name}
		s.await(s.open)
		s.conn.Begin(s.open)
		s.open.Advance(stream.ToServer, complete)
	} else if !isDone(line) {
		s.conn.Raise(invalidRequest, nil)
	}
	return true
}

// isDone reports whether line ends IDLE (RFC 2177).
func isDone(line []byte) bool { return len(line) == 4 && bytes.EqualFold(line, []byte("DONE")) }

// commandLiteral takes the announcement of a literal at the end of a command's line.
func (s *Session) commandLiteral(u *unit, l literal) {
	x := s.open
	u.announce(l, s.config.MaxCommand)
	if !u.over {
		_, _, args, _ := parseCommand(u.text)
		u.coming = s.appended(x, beforeLiteral(args))
	}
	switch {
	case l.sync:
		s.client = literalSent
	default:
		s.takeLiteral()
	}
}

// endCommand takes a command that was read to its end.
func (s *Session) endCommand(u *unit) {
	x := s.open
	s.open = nil
	defer u.reset()
	if x == nil || u.over && len(u.text) == 0 {
		return
	}
	_, _, args, _ := parseCommand(u.text)
	x.args = bytes.Clone(args)
	switch x.Command {
	case "LOGIN":
		s.login(x)
	case "AUTHENTICATE":
		s.beginAuth(x)
		s.client = authSent
	case "STARTTLS":
		s.flags &^= early
		s.client = tlsSent
	}
}

// await puts x behind the exchanges whose end is awaited.
func (s *Session) await(x *Exchange) {
	if s.waiting >= s.config.MaxTx {
		s.conn.Raise(tooManyTransactions, s.first)
		s.drop(s.first)
	}
	if s.last == nil {
		s.first = x
	} else {
		s.last.later = x
	}
	s.last = x
	s.waiting++
}

// drop lets go of an exchange that is awaited, and ends its transaction.
func (s *Session) drop(x *Exchange) {
	var before *Exchange
	for y := s.first; y != x; y = y.later {
		before = y
	}
	if before == nil {
		s.first = x.later
	} else {
		before.later = x.later
	}
	if s.last == x {
		s.last = before
	}
	x.later = nil
	s.waiting--
	for _, m := range x.mails {
		if m != s.of(stream.ToServer).mail {
			m.Finish()
		}
	}
	x.mails = nil
	x.Finish()
}

// responseLine takes a line of the server, or as much of it as may be read at once.
func (s *Session) responseLine(line []byte, e stream.Ending) {
	u := s.of(stream.ToClient)
	whole := e != stream.None
	if !whole && len(line) < s.config.MaxLine {
		return // the connection ended in it
	}
	rest := s.server == restOfResponse
	s.server = lines
	if !whole {
		s.server = restOfResponse
	}
	if !u.begun && !rest {
		if s.flags&tornServer != 0 && !s.plausible(line) {
			return
		}
		s.flags &^= tornServer
		u.begun = true
		s.tellResponse(line)
	}
	if u.add(line, s.config.MaxResponse) {
		s.raise(responseTooLong, s.first)
	}
	if !whole {
		return
	}
	l, ok := parseLiteral(u.tail)
	u.endLine()
	r := parseResponse(u.text)
	if ok && r.kind == untagged && !r.isStatus() {
		s.responseLiteral(u, &r, l)
		return
	}
	s.response(&r, u.text)
	u.reset()
}

// plausible reports whether a line behind a gap is a response for certain.
func (s *Session) plausible(line []byte) bool {
	r := parseResponse(line)
	switch r.kind {
	case untagged:
		return true
	case tagged:
		return s.find(r.tag) != nil
	}
	return false
}

// responseLiteral takes the announcement of a literal at the end of a response's line.
func (s *Session) responseLiteral(u *unit, r *response, l literal) {
	u.announce(l, s.config.MaxResponse)
	if !u.over {
		u.coming = s.fetched(u, r, beforeLiteral(u.text))
	}
	if l.size == 0 {
		s.literalPiece(stream.ToClient, stream.Piece{})
		return
	}
	s.server = responseLiteral
}

// raise notes an oddity of x, or of the connection when x is nil.
func (s *Session) raise(e app.EventID, x *Exchange) {
	if x == nil {
		s.conn.Raise(e, nil)
		return
	}
	s.conn.Raise(e, x)
}

// once notes an oddity of the connection the first time.
func (s *Session) once(f flags, e app.EventID) {
	if s.flags&f == 0 {
		s.flags |= f
		s.conn.Raise(e, nil)
	}
}

// response takes a whole response.
func (s *Session) response(r *response, text []byte) {
	switch r.kind {
	case continuation:
		s.goOn()
	case untagged:
		s.untagged(r, text)
	case tagged:
		s.tagged(r)
	default:
		if len(text) > 0 {
			s.once(invalid, invalidResponse)
		}
	}
}

// goOn takes a continuation.
func (s *Session) goOn() {
	switch s.client {
	case literalSent:
		s.takeLiteral()
	case authSent:
		s.client = inAuth
	default:
		return
	}
	s.flags |= yielding
}

// untagged takes an untagged response. It belongs to the oldest command that has no end.
func (s *Session) untagged(r *response, text []byte) {
	if x := s.first; x != nil {
		x.keep(text[len("* "):])
		x.cut = x.cut || s.of(stream.ToClient).over
		return
	}
	if !r.isStatus() || r.number >= 0 {
		return // news that nobody asked for
	}
	x := &Exchange{session: s}
	s.conn.Begin(x)
	x.end(r)
	x.Finish()
}

// end notes the response that ends x.
func (x *Exchange) end(r *response) {
	code, text := splitText(r.text)
	x.Status, x.Code, x.Text = r.name, clip(code), clip(text)
}

func clip(b []byte) string { return string(b[:min(len(b), maxText)]) }

// find returns the exchange with this tag, or nil.
func (s *Session) find(tag []byte) *Exchange {
	for x := s.first; x != nil; x = x.later {
		if x.Tag == string(tag) {
			return x
		}
	}
	return nil
}

// tagged takes the end of a command.
func (s *Session) tagged(r *response) {
	x := s.find(r.tag)
	if x == nil {
		s.once(unmatched, unmatchedResponse)
		return
	}
	if s.flags&doubtful != 0 {
		for s.first != x && s.first.doubtful {
			s.drop(s.first)
		}
		if s.first == x {
			s.flags &^= doubtful
		}
	}
	x.end(r)
	if s.open == x && s.client == literalSent { // the literal is not wanted
		u := s.of(stream.ToServer)
		_, _, args, _ := parseCommand(u.text)
		x.args = bytes.Clone(args)
		u.reset()
		s.open = nil
		s.client = commandLines
		s.flags |= yielding
	}
	for _, m := range x.mails {
		m.Status = r.name
		m.Advance(stream.ToClient, complete)
	}
	s.ended(x, r.name == "OK")
	s.drop(x)
}

// ended acts on the end of a command.
func (s *Session) ended(x *Exchange, ok bool) {
	switch x.Command {
	case "SELECT", "EXAMINE":
		s.mailbox = ""
		if name, _, named := parseAstring(x.args); ok && named {
			s.mailbox = clip(name)
		}
	case "CLOSE", "UNSELECT":
		s.mailbox = ""
	case "AUTHENTICATE":
		if s.client == authSent || s.client == inAuth {
			s.client = commandLines
			s.flags |= yielding
		}
	case "STARTTLS":
		s.endStartTLS(x, ok)
	case "COMPRESS":
		if ok { // RFC 4978: what follows is compressed, in both directions
			x.Opaque = "deflate"
			s.conn.Opaque(stream.ToServer)
			s.conn.Opaque(stream.ToClient)
			s.client = dead
		}
	}
}

// endStartTLS takes the reply to STARTTLS (RFC 9051, section 6.2.1).
func (s *Session) endStartTLS(x *Exchange, ok bool) {
	if s.flags&early != 0 {
		s.flags &^= early
		s.conn.Raise(startTLSPipelined, x)
	}
	if !ok {
		s.conn.Raise(startTLSRefused, x)
		if s.client == tlsSent {
			s.client = commandLines
			s.flags |= yielding
		}
		return
	}
	s.secure()
}
