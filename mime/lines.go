package mime

import (
	"bytes"

	"github.com/reknit/reknit/coding/base64"
	"github.com/reknit/reknit/stream"
)

// Lines is Line for many lines at once, for those that are most of a mail: it takes lines from the beginning of b as long as
// they are nothing but text of the leaf that is open, and returns how many bytes these are, line ends included. When
// it returns 0, the next line is for Line. b begins where a line begins, and is not kept.
//
// Line has to take what does not end in b, or not in CRLF; what is longer than RFC 5322 or the encoding allows; what
// begins with "-", as boundaries do, or with a dot, which the transport may have put there; and what breaks the rules of
// base64. At most about one packet is taken at once.
func (m *Message) Lines(b []byte) (n int) {
	if m.state != inBody || m.lineLen > 0 || m.torn {
		return 0
	}
	switch p := m.last(); p.decoder {
	case Base64:
		n = m.base64Lines(p, b)
	case QuotedPrintable:
		n = m.quotedLines(p, b)
	default:
		n = m.plainLines(p, b)
	}
	if m.digest != nil {
		m.digest.Write(b[:n])
	}
	return n
}

func (m *Message) base64Lines(p *Part, b []byte) int {
	if p.base64.n > 0 || p.base64.padded {
		return 0
	}
	m.room(base64Room(maxEncodedLine))
	n := len(m.out)
	in, out := base64.Lines(m.out[n:cap(m.out)], b, maxEncodedLine)
	m.out = m.out[:n+out]
	return in
}

func (m *Message) quotedLines(p *Part, b []byte) int {
	const most = maxEncodedLine + maxHeld
	n := 0
	for m.room(most); cap(m.out)-len(m.out) >= most; {
		size := textLine(b[n:], maxEncodedLine)
		if size < 0 {
			break
		}
		m.quotedText(p, b[n:n+size], stream.CRLF)
		n += size + 2
	}
	return n
}

func (m *Message) plainLines(p *Part, b []byte) int {
	b = b[:min(len(b), batch-2)]
	n := 0
	for {
		size := textLine(b[n:], maxLine)
		if size < 0 {
			break
		}
		n += size + 2
	}
	if n > 0 {
		m.plainText(p, b[:n-2], stream.CRLF)
	}
	return n
}

// textLine returns the length of the first line of b without its CRLF, or -1 when it is for Line.
func textLine(b []byte, limit int) int {
	n := bytes.IndexByte(b[:min(len(b), limit+2)], '\n') - 1
	if n < 0 || b[n] != '\r' || b[0] == '-' || b[0] == '.' {
		return -1
	}
	return n
}
