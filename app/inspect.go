package app

import "github.com/reknit/reknit/stream"

// What follows is for the inspection of a flow's bytes as they are, apart from its transactions. d is the caller's direction,
// as in Read.

// TakeDue reports, once, whether the bytes of direction d are to be inspected, however few there are: a transaction was
// completed in this direction, or a gap ended its parsing.
func (s *Session) TakeDue(d stream.Dir) bool {
	d = s.side(d)
	due := s.dir[d]&inspectDue != 0
	s.dir[d] &^= inspectDue
	return due
}

// TakeFlush reports, once, whether the bytes of both directions are to be inspected before anything else is done: what
// follows is encrypted, or another protocol: then it says which one the flow had so far.
func (s *Session) TakeFlush() (protocol string, due bool) {
	if s.state&flushDue == 0 {
		return "", false
	}
	s.state &^= flushDue
	protocol = s.gateway.kind(s.was).Name
	s.was = unknown
	return protocol, true
}

// flushes makes the flow be inspected before it goes on as something else.
func (s *Session) flushes() {
	if s.transport == TCP {
		s.state |= flushDue
		s.gateway.counters.Flushes += 2
	}
}

// Inspect returns Protocol.Inspect of the flow's protocol for direction d.
func (s *Session) Inspect(d stream.Dir) int {
	if s.stream == nil {
		return 0
	}
	return s.gateway.kind(s.parsed).Inspect[s.side(d)]
}

// Encrypted reports whether the parser said that the bytes of direction d are encrypted from here on.
func (s *Session) Encrypted(d stream.Dir) bool { return s.Opaque(s.side(d)) }
