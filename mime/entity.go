package mime

import (
	"bytes"
	"strings"

	"github.com/reknit/reknit/stream"
)

// Limits whose excess is an anomaly.
const (
	maxLine        = 998  // RFC 5322, section 2.1.1
	maxEncodedLine = 76   // RFC 2045, sections 6.7 and 6.8
	maxName        = 75   // of a header field
	maxValue       = 2000 // of a header field
	maxBoundary    = 254
	maxFilename    = 255

	maxKept         = 1024 // bytes kept of Content-Type and Content-Disposition of a part that has parts inside it
	maxBoundaryLine = 1024 // a longer line is no boundary
	maxFieldName    = 1024 // a line without a colon before it is no field
)

// headerPiece collects the pieces of a header line.
func (m *Message) headerPiece(text []byte, e stream.Ending) {
	if m.lineLen > maxLine {
		m.raise(LongLine, m.last())
	}
	if e == stream.None || len(m.line) > 0 {
		room := m.config.MaxHeader + maxFieldName - len(m.line)
		m.line = append(m.line, text[:min(len(text), room)]...)
		if e == stream.None {
			return
		}
		text = m.line
	}
	m.headerLine(text, e)
}

// headerLine takes a whole line of a header.
func (m *Message) headerLine(line []byte, e stream.Ending) {
	if limit := m.config.MaxHeader + maxFieldName; len(line) > limit {
		line = line[:limit]
	}
	if len(line) == 0 {
		if !m.torn { // what is left of a torn line says nothing
			m.endHeader()
		}
		return
	}
	folded := line[0] == ' ' || line[0] == '\t'
	if folded && m.field.name > 0 {
		m.field.fold(line, e, m.config.MaxHeader)
		return
	}
	if m.boundary(line) {
		return
	}
	m.endField()
	if line[0] == '-' && m.declared(line) {
		m.endHeader()
		m.boundary(line)
		return
	}
	name := bytes.IndexByte(line[:min(len(line), maxFieldName)], ':')
	if name > 0 && !folded && (!m.unsure || isFieldName(line[:name])) {
		m.field.start(line, name, e, m.config.MaxHeader)
		m.field.lost = m.torn
		return
	}
	switch {
	case m.torn:
	case m.unsure:
		m.bodyBegan(line, e)
	default:
		m.raise(MalformedMsg, m.last())
	}
}

// declared reports whether line is the first boundary of the innermost part, whose header lacks the empty line.
func (m *Message) declared(line []byte) bool {
	boundary := m.last().declared
	return len(boundary) > 0 && len(line) > 2 && line[1] == '-' && bytes.Equal(trimRight(line[2:]), boundary)
}

// isFieldName reports whether b is the name of a header field (RFC 5322, section 3.6.8).
func isFieldName(b []byte) bool {
	for _, c := range trimRight(b) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// bodyBegan takes the first line of a body whose header ended in a gap.
func (m *Message) bodyBegan(line []byte, e stream.Ending) {
	m.endHeader()
	switch m.state {
	case inHeader: // of the message inside
		m.headerLine(line, e)
	case inBody:
		m.bodyText(line, e)
	}
}

// endField reports the field that was read.
func (m *Message) endField() {
	if m.field.name == 0 {
		return
	}
	p, h := m.last(), &m.header
	m.field.fill(h)
	if len(h.Name) > maxName {
		m.raise(LongHeaderName, p)
	}
	if len(h.Raw) > maxValue && len(h.EVE()) > maxValue {
		m.raise(LongHeaderValue, p)
	}
	p.examine(h)
	p.headers++
	if p.headers <= m.config.MaxHeaders {
		m.handler.Header(p, h)
	} else {
		m.raise(TooManyHeaders, p)
	}
	m.field.reset()
}

// examine keeps what h says about the part. Of several fields of a name the first counts.
func (p *Part) examine(h *Header) {
	switch len(h.Name) {
	case len("content-type"):
		if p.fields&hasType == 0 && h.Is("content-type") {
			p.fields |= hasType
			p.contentType = append(p.contentType, h.Value()...)
			p.typeName = appendParam(p.typeName, h.EVE(), "name")
			p.declared = parseBoundary(p.contentType)
		}
	case len("content-disposition"):
		if p.fields&hasDisposition == 0 && h.Is("content-disposition") {
			p.fields |= hasDisposition
			p.disposition = append(p.disposition, h.Value()...)
			p.dispName = appendParam(p.dispName, h.EVE(), "filename")
			p.Disposition = lowerToken(head(p.disposition))
		}
	case len("content-transfer-encoding"):
		if p.fields&hasTransferEncoding == 0 && h.Is("content-transfer-encoding") {
			p.fields |= hasTransferEncoding
			p.Encoding = parseEncoding(h.Value())
		}
	}
}

// lowerToken returns b in lower case, without allocating for the common media types and dispositions.
func lowerToken(b []byte) string {
	for _, t := range commonTokens {
		if equalFold(b, t) {
			return t
		}
	}
	return strings.ToLower(string(b))
}

var commonTokens = [...]string{"text/plain", "text/html", "multipart/mixed", "multipart/alternative", "multipart/related",
	"application/octet-stream", "application/pdf", "application/zip", "image/jpeg", "image/png", "message/rfc822",
	"attachment", "inline"}

// parseEncoding reads the value of Content-Transfer-Encoding.
func parseEncoding(value []byte) Encoding {
	token := head(value)
	switch {
	case equalFold(token, "base64"):
		return Base64
	case equalFold(token, "quoted-printable"):
		return QuotedPrintable
	}
	return Identity
}

// endHeader decides what the innermost part is, and what follows.
func (m *Message) endHeader() {
	m.endField()
	p := m.last()
	m.settle(p)
	m.handler.Begin(p)
	if p.Index == 0 {
		m.startDigest()
	}
	if p.Kind != Leaf {
		p.shrink()
	}
	switch p.Kind {
	case Leaf:
		m.state = inBody
	case Multipart:
		m.state = between
	case Nested:
		m.enter(p)
	}
}

// shrink frees what is large of a part that stays open while those inside it come.
func (p *Part) shrink() {
	if len(p.contentType) > maxKept || len(p.disposition) > maxKept {
		p.boundary = bytes.Clone(p.boundary)
		p.contentType = bytes.Clone(p.contentType[:min(len(p.contentType), maxKept)])
		p.disposition = bytes.Clone(p.disposition[:min(len(p.disposition), maxKept)])
	}
	p.declared = nil
}

// settle sets the fields that the handler sees.
func (m *Message) settle(p *Part) {
	if t := lowerToken(head(p.contentType)); strings.IndexByte(t, '/') > 0 {
		p.Type, p.Typed = t, true
	}
	p.Name = p.dispName
	if len(p.Name) == 0 {
		p.Name = p.typeName
	}
	if len(p.Name) > maxFilename {
		m.raise(LongFilename, p)
		p.Name = bytes.Clone(p.Name[:maxFilename])
	}
	p.dispName, p.typeName = small(p.dispName), small(p.typeName)
	p.Kind = m.kind(p)
	// RFC 2045, section 6.4: what has parts inside it is not encoded.
	if p.Kind != Leaf {
		p.Encoding = Identity
	}
	p.decoder = p.Encoding
	if p.decoder == Base64 && m.config.RawBase64 || p.decoder == QuotedPrintable && m.config.RawQuotedPrintable {
		p.decoder = Identity
	}
}

// kind tells whether p has parts, and finds its boundary.
func (m *Message) kind(p *Part) Kind {
	multipart, nested := strings.HasPrefix(p.Type, "multipart/"), isMessage(p.Type)
	if !multipart && !nested {
		return Leaf
	}
	var boundary []byte
	if multipart {
		boundary = p.declared
		if len(boundary) > maxBoundary {
			m.raise(LongBoundary, p)
		}
		if len(boundary) == 0 || len(boundary)+4 > maxBoundaryLine {
			m.raise(MalformedMsg, p)
			return Leaf
		}
	}
	if p.Depth+1 >= m.config.MaxDepth {
		m.raise(TooDeep, p)
		return Leaf
	}
	if nested {
		if m.parts >= m.config.MaxParts {
			m.raise(TooManyParts, p)
			return Leaf
		}
		return Nested
	}
	p.boundary = boundary
	return Multipart
}

// isMessage reports whether the body of a media type is a message, or at least its header. The reports among the
// message types are text.
func isMessage(t string) bool {
	sub, ok := strings.CutPrefix(t, "message/")
	if !ok {
		return false
	}
	switch sub {
	case "delivery-status", "global-delivery-status", "disposition-notification", "global-disposition-notification",
		"feedback-report", "tracking-status", "http", "s-http", "sip", "sipfrag", "cpim":
		return false
	}
	return true
}
