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

// batch is the number of decoded bytes that are put together for one call of Body: those of a packet.
const batch = 1536

// maxHeld is more than a decoder and a line end hold back.
const maxHeld = maxTrail + 8

// room makes room for n bytes in m.out.
func (m *Message) room(n int) {
	if cap(m.out)-len(m.out) >= n {
		return
	}
	m.Flush()
	if cap(m.out) < n {
		m.out = make([]byte, 0, max(n, batch))
	}
}

// plainText passes a line on as it is. Its end follows with the next line.
func (m *Message) plainText(p *Part, text []byte, e stream.Ending) {
	m.room(min(len(text), batch) + 2)
	m.out = append(m.out, lineEnds[p.pending]...)
	p.pending = e
	if len(text) > batch {
		m.Flush()
		m.emit(p, text)
		return
	}
	m.out = append(m.out, text...)
}

func (m *Message) quotedText(p *Part, text []byte, e stream.Ending) {
	const most = batch / 2
	m.room(min(len(text), most) + maxHeld)
	m.out = append(m.out, lineEnds[p.pending]...)
	p.pending = stream.None
	for len(text) > most {
		m.out = p.quoted.piece(m.out, text[:most])
		text = text[most:]
		m.room(min(len(text), most) + maxHeld)
	}
	if e == stream.None {
		m.out = p.quoted.piece(m.out, text)
	} else {
		var soft bool
		if m.out, soft = p.quoted.line(m.out, text); !soft {
			p.pending = e
		}
	}
	if p.quoted.bad {
		p.quoted.bad = false
		m.raise(InvalidQP, p)
	}
}

func (m *Message) base64Text(p *Part, text []byte) {
	if m.torn {
		return // where its quanta begin is not known; the next line begins one
	}
	for len(text) > 0 {
		piece := text[:min(len(text), batch/2)]
		text = text[len(piece):]
		m.room(base64Room(len(piece)))
		n := len(m.out)
		m.out = m.out[:n+len(p.base64.decode(m.out[n:cap(m.out)], piece))]
		if p.base64.bad {
			p.base64.bad = false
			m.raise(InvalidBase64, p)
		}
	}
}

// Flush calls Handler.Body with the bytes that were decoded but not yet passed on. Call it after the last line that there
// is for now, when the bytes must not wait for the next.
func (m *Message) Flush() {
	if len(m.out) > 0 {
		m.emit(m.last(), m.out)
		m.out = m.out[:0]
	}
}

// release passes on all that was held back, because a gap follows.
func (m *Message) release(p *Part) {
	m.room(2 * maxHeld)
	m.out = append(m.out, lineEnds[p.pending]...)
	p.pending = stream.None
	m.endQuantum(p)
	p.base64.bad = false // the gap is to blame
	m.Flush()
}

// endQuantum decodes what waits for the next characters of the body.
func (m *Message) endQuantum(p *Part) {
	m.room(maxHeld)
	switch p.decoder {
	case Base64:
		n := len(m.out)
		m.out = m.out[:n+p.base64.finish(m.out[n:cap(m.out)])]
	case QuotedPrintable:
		if len(p.quoted.tail) > 0 {
			m.out, _ = p.quoted.line(m.out, nil)
		}
	}
}

// endBody ends a leaf. The last line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1); that
// before the end of the message is dropped likewise.
func (m *Message) endBody(p *Part) {
	m.endQuantum(p)
	if p.base64.bad && !m.cut {
		m.raise(InvalidBase64, p)
	}
	m.Flush()
}

// emit passes decoded bytes on.
func (m *Message) emit(p *Part, b []byte) {
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
