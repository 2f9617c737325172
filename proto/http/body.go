package http

import (
	"bytes"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/file"
	"github.com/reknit/reknit/stream"
)

// File is a file in a message: its body, or a part of multipart/form-data.
type File struct {
	*file.File
}

var _ event.Appender = (*File)(nil)

// AppendJSON writes the members of a fileinfo object.
func (f *File) AppendJSON(o *event.Object) { f.AppendMembers(o) }

// body takes the bytes of a message's body to the file, or the files, that they are. Nothing of it is kept.
type body struct {
	session *Session
	x       *Exchange
	dir     stream.Dir
	file    *File // that is open
	form    *form // nil: the body is one file
	made    bool  // there was a file
}

// newBody returns what takes the body of a message.
func (s *Session) newBody(x *Exchange, d stream.Dir) *body {
	b, ok := s.config.bodies.Get().(*body)
	if !ok {
		b = new(body)
	}
	b.session, b.x, b.dir = s, x, d
	return b
}

// freeBody lets go of b, which is over. It serves another message, perhaps of another session.
func (s *Session) freeBody(b *body) {
	*b = body{}
	s.config.bodies.Put(b)
}

// requestBody returns what takes the body of a request, or nil: only that of POST and PUT is a file.
func (s *Session) requestBody(x *Exchange) *body {
	switch string(x.Method()) {
	case "POST", "PUT":
	default:
		return nil
	}
	b := s.newBody(x, stream.ToServer)
	if v := x.Request.value("Content-Type"); foldEqual(bytes.Trim(mediaType(v), blanks), "multipart/form-data") {
		if boundary := param(v, "boundary"); len(boundary) > 0 && len(boundary) <= maxBoundary {
			b.form = newForm(b, boundary)
		} else {
			s.raise(multipartGenericError, x)
		}
	}
	return b
}

// write takes bytes of the body.
func (b *body) write(p []byte) { b.decoded(p) }

// decoded takes bytes of the body without its content codings.
func (b *body) decoded(p []byte) {
	if len(p) == 0 {
		return
	}
	if b.form != nil {
		b.form.write(p)
		return
	}
	if !b.made {
		b.open(b.name())
	}
	b.file.Write(p)
}

// lost takes n lost bytes.
func (b *body) lost(n int64) {
	if b.form != nil {
		b.form.lost(n)
		return
	}
	if !b.made {
		b.open(b.name())
	}
	b.file.Lost(n)
}

// close ends the body. whole says that its end was seen.
func (b *body) close(whole bool) {
	if b.form != nil {
		b.form.close(whole)
	}
	b.end(whole)
}

// open begins a file.
func (b *body) open(name []byte) {
	c := b.session.config
	m := b.x.message(b.dir)
	f := &File{file.New(&c.Files, name)}
	f.Tx = b.x.ID
	b.file, b.made = f, true
	if len(m.Files) < c.MaxFiles {
		m.Files = append(m.Files, f)
	}
	if b.dir == stream.ToClient && b.x.status == 206 {
		if start, end, _, ok := parseRange(b.x.Response.value("Content-Range")); ok && start >= 0 {
			f.RangeStart, f.RangeEnd = start, end
		} else {
			b.session.raise(rangeInvalid, b.x)
		}
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
	if whole && !f.Gaps {
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
		v = bytes.TrimLeft(v[n+1:], blanks)
		key, rest, ok := bytes.Cut(v, []byte("="))
		if !ok {
			return nil
		}
		if bytes.IndexByte(key, ';') >= 0 {
			continue
		}
		value, after := paramValue(bytes.TrimLeft(rest, blanks))
		if foldEqual(bytes.Trim(key, blanks), name) {
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
	return bytes.TrimRight(v[:n], blanks), v[n:]
}
