package mime

import "bytes"

// maxURL is the number of bytes kept of a URL.
const maxURL = 8192

// urlFinder finds URLs in bytes that come in pieces. Schemes are found in either case, whatever stands before them.
type urlFinder struct {
	schemes [][]byte // in lower case, without "://"
	longest int
	found   func(scheme, rest []byte) // rest: behind "://"; valid during the call

	step   urlStep
	tail   []byte // the last bytes of the text before, for a scheme that is cut in two
	scheme []byte // as written
	rest   []byte
}

type urlStep uint8

const (
	searching urlStep = iota
	colon             // behind a scheme and ":"
	slash             // behind the first "/"
	inURL
)

func newURLFinder(schemes []string, found func(scheme, rest []byte)) *urlFinder {
	f := &urlFinder{found: found}
	for _, s := range schemes {
		s := bytes.ToLower([]byte(s))
		if len(s) > 0 {
			f.schemes = append(f.schemes, s)
			f.longest = max(f.longest, len(s))
		}
	}
	return f
}

// write takes the next piece of the text.
func (f *urlFinder) write(b []byte) {
	from := 0
	for from < len(b) {
		switch f.step {
		case searching:
			i := bytes.IndexByte(b[from:], ':')
			if i < 0 {
				f.keep(b)
				return
			}
			from += i + 1
			if f.match(b[:from-1]) {
				f.step = colon
			}
		case colon, slash:
			if b[from] != '/' {
				f.step = searching
				continue
			}
			from++
			f.step++
		case inURL:
			n := urlLen(b[from:])
			f.rest = append(f.rest, b[from:min(from+n, from+maxURL-len(f.rest))]...)
			from += n
			if from < len(b) {
				f.end()
			}
		}
	}
	f.keep(b)
}

// end ends the text, and with it the URL being read.
func (f *urlFinder) end() {
	if f.step == inURL && len(f.rest) > 0 {
		f.found(f.scheme, f.rest)
	}
	f.step = searching
	f.rest = f.rest[:0]
}

// reset makes ready for another text.
func (f *urlFinder) reset() {
	f.end()
	f.tail = f.tail[:0]
}

// keep remembers the last bytes of the text.
func (f *urlFinder) keep(b []byte) {
	if len(b) >= f.longest {
		f.tail = append(f.tail[:0], b[len(b)-f.longest:]...)
		return
	}
	if over := len(f.tail) + len(b) - f.longest; over > 0 {
		f.tail = append(f.tail[:0], f.tail[over:]...)
	}
	f.tail = append(f.tail, b...)
}

// match reports whether the text up to the end of b ends with a scheme, and keeps it as written.
func (f *urlFinder) match(b []byte) bool {
	for _, s := range f.schemes {
		var head []byte // the part of the scheme that came before b
		body := b
		if len(b) >= len(s) {
			body = b[len(b)-len(s):]
		} else {
			n := len(s) - len(b)
			if n > len(f.tail) {
				continue
			}
			head = f.tail[len(f.tail)-n:]
		}
		if equalLower(head, s[:len(head)]) && equalLower(body, s[len(head):]) {
			f.scheme = append(append(f.scheme[:0], head...), body...)
			return true
		}
	}
	return false
}

// equalLower compares b with s, which is in lower case.
func equalLower(b, s []byte) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != s[i] {
			return false
		}
	}
	return true
}

// urlLen is the number of bytes up to the end of a URL.
func urlLen(b []byte) int {
	for i, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n', '"', '\'', '<', '>', ']':
			return i
		}
	}
	return len(b)
}
