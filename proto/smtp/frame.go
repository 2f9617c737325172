package smtp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Frames: a line of the client that is no text, the text of a message up to the line that holds only a dot, or a BDAT chunk, and a
// line of the server.
const (
	frameCommand app.FrameID = iota
	frameData
	frameResponse
)

var frames = []string{frameCommand: "command_line", frameData: "data", frameResponse: "response_line"}

// frameLine names the line that was just read, from an offset on. One that is not whole goes on: see frameRest.
func (s *Session) frameLine(d stream.Dir, in *stream.Cursor, e stream.Ending, at int64, limit int, m *Mail) {
	if !s.conn.Frames() {
		return
	}
	n := in.Offset() - at
	if e == stream.None {
		if n < int64(limit) {
			return // the connection ended in it
		}
		n = -1
	}
	var tx app.Transaction
	if m != nil {
		tx = m
	}
	s.conn.Frame(d, lines[d], at, n, tx)
}

// lines are the frames of lines.
var lines = [2]app.FrameID{frameCommand, frameResponse}

// frameRest ends the frame of a line whose rest was just read.
func (s *Session) frameRest(d stream.Dir, in *stream.Cursor) {
	s.conn.EndFrame(d, lines[d], in.Offset())
}

// frameText begins the frame of a text whose first bytes are to be read, and ends that of one that ended without its own.
func (s *Session) frameText() {
	switch in := s.client == inText || s.client == inChunk; {
	case in && s.flags&textNamed == 0 && s.conn.Frames():
		s.flags |= textNamed
		if s.flags&provisional == 0 {
			s.conn.Frame(stream.ToServer, frameData, s.at, -1, s.text.mail)
			return
		}
		s.conn.Frame(stream.ToServer, frameData, s.at, -1, nil)
		s.conn.AwaitTx(stream.ToServer, frameData)
	case !in && s.flags&textNamed != 0 && s.client != textSent:
		s.endFrame(s.at)
	}
}

// endFrame ends the frame of a text.
func (s *Session) endFrame(at int64) {
	s.conn.EndFrame(stream.ToServer, frameData, at)
	if s.client != textSent {
		s.flags &^= textNamed
	}
}

// confirmFrame says that what was taken for text is one.
func (s *Session) confirmFrame() { s.conn.FrameTx(stream.ToServer, frameData, s.text.mail) }
