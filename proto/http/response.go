package http

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// statusLine begins a response.
func (s *Session) statusLine(r *side, line []byte, e stream.Ending) {
	s.endShort()
	if !beginsResponse(line) {
		if x := s.pending.first; x != nil && !x.short {
			r.junk, r.junkEnd, r.state = bytes.Clone(line), e, junkLine
			return
		}
		s.noStatusLine(r, line, e)
		return
	}
	s.flags &^= stray
	x := s.answered()
	r.x = x
	l := parseStatusLine(line)
	if x.Response.seen() { // an interim response came before
		x.Response = Message{}
	}
	s.beginHead(r, line, e)
	r.head.unfolds = isVersion(l.protocol) && !old(l.protocol)
	x.version, x.code, x.reason = within(line, l.protocol, 0), within(line, l.code, 0), within(line, l.reason, 0)
	x.status = uint16(l.status)
	if !isVersion(l.protocol) {
		s.raise(responseLineInvalidProtocol, x)
	}
	if l.status == 0 {
		s.raise(responseLineInvalidResponseStatus, x)
	}
	if !x.interim() {
		x.Advance(stream.ToClient, inFields)
	}
}

// answered returns the exchange to which the response that begins belongs.
func (s *Session) answered() *Exchange {
	if s.pending.forgotten > 0 {
		s.pending.forgotten--
		x := s.newExchange()
		x.ghost = true
		return x
	}
	if x := s.pending.first; x != nil {
		return x
	}
	x := s.newExchange()
	x.unseen = true
	s.conn.Begin(x)
	s.raise(unableToMatchResponse, x)
	x.Advance(stream.ToServer, complete)
	return x
}

// junk finds out whether a status line follows a line that is none. If it does, the line means nothing.
func (s *Session) junk(r *side, in *stream.Cursor) bool {
	const next = "HTTP"
	b, ok := in.Peek(max(1, min(in.Len(), len(next))))
	if !ok {
		return false
	}
	switch {
	case string(b) == next:
		r.state = startLine
	case string(b) == next[:len(b)]:
		_, ok := in.Peek(len(b) + 1)
		return ok
	default:
		s.noStatusLine(r, r.junk, r.junkEnd)
	}
	r.junk = nil
	return true
}

// noStatusLine takes a line where a response should begin: a body without a head, as HTTP/0.9 has it, or bytes that belong
// to nothing.
func (s *Session) noStatusLine(r *side, line []byte, e stream.Ending) {
	x := s.pending.first
	if x == nil {
		r.state = startLine
		if s.flags&stray == 0 {
			s.flags |= stray
			s.conn.Raise(responseBodyUnexpected, nil)
		}
		return
	}
	r.x, r.junk = x, nil
	if !x.short {
		s.raise(responseLineInvalidProtocol, x)
	}
	x.Advance(stream.ToClient, inBody)
	r.left, r.state = maxLength, untilClose
	r.body = s.newBody(x, stream.ToClient)
	s.bodyLine(r, line, e)
}

// responseHead acts on the head of a response, which is whole.
func (s *Session) responseHead(r *side) {
	x := r.x
	s.tellHead(stream.ToClient, x)
	switch status := x.status; {
	case x.interim():
		if status == 100 {
			if x.continued {
				s.raise(continueAlreadySeen, x)
			}
			x.continued = true
		}
		r.x, r.state = nil, startLine
		return
	case status == 101 && (x.Response.has("Upgrade") || !x.Response.has("Content-Length")):
		s.upgraded(r)
		return
	case x.tunnel && status/100 == 2:
		s.endMessage(stream.ToClient, r)
		s.replace(x, app.Switch{Port: x.port()})
		return
	}
	s.refused(x)
	x.Advance(stream.ToClient, inBody)
	s.responseBody(r)
}

// interim reports whether the response is one that another follows (RFC 9110, section 15.2).
func (x *Exchange) interim() bool { return x.status/100 == 1 && x.status != 101 }

// responseBody makes ready for the body of a response (RFC 9112, section 6.3).
func (s *Session) responseBody(r *side) {
	x := r.x
	if string(x.Method()) == "HEAD" {
		s.endMessage(stream.ToClient, r)
		return
	}
	if x.status == 204 || x.status == 304 {
		s.noBody(r)
		return
	}
	if x.status == 101 {
		s.raise(switchingProtoWithContentLength, x)
	}
	s.framed(r)
}

// noBody acts on a response that must not have a body. When its header tells of one all the same, browsers read it, and so
// does Suricata.
func (s *Session) noBody(r *side) {
	h := &r.x.Response.head
	chunked := h.has("Transfer-Encoding")
	if !chunked && !h.has("Content-Length") {
		s.endMessage(stream.ToClient, r)
		return
	}
	s.raise(responseBodyUnexpected, r.x)
	if n, ok := s.contentLength(r.x, stream.ToClient); ok && n == 0 && !chunked {
		s.endMessage(stream.ToClient, r)
		return
	}
	r.state = perhaps
}

// unexpected finds out whether a response that has no body has one all the same: browsers take what is there for it.
func (s *Session) unexpected(r *side, in *stream.Cursor) bool {
	const next = "HTTP/"
	b, ok := in.Peek(max(1, min(in.Len(), len(next))))
	if !ok {
		return false
	}
	switch {
	case string(b) == next:
		s.endMessage(stream.ToClient, r)
	case string(b) == next[:len(b)]:
		_, ok := in.Peek(len(b) + 1)
		return ok
	default:
		s.framed(r)
	}
	return true
}

// framed makes ready for a body as the header tells of it.
func (s *Session) framed(r *side) {
	x := r.x
	h := &x.Response.head
	te := h.value("Transfer-Encoding")
	if te != nil && h.has("Content-Length") {
		s.raise(responseLengthAndEncoding, x)
	}
	if bytes.IndexByte(te, 0) >= 0 {
		te = bytes.ReplaceAll(te, []byte{0}, nil)
	}
	if containsFold(te, "chunked") {
		if !foldEqual(trim(te), "chunked") {
			s.raise(responseAbnormalTransferEncoding, x)
		}
		if !isVersion(x.Version()) || old(x.Version()) {
			s.raise(responseChunkedOldProto, x)
		}
		r.state = chunkSize
		r.body = s.newBody(x, stream.ToClient)
		return
	}
	n, ok := s.contentLength(x, stream.ToClient)
	switch {
	case !ok:
		s.raise(invalidContentLengthInResponse, x)
		n = -1
	case x.raised[contentLengthExtraDataEnd/64]&(1<<(contentLengthExtraDataEnd%64)) != 0 && hasToken(h.value("Connection"), "close"):
		n = -1 // what it says is not clear, and the connection has nothing else
	case !h.has("Content-Length"):
		n = -1
	}
	switch {
	case n == 0:
		s.endMessage(stream.ToClient, r)
		return
	case n > 0:
		r.left, r.state = n, identity
	default:
		if foldEqual(mediaType(h.value("Content-Type")), "multipart/byteranges") {
			s.raise(responseMultipartByteranges, x)
		}
		r.left, r.state = maxLength, untilClose
	}
	r.body = s.newBody(x, stream.ToClient)
}

// upgraded ends an exchange after which the connection speaks another protocol (RFC 9110, section 7.8).
func (s *Session) upgraded(r *side) {
	x := r.x
	if n, ok := s.contentLength(x, stream.ToClient); ok && n > 0 {
		s.raise(switchingProtoWithContentLength, x)
	}
	s.endMessage(stream.ToClient, r)
	switch up := x.Response.value("Upgrade"); {
	case hasToken(up, "websocket"):
		s.replace(x, app.Switch{Expect: "websocket", State: string(x.Response.value("Sec-WebSocket-Extensions"))})
	case hasToken(up, "h2c"):
		s.replace(x, app.Switch{Expect: "http2"})
	default:
		s.end()
	}
}

// replace asks for another protocol. x is over with that.
func (s *Session) replace(x *Exchange, w app.Switch) {
	x.Finish()
	if !s.conn.Switch(w) {
		s.raise(failedProtocolChange, x)
		s.end()
		return
	}
	s.flags |= replaced
}

// end passes over all that is to come.
func (s *Session) end() {
	for d := range s.side {
		s.side[d].state = tunnel
	}
}

// refused lets the client go on when the answer to CONNECT or Upgrade is that it remains HTTP.
func (s *Session) refused(x *Exchange) {
	if r := &s.side[stream.ToServer]; r.state == deciding && x == s.pending.last {
		r.state = startLine
	}
}

// containsFold reports whether b contains text, which is in lower case; letters of either case are the same.
func containsFold(b []byte, text string) bool {
	for len(b) >= len(text) {
		if foldEqual(b[:len(text)], text) {
			return true
		}
		b = b[1:]
	}
	return false
}
