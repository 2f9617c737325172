package ftp

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Handler is told what a connection brings, at the byte that makes it known. Functions that are nil are not called. They
// are called by the goroutine that reads the connection: control and data connections may have different ones. Slices and
// pointers are valid during the call.
type Handler struct {
	// OnCommand has each command line of the client, without its line end.
	OnCommand func(at At, line []byte) app.Verdict
	// OnReply has each line of the server, without its line end. code is 0 when the line has none.
	OnReply func(at At, code int, line []byte) app.Verdict
	// OnLink is called for a transfer whose data connection is known.
	OnLink func(at At, l Link) app.Verdict

	// OnBodyStart is called at the first byte of a data connection.
	OnBodyStart func(at At, t *Transfer) app.Verdict
	// OnBody has what is transferred.
	OnBody func(at At, t *Transfer, b []byte) app.Verdict
	// OnLost is called for bytes that are lost.
	OnLost func(at At, t *Transfer, n int64) app.Verdict
	// OnBodyStop is called when the data connection has ended.
	OnBodyStop func(at At, t *Transfer) app.Verdict
}

// Link is a data connection to come.
type Link struct {
	Transfer *Transfer
	Addr     netip.Addr // as announced; not valid: none was
	Port     uint16
	Active   bool // the server opens it, to a port of the client
}

// At is where in a connection something was found.
type At struct {
	Conn   *app.Conn
	Dir    stream.Dir // whose bytes
	Offset int64      // of the first byte of the line or piece, from the start of the stream
	Time   time.Time  // of the packet
}

func (s *Session) here(d stream.Dir) At {
	return At{Conn: s.conn, Dir: d, Offset: s.at, Time: s.conn.Now()}
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

func (s *Session) tellReply(line []byte, r reply) {
	if h := s.config.Handler; h != nil && h.OnReply != nil {
		s.verdict(h.OnReply(s.here(stream.ToClient), int(r.code), line))
	}
}

func (s *Session) tellLink(l Link) {
	if h := s.config.Handler; h != nil && h.OnLink != nil {
		s.verdict(h.OnLink(s.here(stream.ToServer), l))
	}
}
