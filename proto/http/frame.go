package http

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Frames: a request and a response, from the first line to the end of the body.
const (
	frameRequest app.FrameID = iota
	frameResponse
)

var frames = []string{frameRequest: "request", frameResponse: "response"}

// frame names the message that the unit just read began, and ends the one that it ended. before is the exchange whose message was
// being read when the unit began, end is where it ends.
func (s *Session) frame(d stream.Dir, r *side, before *Exchange, end int64) {
	id := frameRequest + app.FrameID(d)
	if r.named && (before == nil || r.x != before) {
		if r.end = r.at; before != nil && r.x == nil {
			r.end = end
		}
		s.conn.EndFrame(d, id, r.end)
		r.named = false
	}
	if r.x != nil && r.x != before {
		s.conn.Frame(d, id, r.at, -1, r.x)
		r.named = true
	}
	r.end = end
}
