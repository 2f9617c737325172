package smtp

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a session reads, at the byte that makes it known. Functions that are nil are not called. They are
// called by the goroutine that reads the connection. Slices and pointers are valid during the call.
type Handler struct {
	// OnReply has each line of the server, without its line end. r.Code is 0 when the line has not the form of a reply.
	OnReply func(at At, line []byte, r Reply) app.Verdict
	// OnExtension has each extension that the server names in its reply to EHLO: "SIZE" and "1000000".
	OnExtension func(at At, name, args []byte) app.Verdict
	// OnCommand has each command line of the client, without its line end.
	OnCommand func(at At, line []byte) app.Verdict

	// OnAuth has each answer of the client in an AUTH exchange, whatever the mechanism: as sent, and decoded (nil when
	// it is not base64). The first may be part of the command.
	OnAuth func(at At, mechanism string, text, decoded []byte) app.Verdict
	// OnUser and OnPassword have the user name and the password of mechanisms that show them: the answer as sent, and
	// what it holds.
	OnUser     func(at At, text, user []byte) app.Verdict
	OnPassword func(at At, text, password []byte) app.Verdict

	OnMailFrom func(at At, p *Path) app.Verdict
	OnRcpt     func(at At, p *Path) app.Verdict

	// OnHeader has each header field of the message and of its parts.
	OnHeader func(at At, p *mime.Part, h *mime.Header) app.Verdict
	// OnBodyStart is called when the header of a part is complete.
	OnBodyStart func(at At, p *mime.Part) app.Verdict
	// OnBody has the body of a part, decoded, the lines of a packet at a time; at is where the first of them began.
	OnBody func(at At, p *mime.Part, b []byte) app.Verdict
	// OnText has each line of the message without dot-stuffing, header lines and boundaries included, or part of a
	// long line; p is the part that is open, whose Encoding says how a body line is encoded.
	OnText func(at At, p *mime.Part, line []byte, e stream.Ending) app.Verdict
	// OnLost is called for bytes of the message that are lost.
	OnLost func(at At, n int64) app.Verdict
	// OnBodyStop is called when a part is complete.
	OnBodyStop func(at At, p *mime.Part) app.Verdict

	// OnMail is called once for each mail, when the server has answered or the connection has ended.
	OnMail func(at At, m *Mail) app.Verdict
}

// At is where in a connection something was found.
type At struct {
	Conn   *app.Conn
	Mail   *Mail      // nil before the first command
	Dir    stream.Dir // whose bytes
	Offset int64      // of the first byte of the line, from the start of the stream
	Time   time.Time  // of the packet
}

// here returns where the unit being read begins.
func (s *Session) here(d stream.Dir) At {
	return At{Conn: s.conn, Mail: s.mail, Dir: d, Offset: s.at, Time: s.conn.Now()}
}

// verdict carries out what the handler decided.
func (s *Session) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
		s.flags |= blocked
	}
}

// tellMail tells the handler that m is complete.
func (s *Session) tellMail(m *Mail) {
	if m.state&told != 0 {
		return
	}
	m.state |= told
	h := s.config.Handler
	if h == nil || h.OnMail == nil {
		return
	}
	at := s.here(stream.ToServer)
	at.Mail = m
	s.verdict(h.OnMail(at, m))
}

// tellRest tells the handler of the mails that were not complete when the connection ended.
func (s *Session) tellRest() {
	for i := range s.queue.len() {
		if m := s.queue.at(i).mail; m != nil && m != s.mail {
			s.tellMail(m)
		}
	}
	if s.mail != nil {
		s.tellMail(s.mail)
	}
}
