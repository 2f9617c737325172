package smtp

import (
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// commandLine takes a line of the client, or as much of it as may be read.
func (s *Session) commandLine(line []byte, e stream.Ending) {
	torn := s.client == tornLine
	s.client = commands
	whole := e != stream.None
	if !whole && len(line) < s.config.MaxCommand {
		return // the connection ended in it: nobody carries it out
	}
	if !whole {
		s.client, s.after = restOfLine, commands
	}
	v, arg := parseCommand(line)
	if torn && v == other {
		return
	}
	if len(trim(line)) == 0 {
		s.owe(owed{verb: unsure, rcpt: -1})
		return
	}
	if h := s.config.Handler; h != nil && h.OnCommand != nil {
		s.verdict(h.OnCommand(s.here(stream.ToServer), line))
	}
	m := s.command(v, arg)
	if !whole {
		s.raise(truncatedLine, m)
	}
	s.answerEarly()
}

// command carries out one command and returns its transaction.
func (s *Session) command(v verb, arg []byte) *Mail {
	m := s.transaction(v)
	if s.flags&(greeted|deaf) == 0 && s.queue.empty() {
		s.raise(noServerWelcomeMessage, m)
	}
	o := owed{mail: m, verb: v, rcpt: -1}
	switch v {
	case helo:
		s.hello(m, firstWord(arg))
		m.reset()
	case mailFrom:
		s.sender(m, arg)
	case rcptTo:
		o.rcpt = s.recipient(m, arg)
	case data:
		m.state |= dataTried
		m.Advance(stream.ToServer, requestData)
		s.flags &^= early
		s.next(dataSent)
	case bdat:
		o.verb = s.chunkHeader(m, arg)
	case rset:
		if m != nil {
			m.reset()
		}
	case auth:
		s.beginAuth(m, arg)
		s.next(authSent)
	case startTLS:
		s.flags &^= early
		s.next(tlsSent)
	}
	s.owe(o)
	return m
}

// next sets what the client's bytes are behind the line that is being read.
func (s *Session) next(state clientState) {
	if s.client == restOfLine {
		s.after = state
	} else {
		s.client = state
	}
}

// expects returns what the client's bytes are behind the line that is being read.
func (s *Session) expects() clientState {
	if s.client == restOfLine {
		return s.after
	}
	return s.client
}

// transaction returns the mail that a command belongs to, and begins one if need be: with the first command, and with
// the first behind a complete request. RSET and QUIT belong to none there, as they only end one.
func (s *Session) transaction(v verb) *Mail {
	m := s.mail
	if v == rset || v == quit {
		if m != nil && m.state&over != 0 {
			return nil
		}
		if m != nil || s.flags&begun != 0 {
			return m
		}
	}
	if m != nil && m.state&(over|resetting) == 0 && !(v == mailFrom && m.ended()) {
		return m
	}
	if m != nil && m.state&over == 0 { // the client takes it that a reset was accepted, or its end was lost
		s.overRequest(m)
	}
	s.flags |= begun
	m = s.newMail()
	s.mail = m
	s.conn.Begin(m)
	return m
}

// owe notes that the server owes a reply.
func (s *Session) owe(o owed) {
	if s.flags&deaf != 0 {
		return
	}
	if s.queue.push(o, s.config.MaxOwed) {
		return
	}
	if b := s.queue.grow(); !b.full {
		b.full = true
		s.raise(unableToMatch, o.mail)
	}
}

// replyLine takes a line of the server, or as much of it as may be read.
func (s *Session) replyLine(line []byte, e stream.Ending) {
	torn := s.server == tornReply
	s.server = replies
	whole := e != stream.None
	if !whole {
		if len(line) < s.config.MaxReply {
			return // the connection ended in it
		}
		s.server = restOfReply
		s.raise(truncatedLine, s.mail)
	}
	if len(line) == 0 {
		return
	}
	r, ok := parseReply(line)
	if !ok && torn {
		return
	}
	if h := s.config.Handler; h != nil && h.OnReply != nil {
		s.verdict(h.OnReply(s.here(stream.ToClient), line, r))
	}
	if !ok {
		s.noReply()
		if r.Code < 200 || r.Code > 599 {
			return // it is not even the form of one, and answers nothing
		}
	}
	s.reply(r)
}

// noReply notes a line that is no reply of a server that follows the RFCs. Suricata stops there and counts an error; here
// it is counted, and reading goes on.
func (s *Session) noReply() {
	if s.flags&badReply != 0 {
		return
	}
	s.flags |= badReply
	s.raise(invalidReply, s.repliesTo())
	s.conn.Report(s.at, errNoReply)
}

var errNoReply = errors.New("not a reply line")

// repliesTo returns the transaction that the next reply is for.
func (s *Session) repliesTo() *Mail {
	if !s.queue.empty() {
		if m := s.queue.at(0).mail; m != nil {
			return m
		}
	}
	return s.mail
}

// reply takes a reply line whose form is right.
func (s *Session) reply(r Reply) {
	first := s.flags&multiline == 0
	if r.More {
		s.flags |= multiline
	} else {
		s.flags &^= multiline
	}
	if s.flags&greeted == 0 && s.greeting(r, first) {
		return
	}
	if r.Code == 250 && !first {
		s.extension(r.Text)
	}
	if r.More {
		return
	}
	if o, ok := s.queue.answer(r.Code, s.lost); ok {
		s.answered(o, r.Code)
	} else {
		s.unasked(r.Code)
	}
}

// extension takes a line of a reply behind its first. In the reply to EHLO it names an extension (RFC 5321, section
// 4.1.1.1).
func (s *Session) extension(text []byte) {
	h := s.config.Handler
	if h == nil || h.OnExtension == nil || s.queue.empty() || s.queue.at(0).verb != helo {
		return
	}
	name := firstWord(text)
	s.verdict(h.OnExtension(s.here(stream.ToClient), name, trim(text[len(name):])))
}

// greeting takes the first reply of the connection, and reports whether it is the greeting. When the client did not
// wait for one, it is told by its code.
func (s *Session) greeting(r Reply, first bool) bool {
	waits := s.queue.empty()
	if !waits && (r.Code != 220 || s.queue.at(0).verb == startTLS) {
		s.flags |= greeted
		return false
	}
	if first && r.Code != 220 {
		s.raise(invalidReply, s.mail)
	}
	if !r.More {
		s.flags |= greeted
	}
	return true
}

// unasked takes a reply that answers nothing outstanding.
func (s *Session) unasked(code uint16) {
	switch {
	case s.client == inText && s.text.gapped && s.flags&provisional == 0:
		s.endOfText() // the final dot was lost, or this would not have come
		if o, ok := s.queue.answer(code, s.lost); ok {
			s.answered(o, code)
		}
	case !s.queue.empty(): // it answers what was lost, or a blank line
		if code == 354 && (s.client == commands || s.client == tornLine) {
			s.expectText() // what was lost was DATA
		}
	default:
		s.queue.remember(code)
	}
}

// answerEarly gives the command just queued the reply that came before it.
func (s *Session) answerEarly() {
	q := &s.queue
	early := q.early()
	if len(early) == 0 || q.empty() {
		return
	}
	code := early[0]
	if !fits(q.at(0).verb, code) {
		q.forget(len(early)) // the server said more than it was asked; what, is not known
		return
	}
	o := q.pop()
	q.forget(1)
	s.answered(o, code)
}

// answered takes the final reply to o.
func (s *Session) answered(o owed, code uint16) {
	m := o.mail
	accepted := code < 400
	switch o.verb {
	case data:
		s.noteEarly(m)
		s.dataAnswered(m, code)
	case startTLS:
		s.noteEarly(m)
		s.tlsAnswered(m, code)
	case auth, credential:
		s.authAnswered(code)
	}
	if m == nil {
		return
	}
	switch o.verb {
	case helo, rset:
		switch {
		case code == 250 && (o.verb == rset || m.state&resetting != 0) && !s.queue.owes(m):
			s.complete(m)
		case !accepted:
			m.state &^= resetting
		}
	case mailFrom:
		m.FromReply = code
	case rcptTo:
		if o.rcpt >= 0 {
			m.Recipients[o.rcpt].Reply = code
		}
	case endOfData, lastBDAT:
		m.Reply = code
		m.Advance(stream.ToClient, responseComplete)
		s.checkComplete(m)
	case bdat:
		if !accepted {
			m.Reply = code
		}
	case quit:
		if code == 221 {
			s.complete(m)
		}
	}
}

// lost takes an entry whose reply was lost in a gap: the server is taken to have agreed.
func (s *Session) lost(o owed) {
	m := o.mail
	if m == nil {
		return
	}
	switch o.verb {
	case data:
		s.confirmText()
	case rset, quit:
		s.complete(m)
	case helo:
		if m.state&resetting != 0 {
			s.complete(m)
		}
	case endOfData, lastBDAT:
		m.Advance(stream.ToClient, responseComplete)
		s.checkComplete(m)
	}
}

// noteEarly raises the event for a client that went on before the reply to DATA or STARTTLS, which it must not: RFC 2920,
// section 3.1. It is known for certain only when the reply comes, as it may have been lost.
func (s *Session) noteEarly(m *Mail) {
	if s.flags&early != 0 {
		s.flags &^= early
		s.raise(invalidPipelinedSequence, m)
	}
}

// unanswered does so for a reply that does not come any more.
func (s *Session) unanswered() {
	if s.flags&early == 0 {
		return
	}
	for i := range s.queue.len() {
		if o := s.queue.at(i); (o.verb == data || o.verb == startTLS) && !o.lossy {
			o.lossy = true // noted
			s.noteEarly(o.mail)
		}
	}
}

// dataAnswered takes the reply to DATA.
func (s *Session) dataAnswered(m *Mail, code uint16) {
	if code == 354 {
		m.Advance(stream.ToClient, responseData)
		switch s.expects() {
		case dataSent:
			s.beginText(m, false)
			s.next(inText)
		default:
			s.confirmText()
		}
		return
	}
	s.raise(dataCommandRejected, m)
	switch s.expects() {
	case dataSent:
		s.next(commands)
	case inText, textSent:
		s.takeBack()
	}
}

// tlsAnswered takes the reply to STARTTLS (RFC 3207, section 4).
func (s *Session) tlsAnswered(m *Mail, code uint16) {
	if s.expects() == tlsSent {
		s.next(commands)
	}
	if code != 220 {
		s.raise(tlsRejected, m)
		return
	}
	if m != nil {
		s.complete(m)
	}
	if !s.conn.Switch(app.Switch{Expect: "tls", Port: 443}) {
		s.raise(failedProtocolChange, m)
	}
	s.client = dead
}

// overRequest notes that the request side of m is complete.
func (s *Session) overRequest(m *Mail) {
	m.state |= over
	m.Advance(stream.ToServer, requestComplete)
	if s.flags&deaf != 0 {
		m.Advance(stream.ToClient, responseComplete)
	}
	s.checkComplete(m)
}

// complete ends m on both sides.
func (s *Session) complete(m *Mail) {
	if s.text != nil && s.text.mail == m {
		switch s.expects() {
		case inText, inChunk, textSent: // it goes on, whatever the server means
		default:
			s.dropText()
		}
	}
	m.state |= over
	m.Finish()
	s.checkComplete(m)
}

// checkComplete lets go of m when both sides are complete.
func (s *Session) checkComplete(m *Mail) {
	if m.Progress(stream.ToServer) < requestComplete || m.Progress(stream.ToClient) < responseComplete {
		return
	}
	m.state |= over
	s.tellMail(m)
	if s.mail == m {
		s.mail = nil
	}
}
