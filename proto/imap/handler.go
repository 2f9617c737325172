package imap

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a session reads, at the byte that makes it known. Functions that are nil are not called. They are
// called by the goroutine that reads the connection. Slices and pointers are valid during the call.
type Handler struct {
	// OnCommand has the first line of each command of the client, without its line end.
	OnCommand func(at At, line []byte) app.Verdict
	// OnResponse has the first line of each response of the server.
	OnResponse func(at At, line []byte) app.Verdict
	// OnLogin is called when LOGIN or an exchange of AUTHENTICATE told a user or a password.
	OnLogin func(at At, x *Exchange) app.Verdict

	// OnHeader has each header field of a message and of its parts.
	OnHeader func(at At, p *mime.Part, h *mime.Header) app.Verdict
	// OnBodyStart is called when the header of a part is complete.
	OnBodyStart func(at At, p *mime.Part) app.Verdict
	// OnBody has the body of a part, decoded, the lines of a packet at a time.
	OnBody func(at At, p *mime.Part, b []byte) app.Verdict
	// OnLost is called for bytes of a part that are lost.
	OnLost func(at At, p *mime.Part, n int64) app.Verdict
	// OnBodyStop is called when a part is complete.
	OnBodyStop func(at At, p *mime.Part) app.Verdict
	// OnMail is called when a message was read.
	OnMail func(at At, m *Mail) app.Verdict
}

// At is where in a connection something was found.
type At struct {
	Conn   *app.Conn
	Mail   *Mail      // that is being read; nil: none
	Dir    stream.Dir // whose bytes
	Offset int64      // of the line, or of the piece of a literal, from the start of the stream
	Time   time.Time  // of the packet
}

func (s *Session) here(d stream.Dir) At {
	at := At{Conn: s.conn, Dir: d, Offset: s.at, Time: s.conn.Now()}
	if u := s.unit[d]; u != nil {
		at.Mail = u.mail
	}
	return at
}

// verdict carries out what the handler decided.
func (s *Session) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
		s.client = dead
	}
}

func (s *Session) tellCommand(line []byte) {
	if h := s.config.Handler; h != nil && h.OnCommand != nil {
		s.verdict(h.OnCommand(s.here(stream.ToServer), line))
	}
}

func (s *Session) tellResponse(line []byte) {
	if h := s.config.Handler; h != nil && h.OnResponse != nil {
		s.verdict(h.OnResponse(s.here(stream.ToClient), line))
	}
}

func (s *Session) tellLogin(x *Exchange) {
	if h := s.config.Handler; h != nil && h.OnLogin != nil {
		s.verdict(h.OnLogin(s.here(stream.ToServer), x))
	}
}

func (s *Session) tellMail(m *Mail) {
	h := s.config.Handler
	if h == nil || h.OnMail == nil {
		return
	}
	d := stream.ToClient
	if m.Command == "APPEND" {
		d = stream.ToServer
	}
	at := s.here(d)
	at.Mail = m
	s.verdict(h.OnMail(at, m))
}

// partTeller tells the handler of the parts of messages.
type partTeller struct {
	*Session
	dir stream.Dir
}

var _ mime.Handler = (*partTeller)(nil)

func (t *partTeller) Header(p *mime.Part, h *mime.Header) {
	if f := t.config.Handler.OnHeader; f != nil {
		t.verdict(f(t.here(t.dir), p, h))
	}
}

func (t *partTeller) Begin(p *mime.Part) {
	if f := t.config.Handler.OnBodyStart; f != nil {
		t.verdict(f(t.here(t.dir), p))
	}
}

func (t *partTeller) Body(p *mime.Part, b []byte) {
	if f := t.config.Handler.OnBody; f != nil {
		t.verdict(f(t.here(t.dir), p, b))
	}
}

func (t *partTeller) Lost(p *mime.Part, n int64) {
	if f := t.config.Handler.OnLost; f != nil {
		t.verdict(f(t.here(t.dir), p, n))
	}
}

func (t *partTeller) End(p *mime.Part) {
	if f := t.config.Handler.OnBodyStop; f != nil {
		t.verdict(f(t.here(t.dir), p))
	}
}

func (t *partTeller) Anomaly(mime.Anomaly, *mime.Part) {}
