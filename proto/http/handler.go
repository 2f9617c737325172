package http

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a session reads, as the bytes arrive. Functions that are nil are not called. They are called by the
// goroutine that reads the connection. Slices are valid during the call; the exchange keeps what it has, and may be kept.
type Handler struct {
	// OnHead is called when the head of a request or of a response is complete: start line and header fields are those of
	// at.Message. Interim responses are told, too.
	OnHead func(at At) app.Verdict
	// OnBody has the next bytes of a body, without chunks and content codings. With Config.MaxCodings -1 they are as
	// Content-Encoding says.
	OnBody func(at At, b []byte) app.Verdict
	// OnLost is called for bytes of a body that are lost.
	OnLost func(at At, n int64) app.Verdict
	// OnEnd is called when a message is over. whole says that all of it was seen.
	OnEnd func(at At, whole bool) app.Verdict
}

// At is where in a connection something was found.
type At struct {
	Conn     *app.Conn
	Exchange *Exchange
	Message  *Message   // the request or the response of Exchange
	Dir      stream.Dir // whose bytes
	Offset   int64      // of what was read last, from the start of the stream
	Time     time.Time  // of the packet
}

// here returns where the unit being read is.
func (s *Session) here(d stream.Dir, x *Exchange) At {
	return At{Conn: s.conn, Exchange: x, Message: x.message(d), Dir: d, Offset: s.side[d].at, Time: s.conn.Now()}
}

// verdict carries out what the handler decided.
func (s *Session) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
		s.flags |= blocked
	}
}

// tellHead tells the handler of a head.
func (s *Session) tellHead(d stream.Dir, x *Exchange) {
	if h := s.config.Handler; h != nil && h.OnHead != nil {
		s.verdict(h.OnHead(s.here(d, x)))
	}
}

// tellEnd tells the handler that a message is over.
func (s *Session) tellEnd(d stream.Dir, x *Exchange, whole bool) {
	if h := s.config.Handler; h != nil && h.OnEnd != nil {
		s.verdict(h.OnEnd(s.here(d, x), whole))
	}
}
