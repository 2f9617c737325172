// Package ident reads the Identification Protocol (RFC 1413): a client asks who owns a connection, in one line, and the
// server answers in one line.
//
//	client: queries ──▶ each begins a transaction and is queued
//	server: replies ──▶ each completes the oldest query that has none
//
// It is the example of docs/new-protocol.md and not part of the sensor. Gaps end the parsing; charsets of user
// identifiers are not decoded.
package ident

import (
	"errors"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Config limits the parser. The zero value is ready to use.
type Config struct {
	// MaxLine is the number of bytes of a line that are read; the rest of a longer one is skipped.
	// When zero, it is 1000 (RFC 1413, section 6).
	MaxLine int
	// MaxPending is the number of queries that may be without a reply; with more, parsing ends.
	// When zero, it is 100.
	MaxPending int
}

// errPending ends the parsing of a connection whose server does not reply.
var errPending = errors.New("too many queries without a reply")

// Anomalies, as indexes into Protocol.Events.
const (
	invalidQuery app.EventID = iota
	invalidReply
	unexpectedReply
)

// New returns the protocol.
func New(c Config) app.Protocol {
	if c.MaxLine == 0 {
		c.MaxLine = 1000
	}
	if c.MaxPending == 0 {
		c.MaxPending = 100
	}
	return app.Protocol{
		Name:  "ident",
		Ports: []app.Port{{Transport: app.TCP, Number: 113, Dir: stream.ToServer}},
		Probe: probe,
		NewStream: func(conn *app.Conn) app.StreamParser {
			return &Session{conn: conn, config: &c}
		},
		Events: []app.EventInfo{
			invalidQuery:    {Name: "invalid_query"},
			invalidReply:    {Name: "invalid_reply"},
			unexpectedReply: {Name: "unexpected_reply"},
		},
		Fields: []app.Field{{Name: "ident.user", Dir: stream.ToClient, At: done, Get: user}},
	}
}

// Session is the parser of one connection.
type Session struct {
	conn    *app.Conn
	config  *Config
	pending []*Query // without a reply, oldest first
	rest    [2]bool  // what comes next in a direction is the rest of a line that was too long
}

var _ app.StreamParser = (*Session)(nil)

// Client reads queries.
func (s *Session) Client(in *stream.Cursor) error {
	for {
		line, ok := s.line(in, stream.ToServer)
		if !ok {
			return nil
		}
		q, ok := parseQuery(line)
		if !ok {
			s.conn.Raise(invalidQuery, nil)
			continue
		}
		if len(s.pending) == s.config.MaxPending {
			return errPending
		}
		s.conn.Begin(q)
		q.Advance(stream.ToServer, done)
		s.pending = append(s.pending, q)
	}
}

// Server reads replies.
func (s *Session) Server(in *stream.Cursor) error {
	for {
		line, ok := s.line(in, stream.ToClient)
		if !ok {
			return nil
		}
		if len(s.pending) == 0 {
			s.conn.Raise(unexpectedReply, nil)
			continue
		}
		q := s.pending[0]
		s.pending = s.pending[1:]
		if !q.parseReply(line) {
			s.conn.Raise(invalidReply, q)
		}
		q.Advance(stream.ToClient, done)
	}
}

// line reads a line and leaves out what is beyond the limit.
func (s *Session) line(in *stream.Cursor, d stream.Dir) (text []byte, ok bool) {
	for {
		text, ok = in.Line(s.config.MaxLine)
		if !ok {
			return nil, false
		}
		rest := s.rest[d]
		s.rest[d] = in.Ending() == stream.None
		if !rest {
			return text, true
		}
	}
}
