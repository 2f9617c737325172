// Package ntp reads NTP, the Network Time Protocol (RFC 5905): the header of each message, which is a transaction, complete at once.
//
// A message begins with its version and its mode, and is at least 48 bytes long. Versions 3 and 4 are looked for, in all modes; of
// control messages (RFC 9327) only those that are as long. That is what Suricata finds. Older versions, whose bytes tell
// less, are not.
//
// # What EVE shows
//
// The record ntp, where it is wanted, has version, mode, stratum and reference identifier; the latter two are not part of control and
// private messages.
//
// # Anomalies
//
// A datagram that is no message is malformed_data; the next one is read all the same. A server's answer that tells the time of no
// request is an unsolicited_response. The last 8 requests without an answer are remembered.
//
// # Missing on purpose
//
// Timestamps, extensions and digests.
package ntp

import (
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// The anomalies.
const (
	malformedData app.EventID = iota
	unsolicitedResponse
)

// New returns the protocol.
func New() app.Protocol {
	return app.Protocol{
		Name:          "ntp",
		Unnumbered:    true,
		Ports:         []app.Port{{Transport: app.UDP, Number: 123, Dir: stream.ToServer}},
		ProbeDatagram: probe,
		NewDatagram:   func(conn *app.Conn) app.DatagramParser { return &Session{conn: conn} },
		Fields:        fields,
		Events: []app.EventInfo{
			malformedData:       {Name: "malformed_data"},
			unsolicitedResponse: {Name: "unsolicited_response"},
		},
	}
}

// probe wants a whole header of version 3 or 4. In modes such as that of peers both sides say the same, so that the
// direction tells nothing.
func probe(_ stream.Dir, b []byte) app.Guess {
	if _, ok := parse(b); !ok {
		return app.No
	}
	return app.Yes
}

// maxPending is how many requests without an answer are remembered.
const maxPending = 8

// Session is the parser of one flow.
type Session struct {
	conn    *app.Conn
	pending []uint64 // when requests without an answer were sent, by their sender's clock; the oldest first
}

var _ app.DatagramParser = (*Session)(nil)

// Datagram reads a message.
func (s *Session) Datagram(d stream.Dir, b []byte) error {
	h, ok := parse(b)
	if !ok {
		s.conn.Raise(malformedData, nil)
		return nil
	}
	m := &Message{Header: h, Dir: d}
	s.conn.Begin(m)
	switch {
	case h.Mode == Client && d == stream.ToServer:
		s.asked(h.Transmit)
	case h.Mode == Server && d == stream.ToClient && !s.answered(h.Origin):
		s.conn.Raise(unsolicitedResponse, m)
	}
	m.Single(d)
	return nil
}

// asked remembers a request.
func (s *Session) asked(sent uint64) {
	if len(s.pending) == maxPending {
		s.pending = slices.Delete(s.pending, 0, 1)
	}
	s.pending = append(s.pending, sent)
}

// answered reports whether a request was sent at that time, and had no answer.
func (s *Session) answered(sent uint64) bool {
	i := slices.Index(s.pending, sent)
	if i < 0 {
		return false
	}
	s.pending = slices.Delete(s.pending, i, i+1)
	return true
}
