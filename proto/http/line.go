package http

import "bytes"

// A requestLine is a request line taken apart (RFC 9112, section 3), as tolerant servers do. Its parts point into the line.
type requestLine struct {
	method, target, protocol []byte
	blankFirst               bool // white space before the method
	methodDelim              bool // the method ends in white space other than blanks
	targetDelim              bool // so does the target
}

// parseRequestLine takes a request line apart. The target ends at the first blank; the protocol is all that follows.
func parseRequestLine(line []byte) (r requestLine) {
	text := trimLeft(line)
	r.blankFirst = len(text) < len(line)
	n := blank(text)
	if n < 0 {
		r.method = text
		return r
	}
	r.method = text[:n]
	rest := trimLeft(text[n:])
	r.methodDelim = odd(text[n : len(text)-len(rest)])
	rest = trimRight(rest)
	n = blank(rest)
	if n < 0 {
		r.target = rest
		return r
	}
	r.target, r.protocol = rest[:n], trimLeft(rest[n:])
	r.targetDelim = odd(rest[n : len(rest)-len(r.protocol)])
	return r
}

// trim returns b without blanks around it, trimLeft without those at the beginning, and trimRight without those at the end.
func trim(b []byte) []byte { return trimRight(trimLeft(b)) }

func trimRight(b []byte) []byte {
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	return b
}

// odd reports whether b, which is blanks, has others than spaces and NULs.
func odd(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != 0 {
			return true
		}
	}
	return false
}

// isVersion reports whether b is HTTP-version as RFC 9112, section 2.3, has it, with major version 0 or 1.
func isVersion(b []byte) bool {
	return len(b) == len("HTTP/1.1") && string(b[:5]) == "HTTP/" && (b[5] == '0' || b[5] == '1') && b[6] == '.' && isDigit(b[7])
}

// old reports whether b is a version before 1.1.
func old(b []byte) bool { return isVersion(b) && (b[5] == '0' || b[7] == '0') }

// A statusLine is a status line taken apart (RFC 9112, section 4). Its parts point into the line.
type statusLine struct {
	protocol, code, reason []byte
	status                 int // 0: code is no number from 100 to 999
}

func parseStatusLine(line []byte) (s statusLine) {
	text := trimLeft(line)
	s.protocol, text = word(text)
	s.code, text = word(text)
	s.reason = text
	if c := s.code; len(c) == 3 && '1' <= c[0] && c[0] <= '9' && isDigit(c[1]) && isDigit(c[2]) {
		s.status = int(c[0]-'0')*100 + int(c[1]-'0')*10 + int(c[2]-'0')
	}
	return s
}

// word cuts the first word off.
func word(b []byte) (first, rest []byte) {
	n := blank(b)
	if n < 0 {
		return b, nil
	}
	return b[:n], trimLeft(b[n:])
}

// beginsResponse reports whether a line is a status line rather than anything else: servers that speak HTTP/0.9 begin
// with the body.
func beginsResponse(line []byte) bool {
	line = trimLeft(line)
	return len(line) >= 4 && foldEqual(line[:4], "http")
}

// certainRequest and certainResponse are for lines behind a loss, which may be anything.
func certainRequest(line []byte) bool {
	r := parseRequestLine(line)
	return !r.blankFirst && knownMethod(r.method) && isVersion(r.protocol)
}

func certainResponse(line []byte) bool {
	s := parseStatusLine(line)
	return bytes.HasPrefix(line, []byte("HTTP/")) && isVersion(s.protocol) && s.status != 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isToken reports whether c may be in a token (RFC 9110, section 5.6.2).
func isToken(c byte) bool { return tokens[c] }

var tokens = func() (t [256]bool) {
	for c := '!'; c <= '~'; c++ {
		t[c] = true
	}
	for _, c := range `"(),/:;<=>?@[\]{}` {
		t[c] = false
	}
	return t
}()
