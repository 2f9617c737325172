package tls

import (
	"encoding/binary"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Heartbeat message types (RFC 6520, section 4).
const (
	heartbeatRequest  = 1
	heartbeatResponse = 2
	heartbeatPadding  = 16 // at least
)

// beat is a heartbeat request that was not answered yet.
type beat struct {
	pending bool
	dir     stream.Dir // of the request
	length  int        // of its record
}

// heartbeat looks at the fragment of a heartbeat record. Encrypted ones show only their length: a response that is longer
// than its request gives away what was not asked for.
func (s *Session) heartbeat(d stream.Dir, b []byte) {
	response := s.beat.pending && s.beat.dir != d
	if !s.half[d].encrypted {
		if e, odd := checkHeartbeat(b); odd {
			s.raise(e)
		}
		if len(b) > 0 {
			response = b[0] == heartbeatResponse
		}
	}
	switch {
	case !response && s.beat.pending && s.beat.dir == d:
		s.raise(invalidHeartbeat)
	case !response:
		s.beat = beat{pending: true, dir: d, length: len(b)}
	case !s.beat.pending:
	default:
		if len(b) > s.beat.length {
			s.raise(dataleakHeartbeat)
		}
		s.beat.pending = false
	}
}

// checkHeartbeat checks a message that is not encrypted.
func checkHeartbeat(b []byte) (e app.EventID, odd bool) {
	if len(b) < 3 || b[0] != heartbeatRequest && b[0] != heartbeatResponse {
		return invalidHeartbeat, true
	}
	payload := int(binary.BigEndian.Uint16(b[1:]))
	switch {
	case payload+3 > len(b):
		return overflowHeartbeat, true
	case len(b)-3-payload < heartbeatPadding:
		return invalidHeartbeat, true
	}
	return 0, false
}
