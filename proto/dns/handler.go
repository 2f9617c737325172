package dns

import (
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a session reads. Functions that are nil are not called. They are called by the goroutine that reads
// the flow.
type Handler struct {
	// OnMessage has each message. It may be kept.
	OnMessage func(at At, m *Message) app.Verdict
	// OnMalformed has what should be a message and is none. b is valid during the call.
	OnMalformed func(at At, b []byte) app.Verdict
}

// At is where in a flow something was found.
type At struct {
	Conn   *app.Conn
	Dir    stream.Dir // whose bytes
	Offset int64      // over TCP, of the length before the message, from the start of the stream
	Time   time.Time  // of the packet
}

func (s *Session) here(d stream.Dir) At {
	return At{Conn: s.conn, Dir: d, Offset: s.at, Time: s.conn.Now()}
}

// verdict carries out what the handler decided.
func (s *Session) verdict(v app.Verdict) {
	if v == app.Block {
		s.conn.Drop()
	}
}

func (s *Session) tell(m *Message) {
	if h := s.config.Handler; h != nil && h.OnMessage != nil {
		s.verdict(h.OnMessage(s.here(m.From), m))
	}
}

func (s *Session) tellMalformed(d stream.Dir, b []byte) {
	if h := s.config.Handler; h != nil && h.OnMalformed != nil {
		s.verdict(h.OnMalformed(s.here(d), b))
	}
}
