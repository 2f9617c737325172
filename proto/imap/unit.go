package imap

import (
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// reset forgets what was read of a unit. A message in parts stays.
func (u *unit) reset() {
	if cap(u.text) > keptText {
		u.text = nil
	}
	u.text, u.tail, u.coming = u.text[:0], u.tail[:0], nil
	u.left, u.begun, u.over, u.keep, u.body = 0, false, false, false, false
}

// keptText is the size of a text whose memory is used again.
const keptText = 512

// add adds a line, or part of one, and reports whether it found no room for the first time.
func (u *unit) add(line []byte, limit int) (full bool) {
	u.tail = append(u.tail, line[max(len(line)-maxLiteral, 0):]...)
	u.tail = u.tail[max(len(u.tail)-maxLiteral, 0):]
	n := min(len(line), limit-len(u.text))
	u.text = append(u.text, line[:n]...)
	full = n < len(line) && !u.over
	u.over = u.over || n < len(line)
	return full
}

// endLine forgets the end of the line, which was read.
func (u *unit) endLine() { u.tail = u.tail[:0] }

// announce makes ready for a literal. limit is that of text.
func (u *unit) announce(l literal, limit int) {
	u.left = l.size
	u.keep = l.size <= int64(limit-len(u.text)) && !u.over
	u.body = false
}

// literalPiece takes bytes of a literal, or the loss of some, and reports whether it was all.
func (s *Session) literalPiece(d stream.Dir, p stream.Piece) (done bool) {
	u := s.of(d)
	if u.coming != nil {
		s.beginBody(d, u, u.coming)
		u.coming = nil
	}
	u.left -= int64(len(p.Data)) + p.Lost
	switch {
	case u.body && p.Lost > 0:
		u.reader.Lost(p.Lost)
	case u.body:
		u.reader.Write(p.Data)
	case u.keep && p.Lost > 0:
		u.keep, u.over = false, true
	case u.keep:
		u.text = append(u.text, p.Data...)
	}
	if u.left > 0 {
		return false
	}
	if u.body {
		s.endBody(d, u)
	}
	return true
}

// beginBody makes the literal of u the message m, which is one that goes on or a new one.
func (s *Session) beginBody(d stream.Dir, u *unit, m *Mail) {
	u.body, u.keep = true, false
	if u.mail == m {
		return
	}
	s.endMail(d, u, true)
	if u.reader == nil {
		u.reader = mail.NewReader(s.config.mail, s.conn)
		u.reader.Raise = func(tx app.Transaction, a mime.Anomaly) { s.conn.Raise(firstMIME+app.EventID(a), tx) }
		if s.config.Handler != nil {
			u.reader.Also = &partTeller{s, d}
		}
	}
	u.mail = m
	s.conn.Begin(m)
	m.Message = u.reader.Begin(m, d)
	if x := m.exchange; x != nil {
		x.bring(m)
	}
}

// bring notes that x brings m. Of many messages the oldest end, without the server's word.
func (x *Exchange) bring(m *Mail) {
	const most = 16
	if len(x.mails) == most {
		x.mails[0].Finish()
		x.mails = append(x.mails[:0], x.mails[1:]...)
	}
	x.mails = append(x.mails, m)
}

// takeLiteral takes it that the client's next bytes are the literal.
func (s *Session) takeLiteral() {
	s.client = inLiteral
	if s.of(stream.ToServer).left == 0 {
		s.literalPiece(stream.ToServer, stream.Piece{})
		s.client = commandLines
	}
}

// endBody ends the literal that is a message. One that comes in parts is over with a part that is smaller than the first.
func (s *Session) endBody(d stream.Dir, u *unit) {
	u.body = false
	m := u.mail
	if m.part > 0 {
		got := m.Message.Size + m.Message.Lost
		last := got-m.next < m.part
		m.next = got
		if !last {
			return
		}
	}
	s.endMail(d, u, true)
}

// endMail ends the message that is being read in direction d, if there is one.
func (s *Session) endMail(d stream.Dir, u *unit, whole bool) {
	m := u.mail
	if m == nil {
		return
	}
	u.mail = nil
	if whole {
		u.reader.End()
	} else {
		u.reader.Cut()
	}
	s.tellMail(m)
	m.Advance(d, complete)
	if d == stream.ToClient {
		m.Advance(stream.ToServer, complete)
	}
}

// fetched returns the message that a literal in a FETCH response is, or nil when it is none.
func (s *Session) fetched(u *unit, r *response, before []byte) *Mail {
	it := parseItem(before)
	if r.name != "FETCH" || !it.isMessage() {
		return nil
	}
	m := u.mail
	if it.origin > 0 {
		if m != nil && m.Sequence == r.number && m.next == it.origin {
			return m
		}
		return nil // its beginning was not seen
	}
	m = &Mail{
		session: s, Command: "FETCH", Mailbox: s.mailbox, Sequence: r.number, UID: uidOf(before), Header: it.headerOnly(),
	}
	if it.origin == 0 {
		m.part = u.left
	}
	return m
}

// appended returns the message that a literal of APPEND is, or nil when it is part of something else.
func (s *Session) appended(x *Exchange, before []byte) *Mail {
	if x.Command != "APPEND" {
		return nil
	}
	mailbox, rest, ok := parseAstring(before)
	if !ok || len(mailbox) == 0 || strings.Contains(strings.ToUpper(string(rest)), "CATENATE") {
		return nil
	}
	return &Mail{session: s, Command: "APPEND", Mailbox: clip(mailbox), exchange: x}
}

// maxText is the number of bytes kept of texts for people, and of names.
const maxText = 1024
