package pop3

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a session reads, at the byte that makes it known. Functions that are nil are not called. They are
// called by the goroutine that reads the connection. Slices and pointers are valid during the call.
type Handler struct {
	// OnCommand has each command of the client, answers in an exchange of AUTH included, with its arguments and what it
	// tells of user and password.
	OnCommand func(at At, x *Exchange) app.Verdict
	// OnResponse has the exchange that a first line of a response belongs to.
	OnResponse func(at At, x *Exchange) app.Verdict

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

	// OnExchange is called when an exchange is complete, with the message that it brought, if any.
	OnExchange func(at At, x *Exchange) app.Verdict
}

// At is where in a connection something was found.
type At struct {
	Conn   *app.Conn
	Dir    stream.Dir // whose bytes
	Offset int64      // of the line that is being read, from the start of the stream
	Time   time.Time  // of the packet
}

func (s *Session) here(d stream.Dir) At {
	return At{Conn: s.conn, Dir: d, Offset: s.at[d], Time: s.conn.Now()}
}

// verdict carries out what the handler decided.
func (s *Session) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
		s.client = dead
	}
}

// tell calls one of the handler's functions for exchanges.
func (s *Session) tell(of func(*Handler) func(At, *Exchange) app.Verdict, d stream.Dir, x *Exchange) {
	if h := s.config.Handler; h != nil {
		if f := of(h); f != nil {
			s.verdict(f(s.here(d), x))
		}
	}
}

func onCommand(h *Handler) func(At, *Exchange) app.Verdict  { return h.OnCommand }
func onResponse(h *Handler) func(At, *Exchange) app.Verdict { return h.OnResponse }
func onExchange(h *Handler) func(At, *Exchange) app.Verdict { return h.OnExchange }

// partTeller tells the handler of the parts of messages.
type partTeller struct{ *Session }

var _ mime.Handler = partTeller{}

func (t partTeller) Header(p *mime.Part, h *mime.Header) {
	if f := t.config.Handler.OnHeader; f != nil {
		t.verdict(f(t.here(stream.ToClient), p, h))
	}
}

func (t partTeller) Begin(p *mime.Part) {
	if f := t.config.Handler.OnBodyStart; f != nil {
		t.verdict(f(t.here(stream.ToClient), p))
	}
}

func (t partTeller) Body(p *mime.Part, b []byte) {
	if f := t.config.Handler.OnBody; f != nil {
		t.verdict(f(t.here(stream.ToClient), p, b))
	}
}

func (t partTeller) Lost(p *mime.Part, n int64) {
	if f := t.config.Handler.OnLost; f != nil {
		t.verdict(f(t.here(stream.ToClient), p, n))
	}
}

func (t partTeller) End(p *mime.Part) {
	if f := t.config.Handler.OnBodyStop; f != nil {
		t.verdict(f(t.here(stream.ToClient), p))
	}
}

func (t partTeller) Anomaly(mime.Anomaly, *mime.Part) {}
