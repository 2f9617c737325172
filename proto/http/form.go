package http

import "bytes"

// maxBoundary is the length of the longest boundary of multipart/form-data.
const maxBoundary = 255

// maxPartLine is the length of the longest line of a part's header that is read.
const maxPartLine = 4096

// form takes multipart/form-data apart (RFC 7578), as its bytes come. Parts with a file name are files; of the others
// nothing is kept.
//
//	preamble ──boundary──▶ boundaryLine ──▶ partHeader ──blank line──▶ partBody ──boundary──▶ boundaryLine
//	                            └── "--" ──▶ epilogue
type form struct {
	body     *body
	boundary []byte // CRLF, or LF, two hyphens and the boundary
	held     []byte // the beginning of a line, or of what may be a boundary
	ahead    int    // of held: bytes that are a line end before the part, and that a boundary may begin with all the same
	name     []byte
	state    formState
	header   bool // the part has a Content-Disposition
	filled   bool // there was data in the part
	long     bool // the line in held is too long: its rest is passed over
	parts    bool // there was one
}

type formState uint8

const (
	preamble formState = iota
	boundaryLine
	partHeader
	partBody
	epilogue
)

func newForm(b *body, boundary []byte) *form {
	f := &form{body: b}
	f.boundary = append(append(f.boundary, "\r\n--"...), boundary...)
	f.lineEnd()
	return f
}

// lineEnd notes that a line ended: a boundary may follow at once, at the very beginning or in an empty part.
func (f *form) lineEnd() {
	f.ahead = bytes.IndexByte(f.boundary, '-')
	f.held = append(f.held[:0], f.boundary[:f.ahead]...)
}

// write takes bytes of the body.
func (f *form) write(p []byte) {
	for len(p) > 0 {
		switch f.state {
		case preamble, partBody:
			p = f.data(p)
		case boundaryLine, partHeader:
			p = f.line(p)
		default:
			return
		}
	}
}

// data takes bytes up to the next boundary, and returns what is behind it. What may be the beginning of one is held.
func (f *form) data(p []byte) []byte {
	for len(f.held) > 0 {
		// The held bytes are the beginning of the boundary: does it go on?
		want := f.boundary[len(f.held):]
		n := min(len(want), len(p))
		if string(p[:n]) == string(want[:n]) {
			f.held = append(f.held, p[:n]...)
			if n == len(want) {
				return f.found(p[n:])
			}
			return nil
		}
		k := common(p, want)
		f.held = append(f.held, p[:k]...)
		p = p[k:]
		f.giveUp(1 + overlap(f.held[1:], f.boundary))
	}
	if n := bytes.Index(p, f.boundary); n >= 0 {
		f.content(p[:n])
		return f.found(p[n+len(f.boundary):])
	}
	n := overlap(p, f.boundary)
	f.content(p[:n])
	f.held = append(f.held, p[n:]...)
	return nil
}

// giveUp takes the first n held bytes for content.
func (f *form) giveUp(n int) {
	skip := min(n, f.ahead)
	f.ahead -= skip
	f.content(f.held[skip:n])
	f.held = f.held[:copy(f.held, f.held[n:])]
}

// common returns how many bytes a and b have in common at their beginnings.
func common(a, b []byte) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// overlap returns the offset in b of the longest ending of b with which the boundary begins; len(b) when there is none.
func overlap(b, boundary []byte) int {
	for at := max(0, len(b)-len(boundary)+1); at < len(b); at++ {
		n := bytes.IndexByte(b[at:], boundary[0])
		if n < 0 {
			return len(b)
		}
		if at += n; bytes.HasPrefix(boundary, b[at:]) {
			return at
		}
	}
	return len(b)
}

// found takes a boundary, behind which rest is.
func (f *form) found(rest []byte) []byte {
	f.endPart(true)
	f.held, f.ahead = f.held[:0], 0
	f.state = boundaryLine
	return rest
}

// content takes bytes of a part.
func (f *form) content(p []byte) {
	if f.state != partBody || len(p) == 0 {
		return
	}
	if !f.filled {
		f.filled = true
		if f.name != nil {
			f.body.open(f.name)
		}
	}
	if f.body.file != nil {
		f.body.file.Write(p)
	}
}

// line takes bytes up to the end of a line, and returns what is behind it.
func (f *form) line(p []byte) []byte {
	n := bytes.IndexByte(p, '\n')
	text, rest := p, []byte(nil)
	if n >= 0 {
		text, rest = p[:n], p[n+1:]
	}
	if room := maxPartLine - len(f.held); len(text) > room {
		f.long, text = true, text[:room]
	}
	f.held = append(f.held, text...)
	if n < 0 {
		return nil
	}
	line := bytes.TrimSuffix(f.held, []byte("\r"))
	if f.state == boundaryLine && !f.parts && len(line) == len(f.held) {
		f.boundary = f.boundary[1:] // lines end in LF alone, some clients do that
	}
	f.take(line)
	f.held, f.long = f.held[:0], false
	if f.state == partBody {
		f.lineEnd()
	}
	return rest
}

// take takes a line: what is behind a boundary, or a field of a part's header.
func (f *form) take(line []byte) {
	s, x := f.body.session, f.body.x
	switch {
	case f.state == boundaryLine:
		if f.state = partHeader; bytes.HasPrefix(line, []byte("--")) {
			f.state = epilogue
		}
		f.name, f.header, f.filled, f.parts = nil, false, false, true
	case len(line) == 0:
		f.state = partBody
		if !f.header {
			s.raise(multipartNoFiledata, x)
		}
	case f.long:
		s.raise(multipartInvalidHeader, x)
	default:
		name, value, odd := parseField(line)
		if odd&(noColon|emptyName) != 0 {
			s.raise(multipartInvalidHeader, x)
			return
		}
		if foldEqual(name, "content-disposition") {
			f.header = true
			f.disposition(value)
		}
	}
}

// disposition takes the name of a part's file. Backslashes, with which some clients send a whole path, are left out.
func (f *form) disposition(value []byte) {
	name := param(value, "filename")
	if len(name) == 0 {
		return
	}
	if len(name) > maxFileName {
		f.body.session.raise(fileNameTooLong, f.body.x)
		name = name[:maxFileName]
	}
	f.name = bytes.ReplaceAll(name, []byte(`\`), nil)
}

const maxFileName = 4096

// lost takes n lost bytes: of the part, as far as is known.
func (f *form) lost(n int64) {
	if f.state == partBody {
		f.giveUp(len(f.held))
		if f.name != nil && !f.filled {
			f.filled = true
			f.body.open(f.name)
		}
		if f.body.file != nil {
			f.body.file.Lost(n)
		}
		return
	}
	f.held, f.long = f.held[:0], false
	f.state = preamble
}

// endPart ends a part.
func (f *form) endPart(whole bool) {
	if f.state == partBody {
		f.body.end(whole)
		f.state = boundaryLine
	}
}

// close ends the body, and a part that has no end: it is incomplete.
func (f *form) close(bool) {
	if f.state != epilogue && f.state != boundaryLine || !f.parts {
		f.body.session.raise(multipartGenericError, f.body.x)
	}
	if f.state == partBody {
		f.giveUp(len(f.held))
	}
	f.endPart(false)
}
