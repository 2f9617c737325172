package pop3

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// statusLine takes the first line of a response. long: it goes on.
func (s *Session) statusLine(line []byte, long bool) {
	st, text := parseResponse(line)
	if st == challenge && !s.negotiating() {
		st = noStatus
	}
	if st == noStatus {
		if s.server != tornStatus && s.flags&invalid == 0 {
			s.flags |= invalid
			s.conn.Raise(invalidResponse, nil)
		}
		s.skipRest(s.server, long)
		return
	}
	o := s.answered()
	x := o.exchange
	x.Header = bytes.Clone(text)
	x.Status = "OK"
	if st == bad {
		x.Status = "ERR"
	}
	if long {
		s.conn.Raise(responseTooLong, x)
	}
	s.tell(onResponse, stream.ToClient, x)
	next := statusLine
	if st == ok && multiline(o.verb, int(o.args)) {
		next = s.beginText(x, o.verb)
	} else {
		x.Advance(stream.ToClient, complete)
		s.settle(x, o.verb, st)
		s.tell(onExchange, stream.ToClient, x)
	}
	s.skipRest(next, long)
}

// skipRest makes next the state of the server, behind the rest of a line that is too long.
func (s *Session) skipRest(next serverState, long bool) {
	s.server = next
	if long {
		s.server, s.next = restOfStatus, next
	}
}

// negotiating reports whether the server's next response may be a challenge.
func (s *Session) negotiating() bool {
	return len(s.owed) > 0 && (s.owed[0].verb == auth || s.owed[0].verb == saslData || s.owed[0].verb == unsure)
}

// answered takes the oldest response that is owed. One that nobody asked for, as the greeting, gets an exchange without a
// command, and so does that to a command whose transaction has ended.
func (s *Session) answered() owed {
	for len(s.owed) > 1 && s.owed[0].verb == unsure {
		s.owed = s.owed[1:]
	}
	if len(s.owed) > 1 && s.flags&lostReply == 0 {
		s.flags |= pipelines
	}
	var o owed
	if len(s.owed) > 0 && s.owed[0].verb != unsure {
		o = s.owed[0]
		s.owed[0] = owed{}
		if s.owed = s.owed[1:]; len(s.owed) == 0 {
			s.owed = nil
		}
	}
	if o.exchange == nil || o.exchange.Disrupted() {
		o.exchange = &Exchange{session: s}
		s.conn.Begin(o.exchange)
		o.exchange.Advance(stream.ToServer, complete)
	}
	return o
}

// settle does what a response of one line decides.
func (s *Session) settle(x *Exchange, v verb, st status) {
	switch {
	case (s.client == authSent || s.client == inAuth) && (v == auth || v == saslData):
		s.client = commands
		if st == challenge {
			s.client = inAuth
		}
		s.flags |= yielding
	case v == stls && st == ok:
		if !s.conn.Switch(app.Switch{Expect: "tls", Port: 443}) {
			s.conn.Raise(failedProtocolChange, x)
		}
		s.client = dead
	case v == stls && s.client == tlsSent:
		s.client = commands
		s.flags |= yielding
	}
}

// beginText begins the lines behind the first one and returns the state in which they are read.
func (s *Session) beginText(x *Exchange, v verb) serverState {
	x.verb = v
	s.current = x
	s.flags &^= middle | torn | gapped | overdue
	if v != retr && v != top {
		return dataLines
	}
	if s.mail == nil {
		s.mail = mail.NewReader(s.config.mail, s.conn)
		if s.config.Handler != nil {
			s.mail.Also = partTeller{s}
		}
		s.mail.Raise = func(tx app.Transaction, a mime.Anomaly) { s.conn.Raise(firstMIME+app.EventID(a), tx) }
	}
	x.Message = s.mail.Begin(x, stream.ToClient)
	return inMail
}

// messageLines takes lines from the beginning of b that are body text of a message and nothing else, and returns how many
// bytes they are. When it is 0, the next line is for responseText.
func (s *Session) messageLines(b []byte) int {
	if s.flags&(middle|torn|gapped) != 0 || s.current.verb == top && !s.current.cut {
		return 0
	}
	return s.mail.Lines(b)
}

// responseText takes a line behind the first one, or part of a long one.
func (s *Session) responseText(line []byte, e stream.Ending) {
	first := s.flags&middle == 0
	s.flags &^= middle
	if e == stream.None {
		s.flags |= middle
	}
	if first && s.flags&(overdue|gapped) == overdue|gapped {
		if st, _ := parseResponse(line); st == ok || st == bad { // the end is among what was lost
			s.endText(false)
			s.statusLine(line, e == stream.None)
			return
		}
	}
	if first && len(line) == 1 && line[0] == '.' && e != stream.None {
		s.endText(true)
		return
	}
	stuffed := first && len(line) > 0 && line[0] == '.' && (s.flags&torn == 0 || len(line) > 1 && line[1] == '.')
	if stuffed {
		line = line[1:] // RFC 1939, section 3
	}
	if s.server == dataLines && s.flags&torn != 0 {
		first = false // the rest of a line
	}
	s.flags &^= torn
	if s.server == inMail {
		s.mail.Line(line, e)
		if s.current.verb == retr {
			return
		}
	} else if first && e == stream.None {
		s.conn.Raise(responseTooLong, s.current)
	}
	if first {
		s.current.keep(line)
	}
}

// endText ends the lines. whole: their end was seen.
func (s *Session) endText(whole bool) {
	if s.server == inMail {
		if whole {
			s.mail.End()
		} else {
			s.mail.Cut()
		}
	}
	x := s.current
	s.current, s.server = nil, statusLine
	s.flags &^= middle | torn | gapped | overdue
	x.Advance(stream.ToClient, complete)
	s.tell(onExchange, stream.ToClient, x)
}
