package http

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// requestLine begins a request.
func (s *Session) requestLine(r *side, line []byte, e stream.Ending) {
	l := parseRequestLine(line)
	if s.flags&begun != 0 && !knownMethod(l.method) && !isVersion(l.protocol) {
		s.strayLine(line, e)
		return
	}
	s.flags = s.flags&^strayReq | begun
	if a := &s.side[stream.ToClient]; a.state == perhaps {
		s.endMessage(stream.ToClient, a)
	}
	x := s.newExchange()
	r.x = x
	s.conn.Begin(x)
	x.Advance(stream.ToServer, inLine)
	s.beginHead(r, line, e)
	x.method, x.target, x.protocol = within(line, l.method, 0), within(line, l.target, 0), within(line, l.protocol, 0)
	s.await(x)
	s.raiseRequestLine(x, &l)
	x.Advance(stream.ToServer, inFields)
	if len(l.protocol) == 0 {
		x.short = true
		r.state = short
	}
}

// strayLine takes a line of the client that begins no request. It may be body of the last one, which says nothing of it.
func (s *Session) strayLine(line []byte, e stream.Ending) {
	x := s.pending.last
	if x == nil {
		if s.flags&strayReq == 0 {
			s.flags |= strayReq
			s.conn.Raise(requestBodyUnexpected, nil)
		}
		return
	}
	s.raise(requestBodyUnexpected, x)
	s.keep(x, stream.ToServer, line)
	s.keep(x, stream.ToServer, []byte(endings[e]))
	x.Advance(stream.ToServer, complete)
}

// await queues x for its response.
func (s *Session) await(x *Exchange) {
	if s.pending.first != nil && s.side[stream.ToClient].state != torn && s.conn.Missing(stream.ToClient) == 0 {
		s.flags |= pipelines
	}
	s.pending.push(x)
	if s.pending.n > s.config.MaxTx {
		s.forget()
	}
}

// forget lets go of the oldest exchange without an answer. Its answer is read without a record.
func (s *Session) forget() {
	x := s.pending.first
	if x == s.side[stream.ToClient].x || x == s.side[stream.ToServer].x {
		return
	}
	s.pending.remove(x)
	s.pending.forgotten++
	x.Finish()
}

// raiseRequestLine tells what is odd about a request line.
func (s *Session) raiseRequestLine(x *Exchange, l *requestLine) {
	if l.blankFirst {
		s.raise(requestLineLeadingWhitespace, x)
	}
	if l.methodDelim {
		s.raise(methodDelimNonCompliant, x)
	}
	if l.targetDelim {
		s.raise(uriDelimNonCompliant, x)
	}
	if blank(l.protocol) >= 0 {
		s.raise(protocolContainsExtraData, x)
	}
	known := knownMethod(l.method)
	switch {
	case known:
	case len(l.target) == 0:
		s.raise(requestLineUnknownMethod, x)
	case len(l.protocol) == 0:
		s.raise(requestLineUnknownMethodNoProtocol, x)
	case !isVersion(l.protocol):
		s.raise(requestLineUnknownMethodInvalidProtocol, x)
	}
	if !known && !isVersion(l.protocol) {
		s.raise(requestLineInvalid, x)
	}
}

// maxName is the length of a field name by which a request without a protocol is told from one of HTTP/0.9.
const maxName = 64

// protocolMissing finds out whether header fields follow a request line without a protocol. They do not in HTTP/0.9.
func (s *Session) protocolMissing(r *side, in *stream.Cursor) bool {
	b, ok := in.Peek(max(1, min(in.Len(), maxName)))
	if !ok {
		return false
	}
	for i, c := range b {
		switch {
		case c == ':' && i > 0:
			s.raise(requestLineMissingProtocol, r.x)
			r.x.short = false
			r.state = fieldLines
			return true
		case !isToken(c):
			s.endShort()
			return true
		}
	}
	if len(b) == maxName {
		s.endShort()
		return true
	}
	_, ok = in.Peek(len(b) + 1)
	return ok
}

// endShort ends a request that is nothing but a line. What follows, but for another request, is of no interest.
func (s *Session) endShort() {
	r := &s.side[stream.ToServer]
	if r.state != short {
		return
	}
	x := r.x
	s.takeHead(stream.ToServer, r)
	s.target(x)
	s.tellHead(stream.ToServer, x)
	s.tellEnd(stream.ToServer, x, true)
	r.x, r.state = nil, torn
	x.Advance(stream.ToServer, complete)
}

// requestHead acts on the head of a request, which is whole.
func (s *Session) requestHead(r *side) {
	x := r.x
	s.target(x)
	s.tellHead(stream.ToServer, x)
	s.checkAuth(x)
	s.account(x)
	x.Advance(stream.ToServer, inBody)
	n, chunked := s.requestLength(x)
	switch {
	case bytes.Equal(x.Method(), []byte("CONNECT")):
		x.tunnel = true
		s.endMessage(stream.ToServer, r)
	case chunked:
		r.state = chunkSize
		r.body = s.requestBody(x)
	case n > 0:
		r.left, r.state = n, identity
		r.body = s.requestBody(x)
	default:
		s.endMessage(stream.ToServer, r)
	}
}

// account bounds what is kept of requests without an answer.
func (s *Session) account(x *Exchange) {
	s.pending.grow(x)
	for s.pending.bytes > s.config.MaxPending && s.pending.first != x {
		before := s.pending.n
		if s.forget(); s.pending.n == before {
			return
		}
	}
}

// requestLength returns how long the body of a request is (RFC 9112, section 6.3).
func (s *Session) requestLength(x *Exchange) (n int64, chunked bool) {
	h := &x.Request.head
	if te := h.value("Transfer-Encoding"); te != nil {
		if h.has("Content-Length") {
			s.raise(requestLengthAndEncoding, x)
		}
		chunked = hasToken(te, "chunked")
		if !chunked || !isVersion(x.Protocol()) || old(x.Protocol()) {
			s.raise(invalidTransferEncodingInRequest, x)
		}
		return 0, chunked
	}
	n, ok := s.contentLength(x, stream.ToServer)
	if !ok {
		s.raise(invalidContentLengthInRequest, x)
	}
	return n, false
}

// contentLength reads Content-Length of a message, 0 when there is none. ok is false when it is no number.
func (s *Session) contentLength(x *Exchange, d stream.Dir) (n int64, ok bool) {
	h := &x.message(d).head
	found := false
	for i := h.find(0, "Content-Length"); i < len(h.fields); i = h.find(i+1, "Content-Length") {
		v, before, behind := parseContentLength(h.at(h.fields[i].value))
		if found {
			if v != n {
				s.raise(pick(d, duplicateContentLengthInRequest, duplicateContentLengthInResponse), x)
			}
			continue
		}
		found, n = true, v
		if before {
			s.raise(contentLengthExtraDataStart, x)
		}
		if behind {
			s.raise(contentLengthExtraDataEnd, x)
		}
	}
	if n < 0 {
		return 0, false
	}
	return n, true
}

// hasToken reports whether a list of words, separated by commas, has one; letters of either case are the same.
func hasToken(list []byte, word string) bool {
	for len(list) > 0 {
		var item []byte
		item, list, _ = bytes.Cut(list, []byte(","))
		if foldEqual(trim(item), word) {
			return true
		}
	}
	return false
}

// checkAuth notes an authentication scheme that is not known.
func (s *Session) checkAuth(x *Exchange) {
	v := x.Request.value("Authorization")
	if v == nil {
		return
	}
	scheme, _ := word(v)
	for _, known := range [...]string{"basic", "digest", "bearer"} {
		if foldEqual(scheme, known) {
			return
		}
	}
	s.raise(requestAuthUnrecognized, x)
}

// decide is called in a state that the response to CONNECT or Upgrade ends. It reports whether the state is another now.
func (s *Session) decide(r *side, in *stream.Cursor) bool {
	b, ok := in.Peek(1)
	if !ok {
		return false
	}
	if b[0] == '\r' || b[0] == '\n' { // an empty line behind the request belongs to it
		in.Skip(1)
		return true
	}
	if !s.conn.PeerLost() {
		s.conn.WaitPeer()
		return false
	}
	x := s.pending.last
	r.state = startLine
	if x == nil || !x.tunnel || isToken(b[0]) && b[0] >= 'A' {
		return true
	}
	s.replace(x, app.Switch{Port: x.port()})
	return true
}
