package mime

import "github.com/reknit/reknit/stream"

// bodyText takes a line of a leaf's body, or a piece of it.
func (m *Message) bodyText(text []byte, e stream.Ending) {
	p := m.open[len(m.open)-1]
	if m.lineLen > maxEncodedLine {
		m.longLine(p)
	}
	switch p.decoder {
	case Base64:
		m.base64Text(p, text)
	case QuotedPrintable:
		m.quotedText(p, text, e)
	default:
		m.plainText(p, text, e)
	}
}

func (m *Message) longLine(p *Part) {
	if p.Encoding != Identity {
		m.raise(LongEncLine, p)
	}
	if m.lineLen > maxLine {
		m.raise(LongLine, p)
	}
}

// largestOut is the size up to which bytes are put together for one call of Body.
const largestOut = 4096

// plainText passes a line on as it is. Its end follows with the next line.
func (m *Message) plainText(p *Part, text []byte, e stream.Ending) {
	if p.pending != stream.None {
		end := lineEnds[p.pending]
		if len(text) <= largestOut {
			m.out = append(append(m.out[:0], end...), text...)
			text = m.out
		} else {
			m.emit(p, end)
		}
	}
	p.pending = e
	m.emit(p, text)
}

func (m *Message) quotedText(p *Part, text []byte, e stream.Ending) {
	m.out = append(m.out[:0], lineEnds[p.pending]...)
	if e == stream.None {
		m.out = p.quoted.piece(m.out, text)
		p.pending = stream.None
	} else {
		var soft bool
		m.out, soft = p.quoted.line(m.out, text)
		p.pending = e
		if soft {
			p.pending = stream.None
		}
	}
	if p.quoted.bad {
		p.quoted.bad = false
		m.raise(InvalidQP, p)
	}
	m.emit(p, m.out)
}

func (m *Message) base64Text(p *Part, text []byte) {
	if m.torn {
		return // where its quanta begin is not known; the next line begins one
	}
	for len(text) > 0 {
		piece := text[:min(len(text), largestOut)]
		text = text[len(piece):]
		if room := base64Room(len(piece)); cap(m.out) < room {
			m.out = make([]byte, room)
		}
		b := p.base64.decode(m.out[:cap(m.out)], piece)
		if p.base64.bad {
			p.base64.bad = false
			m.raise(InvalidBase64, p)
		}
		m.emit(p, b)
	}
}

// flush passes on what was held back for want of the next text.
func (m *Message) flush(p *Part) {
	switch p.decoder {
	case QuotedPrintable:
		m.quotedText(p, nil, stream.None) // a line end
		if len(p.quoted.tail) > 0 {
			m.out, _ = p.quoted.line(m.out[:0], nil)
			m.emit(p, m.out)
		}
	case Base64:
		var b [3]byte
		n := p.base64.finish(b[:])
		p.base64.bad = false // the gap is to blame
		m.emit(p, b[:n])
	case Identity:
		m.plainText(p, nil, stream.None)
	}
}

// endBody ends a leaf. The last line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1); that
// before the end of the message is dropped likewise.
func (m *Message) endBody(p *Part) {
	switch p.decoder {
	case Base64:
		var b [3]byte
		n := p.base64.finish(b[:])
		if p.base64.bad {
			m.raise(InvalidBase64, p)
		}
		m.emit(p, b[:n])
	case QuotedPrintable:
		if len(p.quoted.tail) > 0 {
			m.out, _ = p.quoted.line(m.out[:0], nil)
			m.emit(p, m.out)
		}
	}
}

// emit passes decoded bytes on.
func (m *Message) emit(p *Part, b []byte) {
	if len(b) == 0 {
		return
	}
	p.Size += int64(len(b))
	if m.config.MaxBody > 0 && p.Size > m.config.MaxBody {
		p.Cut = true
		over := p.Size - m.config.MaxBody
		if over >= int64(len(b)) {
			return
		}
		b = b[:int64(len(b))-over]
	}
	m.handler.Body(p, b)
}
