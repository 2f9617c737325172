package mime

import (
	"bytes"
	"crypto/md5"
	"hash"

	"github.com/reknit/reknit/stream"
)

// Config limits a Message. The zero value is ready to use.
type Config struct {
	// RawBase64 and RawQuotedPrintable leave bodies of that encoding as they were sent.
	RawBase64          bool
	RawQuotedPrintable bool

	// BodyMD5 computes Part.BodyMD5 of the message itself.
	BodyMD5 bool

	// MaxHeader is the number of bytes kept of the value of a header field. When zero, it is 65536; the rest is
	// dropped and Header.Cut is set.
	MaxHeader int

	// MaxHeaders is the number of header fields of a part that are reported. When zero, it is 1000. Content-Type and
	// its like count even behind it.
	MaxHeaders int

	// MaxParts is the number of parts of a message. When zero, it is 1000; further ones are passed over.
	MaxParts int

	// MaxDepth is the number of parts that may be inside each other. When zero, it is 100; a part at that depth is
	// a Leaf, whatever its type.
	MaxDepth int

	// MaxBody is the number of decoded bytes of a part that the handler gets. When zero, there is no limit.
	MaxBody int64
}

// withDefaults returns c with every limit set.
func (c *Config) withDefaults() Config {
	var d Config
	if c != nil {
		d = *c
	}
	if d.MaxHeader <= 0 {
		d.MaxHeader = 64 << 10
	}
	if d.MaxHeaders <= 0 {
		d.MaxHeaders = 1000
	}
	if d.MaxParts <= 0 {
		d.MaxParts = 1000
	}
	if d.MaxDepth <= 0 {
		d.MaxDepth = 100
	}
	return d
}

// Handler is told what a Message finds, while it is read. For each part the calls are Header for each field, Begin,
// then Body for a leaf or the calls of the parts inside it, and End; Lost and Anomaly come at any time between. Body is
// called for many lines at once; see Flush. Slices are valid during the call.
type Handler interface {
	Header(p *Part, h *Header)  // a complete header field
	Begin(p *Part)              // the header of p is complete
	Body(p *Part, b []byte)     // decoded bytes of a leaf
	Lost(p *Part, n int64)      // n bytes of the body or the header of p are missing
	End(p *Part)                // p is complete
	Anomaly(a Anomaly, p *Part) // at most once per part and kind
}

// Message reads one message. It is not safe for concurrent use.
//
// Invariants: the parents of an open part are open; parts are in the order of nesting, only the last can be a leaf;
// pending of a part is not None only if it is the last.
type Message struct {
	config  Config
	handler Handler

	open  []*Part // from the message itself to the innermost
	made  []*Part // the first parts of the message, or of those before it
	state state
	parts int // seen so far
	lost  int64

	field  field
	header Header // for the handler, reused

	line    []byte // pieces of a header line, or of a line that may be a boundary
	lineLen int    // bytes of the line so far
	torn    bool   // the line began in a gap
	cut     bool   // Cut was called
	unsure  bool   // a gap in the header: a line that is no field is the first of the body

	out    []byte // decoded bytes of the open leaf, for one call of Body
	digest hash.Hash
}

type state uint8

const (
	inHeader state = iota
	inBody         // of a leaf
	between        // preamble, epilogue, and what is passed over
	closed
)

// NewMessage returns a parser that tells h what it finds. c may be nil.
func NewMessage(c *Config, h Handler) *Message {
	// One piece of memory for what nearly every message needs; what grows beyond it moves out.
	type start struct {
		Message
		open  [4]*Part
		bytes [512 + batch]byte
		folds [8]fold
	}
	s := &start{}
	m := &s.Message
	m.open = s.open[:0]
	m.field.buf, m.out = s.bytes[0:0:512], s.bytes[512:512]
	m.field.folds = s.folds[:0]
	m.Reset(c, h)
	return m
}

// Reset makes m read another message, as if it were new, in the memory of the one before. What the Handler got with that
// one, each Part and Header, is no longer valid.
func (m *Message) Reset(c *Config, h Handler) {
	for _, p := range m.made[:min(m.parts, len(m.made))] {
		p.reset()
	}
	clear(m.open[:cap(m.open)])
	*m = Message{
		config: c.withDefaults(), handler: h,
		open: m.open[:0], made: m.made,
		field:  field{buf: small(m.field.buf), folds: small(m.field.folds)},
		header: Header{value: small(m.header.value), eve: small(m.header.eve)},
		line:   small(m.line), out: m.out[:0],
	}
	m.enter(nil)
}

// small returns s without content, to be used again, or nothing when it has become large.
func small[T any](s []T) []T {
	if cap(s) > maxKept {
		return nil
	}
	return s[:0]
}

// LostBytes is the number of bytes that were lost in gaps of the message so far.
func (m *Message) LostBytes() int64 { return m.lost }

// Line takes the next line, or a piece of it: text without the line end, and how it ended. stream.None means that the
// line goes on in the next call. The text is not kept.
func (m *Message) Line(text []byte, e stream.Ending) {
	if len(text) == 0 && e == stream.None {
		return
	}
	if m.digest != nil && (m.state != inHeader || len(m.open) > 1) {
		m.digest.Write(text)
		m.digest.Write(lineEnds[e])
	}
	m.lineLen += len(text)
	switch m.state {
	case inHeader:
		m.headerPiece(text, e)
	case inBody:
		if rest, ok := m.notBoundary(text, e); ok {
			m.bodyText(rest, e)
		}
	case between:
		m.notBoundary(text, e)
	case closed:
		return
	}
	if e == stream.None {
		return
	}
	m.endLine()
}

// Stuffed says that the next line was sent with a dot in front which is no part of it (RFC 5321, section 4.5.2). The
// digest of the body covers it, as Suricata's does.
func (m *Message) Stuffed() {
	if m.digest != nil && (m.state != inHeader || len(m.open) > 1) {
		m.digest.Write([]byte{'.'})
	}
}

// endLine makes ready for the next line.
func (m *Message) endLine() {
	m.line = m.line[:0]
	m.lineLen, m.torn = 0, false
}

// Lost says that n bytes are missing here.
func (m *Message) Lost(n int64) {
	if m.state == closed || n <= 0 {
		return
	}
	m.lost += n
	if m.state == inHeader {
		// What there is of a line before the gap is a field, or the beginning of one, as far as it goes.
		switch line := m.line; {
		case len(line) == 0:
		case line[0] == ' ' || line[0] == '\t' || bytes.IndexByte(line, ':') > 0:
			m.headerLine(line, stream.None)
		default:
			m.endField()
		}
	} else if m.state == inBody {
		if len(m.line) > 0 {
			m.bodyText(m.line, stream.None)
		}
		m.release(m.last())
	}
	m.endLine()
	m.torn = true
	if m.state == inHeader {
		m.field.lost = true
		m.unsure = true
	}
	if p := m.last(); p != nil {
		p.Lost += n
		m.handler.Lost(p, n)
	}
}

// Cut ends a message whose end did not come: what is incomplete for that is no anomaly.
func (m *Message) Cut() {
	m.cut = true
	m.Close()
}

// Close ends the message: the final dot, the end of the stream, or anything else that ends it. What is open is ended.
func (m *Message) Close() {
	if m.state == closed {
		return
	}
	if line := m.line; len(line) > 0 {
		switch {
		case m.state == inHeader:
			m.headerLine(line, stream.None)
		case m.boundary(line):
		case m.state == inBody:
			m.bodyText(line, stream.None)
		}
	}
	for m.state == inHeader {
		m.endHeader()
	}
	for len(m.open) > 0 {
		m.leave()
	}
	m.state = closed
}

// last is the innermost open part, or nil.
func (m *Message) last() *Part {
	if len(m.open) == 0 {
		return nil
	}
	return m.open[len(m.open)-1]
}

// enter opens a part inside parent. The next line belongs to its header.
func (m *Message) enter(parent *Part) {
	p := m.part(m.parts)
	p.Parent, p.Index, p.Type = parent, m.parts, "text/plain"
	if parent != nil {
		p.Depth = parent.Depth + 1
		if parent.Type == "multipart/digest" {
			p.Type = "message/rfc822" // RFC 2046, section 5.1.5
		}
	}
	m.parts++
	m.open = append(m.open, p)
	m.state = inHeader
	m.unsure = false
	m.field.reset()
}

// part returns the memory of the part with that index. That of the first ones serves the next message, too.
func (m *Message) part(index int) *Part {
	const maxMade = 8
	if index < len(m.made) {
		return m.made[index]
	}
	p := new(Part)
	if len(m.made) < maxMade {
		m.made = append(m.made, p)
	}
	return p
}

// leave ends the innermost part.
func (m *Message) leave() {
	p := m.last()
	if m.state == inBody {
		m.endBody(p)
	}
	m.open = m.open[:len(m.open)-1]
	m.state = between
	if p.Index == 0 && m.digest != nil {
		p.BodyMD5 = m.digest.Sum(nil)
	}
	m.handler.End(p)
}

// raise reports an anomaly once per part.
func (m *Message) raise(a Anomaly, p *Part) {
	if p == nil || p.seen&(1<<a) != 0 {
		return
	}
	p.seen |= 1 << a
	m.handler.Anomaly(a, p)
}

// startDigest begins Part.BodyMD5 behind the header of the message.
func (m *Message) startDigest() {
	if m.config.BodyMD5 {
		m.digest = md5.New()
	}
}

// lineEnds are the bytes of a stream.Ending.
var lineEnds = [4][]byte{stream.LF: []byte("\n"), stream.CRLF: []byte("\r\n")}
