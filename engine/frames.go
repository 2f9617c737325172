package engine

import (
	"math"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// What follows is for the frames that parsers name (app.Conn.Frame): parts of a direction's bytes, which are given to the session
// beside the parser, looked at with the direction's next packet, and then told.

// undetected reports whether the bytes of the connection wait for its protocol to be known: it may have frames.
func (w *Worker) undetected() bool {
	if !w.beside.frames {
		return false
	}
	s := w.parsedBy()
	return s != nil && s.Protocol() == ""
}

// holdFrames has the streams of a connection hold what its frames are parts of.
func (w *Worker) holdFrames(s *app.Session) {
	if v := &w.entry.Value; s.Framed() && v.conn != 0 && s.Transport() == app.TCP {
		for d := range stream.Dir(2) {
			w.conns.at(v.conn).Stream(d).HoldLog()
		}
	}
}

// framesSeen is called when everybody has seen the frames that there are in the direction of the packet.
func (w *Worker) framesSeen() {
	s := w.parsedBy()
	if s == nil || !s.Framed() {
		return
	}
	at := int64(math.MaxInt64)
	v := &w.entry.Value
	if s.Transport() == app.TCP && v.conn != 0 {
		at = w.conns.at(v.conn).Stream(w.dir).App()
	}
	s.FramesSeen(w.dir, at)
	if !s.Framed() && w.beside.log == nil && v.conn != 0 {
		for d := range stream.Dir(2) {
			w.conns.at(v.conn).Stream(d).DropLog()
		}
	}
}

// framesEnd tells of the frames that are left in direction d of a connection that ends.
func (w *Worker) framesEnd(d stream.Dir) {
	if s := w.parsedBy(); w.beside.frames && s != nil {
		w.dir = d
		s.FramesSeen(d, math.MaxInt64)
	}
}

// framesLeft reports whether a connection has frames in direction d that were not seen to their end.
func (w *Worker) framesLeft(v *flowState, d stream.Dir) bool {
	return w.beside != nil && w.beside.frames && v.session != 0 && w.config.Streams == nil && w.sessions.at(v.session).FramesLeft(d)
}

// Frame makes the record of a frame.
func (l *logger) Frame(s *app.Session, d stream.Dir, f *app.Frame) {
	w := (*Worker)(l)
	r := w.begin()
	w.orient(r, d, s.Reversed())
	app.FrameRecord(r, s, d, f)
	w.send(r)
}
