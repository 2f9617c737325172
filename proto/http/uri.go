package http

import (
	"bytes"
	"unicode/utf8"
)

// A uri is a request target taken apart, as libhtp does (RFC 3986 is stricter). Its parts point into the target.
type uri struct {
	scheme, user, host, port []byte
	path, query, fragment    []byte
	hasQuery, hasFragment    bool
}

// parseURI takes a request target apart. It may be a path with a query or an absolute URI.
func parseURI(b []byte) (u uri) {
	if n := bytes.IndexByte(b, ':'); n > 0 && b[0] != '/' {
		u.scheme, b = b[:n], b[n+1:]
	}
	if u.scheme != nil && bytes.HasPrefix(b, []byte("//")) {
		b = b[2:]
		end := bytes.IndexAny(b, "/?#")
		if end < 0 {
			end = len(b)
		}
		u.authority(b[:end])
		b = b[end:]
	}
	b, u.fragment, u.hasFragment = bytes.Cut(b, []byte("#"))
	u.path, u.query, u.hasQuery = bytes.Cut(b, []byte("?"))
	return u
}

// parseAuthority takes the target of CONNECT apart.
func parseAuthority(b []byte) (u uri) {
	u.authority(b)
	return u
}

func (u *uri) authority(b []byte) {
	if n := bytes.LastIndexByte(b, '@'); n >= 0 {
		u.user, b = b[:n], b[n+1:]
	}
	u.host, u.port = splitHost(b)
}

// splitHost separates a host from its port. An IPv6 address keeps its brackets.
func splitHost(b []byte) (host, port []byte) {
	b = trim(b)
	from := 0
	if len(b) > 0 && b[0] == '[' {
		if n := bytes.IndexByte(b, ']'); n >= 0 {
			from = n + 1
		}
	}
	n := bytes.IndexByte(b[from:], ':')
	if n < 0 {
		return b, nil
	}
	return b[:from+n], b[from+n+1:]
}

// parsePort reads a port; 0: it is none.
func parsePort(b []byte) uint16 {
	n := 0
	for _, c := range trim(b) {
		if !isDigit(c) {
			return 0
		}
		if n = n*10 + int(c-'0'); n > 65535 {
			return 0
		}
	}
	return uint16(n)
}

// validHost reports whether a host name or address has only characters that such have, and labels that are not too long.
func validHost(b []byte) bool {
	if len(b) == 0 || len(b) > 255 {
		return false
	}
	if b[0] == '[' {
		return b[len(b)-1] == ']' && len(bytes.Trim(b[1:len(b)-1], "0123456789abcdefABCDEF:.%")) == 0
	}
	label := 0
	for i, c := range b {
		switch {
		case c == '.':
			if label == 0 && !(i == 0 && len(b) == 1) {
				return false
			}
			label = 0
			continue
		case 'a' <= lower(c) && lower(c) <= 'z', isDigit(c), c == '-', c == '_':
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	return true
}

// URI says how targets are normalised. The zero value does it as libhtp's personality IDS.
type URI struct {
	KeepBackslash  bool // do not take \ for /
	KeepSeparators bool // do not decode %2f and %5c
	KeepRepeated   bool // do not make // one /
	KeepUnicode    bool // do not decode %uXXXX
	KeepUTF8       bool // do not replace UTF-8 by the nearest ASCII character
	Lower          bool // make the path lower case
	DoublePath     bool // decode the path twice
	DoubleQuery    bool // decode the query twice
	PlusIsSpace    bool // in the query
	All            bool // keep scheme, user, host and port
	RawNULEnds     bool // the path ends at a NUL
	EncodedNULEnds bool // and at %00
	Invalid        Invalid
	Replacement    byte // of characters that have no nearest one; 0: ?
}

// Invalid says what becomes of a percent sign without two hexadecimal digits.
type Invalid uint8

const (
	PreservePercent Invalid = iota
	RemovePercent
	DecodeInvalid
)

// normal appends u as http.uri shows it. twice reports that something was decoded twice.
func (c *URI) normal(dst []byte, u *uri) (out []byte, twice bool) {
	if c.All && u.scheme != nil {
		dst = append(append(dst, u.scheme...), "://"...)
		if u.user != nil {
			dst = append(append(dst, u.user...), '@')
		}
		dst = append(dst, u.host...)
		if u.port != nil {
			dst = append(append(dst, ':'), u.port...)
		}
	}
	dst, twice = c.appendPath(dst, u.path)
	if u.hasQuery {
		dst = append(dst, '?')
		at := len(dst)
		dst = c.decodeQuery(dst, u.query)
		if c.DoubleQuery && escaped(dst[at:]) {
			twice = true
			dst = c.decodeQuery(dst[:at], bytes.Clone(dst[at:]))
		}
	}
	if u.hasFragment {
		dst = append(append(dst, '#'), u.fragment...)
	}
	return dst, twice
}

// appendPath appends the normalised path.
func (c *URI) appendPath(dst, path []byte) (out []byte, twice bool) {
	at := len(dst)
	dst = c.decodePath(dst, path)
	if c.DoublePath && escaped(dst[at:]) {
		twice = true
		dst = c.decodePath(dst[:at], bytes.Clone(dst[at:]))
	}
	if !c.KeepUTF8 {
		dst = append(dst[:at], c.nearest(dst[at:])...)
	}
	return dst[:at+removeDots(dst[at:])], twice
}

// escaped reports whether there is a percent sign with two hexadecimal digits.
func escaped(b []byte) bool {
	for {
		n := bytes.IndexByte(b, '%')
		if n < 0 || n+2 >= len(b) {
			return false
		}
		if hexValue(b[n+1]) >= 0 && hexValue(b[n+2]) >= 0 {
			return true
		}
		b = b[n+1:]
	}
}

// decodePath decodes a path once.
func (c *URI) decodePath(dst, path []byte) []byte {
	start := len(dst)
	for i := 0; i < len(path); {
		b, n, encoded := c.character(path[i:])
		i += n
		switch {
		case n == 0: // the sign is to be left out
			i++
			continue
		case b == 0 && (encoded && c.EncodedNULEnds || !encoded && c.RawNULEnds):
			return dst
		case encoded && c.KeepSeparators && (b == '/' || b == '\\' && !c.KeepBackslash):
			dst = append(dst, path[i-n:i]...)
			continue
		case b == '\\' && !c.KeepBackslash:
			b = '/'
		}
		if c.Lower {
			b = lower(b)
		}
		if b == '/' && !c.KeepRepeated && len(dst) > start && dst[len(dst)-1] == '/' {
			continue
		}
		dst = append(dst, b)
	}
	return dst
}

// decodeQuery decodes a query once.
func (c *URI) decodeQuery(dst, query []byte) []byte {
	for i := 0; i < len(query); {
		b, n, encoded := c.character(query[i:])
		i += max(n, 1)
		switch {
		case n == 0:
		case b == '+' && !encoded && c.PlusIsSpace:
			dst = append(dst, ' ')
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

// character returns the first character of b, decoded, and how many bytes it takes; 0 for a sign to leave out.
func (c *URI) character(b []byte) (decoded byte, n int, encoded bool) {
	if b[0] != '%' {
		return b[0], 1, false
	}
	if !c.KeepUnicode && len(b) >= 6 && lower(b[1]) == 'u' {
		v := 0
		for _, h := range b[2:6] {
			x := hexValue(h)
			if x < 0 {
				v = -1
				break
			}
			v = v<<4 | x
		}
		if v >= 0 {
			return c.nearestTo(rune(v)), 6, true
		}
	}
	if len(b) < 3 {
		return c.invalid(b)
	}
	high, low := hexValue(b[1]), hexValue(b[2])
	if high < 0 || low < 0 {
		return c.invalid(b)
	}
	return byte(high<<4 | low), 3, true
}

func (c *URI) invalid(b []byte) (byte, int, bool) {
	switch {
	case c.Invalid == RemovePercent:
		return 0, 0, false
	case c.Invalid == DecodeInvalid && len(b) >= 3:
		return digit(b[1])<<4 | digit(b[2]), 3, true
	}
	return '%', 1, false
}

// digit takes any character for a hexadecimal digit, as servers without a check do.
func digit(c byte) byte {
	if c >= 'A' {
		return (c & 0xdf) - 'A' + 10
	}
	return c - '0'
}

// nearest replaces characters of UTF-8 by those of ASCII that are nearest to them. Bytes that are no UTF-8 stay.
func (c *URI) nearest(b []byte) []byte {
	at := 0
	for at < len(b) && b[at] < utf8.RuneSelf {
		at++
	}
	if at == len(b) {
		return b
	}
	out := append(make([]byte, 0, len(b)), b[:at]...)
	for b = b[at:]; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		switch {
		case r < utf8.RuneSelf || r == utf8.RuneError && n == 1:
			out = append(out, b[0])
		default:
			out = append(out, c.nearestTo(r))
		}
		b = b[n:]
	}
	return out
}

// nearestTo returns the character of ASCII that is nearest to r.
func (c *URI) nearestTo(r rune) byte {
	switch {
	case r < 0x100:
		return byte(r)
	case 0xff01 <= r && r <= 0xff5e: // fullwidth forms
		return byte(r - 0xff01 + '!')
	case r == 0x2215 || r == 0x2044: // division slash, fraction slash
		return '/'
	case 0x2010 <= r && r <= 0x2015:
		return '-'
	case r == 0x2018 || r == 0x2019:
		return '\''
	case r == 0x201c || r == 0x201d:
		return '"'
	case c.Replacement != 0:
		return c.Replacement
	}
	return '?'
}

// removeDots removes the segments . and .. of a path in place, and returns how long it is then (RFC 3986, section 5.2.4).
func removeDots(b []byte) int {
	if bytes.IndexByte(b, '.') < 0 {
		return len(b)
	}
	to := 0
	for at := 0; at < len(b); {
		next := len(b)
		if n := bytes.IndexByte(b[at+1:], '/'); n >= 0 {
			next = at + 1 + n
		}
		segment := b[at:next]
		last := next == len(b)
		switch {
		case string(segment) == "/." || string(segment) == "." && at == 0:
			if last && len(segment) == 2 {
				b[to] = '/'
				to++
			}
		case string(segment) == "/.." || string(segment) == ".." && at == 0:
			to = max(0, bytes.LastIndexByte(b[:to], '/'))
			if last && len(segment) == 3 {
				b[to] = '/'
				to++
			}
		default:
			to += copy(b[to:], segment)
		}
		at = next
	}
	return to
}
