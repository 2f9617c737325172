package mime

import "bytes"

// maxURL is the number of bytes kept of a URL, maxScheme that of a scheme that can be found.
const (
	maxURL    = 8192
	maxScheme = 16
)

// urlFinder finds URLs in a text that comes in pieces. Schemes are found in either case, whatever stands before them.
type urlFinder struct {
	schemes []string // without "://"; at most maxScheme bytes each

	step urlStep
	tail [maxScheme]byte // the last bytes of the text before, at the end of the array; zero where there are none

	scheme []byte // of the URL found, as written
	rest   []byte // what stands behind "://"
}

type urlStep uint8

const (
	searching urlStep = iota
	colon             // behind a scheme and ":"
	slash             // behind the first "/"
	inURL
	found
)

// next searches b, the next bytes of the text, up to the end of a URL. It returns how many bytes it read, and whether
// there is a URL in scheme and rest, which are valid until the next call. If there is none, it has read all of b.
func (f *urlFinder) next(b []byte) (n int, ok bool) {
	for n < len(b) {
		switch f.step {
		case found:
			f.step, f.rest = searching, f.rest[:0]
		case searching:
			i := colonIn(b[n:])
			if i < 0 {
				n = len(b)
				break
			}
			if f.match(b[:n+i]) {
				f.step = colon
			}
			n += i + 1
		case colon, slash:
			if b[n] != '/' {
				f.step = searching
				break
			}
			f.step++
			n++
		case inURL:
			end := urlLen(b[n:])
			room := maxURL - len(f.rest)
			f.rest = append(f.rest, b[n:n+min(end, room)]...)
			n += end
			if n < len(b) && f.end() {
				f.keep(b[:n])
				return n, true
			}
		}
	}
	f.keep(b)
	return n, false
}

// colonIn returns the index of the first ":" in b behind which "//" stands, or may come; -1 when there is none.
func colonIn(b []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], ':')
		if i < 0 {
			return -1
		}
		at += i
		rest := b[at+1:]
		if len(rest) == 0 || rest[0] == '/' && (len(rest) == 1 || rest[1] == '/') {
			return at
		}
	}
}

// end ends the text, and with it a URL. It reports whether there is one.
func (f *urlFinder) end() bool {
	ok := f.step == inURL && len(f.rest) > 0
	if f.step = searching; ok {
		f.step = found
	}
	return ok
}

// reset makes ready for another text.
func (f *urlFinder) reset() {
	f.step, f.rest = searching, f.rest[:0]
	f.tail = [maxScheme]byte{}
}

// keep remembers the last bytes of the text.
func (f *urlFinder) keep(b []byte) {
	if len(b) >= maxScheme {
		f.tail = [maxScheme]byte(b[len(b)-maxScheme:])
		return
	}
	copy(f.tail[:], f.tail[len(b):])
	copy(f.tail[maxScheme-len(b):], b)
}

// match reports whether the text up to the end of b ends with a scheme, and keeps it as written.
func (f *urlFinder) match(b []byte) bool {
	for _, s := range f.schemes {
		if len(s) == 0 || len(s) > maxScheme {
			continue
		}
		var before []byte // of b
		if n := len(s) - len(b); n > 0 {
			before = f.tail[maxScheme-n:]
		}
		last := b[len(b)-(len(s)-len(before)):]
		if foldsTo(before, s[:len(before)]) && foldsTo(last, s[len(before):]) {
			f.scheme = append(append(f.scheme[:0], before...), last...)
			return true
		}
	}
	return false
}

// foldsTo compares b with s of the same length without regard to case.
func foldsTo(b []byte, s string) bool {
	for i, c := range b {
		if lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
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
