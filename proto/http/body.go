package http

import (
	"bytes"

	"github.com/reknit/reknit/coding"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// File is a file in a message: its body, or a part of multipart/form-data.
type File struct {
	file.File
}

var _ event.Appender = (*File)(nil)

// AppendJSON writes the members of a fileinfo object.
func (f *File) AppendJSON(o *event.Object) { f.AppendMembers(o) }

// body takes the bytes of a message's body to the file, or the files, that they are. Nothing of it is kept.
type body struct {
	session *Session
	x       *Exchange
	dir     stream.Dir
	coded   *coding.Decoder // nil: the body has no content coding
	file    *File           // that is open
	form    *form           // nil: the body is one file
	part    *rangePart      // of a larger file; nil: it is none, or there is no room for it
	made    bool            // there was a file
	none    bool            // the body is no file: it is only read for the handler
	bomb    bool            // not all of the body was decoded
	codings [maxCodings]coding.Coding
}

// maxCodings is the number of content codings of a body that are undone at most.
const maxCodings = 8

// newBody returns what takes the body of a message.
func (s *Session) newBody(x *Exchange, d stream.Dir) *body {
	b, ok := s.config.bodies.Get().(*body)
	if !ok {
		b = new(body)
	}
	b.session, b.x, b.dir = s, x, d
	b.decode(x.message(d).value("Content-Encoding"))
	return b
}

// freeBody lets go of b, which is over. It serves another message, perhaps of another session.
func (s *Session) freeBody(b *body) {
	if b.coded != nil {
		b.coded.Close()
	}
	b.dropPart()
	*b = body{}
	s.config.bodies.Put(b)
}

// requestBody returns what takes the body of a request, or nil: only that of POST and PUT is a file.
func (s *Session) requestBody(x *Exchange) *body {
	switch string(x.Method()) {
	case "POST", "PUT":
	default:
		if s.config.Handler == nil && s.config.RequestBody == 0 {
			return nil
		}
		b := s.newBody(x, stream.ToServer)
		b.none = true
		return b
	}
	b := s.newBody(x, stream.ToServer)
	if v := x.Request.value("Content-Type"); foldEqual(trim(mediaType(v)), "multipart/form-data") {
		if boundary := param(v, "boundary"); len(boundary) > 0 && len(boundary) <= maxBoundary {
			b.form = newForm(b, boundary)
		} else {
			s.raise(multipartGenericError, x)
		}
	}
	return b
}

// decode makes ready to undo the codings that Content-Encoding lists. Of too many, those that were applied last are undone.
func (b *body) decode(list []byte) {
	s := b.session
	limit := min(s.config.MaxCodings, maxCodings)
	if list == nil || limit < 0 || s.bombs >= maxBombs {
		return
	}
	n := 0
	for len(list) > 0 {
		var name []byte
		name, list, _ = bytes.Cut(list, []byte(","))
		if name = trim(name); len(name) == 0 {
			continue
		}
		c := b.coding(name)
		if c == coding.Unknown {
			continue
		}
		if n == limit {
			s.raise(tooManyEncodingLayers, b.x)
			copy(b.codings[:], b.codings[1:n])
			n--
		}
		b.codings[n] = c
		n++
	}
	if n > 0 {
		b.coded = coding.New(s.config.Coding, b.codings[:n], b)
	}
}

// coding returns the coding that a word of Content-Encoding names. Of those with more in it than a name, as libhtp has
// it, the name counts.
func (b *body) coding(word []byte) coding.Coding {
	c := coding.Parse(word)
	switch {
	case c == coding.Identity:
		c = coding.Unknown
	case c != coding.Unknown || foldEqual(word, "none") || foldEqual(word, "inflate"):
		return c
	case foldEqual(word, "lzma"):
		b.session.raise(lzmaDecompressionDisabled, b.x)
		return c
	case containsFold(word, "gzip"):
		c = coding.Gzip
	case containsFold(word, "deflate"):
		c = coding.Deflate
	}
	b.session.raise(abnormalCEHeader, b.x)
	return c
}

// maxBombs is the number of compression bombs of a connection after which nothing is decompressed.
const maxBombs = 3

// write takes bytes of the body.
func (b *body) write(p []byte) {
	if b.coded == nil {
		b.Decoded(p)
		return
	}
	if err := b.coded.Write(p); err != nil {
		b.failed(err)
	}
}

// failed notes why not all could be decoded.
func (b *body) failed(err error) {
	s := b.session
	if err != coding.ErrBomb {
		s.raise(gzipDecompressionFailed, b.x)
		return
	}
	b.bomb = true
	s.raise(compressionBomb, b.x)
	if s.bombs++; s.bombs == maxBombs {
		s.raise(compressionBombLimitReached, b.x)
	}
}

// Decoded takes bytes of the body without its content codings.
func (b *body) Decoded(p []byte) {
	if len(p) == 0 {
		return
	}
	b.session.keep(b.x, b.dir, p)
	if h := b.session.config.Handler; h != nil && h.OnBody != nil {
		b.session.verdict(h.OnBody(b.session.here(b.dir, b.x), p))
	}
	switch {
	case b.none:
		return
	case b.form != nil:
		b.form.write(p)
		return
	}
	if !b.made {
		b.open(b.name())
		b.ranged()
	}
	b.file.Write(p)
	if b.part != nil {
		b.part.grow(p)
	}
}

// ranged notes that the body is a range of a file.
func (b *body) ranged() {
	if b.dir != stream.ToClient || b.x.status != 206 {
		return
	}
	start, end, size, ok := parseRange(b.x.Response.value("Content-Range"))
	if !ok || start < 0 {
		b.session.raise(rangeInvalid, b.x)
		return
	}
	if start == 0 && end+1 == size {
		return // all of it
	}
	b.file.RangeStart, b.file.RangeEnd = start, end
	b.collect(start, end, size)
}

// keep keeps the beginning of a body for rules.
func (s *Session) keep(x *Exchange, d stream.Dir, p []byte) {
	limit := s.config.RequestBody
	if d == stream.ToClient {
		limit = s.config.ResponseBody
	}
	if m := x.message(d); !x.forgotten {
		m.Body = file.Keep(m.Body, p, limit)
	}
}

// lost takes n lost bytes.
func (b *body) lost(n int64) {
	if b.coded != nil {
		if err := b.coded.Lost(); err != nil {
			b.failed(err)
		}
	}
	if h := b.session.config.Handler; h != nil && h.OnLost != nil {
		b.session.verdict(h.OnLost(b.session.here(b.dir, b.x), n))
	}
	switch {
	case b.none:
		return
	case b.form != nil:
		b.form.lost(n)
		return
	}
	if !b.made {
		b.open(b.name())
		b.ranged()
	}
	b.file.Lost(n)
	b.dropPart()
}

// close ends the body. whole says that its end was seen.
func (b *body) close(whole bool) {
	if b.coded != nil {
		if err := b.coded.Close(); err != nil {
			b.failed(err)
		}
		b.coded = nil
	}
	if b.form != nil {
		b.form.close(whole)
	}
	b.end(whole)
	if b.part != nil {
		b.endPart()
	}
}

// open begins a file, which may be as large as its direction allows.
func (b *body) open(name []byte) { b.openAs(name, &b.session.config.files[b.dir]) }

// openAs begins a file.
func (b *body) openAs(name []byte, as *file.Config) {
	c := b.session.config
	m := b.x.message(b.dir)
	f := file.Spare(m.Files)
	if f == nil {
		f = new(File)
	}
	f.Renew(as, name)
	f.Tx = b.x.ID
	b.file, b.made = f, true
	if len(m.Files) < c.MaxFiles {
		m.Files = append(m.Files, f)
	}
	b.session.conn.OpenFile(b.x, b.dir, f)
}

// end ends the file that is open. It is told with its transaction, so that its record does not depend on how much of the
// exchange was there when it ended; but when there are too many, at once.
func (b *body) end(whole bool) {
	f := b.file
	if f == nil {
		return
	}
	b.file = nil
	if whole && !f.Gaps && !b.bomb {
		f.Close()
	} else {
		f.Truncate()
	}
	if m := b.x.message(b.dir); len(m.Files) == b.session.config.MaxFiles && m.Files[len(m.Files)-1] != f {
		b.session.conn.CloseFile(b.x, f)
	}
}

// name returns the name of the file that a body is: that of Content-Disposition, or the path of the target.
func (b *body) name() []byte {
	if b.dir == stream.ToClient {
		if name := param(b.x.Response.value("Content-Disposition"), "filename"); len(name) > 0 {
			return name
		}
	}
	return b.x.Path()
}

// param returns a parameter of a header field's value, without its quotation marks, and nil when there is none.
func param(v []byte, name string) []byte {
	for len(v) > 0 {
		n := bytes.IndexByte(v, ';')
		if n < 0 {
			return nil
		}
		v = trimLeft(v[n+1:])
		key, rest, ok := bytes.Cut(v, []byte("="))
		if !ok {
			return nil
		}
		if bytes.IndexByte(key, ';') >= 0 {
			continue
		}
		value, after := paramValue(trimLeft(rest))
		if foldEqual(trim(key), name) {
			return value
		}
		v = after
	}
	return nil
}

// paramValue cuts the value off, up to the next semicolon or the end of the quoted string.
func paramValue(v []byte) (value, rest []byte) {
	if len(v) > 0 && v[0] == '"' {
		for i := 1; i < len(v); i++ {
			switch v[i] {
			case '\\':
				i++
			case '"':
				return v[1:i], v[i+1:]
			}
		}
		return v[1:], nil
	}
	n := bytes.IndexByte(v, ';')
	if n < 0 {
		n = len(v)
	}
	return trimRight(v[:n]), v[n:]
}
