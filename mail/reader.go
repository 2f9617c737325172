package mail

import (
	"bytes"
	"sync"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/stream"
)

// Config says how messages are read. The zero value is ready to use. It is not copied once it is used.
type Config struct {
	MIME  mime.Config      // how they are taken apart
	Email mime.EmailConfig // what is kept of them for EVE
	Files file.Config      // what is computed of attachments

	// MaxText is the number of bytes of a line that are handled at once. A longer line is handled in parts.
	// When zero, it is 4096.
	MaxText int

	// What is over serves again, for the readers of all connections.
	tools    sync.Pool // of *tools
	messages sync.Pool // of *Message
}

// tools are what a message is read with. They serve one after the other.
type tools struct {
	parser *mime.Message
	rest   *stream.Buffer // empty; nil: it was never needed
}

func (c *Config) maxText() int {
	if c.MaxText <= 0 {
		return 4096
	}
	return c.MaxText
}

// Message is what is known of a message: text in the form of RFC 5322.
type Message struct {
	Email *mime.Email   // what it says of itself; nil: nobody wants to know
	Files []*Attachment // in the order in which they began

	Size  int64 // bytes seen
	Lost  int64 // bytes that are missing
	Whole bool  // its end was seen

	email  *mime.Email // Email, or the memory for it; nil: none
	config *Config
	open   bool // it is being read
}

// message returns a message without content, in the memory of one that is over if there is some.
func (c *Config) message() *Message {
	m, ok := c.messages.Get().(*Message)
	if !ok {
		m = new(Message)
	}
	*m = Message{Files: m.Files[:0], email: m.email.Again(&c.Email), config: c, open: true}
	m.Email = m.email
	return m
}

// Reuse has the memory of m serve another message, unless m is being read. Nobody looks at m any more.
func (m *Message) Reuse() {
	const maxFiles = 8 // what is larger is not kept
	if !m.open && cap(m.Files) <= maxFiles {
		m.config.messages.Put(m)
	}
}

// AppendJSON writes the member email of an EVE record.
func (m *Message) AppendJSON(o *event.Object) { m.Email.AppendJSON(o) }

// Attachment is a file that a message brings along.
type Attachment struct {
	*file.File
	MediaType string // as the part says: "application/pdf"
	Part      int    // index of the part in the message
}

// Attach appends a file without content to list, in the memory of one that stands behind the end of list if there is one.
func Attach(list []*Attachment, c *file.Config, name []byte) []*Attachment {
	a := file.Spare(list)
	if a == nil {
		a = &Attachment{File: new(file.File)}
	}
	a.Renew(c, name)
	return append(list, a)
}

// AppendJSON writes the members of a fileinfo object.
func (a *Attachment) AppendJSON(o *event.Object) { a.AppendMembers(o) }

// Reader reads messages, one after the other. It is not safe for concurrent use.
type Reader struct {
	// Also is told what is found, besides. When nil, nobody is.
	Also mime.Handler
	// Raise is told of oddities, each kind once for a message. When nil, nobody is.
	Raise func(tx app.Transaction, a mime.Anomaly)

	config  *Config
	conn    *app.Conn
	tx      app.Transaction
	dir     stream.Dir
	message *Message    // nil: none is being read
	*tools              // nil: none is being read. In rest is the beginning of a line that is not whole, of text that comes in pieces
	part    *mime.Part  // the leaf that is open, or the last part that began
	file    *Attachment // that is open
	raised  uint32
	middle  bool // the next text goes on in the same line
	cut     bool // the message ends before its end
}

var _ mime.Handler = (*found)(nil)

// found is a Reader as mime knows it.
type found Reader

// NewReader returns a Reader for messages of a connection.
func NewReader(c *Config, conn *app.Conn) *Reader { return &Reader{config: c, conn: conn} }

// Begin begins a message that belongs to tx and comes in direction d. One that is being read is cut off.
func (r *Reader) Begin(tx app.Transaction, d stream.Dir) *Message {
	r.Cut()
	if t, ok := r.config.tools.Get().(*tools); ok {
		t.parser.Reset(&r.config.MIME, (*found)(r))
		r.tools = t
	} else {
		r.tools = &tools{parser: mime.NewMessage(&r.config.MIME, (*found)(r))}
	}
	r.message = r.config.message()
	r.tx, r.dir = tx, d
	return r.message
}

// Message returns the message that is being read, or nil.
func (r *Reader) Message() *Message { return r.message }

// Line takes a line without its ending, or part of a long one.
func (r *Reader) Line(line []byte, e stream.Ending) {
	r.message.Size += int64(len(line)) + endingLen[e]
	r.parser.Line(line, e)
	r.middle = e == stream.None
}

var endingLen = [...]int64{stream.None: 0, stream.LF: 1, stream.CRLF: 2, stream.Delim: 0}

// Lines takes whole lines from the beginning of b, which are body text and nothing else, and returns how many bytes they
// are. When it is 0, the next line is for Line.
func (r *Reader) Lines(b []byte) int {
	if r.middle {
		return 0
	}
	n := r.parser.Lines(b)
	r.message.Size += int64(n)
	return n
}

// Write takes bytes of a message that is not cut into lines, as of an IMAP literal. It never fails.
func (r *Reader) Write(b []byte) (int, error) {
	n := len(b)
	if r.rest == nil {
		r.rest = stream.NewBuffer(2*r.config.maxText() + 2)
	}
	for len(b) > 0 {
		k := 0
		if r.rest.Cursor().Len() == 0 {
			k = r.Lines(b)
		}
		if k == 0 {
			k = min(len(b), r.config.maxText())
			if i := bytes.IndexByte(b[:k], '\n'); i >= 0 {
				k = i + 1
			}
			r.rest.Write(b[:k])
			r.drain()
		}
		b = b[k:]
	}
	return n, nil
}

// drain takes the lines that are whole.
func (r *Reader) drain() {
	in := r.rest.Cursor()
	for {
		line, ok := in.Line(r.config.maxText())
		if !ok {
			return
		}
		r.Line(line, in.Ending())
	}
}

// flushRest takes what is there of a line that does not end.
func (r *Reader) flushRest() {
	if r.rest == nil {
		return
	}
	in := r.rest.Cursor()
	if line, ok := in.Next(in.Len()); ok && len(line) > 0 {
		r.Line(line, stream.None)
	}
}

// Lost says that n bytes are missing.
func (r *Reader) Lost(n int64) {
	r.flushRest()
	r.message.Lost += n
	r.parser.Lost(n)
}

// Flush hands on what was decoded so far. Call it when the parser returns.
func (r *Reader) Flush() {
	if r.message != nil {
		r.parser.Flush()
	}
}

// End ends the message, which is whole.
func (r *Reader) End() {
	if r.message == nil {
		return
	}
	r.flushRest()
	r.message.Whole = true
	r.parser.Close()
	r.done()
}

// Cut ends the message, whose end is missing.
func (r *Reader) Cut() {
	if r.message == nil {
		return
	}
	r.flushRest()
	r.cut = true
	r.parser.Cut()
	r.done()
}

// Truncate ends the file that is open: what follows is not looked at.
func (r *Reader) Truncate() {
	if r.file != nil {
		r.parser.Flush()
		r.file.Truncate()
		r.file = nil
	}
}

// done lets go of the message.
func (r *Reader) done() {
	(*found)(r).closeFile()
	r.parser.Reset(&r.config.MIME, nil) // whoever has it knows nothing of r
	r.config.tools.Put(r.tools)
	r.tools = nil
	r.message.open = false
	r.message, r.tx, r.part = nil, nil, nil
	r.raised, r.middle, r.cut = 0, false, false
}

// Header takes a header field.
func (r *found) Header(p *mime.Part, h *mime.Header) {
	r.message.Email.Header(p, h)
	if r.Also != nil {
		r.Also.Header(p, h)
	}
}

// Begin takes a part whose header is complete, and opens a file for it when it has a name.
func (r *found) Begin(p *mime.Part) {
	r.part = p
	r.message.Email.Begin(p)
	if p.Kind == mime.Leaf && len(p.Name) > 0 {
		r.open(p)
	}
	if r.Also != nil {
		r.Also.Begin(p)
	}
}

// Body takes decoded bytes of a part.
func (r *found) Body(p *mime.Part, b []byte) {
	r.message.Email.Body(p, b)
	if r.file != nil {
		r.file.Write(b)
	}
	if r.Also != nil {
		r.Also.Body(p, b)
	}
}

// Lost takes a gap in a part.
func (r *found) Lost(p *mime.Part, n int64) {
	r.message.Email.Lost(p, n)
	if r.file != nil {
		r.file.Lost(n)
	}
	if r.Also != nil {
		r.Also.Lost(p, n)
	}
}

// End takes the end of a part.
func (r *found) End(p *mime.Part) {
	r.message.Email.End(p)
	r.closeFile()
	r.part = p.Parent
	if r.Also != nil {
		r.Also.End(p)
	}
}

// Anomaly takes an oddity of the message. Each kind is raised once. A header line that is no field is too common to be one.
func (r *found) Anomaly(a mime.Anomaly, p *mime.Part) {
	r.message.Email.Anomaly(a, p)
	if r.raised&(1<<a) == 0 && a != mime.MalformedMsg && r.Raise != nil {
		r.raised |= 1 << a
		r.Raise(r.tx, a)
	}
	if r.Also != nil {
		r.Also.Anomaly(a, p)
	}
}

// open begins a file.
func (r *found) open(p *mime.Part) {
	r.closeFile()
	if r.config.Files.Unwanted {
		return
	}
	m := r.message
	m.Files = Attach(m.Files, &r.config.Files, p.Name)
	f := m.Files[len(m.Files)-1]
	f.MediaType, f.Part, f.Tx = p.Type, p.Index, r.tx.Head().ID
	r.file = f
	r.conn.OpenFile(r.tx, r.dir, f)
}

// closeFile ends the file that is open. It is told with its transaction, so that its record does not depend on how much of
// the message was there when it ended.
func (r *found) closeFile() {
	f := r.file
	if f == nil {
		return
	}
	r.file = nil
	if r.cut {
		f.Truncate()
	} else {
		f.Close()
	}
}
