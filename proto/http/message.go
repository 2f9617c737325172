package http

import "github.com/reknit/reknit/stream"

// beginHead makes ready for the fields behind a start line.
func (s *Session) beginHead(r *side, line []byte, e stream.Ending) {
	b := s.newBuilder()
	r.head = b
	b.startLine(line, endings[e])
	b.ended(e)
	r.state = fieldLines
}

func (s *Session) newBuilder() *builder {
	if b, ok := s.config.heads.Get().(*builder); ok {
		return b
	}
	return new(builder)
}

// freeBuilder lets go of b, for another head to use.
func (s *Session) freeBuilder(b *builder) {
	if b.reset() {
		s.config.heads.Put(b)
	}
}

// trailerLine takes a line behind the last chunk. Trailer fields join those of the head.
func (s *Session) trailerLine(d stream.Dir, r *side, line []byte, e stream.Ending) {
	if len(line) == 0 {
		s.takeTrailer(d, r)
		s.endMessage(d, r)
		return
	}
	if r.head == nil {
		r.head = s.newBuilder()
	}
	h := &r.x.message(d).head
	r.head.fieldLine(line, endings[e], s.config.MaxFields-len(h.fields), s.config.MaxHead-len(h.text))
}

// takeTrailer adds trailer fields, as far as there are some, to the message.
func (s *Session) takeTrailer(d stream.Dir, r *side) {
	if b := r.head; b != nil {
		r.head = nil
		r.x.message(d).join(b.finish(head{}))
		s.raiseFields(d, r.x, b)
		s.freeBuilder(b)
	}
}

// fieldLine takes a line of a head.
func (s *Session) fieldLine(d stream.Dir, r *side, line []byte, e stream.Ending) {
	b := r.head
	b.ended(e)
	switch {
	case len(line) == 1 && isBlank(line[0]) && e == stream.LF:
		r.left, r.state = 1, blankLine
		return
	case len(line) > 0:
		b.fieldLine(line, endings[e], s.config.MaxFields, s.config.MaxHead)
		return
	}
	b.raw = append(b.raw, endings[e]...)
	s.headEnd(d, r)
}

// blank ends a head behind an odd line end, with one more, r.left bytes long, that may follow.
func (s *Session) blank(d stream.Dir, r *side, in *stream.Cursor) bool {
	end := "\r\n"[2-r.left:]
	b, ok := in.Peek(max(1, min(in.Len(), len(end))))
	if !ok {
		return false
	}
	switch {
	case string(b) == end:
		in.Skip(r.left)
	case string(b) == end[:len(b)]:
		_, ok := in.Peek(len(b) + 1)
		return ok
	}
	s.headEnd(d, r)
	return true
}

// headEnd acts on a head that is whole.
func (s *Session) headEnd(d stream.Dir, r *side) {
	s.takeHead(d, r)
	if d == stream.ToServer {
		s.requestHead(r)
	} else {
		s.responseHead(r)
	}
}

// ended notes how a line ended.
func (b *builder) ended(e stream.Ending) {
	b.lastLF = e == stream.LF
	b.bareLF = b.bareLF || b.lastLF
}

// takeHead makes what there is of a head that of the message.
func (s *Session) takeHead(d stream.Dir, r *side) {
	b := r.head
	r.head = nil
	m := r.x.message(d)
	m.head = b.finish(m.head)
	s.raiseFields(d, r.x, b)
	s.freeBuilder(b)
}

// piece takes bytes of a body, or how many of them are lost.
func (s *Session) piece(d stream.Dir, r *side, p stream.Piece) {
	n := int64(len(p.Data)) + p.Lost
	r.x.message(d).Length += n
	if r.body != nil {
		if p.Lost > 0 {
			r.body.lost(p.Lost)
		} else {
			r.body.write(p.Data)
		}
	}
	if r.state == untilClose {
		return
	}
	if r.left -= n; r.left > 0 {
		return
	}
	if r.state == chunkData {
		r.state = chunkEnd
		return
	}
	s.endMessage(d, r)
}

// chunk takes a chunk-size line.
func (s *Session) chunk(d stream.Dir, r *side, line []byte, e stream.Ending) {
	m := r.x.message(d)
	n, extension := parseChunkSize(line)
	if n < 0 {
		s.badChunk(d, r, line, e)
		return
	}
	m.Length += int64(len(line)) + endingLen[e]
	if extension {
		s.raise(pick(d, requestChunkExtension, responseChunkExtension), r.x)
	}
	if r.left = n; n > 0 {
		r.state = chunkData
		return
	}
	s.closeBody(r, true)
	r.x.Advance(d, inTrailer)
	r.state = trailer
}

// badChunk goes on behind what is no chunk-size: a client takes what it gets for the body, as browsers do.
func (s *Session) badChunk(d stream.Dir, r *side, line []byte, e stream.Ending) {
	if len(line) == 0 {
		s.raise(zeroLengthDataChunks, r.x)
		return
	}
	s.raise(pick(d, invalidRequestChunkLen, invalidResponseChunkLen), r.x)
	if d == stream.ToServer {
		s.closeBody(r, false)
		r.state = torn
		return
	}
	r.left, r.state = maxLength, untilClose
	s.bodyLine(r, line, e)
}

// bodyLine takes a line that turned out to be body of a response.
func (s *Session) bodyLine(r *side, line []byte, e stream.Ending) {
	s.piece(stream.ToClient, r, stream.Piece{Data: line})
	if end := endings[e]; end != "" {
		s.piece(stream.ToClient, r, stream.Piece{Data: []byte(end)})
	}
}

// endMessage ends the message, which is whole as far as is known.
func (s *Session) endMessage(d stream.Dir, r *side) {
	x := r.x
	r.x, r.state = nil, startLine
	if x == nil {
		return
	}
	s.closeBody(r, true)
	s.tellEnd(d, x, true)
	if d == stream.ToServer {
		if x.awaitsAnswer() {
			r.state = deciding
		}
		x.Advance(d, complete)
		return
	}
	s.pending.remove(x)
	x.Advance(d, complete)
}

// closeBody ends the body, if there is one.
func (s *Session) closeBody(r *side, whole bool) {
	if r.body == nil {
		return
	}
	r.body.close(whole)
	s.freeBody(r.body)
	r.body = nil
}

// tornHead makes do with what there is of a head, or a trailer.
func (s *Session) tornHead(d stream.Dir, r *side) {
	switch {
	case r.head == nil:
	case r.state == trailer || r.state == restOfLine && r.after == trailer:
		s.takeTrailer(d, r)
	default:
		s.takeHead(d, r)
		if d == stream.ToServer {
			s.target(r.x)
		}
		s.tellHead(d, r.x)
	}
}
