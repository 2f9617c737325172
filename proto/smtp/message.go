package smtp

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mail"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// textReader reads the text of a mail. Nothing of it is kept, so that its memory does not depend on its size.
type textReader struct {
	session *Session
	mail    *Mail
	message *Message
	parser  *mime.Message  // reset; nil: never needed so far
	buffer  *stream.Buffer // for chunks, empty; nil: never needed so far
	mime    *mime.Message  // the parser; nil: the text is not taken apart
	part    *mime.Part     // the leaf that is open, or the last part that began
	file    *Attachment    // that is open
	chunk   int64          // bytes to come of a BDAT chunk
	chunks  *stream.Buffer // bytes of BDAT chunks that are no line yet; nil for DATA, and when they are passed over
	replay  []byte         // what was read before the reply to DATA, while it is short
	from    int64          // offset of replay
	long    bool           // it was not
	fieldAt int64          // offset of the last line that began a header field
	bodyAt  int64          // offset of the first line whose decoded bytes the next Body has; -1: of the next line
	middle  bool           // the next text goes on in the same line
	gapped  bool
	torn    bool // the next line may be the rest of one
	cut     bool // the text ends before its end
	raised  uint32
	held    int // bytes of a line that had not ended when the client was last read
}

var _ mime.Handler = (*textReader)(nil)

// beginText makes ready for the text of m.
func (s *Session) beginText(m *Mail, chunked bool) {
	if s.text != nil {
		s.dropText()
	}
	if m == nil {
		m = s.transaction(data)
		m.state |= dataTried
	}
	m.Message = s.newMessage()
	m.Message.Chunked = chunked
	t := s.newText()
	t.session, t.mail, t.message, t.from = s, m, m.Message, s.at
	s.text = t
	s.flags &^= midLine | provisional
	switch c := s.config; {
	case c.OpaqueBDAT && chunked:
	case c.RawExtraction:
		t.open([]byte(rawName), "message/rfc822", 0)
	case !c.NoMIME:
		if t.parser == nil {
			t.parser = mime.NewMessage(&c.MIME, t)
		}
		t.mime = t.parser
		t.message.email = t.message.email.Again(&c.Email)
		t.message.Email = t.message.email
	}
}

// newText returns a textReader that knows nothing.
func (s *Session) newText() *textReader {
	if t, ok := s.config.texts.Get().(*textReader); ok {
		return t
	}
	return &textReader{}
}

// freeText lets go of the text, which is over. Its reader serves another, perhaps of another session.
func (s *Session) freeText() {
	t := s.text
	s.text = nil
	*t = textReader{parser: t.parser, buffer: t.buffer}
	if t.buffer != nil && t.buffer.Cursor().Len() > 0 { // the text was dropped
		t.buffer = nil
	}
	if t.parser != nil {
		t.parser.Reset(&s.config.MIME, t)
	}
	s.config.texts.Put(t)
}

// guessText begins the text behind a DATA whose reply has not come.
func (s *Session) guessText() {
	m := s.mail
	if n := s.queue.len(); n > 0 && s.queue.at(n-1).verb == data {
		m = s.queue.at(n - 1).mail
	}
	s.beginText(m, false)
	s.flags |= provisional
	s.client = inText
}

// rawName is the name of the file that is a whole message.
const rawName = "rawmsg"

// expectText begins a text that the server asked for, without a DATA that was seen.
func (s *Session) expectText() {
	m := s.transaction(data)
	m.state |= dataTried
	m.Advance(stream.ToServer, requestData)
	m.Advance(stream.ToClient, responseData)
	s.beginText(m, false)
	s.client = inText
}

// textLine takes a line of the text, or part of a long one.
func (s *Session) textLine(line []byte, e stream.Ending) {
	t := s.text
	first := s.flags&midLine == 0
	if e == stream.None {
		s.flags |= midLine
	} else {
		s.flags &^= midLine
	}
	if s.flags&provisional != 0 {
		t.remember(line, e)
	}
	if first && len(line) > 0 && line[0] == '.' {
		if len(line) == 1 && e != stream.None {
			s.endOfText()
			return
		}
		if !t.torn || len(line) > 1 && line[1] == '.' {
			line = line[1:] // RFC 5321, section 4.5.2
			if t.mime != nil {
				t.mime.Stuffed()
			}
		}
	}
	t.torn = false
	t.line(line, e)
}

// textLines takes lines from the beginning of b that are body text of a part and nothing else, and returns how many bytes
// they are. When it is 0, the next line is for textLine.
func (s *Session) textLines(b []byte) int {
	if s.flags&(midLine|provisional) != 0 || s.text.torn {
		return 0
	}
	return s.text.lines(b)
}

// lines is line for many lines, with their ends: those at the beginning of b that mime.Message.Lines takes.
func (t *textReader) lines(b []byte) int {
	if h := t.session.config.Handler; t.mime == nil || t.middle || h != nil && h.OnText != nil {
		return 0
	}
	if t.bodyAt < 0 {
		t.bodyAt = t.session.at
	}
	n := t.mime.Lines(b)
	t.message.Size += int64(n)
	if t.part != nil && t.part.Encoding == mime.Identity && bytes.IndexByte(b[:n], 0) >= 0 {
		t.message.NUL = true
	}
	return n
}

// line takes a line of the message as it was before the transport.
func (t *textReader) line(line []byte, e stream.Ending) {
	m := t.message
	m.Size += int64(len(line)) + endingLen[e]
	if e == stream.LF {
		m.BareLF++
	}
	if (t.part == nil || t.part.Encoding == mime.Identity) && bytes.IndexByte(line, 0) >= 0 {
		m.NUL = true
	}
	if h := t.session.config.Handler; h != nil && h.OnText != nil {
		t.session.verdict(h.OnText(t.session.here(stream.ToServer), t.part, line, e))
	}
	if t.mime != nil {
		if t.bodyAt < 0 {
			t.bodyAt = t.session.at
		}
		t.mime.Line(line, e)
		if !t.middle && (len(line) == 0 || !isBlank(line[0])) {
			t.fieldAt = t.session.at
		}
		t.middle = e == stream.None
	} else if t.file != nil {
		t.file.Write(line)
		t.file.Write(endings[e])
	}
}

var (
	endings   = [...][]byte{stream.None: nil, stream.LF: []byte("\n"), stream.CRLF: []byte("\r\n"), stream.Delim: nil}
	endingLen = [...]int64{stream.None: 0, stream.LF: 1, stream.CRLF: 2, stream.Delim: 0}
)

// endOfText takes the line that holds only a dot.
func (s *Session) endOfText() {
	if s.flags&provisional != 0 {
		s.client = textSent
		return
	}
	s.client = commands
	m := s.text.mail
	s.closeText()
	s.owe(owed{mail: m, verb: endOfData, rcpt: -1})
	s.overRequest(m)
	s.answerEarly()
}

// acceptText ends a text that ended before the reply to DATA came.
func (s *Session) acceptText() {
	s.flags &^= provisional
	s.confirmFrame()
	s.flags &^= textNamed
	s.text.forget()
	s.endOfText()
}

// confirmText takes what was taken for text to be text.
func (s *Session) confirmText() {
	switch s.expects() {
	case inText:
		s.flags &^= provisional
		s.confirmFrame()
		s.text.forget()
	case textSent:
		s.acceptText()
	}
}

// closeText ends the text, which is whole.
func (s *Session) closeText() {
	t := s.text
	t.message.Whole = true
	t.close()
	s.freeText()
}

func (t *textReader) close() {
	switch {
	case t.mime == nil:
	case t.cut:
		t.mime.Cut()
	default:
		t.mime.Close()
	}
	t.closeFile()
}

// endText ends what the end of the connection cut off.
func (s *Session) endText() {
	if s.client == textSent {
		s.acceptText()
	}
	if t := s.text; t != nil {
		t.cut = true
		t.close()
		s.freeText()
	}
	s.client = dead
}

// dropText forgets a text that was reset, or was none.
func (s *Session) dropText() {
	t := s.text
	t.cut = true
	t.closeFile()
	s.freeText()
}

// remember keeps what may have to be read as commands.
func (t *textReader) remember(line []byte, e stream.Ending) {
	if t.long || len(t.replay)+len(line)+2 > maxReplay {
		t.replay, t.long = nil, true
		return
	}
	t.replay = append(append(t.replay, line...), endings[e]...)
}

// maxReplay is the number of bytes kept of a text that may be none. A client that is wrong about DATA notices soon.
const maxReplay = 8 << 10

func (t *textReader) forget() { t.replay, t.long = nil, false }

// takeBack reads what was taken for text as commands: the server did not accept DATA.
func (s *Session) takeBack() {
	t := s.text
	replay, from, lost := t.replay, t.from, t.long || t.gapped
	s.flags &^= provisional | midLine
	t.mail.Message = nil
	s.dropText()
	s.client = commands
	s.conn.DropFrame(stream.ToServer, frameData)
	s.flags &^= textNamed
	if lost {
		s.owe(owed{verb: unsure, rcpt: -1})
		return
	}
	at := s.at
	s.reread(replay, from)
	s.at = at
}

// textGap notes lost bytes of the text.
func (s *Session) textGap(l stream.Loss) {
	t := s.text
	if len(l.Held) > 0 {
		s.textLine(l.Held, stream.None)
	}
	s.flags &^= midLine
	t.torn, t.held = true, 0
	t.lose(l.Lost)
	if len(s.queue.early()) == 0 || s.flags&provisional != 0 {
		return
	}
	s.endOfText() // the server answered the dot, which is among what was lost
	s.commandsLost(0)
}

// lose notes n lost bytes.
func (t *textReader) lose(n int64) {
	t.gapped = true
	t.message.Lost += n
	if h := t.session.config.Handler; h != nil && h.OnLost != nil {
		t.session.verdict(h.OnLost(t.session.here(stream.ToServer), n))
	}
	if t.mime != nil {
		t.mime.Lost(n)
	} else if t.file != nil {
		t.file.Lost(n)
	}
}

// chunkHeader takes BDAT and returns what the server's reply will answer (RFC 3030, section 2).
func (s *Session) chunkHeader(m *Mail, arg []byte) verb {
	size, last, ok := parseBDAT(arg)
	if !ok {
		s.raise(invalidBDAT, m)
		return other
	}
	m.state |= dataTried
	m.Advance(stream.ToServer, requestData)
	if s.text == nil || s.text.mail != m {
		s.beginText(m, true)
		if !s.config.OpaqueBDAT {
			s.text.openChunks()
		}
	}
	s.text.chunk = size
	s.flags &^= lastChunk
	v := bdat
	if last {
		s.flags |= lastChunk
		v = lastBDAT
	}
	if size > 0 {
		s.next(inChunk)
	} else {
		s.endChunk()
	}
	return v
}

// openChunks makes ready for lines in chunks.
func (t *textReader) openChunks() {
	if t.buffer == nil {
		t.buffer = stream.NewBuffer(2*t.session.config.MaxText + 2)
	}
	t.chunks = t.buffer
}

// chunkPiece takes bytes of a chunk.
func (s *Session) chunkPiece(p stream.Piece) {
	t := s.text
	t.chunk -= int64(len(p.Data)) + p.Lost
	if t.chunks == nil {
		t.message.Size += int64(len(p.Data))
	} else {
		t.chunkText(p.Data)
	}
	if p.Lost > 0 {
		t.flushChunks()
		t.lose(p.Lost)
	}
	if t.chunk == 0 {
		s.client = commands
		s.endChunk()
	}
}

// chunkText takes bytes of a chunk that is taken apart. What needs no look at single lines is read where it lies, the
// rest line by line through t.chunks, as a line may begin in one chunk and end in another.
func (t *textReader) chunkText(b []byte) {
	for len(b) > 0 {
		n := 0
		if t.chunks.Cursor().Len() == 0 {
			n = t.lines(b)
		}
		if n == 0 {
			n = min(len(b), t.session.config.MaxText)
			if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
				n = i + 1
			}
			t.chunks.Write(b[:n])
			t.drain()
		}
		b = b[n:]
	}
}

// drain takes the lines that are whole.
func (t *textReader) drain() {
	in := t.chunks.Cursor()
	for {
		line, ok := in.Line(t.session.config.MaxText)
		if !ok {
			return
		}
		t.line(line, in.Ending())
	}
}

// flushChunks takes what is there of a line that does not end.
func (t *textReader) flushChunks() {
	if t.chunks == nil {
		return
	}
	in := t.chunks.Cursor()
	if line, ok := in.Next(in.Len()); ok && len(line) > 0 {
		t.line(line, stream.None)
	}
}

// endChunk ends a chunk, and with the last one the message.
func (s *Session) endChunk() {
	if s.flags&lastChunk == 0 {
		return
	}
	m := s.text.mail
	s.text.flushChunks()
	s.closeText()
	s.overRequest(m)
}

// Header takes a header field from mime.
func (t *textReader) Header(p *mime.Part, h *mime.Header) {
	t.message.Email.Header(p, h)
	if f := t.session.config.Handler; f != nil && f.OnHeader != nil {
		at := t.session.here(stream.ToServer)
		at.Offset = t.fieldAt
		t.session.verdict(f.OnHeader(at, p, h))
	}
}

// Begin takes a part whose header is complete, and opens a file for it when it has a name.
func (t *textReader) Begin(p *mime.Part) {
	t.part, t.bodyAt = p, -1
	t.message.Email.Begin(p)
	if p.Kind == mime.Leaf && len(p.Name) > 0 {
		t.open(p.Name, p.Type, p.Index)
	}
	if h := t.session.config.Handler; h != nil && h.OnBodyStart != nil {
		t.session.verdict(h.OnBodyStart(t.session.here(stream.ToServer), p))
	}
}

// Body takes decoded bytes of a part.
func (t *textReader) Body(p *mime.Part, b []byte) {
	t.message.Email.Body(p, b)
	if t.file != nil {
		t.file.Write(b)
	}
	if h := t.session.config.Handler; h != nil && h.OnBody != nil {
		at := t.session.here(stream.ToServer)
		at.Offset, t.bodyAt = t.bodyAt, at.Offset
		t.session.verdict(h.OnBody(at, p, b))
	}
}

// flush tells the handler and the file what was decoded so far.
func (t *textReader) flush() {
	if t.mime != nil {
		t.mime.Flush()
	}
}

// Lost takes a gap in a part.
func (t *textReader) Lost(p *mime.Part, n int64) {
	t.message.Email.Lost(p, n)
	if t.file != nil {
		t.file.Lost(n)
	}
}

// End takes the end of a part.
func (t *textReader) End(p *mime.Part) {
	t.message.Email.End(p)
	t.closeFile()
	t.part = p.Parent
	if h := t.session.config.Handler; h != nil && h.OnBodyStop != nil {
		t.session.verdict(h.OnBodyStop(t.session.here(stream.ToServer), p))
	}
}

// Anomaly takes an oddity of the message. Each kind is raised once per mail, as Suricata does. A header line that is no
// field is too common to be one, and none since Suricata 8.
func (t *textReader) Anomaly(a mime.Anomaly, p *mime.Part) {
	t.message.Email.Anomaly(a, p)
	if t.raised&(1<<a) == 0 && a != mime.MalformedMsg {
		t.raised |= 1 << a
		t.session.raise(firstMIME+app.EventID(a), t.mail)
	}
}

// open begins a file.
func (t *textReader) open(name []byte, mediaType string, part int) {
	t.closeFile()
	if t.session.config.Files.Unwanted {
		return
	}
	m := t.message
	m.Files = mail.Attach(m.Files, &t.session.config.Files, name)
	f := m.Files[len(m.Files)-1]
	f.MediaType, f.Part, f.Tx = mediaType, part, t.mail.ID
	t.file = f
	t.session.conn.OpenFile(t.mail, stream.ToServer, f)
}

// closeFile ends the file that is open. It is told with its transaction, so that its record does not depend on how much
// of the message was there when it ended.
func (t *textReader) closeFile() {
	f := t.file
	if f == nil {
		return
	}
	t.file = nil
	if t.cut {
		f.Truncate()
	} else {
		f.Close()
	}
}

// truncate ends the file that is open: the connection is looked at no further than a depth, and bytes beyond it came.
// As with Suricata the file ends with what was there before they came, not at the depth.
func (s *Session) truncate(in *stream.Cursor) {
	t := s.text
	if t.file == nil {
		return
	}
	const terminator = 3 // a piece of the final line must not be read as a piece of text
	if s.client == inText && t.held > terminator {
		if piece, ok := in.Next(t.held); ok {
			s.textLine(piece, stream.None)
		}
	}
	t.flush()
	t.file.Truncate()
	t.file = nil
}
