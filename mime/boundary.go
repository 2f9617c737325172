package mime

import (
	"bytes"

	"github.com/reknit/reknit/stream"
)

// notBoundary takes a piece of a line where a boundary may be. It returns what is no boundary; ok is false when it was
// one, or may still become one.
func (m *Message) notBoundary(text []byte, e stream.Ending) (rest []byte, ok bool) {
	if len(text) > 0 && text[0] != '-' && len(m.line) == 0 || m.lineLen != len(text)+len(m.line) {
		return text, true // the common case; or the line was found not to be one
	}
	line := text
	if len(m.line) > 0 {
		m.line = append(m.line, text...)
		line = m.line
	}
	if mayBeBoundary(line) {
		if e == stream.None {
			m.line = append(m.line[:0], line...)
			return nil, false
		}
		if m.boundary(line) {
			return nil, false
		}
	}
	m.line = m.line[:0]
	return line, true
}

func mayBeBoundary(line []byte) bool {
	return len(line) <= maxBoundaryLine && len(line) > 0 && line[0] == '-' && (len(line) == 1 || line[1] == '-')
}

// boundary reports whether line is a boundary of an open multipart, and if so goes where it leads. A boundary stands
// alone on its line but for blanks behind it. (RFC 2046, section 5.1.1, would let any text follow; then the boundary of
// an inner multipart could not begin with that of an outer one, as real ones do.) The innermost multipart comes first;
// the boundary of an outer one ends those inside it, closed or not.
func (m *Message) boundary(line []byte) bool {
	if len(line) < 3 || line[0] != '-' || !mayBeBoundary(line) {
		return false
	}
	text := trimRight(line[2:])
	for i := len(m.open) - 1; i >= 0; i-- {
		p := m.open[i]
		if p.boundary == nil {
			continue
		}
		n := len(text) - len(p.boundary)
		if n != 0 && n != 2 || !bytes.HasPrefix(text, p.boundary) {
			continue
		}
		if n == 0 {
			m.nextPart(p)
			return true
		}
		if string(text[len(text)-2:]) == "--" {
			m.leaveTo(p)
			m.leave()
			return true
		}
	}
	return false
}

// nextPart opens the next part of p.
func (m *Message) nextPart(p *Part) {
	m.leaveTo(p)
	if m.parts >= m.config.MaxParts {
		m.raise(TooManyParts, p)
		return
	}
	m.enter(p)
}

// leaveTo ends all parts inside p.
func (m *Message) leaveTo(p *Part) {
	for m.state == inHeader {
		m.endHeader()
	}
	for m.last() != p {
		m.leave()
	}
	m.state = between
}
