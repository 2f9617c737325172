package mime

import (
	"bytes"
	"strconv"
	"strings"
)

// A Param is a parameter of a structured header field, decoded.
type Param struct {
	Name     string // in lower case, without the marks of RFC 2231
	Value    string // always valid UTF-8
	Language string // RFC 2231; empty when not given
}

// ParseParams reads a value such as that of Content-Type: the text before the first semicolon, and the parameters in
// order of appearance. Sections and charsets of RFC 2231 and encoded words of RFC 2047 are decoded; what is not well
// formed is read as mail programs do. Of several parameters of a name the first counts; those behind the hundredth are
// left out.
func ParseParams(value []byte) (text string, params []Param) {
	const maxParams = 100
	for s := newParamScanner(value); len(params) < maxParams && s.next(); {
		name, _, _ := strings.Cut(strings.ToLower(string(s.key)), "*")
		known := false
		for i := range params {
			known = known || params[i].Name == name
		}
		if name == "" || known {
			continue
		}
		if v, language, ok := decodeParam(value, name); ok {
			params = append(params, Param{Name: name, Value: v, Language: language})
		}
	}
	return DecodeHeader(head(value)), params
}

// head returns the text before the parameters, without comments behind it: the media type, the disposition.
func head(value []byte) []byte {
	value = skipComments(value[:headLen(value)])
	if i := bytes.IndexByte(value, '('); i >= 0 {
		value = value[:i]
	}
	return trimRight(value)
}

// headLen is the number of bytes before the first semicolon that is not in a comment.
func headLen(value []byte) int {
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case ';':
			return i
		case '(':
			i += commentLen(value[i:]) - 1
		}
	}
	return len(value)
}

// skipComments removes blanks and comments (RFC 5322, section 3.2.2) at the beginning.
func skipComments(b []byte) []byte {
	for {
		b = trimSpace(b)
		if len(b) == 0 || b[0] != '(' {
			return b
		}
		b = b[commentLen(b):]
	}
}

// commentLen is the length of the comment with which b begins; all of b when it does not end.
func commentLen(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// A paramScanner goes through the parameters of a value.
type paramScanner struct {
	rest   []byte
	key    []byte // as sent, marks of RFC 2231 included
	value  []byte // without quotes and backslashes
	quoted bool
}

func newParamScanner(value []byte) paramScanner {
	return paramScanner{rest: value[headLen(value):]}
}

func (s *paramScanner) next() bool {
	for {
		s.rest = skipComments(s.rest)
		if len(s.rest) > 0 && s.rest[0] == ';' {
			s.rest = s.rest[1:]
			continue
		}
		if len(s.rest) == 0 {
			return false
		}
		i := 0
		for i < len(s.rest) && s.rest[i] != '=' && s.rest[i] != ';' { // soon found: names are short
			i++
		}
		if i == len(s.rest) {
			return false
		}
		s.key = trimRight(s.rest[:i])
		if s.rest[i] == ';' {
			s.rest = s.rest[i+1:]
			continue
		}
		s.rest = trimSpace(s.rest[i+1:])
		s.readValue()
		return true
	}
}

func (s *paramScanner) readValue() {
	s.quoted = len(s.rest) > 0 && s.rest[0] == '"'
	if s.quoted {
		var n int
		s.value, n = unquote(s.rest)
		s.rest = s.rest[n:]
		if i := bytes.IndexByte(s.rest, ';'); i >= 0 {
			s.rest = s.rest[i:]
		} else {
			s.rest = nil
		}
		return
	}
	i := bytes.IndexByte(s.rest, ';')
	if i < 0 {
		i = len(s.rest)
	}
	s.value = bytes.TrimRight(s.rest[:i], " \t\r\n")
	s.rest = s.rest[i:]
}

// quotedLen is the length of the quoted string with which b begins; all of b when it does not end.
func quotedLen(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// unquote reads the quoted string with which b begins, and returns how long it is. It may lack its end.
func unquote(b []byte) (text []byte, n int) {
	n = quotedLen(b)
	text = b[1:n]
	if n > 1 && b[n-1] == '"' {
		text = b[1 : n-1]
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return text, n
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		plain = append(plain, text[i])
	}
	return plain, n
}

// mark takes the name of a parameter apart: name*section*, as far as it belongs to name.
//
//	name     section -1
//	name*    section -1, extended
//	name*0   section 0
//	name*0*  section 0, extended
func mark(key []byte, name string) (section int, extended, ok bool) {
	if len(key) < len(name) || !equalFold(key[:len(name)], name) {
		return 0, false, false
	}
	key = key[len(name):]
	switch {
	case len(key) == 0:
		return -1, false, true
	case key[0] != '*':
		return 0, false, false
	case len(key) == 1:
		return -1, true, true
	}
	digits, extended := strings.CutSuffix(string(key[1:]), "*")
	n, err := strconv.ParseUint(digits, 10, 15)
	if err != nil {
		return 0, false, false
	}
	return int(n), extended, true
}

// sections are the sections of a parameter, up to the first that is missing.
type section struct {
	value    []byte
	extended bool
	found    bool
}

// findParam finds the forms in which a parameter may be given; each is nil when it is not.
func findParam(value []byte, name string) (plain, extended []byte, sections []section, quoted bool) {
	const maxSections = 1000
	for s := newParamScanner(value); s.next(); {
		n, ext, ok := mark(s.key, name)
		v := s.value
		if v == nil {
			v = []byte{}
		}
		switch {
		case !ok || n >= maxSections:
		case n < 0 && ext:
			if extended == nil {
				extended = v
			}
		case n < 0:
			if plain == nil {
				plain, quoted = v, s.quoted
			}
		default:
			for len(sections) <= n {
				sections = append(sections, section{})
			}
			if !sections[n].found {
				sections[n] = section{value: v, extended: ext, found: true}
			}
		}
	}
	for i := range sections {
		if !sections[i].found {
			sections = sections[:i]
			break
		}
	}
	return plain, extended, sections, quoted
}

// appendParam appends a parameter as EVE shows it: sections joined, nothing decoded.
func appendParam(dst, value []byte, name string) []byte {
	plain, extended, sections, _ := findParam(value, name)
	switch {
	case len(plain) > 0:
		return append(dst, plain...)
	case len(sections) > 0:
		for _, s := range sections {
			dst = append(dst, s.value...)
		}
		return dst
	}
	return append(dst, extended...)
}

// decodedParam returns a parameter as text for people.
func decodedParam(value []byte, name string) (string, bool) {
	v, _, ok := decodeParam(value, name)
	return v, ok
}

func decodeParam(value []byte, name string) (v, language string, ok bool) {
	plain, extended, sections, _ := findParam(value, name)
	switch {
	case extended != nil:
		charset, language, text := splitExtended(extended)
		return decodeCharset(charset, percentDecode(text)), language, true
	case len(sections) > 0:
		var charset string
		var joined []byte
		for i, s := range sections {
			text := s.value
			if s.extended {
				if i == 0 {
					charset, language, text = splitExtended(text)
				}
				text = percentDecode(text)
			}
			joined = append(joined, text...)
		}
		return decodeCharset(charset, joined), language, true
	case plain != nil:
		return DecodeHeader(plain), "", true
	}
	return "", "", false
}

// splitExtended takes charset'language'text apart.
func splitExtended(b []byte) (charset, language string, text []byte) {
	c, rest, ok := bytes.Cut(b, []byte{'\''})
	if !ok {
		return "", "", b
	}
	l, text, ok := bytes.Cut(rest, []byte{'\''})
	if !ok {
		return "", "", b
	}
	return string(c), string(l), text
}

func percentDecode(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if v, ok := unhex(b[i+1], b[i+2]); ok {
				c = v
				i += 2
			}
		}
		out = append(out, c)
	}
	return out
}

// parseBoundary returns the boundary parameter, or nothing. It may be a part of value.
func parseBoundary(value []byte) []byte {
	plain, _, sections, quoted := findParam(value, "boundary")
	if plain == nil {
		for _, s := range sections {
			plain = append(plain, s.value...)
		}
		quoted = true
	}
	if !quoted { // a token ends at a blank
		if i := bytes.IndexAny(plain, " \t"); i >= 0 {
			plain = plain[:i]
		}
	}
	return trimRight(plain)
}
