package app

import (
	"strconv"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// FramePart is what rules have to look at of a frame: bytes without a hole.
type FramePart struct {
	Frame  *Frame
	Data   []byte // valid until Session.FramesSeen is called
	Offset int64  // of Data[0] in the frame
	Seen   int    // so many bytes at the front of Data were shown before
	Ends   bool   // the frame ends with Data
}

// FrameParts yields what rules have to look at of the frames of direction d, the session's: frames that are there, and of those
// that go on what is enough to be looked at. Of what was shown before, a part begins with as many bytes as a chunk has, so that
// what lies across its border is found; with the end of a frame comes all that is held of it.
func (s *Session) FrameParts(d stream.Dir) func(yield func(p FramePart) bool) {
	return func(yield func(p FramePart) bool) {
		if !s.Framed() {
			return
		}
		side := &s.rare.frames[d]
		for i := range side.list {
			if !s.frameParts(side, &side.list[i], yield) {
				return
			}
		}
	}
}

// frameParts yields the parts of one frame.
func (s *Session) frameParts(side *frameSide, f *Frame, yield func(p FramePart) bool) bool {
	to, last, due := s.due(side, f)
	if !due || f.state&frameDone != 0 {
		return true
	}
	from := f.Offset
	if !last {
		from = max(from, f.seen-int64(s.gateway.config.Frames.Chunk))
	}
	ends := to == f.end || last && f.id == streamFrame
	for off, b := range side.held.pieces(from, to) {
		end := off + int64(len(b))
		if end <= f.seen && !(ends && end == to) {
			continue
		}
		p := FramePart{Frame: f, Data: b, Offset: off - f.Offset, Ends: ends && end == to}
		p.Seen = int(min(max(f.seen-off, 0), int64(len(b))))
		if !yield(p) {
			return false
		}
	}
	return true
}

// due reports whether there is enough of f to be looked at, up to where, and whether nothing will be added to it.
func (s *Session) due(side *frameSide, f *Frame) (to int64, last, due bool) {
	to = min(f.end, side.held.end)
	last = to == f.end || side.over
	switch n := to - f.seen; {
	case last:
		return to, last, true
	case s.gateway.config.Inline:
		return to, last, n > 0
	default:
		return to, last, n >= int64(s.gateway.config.Frames.Chunk)
	}
}

// FramesSeen says that rules have looked at the frames of direction d, the caller's, as they are. Those that can be told are told
// to the FrameLogger; those that are over go. at is how far the parser has come: frames to come do not begin before.
func (s *Session) FramesSeen(d stream.Dir, at int64) {
	if !s.Framed() {
		return
	}
	d = s.side(d)
	side := &s.rare.frames[d]
	c := &s.gateway.config.Frames
	left := side.list[:0]
	edge := min(at, side.held.end)
	for i := range side.list {
		f := &side.list[i]
		s.tellFrame(d, side, f)
		to, last, due := s.due(side, f)
		switch {
		case last && (f.state&frameAwaitsTx == 0 || side.over):
			continue
		case last:
			f.state |= frameDone
		case due:
			f.seen = to
		}
		if f.id == streamFrame {
			f.done = f.done[:0]
		}
		need := f.Offset
		if to-f.Offset > int64(c.Whole) {
			need = max(need, f.seen-int64(c.Chunk))
		}
		edge = min(edge, need)
		left = append(left, *f)
	}
	clear(side.list[len(left):])
	if side.list = left; len(left) == 0 {
		side.list = nil
	}
	side.held.forget(edge)
	s.unwatch()
}

// unwatch lets go of what is kept for frames once there will be no others.
func (s *Session) unwatch() {
	f := s.rare.frames
	ended := s.transport == TCP && f[0].over && f[1].over || s.state&disabled != 0
	if ended && len(f[0].list)+len(f[1].list) == 0 {
		s.rare.frames = nil
		s.state &^= framed
	}
}

// tellFrame tells the FrameLogger of f, once, as soon as nothing of its record will change.
func (s *Session) tellFrame(d stream.Dir, side *frameSide, f *Frame) {
	c := &s.gateway.config.Frames
	if f.state&frameTold != 0 || !c.Tell || s.gateway.framer == nil || f.state&frameAwaitsTx != 0 && !side.over {
		return
	}
	_, last, _ := s.due(side, f)
	if last || side.held.end-f.Offset >= int64(c.Payload) {
		f.state |= frameTold
		s.gateway.framer.Frame(s, d, f)
	}
}

// FrameLogger is a Logger that also wants the frames of flows, with FrameConfig.Tell.
type FrameLogger interface {
	// Frame is called once for each frame, when it is there, or as much of it as its record shows. d is the session's direction.
	Frame(s *Session, d stream.Dir, f *Frame)
}

// FrameRecord fills in the type and body of f's record; d is the session's direction.
func FrameRecord(r *event.Record, s *Session, d stream.Dir, f *Frame) {
	r.Type = "frame"
	s.gateway.frame = frameRecord{FrameBody{s, f, d, true}}
	r.Body = &s.gateway.frame
}

// frameRecord is the body of the record of a frame.
type frameRecord struct{ FrameBody }

func (b *frameRecord) AppendJSON(o *event.Object) {
	o.Str("app_proto", b.session.gateway.kind(b.frame.kind).Name)
	b.FrameBody.AppendJSON(o)
}

// FrameBody writes the object frame.
type FrameBody struct {
	session *Session
	frame   *Frame
	dir     stream.Dir
	record  bool // as soon as there is enough for it
}

// FrameBody returns what writes the object frame of f, of direction d, the session's. It is valid as long as f is.
func (s *Session) FrameBody(d stream.Dir, f *Frame) FrameBody {
	return FrameBody{session: s, frame: f, dir: d}
}

// FrameKind returns the names of the protocol of f and of what it is there.
func (s *Session) FrameKind(f *Frame) (protocol, name string) {
	k := s.gateway.kind(f.kind)
	if f.id == streamFrame {
		return k.Name, StreamFrame
	}
	return k.Name, k.Frames[f.id]
}

var sides = [2]string{"toserver", "toclient"}

// AppendJSON writes the object frame. What is shown of a frame that is longer than a record's payload does not depend on how much
// of it has come.
func (b FrameBody) AppendJSON(o *event.Object) {
	s, f := b.session, b.frame
	side := &s.rare.frames[b.dir]
	to, last, _ := s.due(side, f)
	most := f.Offset + int64(s.gateway.config.Frames.Payload)
	length := f.end - f.Offset
	if f.end == endless {
		length = to - f.Offset
		if b.record && !last {
			length = most - f.Offset
		}
	}
	_, name := s.FrameKind(f)
	o.Open("frame")
	o.Str("type", name)
	o.Uint("id", f.Number)
	o.Str("direction", sides[b.dir])
	if s.transport == TCP {
		o.Int("stream_offset", f.Offset)
	}
	o.Int("length", length)
	text := s.frameText(side, f, min(to, most))
	o.Base64("payload", text)
	o.Printable("payload_printable", text)
	o.Bool("complete", to <= most && (to == f.end || last && f.id == streamFrame))
	if f.state&frameHasTx != 0 {
		o.Uint("tx_id", f.tx)
	}
	o.Close()
}

// frameText returns the bytes of f up to an offset, and for those that are not held how many they are. It is valid until the
// next call.
func (s *Session) frameText(side *frameSide, f *Frame, to int64) []byte {
	text, at := s.gateway.frameText[:0], f.Offset
	missing := func(n int64) {
		if n > 0 {
			text = append(strconv.AppendInt(append(text, '['), n, 10), " bytes missing]"...)
		}
	}
	for off, b := range side.held.pieces(f.Offset, to) {
		missing(off - at)
		text = append(text, b...)
		at = off + int64(len(b))
	}
	missing(to - at)
	s.gateway.frameText = text
	return text
}
