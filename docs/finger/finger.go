// Package finger reads the Finger protocol (RFC 1288): the client asks in one line who somebody is, the server answers with
// text and closes the connection.
//
//	client: a line ──▶ a transaction begins;  whatever follows is passed over
//	server: text ──▶ its bytes are counted;   the end completes the transaction
//
// It is the example of docs/new-protocol.md and not part of the sensor. Bytes of the answer that are lost count as well; a
// gap before the end of the question ends the parsing.
package finger

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Config limits the parser. The zero value is ready to use.
type Config struct {
	MaxLine int // bytes of a question that are read; when zero, it is 512
}

const longQuery app.EventID = 0 // an index into Protocol.Events

const done app.Progress = 1 // of a direction that said everything

// New returns the protocol.
func New(c Config) app.Protocol {
	if c.MaxLine == 0 {
		c.MaxLine = 512
	}
	return app.Protocol{
		Name:  "finger",
		Ports: []app.Port{{Transport: app.TCP, Number: 79, Dir: stream.ToServer}},
		Probe: probe,
		NewStream: func(conn *app.Conn) app.StreamParser {
			return &Session{conn: conn, config: &c}
		},
		Events: []app.EventInfo{longQuery: {Name: "long_query"}},
		Fields: []app.Field{{Name: "finger.user", Dir: stream.ToServer, At: done, Get: user}},
	}
}

// Session is the parser of one connection.
type Session struct {
	conn   *app.Conn
	config *Config
	query  *Query // nil: nothing was asked so far
}

// Client reads the question.
func (s *Session) Client(in *stream.Cursor) error {
	if s.query == nil {
		line, ok := in.Line(s.config.MaxLine)
		if !ok {
			return nil
		}
		s.query = parseQuery(line)
		s.conn.Begin(s.query)
		if in.Ending() == stream.None {
			s.conn.Raise(longQuery, s.query)
		}
		s.query.Advance(stream.ToServer, done)
	}
	in.Skip(int64(in.Len())) // the client has nothing else to say
	return nil
}

// Server reads the answer.
func (s *Session) Server(in *stream.Cursor) error {
	for {
		p, ok := in.Piece(1 << 20)
		if !ok {
			return nil
		}
		if s.query != nil {
			s.query.Size += int64(len(p.Data)) + p.Lost
		}
	}
}

// End is the last call for direction d.
func (s *Session) End(d stream.Dir, rest []byte) {
	if d == stream.ToClient && s.query != nil {
		s.query.Advance(stream.ToClient, done)
	}
}

// Query is the transaction: a question and its answer.
type Query struct {
	app.Tx
	User, Host []byte // "ann@example.org"; an empty User asks for everybody
	Verbose    bool   // /W
	Size       int64  // bytes of the answer
}

// AppendJSON writes the members of the record.
func (q *Query) AppendJSON(o *event.Object) {
	o.Open("finger")
	o.Bytes("user", q.User)
	if len(q.Host) > 0 {
		o.Bytes("host", q.Host)
	}
	o.True("verbose", q.Verbose)
	o.Int("size", q.Size)
	o.Close()
}

// user is the getter of the field finger.user.
func user(tx app.Transaction, i int) (b []byte, ok bool) { return tx.(*Query).User, i == 0 }

// parseQuery reads "/W ann@example.org".
func parseQuery(line []byte) *Query {
	q := new(Query)
	line, q.Verbose = bytes.CutPrefix(bytes.Clone(line), []byte("/W")) // the slice belongs to the stream: keep a copy
	q.User, q.Host, _ = bytes.Cut(bytes.TrimSpace(line), []byte("@"))
	return q
}

// probe wants a line of printable text.
func probe(d stream.Dir, head []byte) app.Guess {
	for _, b := range head {
		switch {
		case b == '\n':
			return app.Yes
		case b < ' ' && b != '\r' && b != '\t':
			return app.No
		}
	}
	return app.Unknown
}
