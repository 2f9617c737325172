package http

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Session is the parser of one connection. It keeps little: what a message needs is allocated when it begins.
type Session struct {
	conn    *app.Conn
	config  *Config
	side    [2]side
	pending queue // exchanges without a final response, oldest first
	flags   flags
	bombs   uint8 // compression bombs
}

// flags of a Session.
type flags uint8

const (
	begun     flags = 1 << iota // there was a request
	stray                       // bytes that belong to no response: noted once
	strayReq                    // bytes that belong to no request: noted once
	replaced                    // another protocol was asked for
	blocked                     // the handler said so
	pipelines                   // the client sends requests before it has the answers to earlier ones
)

// side is what is known of one direction.
type side struct {
	x     *Exchange // that the message belongs to; nil between messages
	head  *builder  // nil but in a head
	body  *body     // nil when there is none, or nobody wants it
	junk  []byte    // in junkLine: the line
	left  int64     // bytes to come of a body or chunk
	at    int64     // offset of the unit that is being read
	end   int64     // … and of what comes behind it, where somebody wants frames
	state state
	after state // what follows restOfLine

	junkEnd stream.Ending
	deep    bool // bytes beyond the depth came
	named   bool // the message's frame was
}

// state is what the next bytes of a direction are.
type state uint8

const (
	startLine  state = iota // a request line or a status line, or blank lines before it
	fieldLines              // header fields
	identity                // a body of known length
	untilClose              // a body that ends with the connection
	chunkSize               // the line before a chunk
	chunkData
	chunkEnd   // the line end behind a chunk
	trailer    // fields behind the last chunk
	perhaps    // a body that there should not be, or the next response
	blankLine  // behind a header that ended in an odd way: perhaps one more line end, which belongs to it
	junkLine   // behind a line that is no status line: is the next one?
	restOfLine // the rest of a line that was too long
	short      // behind a request line without a protocol: fields, or nothing
	deciding   // unknown until the response to CONNECT or Upgrade: requests or something else
	torn       // behind a loss, or what makes no sense: anything up to a line that begins a message for certain
	tunnel     // nothing more is read
)

var (
	_ app.StreamParser = (*Session)(nil)
	_ app.GapHandler   = (*Session)(nil)
	_ app.Ender        = (*Session)(nil)
)

// Close gives back the memory of parts that were not read to their end.
func (s *Session) Close() {
	for d := range s.side {
		if b := s.side[d].body; b != nil {
			b.dropPart()
		}
	}
}

// Client reads what the client sent.
func (s *Session) Client(in *stream.Cursor) error {
	s.read(stream.ToServer, in)
	return nil
}

// Server reads what the server sent.
func (s *Session) Server(in *stream.Cursor) error {
	s.read(stream.ToClient, in)
	return nil
}

// read reads what there is of direction d.
func (s *Session) read(d stream.Dir, in *stream.Cursor) {
	r := &s.side[d]
	r.deep = r.deep || in.Deep()
	for s.flags&(replaced|blocked) == 0 {
		before := r.x
		if !s.unit(d, r, in) {
			break
		}
		if s.conn.Frames() {
			s.frame(d, r, before, in.Offset())
		}
	}
	if s.flags&blocked != 0 {
		in.Skip(int64(in.Len()))
	}
}

// unit reads one unit and reports whether it was there.
func (s *Session) unit(d stream.Dir, r *side, in *stream.Cursor) bool {
	r.at = in.Offset()
	switch r.state {
	case identity, chunkData, untilClose:
		p, ok := in.Piece(r.left)
		if ok {
			s.piece(d, r, p)
		}
		return ok
	case short:
		return s.protocolMissing(r, in)
	case deciding:
		return s.decide(r, in)
	case perhaps:
		return s.unexpected(r, in)
	case blankLine:
		return s.blank(d, r, in)
	case junkLine:
		return s.junk(r, in)
	case tunnel:
		in.Skip(int64(in.Len()))
		return false
	}
	line, ok := in.Line(s.config.MaxLine)
	if !ok {
		return false
	}
	e := in.Ending()
	long := e == stream.None && len(line) == s.config.MaxLine
	if r.state == restOfLine {
		if !long {
			r.state = r.after
		}
		return true
	}
	if d == stream.ToClient && bytes.IndexByte(line, '\r') >= 0 && r.splits(line) {
		s.lines(r, line, e)
	} else {
		s.line(d, r, line, e)
	}
	if long && r.state != untilClose {
		s.tooLong(d, r)
	}
	return true
}

// splits reports whether a CR in line ends a line, as it does for browsers in the head of a response.
func (r *side) splits(line []byte) bool {
	return r.state == fieldLines || r.state == trailer || r.state == startLine && beginsResponse(line)
}

// lines takes a line of the head of a response with a CR in it: several lines. CR before or behind an LF belongs to it.
func (s *Session) lines(r *side, line []byte, e stream.Ending) {
	if line = bytes.Trim(line, "\r"); len(line) == 0 && r.state == fieldLines {
		if r.head.lastLF { // LF CR, CR LF: two line ends
			r.left, r.state = 2, blankLine
		}
		return
	}
	for len(line) > 0 && (r.state == fieldLines || r.state == trailer || r.state == startLine) {
		var part []byte
		part, line, _ = bytes.Cut(line, []byte("\r"))
		if len(part) > 0 {
			s.line(stream.ToClient, r, part, e)
		}
	}
	s.raise(deformedEOL, r.x)
}

// line takes a line, or the beginning of one that is too long.
func (s *Session) line(d stream.Dir, r *side, line []byte, e stream.Ending) {
	switch r.state {
	case startLine:
		switch {
		case len(trim(line)) == 0:
		case d == stream.ToServer:
			s.requestLine(r, line, e)
		default:
			s.statusLine(r, line, e)
		}
	case fieldLines:
		s.fieldLine(d, r, line, e)
	case chunkSize:
		s.chunk(d, r, line, e)
	case chunkEnd:
		r.x.message(d).Length += int64(len(line)) + endingLen[e]
		r.state = chunkSize
	case trailer:
		s.trailerLine(d, r, line, e)
	case torn:
		switch {
		case d == stream.ToServer && certainRequest(line):
			s.endMessage(d, r)
			s.requestLine(r, line, e)
		case d == stream.ToClient && certainResponse(line):
			s.resume(r)
			s.statusLine(r, line, e)
		}
	}
}

// tooLong passes over the rest of a line.
func (s *Session) tooLong(d stream.Dir, r *side) {
	if r.state != torn && r.state != chunkEnd {
		s.raise(pick(d, requestFieldTooLong, responseFieldTooLong), r.x)
	}
	r.after, r.state = r.state, restOfLine
}

var (
	endings   = [...]string{stream.None: "", stream.LF: "\n", stream.CRLF: "\r\n", stream.Delim: ""}
	endingLen = [...]int64{stream.None: 0, stream.LF: 1, stream.CRLF: 2, stream.Delim: 0}
)

// pick returns the event of a direction.
func pick(d stream.Dir, request, response app.EventID) app.EventID {
	if d == stream.ToServer {
		return request
	}
	return response
}

// Gap is called for lost bytes that no body took up.
func (s *Session) Gap(d stream.Dir, l stream.Loss) {
	r := &s.side[d]
	switch r.state {
	case tunnel, torn:
		return
	case short:
		s.endShort()
	case perhaps: // what is lost was its body, or other bytes that should not be there
		s.endMessage(d, r)
		r.state = torn
		return
	case junkLine:
		r.junk, r.state = nil, torn
		return
	}
	s.tornHead(d, r)
	if r.x != nil {
		s.raise(invalidGap, r.x)
		s.closeBody(r, false)
		s.tellEnd(d, r.x, false)
	} else if d == stream.ToClient && len(l.Held) == 0 {
		r.x = s.pending.first // its answer, or the beginning of it, was lost
	}
	r.state = torn
}

// resume goes on with a response behind a loss. The one that was lost, at least in part, is over, also when no other request
// awaits an answer: that may have been lost, too. But what was lost may have been an interim response, if one was asked for.
// A client that waits for its answers had all but the last.
func (s *Session) resume(r *side) {
	x := r.x
	for x != nil && s.flags&pipelines == 0 && x.next != nil && x.next.next != nil {
		r.x = x
		s.endMessage(stream.ToClient, r)
		x = s.pending.first
	}
	r.x = x
	if x != nil && (x.Response.seen() || x.next != nil || x.Request.value("Expect") == nil) {
		s.endMessage(stream.ToClient, r)
	}
	r.x, r.state = nil, startLine
}

// End is the last call of a direction.
func (s *Session) End(d stream.Dir, rest []byte) {
	r := &s.side[d]
	if r.state == short {
		s.endShort()
	}
	s.tornHead(d, r)
	if r.state == perhaps {
		s.endMessage(d, r)
	}
	if r.state == junkLine {
		s.noStatusLine(r, r.junk, r.junkEnd)
	}
	// As with Suricata a body that is shorter than it says is whole when the connection ends.
	whole := (r.state == untilClose || r.state == identity && d == stream.ToClient) && !r.deep
	if missing := s.conn.Missing(d); whole && missing > 0 {
		whole = false
		if r.state == untilClose && r.body != nil {
			r.body.lost(missing)
		}
	}
	s.closeBody(r, whole)
	if whole && r.named {
		s.conn.EndFrame(d, frameRequest+app.FrameID(d), r.end)
	}
	if whole {
		s.endMessage(d, r)
	} else if r.x != nil {
		s.tellEnd(d, r.x, false)
	}
	r.x, r.state = nil, tunnel
}
