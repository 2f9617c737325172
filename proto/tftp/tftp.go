package tftp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Config is how TFTP is read. The zero value is ready to use.
type Config struct {
	// MaxFile is the number of bytes of a file's name that are kept. When zero, it is 4096.
	MaxFile int
	// Extensions has records show the options of a request, below reknit.
	Extensions bool
	// Handler is told what every session reads. When nil, nobody is.
	Handler *Handler
}

// Handler is told what a session reads. Functions that are nil are not called. They are called by the goroutine that reads
// the flow.
type Handler struct {
	// OnRequest has each request. It may be kept.
	OnRequest func(conn *app.Conn, r *Request) app.Verdict
}

// The anomalies.
const (
	fileTooLong app.EventID = iota
	tooManyOptions
)

// New returns the protocol TFTP.
func New(c Config) app.Protocol {
	if c.MaxFile == 0 {
		c.MaxFile = 4096
	}
	return app.Protocol{
		Name:          "tftp",
		Unnumbered:    true,
		Ports:         []app.Port{{Transport: app.UDP, Number: 69, Dir: stream.ToServer}},
		ProbeDatagram: probe,
		NewDatagram:   func(conn *app.Conn) app.DatagramParser { return &Session{conn: conn, config: &c} },
		Events: []app.EventInfo{
			fileTooLong:    {Name: "file_too_long"},
			tooManyOptions: {Name: "too_many_options"},
		},
	}
}

// probe wants one of the operations of RFC 1350, or an acknowledgement of options (RFC 2347).
func probe(_ stream.Dir, b []byte) app.Guess {
	const shortest = 4 // an acknowledgement
	if len(b) < shortest || b[0] != 0 || b[1] < byte(Read) || b[1] > byte(acknowledged) {
		return app.No
	}
	return app.Yes
}

// Session is the parser of one flow.
type Session struct {
	conn   *app.Conn
	config *Config
}

var _ app.DatagramParser = (*Session)(nil)

// Datagram reads a request. Whatever else is sent is passed over.
func (s *Session) Datagram(d stream.Dir, b []byte) error {
	if d == stream.ToClient || !isRequest(b) {
		return nil
	}
	r := &Request{config: s.config}
	if err := r.parse(b, s.config.MaxFile); err != nil {
		return err
	}
	s.conn.Begin(r)
	if r.FileCut {
		s.conn.Raise(fileTooLong, r)
	}
	if r.OptionsCut {
		s.conn.Raise(tooManyOptions, r)
	}
	if h := s.config.Handler; h != nil && h.OnRequest != nil && h.OnRequest(s.conn, r) == app.Block {
		s.conn.Drop()
	}
	r.Finish()
	return nil
}
