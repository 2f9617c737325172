package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// parseCommand splits the beginning of a command line: tag, name in upper case, and what is behind (RFC 9051, section 9:
// command). UID is part of the name: "UID FETCH". ok is false when the line has not that form.
func parseCommand(line []byte) (tag, name string, args []byte, ok bool) {
	t, rest := cutBlank(line)
	if !isTag(t) {
		return "", "", nil, false
	}
	word, rest := cutBlank(rest)
	if len(word) == 0 || len(word) > maxName || !isWord(word) {
		return "", "", nil, false
	}
	name = upper(word)
	if name == "UID" {
		second, more := cutBlank(rest)
		if len(second) == 0 || len(second) > maxName || !isWord(second) {
			return "", "", nil, false
		}
		name, rest = uidCommand(second), more
	}
	return string(t), name, rest, true
}

// upper returns a word of at most maxName bytes in upper case. Those that occur often take no memory.
func upper(word []byte) string {
	var b [maxName]byte
	n := copy(b[:], word)
	for i, c := range b[:n] {
		if 'a' <= c && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
	if s, ok := names[string(b[:n])]; ok {
		return s
	}
	return string(b[:n])
}

// uidCommand returns the name of the command behind UID, with it.
func uidCommand(word []byte) string {
	name := upper(word)
	if s, ok := uidNames[name]; ok {
		return s
	}
	return "UID " + name
}

const (
	maxTag  = 64 // RFC 9051 has no limit; clients use less than ten characters
	maxName = 32
)

// isTag reports whether b can be a tag: astring characters other than "+".
func isTag(b []byte) bool {
	if len(b) == 0 || len(b) > maxTag {
		return false
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\+`, c) >= 0 {
			return false
		}
	}
	return true
}

// isWord reports whether b has only what names of commands and responses have.
func isWord(b []byte) bool {
	for _, c := range b {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return true
}

// commands are the names of commands, for bytes that may be anything: at the beginning of a connection, and behind a gap.
var commands = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(`CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN ENABLE SELECT EXAMINE CREATE DELETE
		RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB XLIST NAMESPACE STATUS APPEND IDLE CHECK CLOSE UNSELECT EXPUNGE SEARCH FETCH
		STORE COPY MOVE SORT THREAD ID COMPRESS GETQUOTA GETQUOTAROOT SETQUOTA GETACL SETACL DELETEACL MYRIGHTS LISTRIGHTS
		GETMETADATA SETMETADATA NOTIFY`) {
		m[name] = true
		m["UID "+name] = true
	}
	return m
}()

// names are words that occur often, and uidNames commands behind UID with it.
var names, uidNames = func() (all, uid map[string]string) {
	all, uid = map[string]string{}, map[string]string{}
	for name := range commands {
		if plain, ok := strings.CutPrefix(name, "UID "); ok {
			uid[plain] = name
		} else {
			all[name] = name
		}
	}
	for _, name := range strings.Fields("UID OK NO BAD BYE PREAUTH EXISTS RECENT FLAGS ESEARCH VANISHED QUOTA QUOTAROOT ENABLED") {
		all[name] = name
	}
	return all, uid
}()

// literal is the announcement of a literal at the end of a line (RFC 9051, section 4.3).
type literal struct {
	size int64
	sync bool // the sender waits for a continuation
}

// parseLiteral reads {n}, {n+} or ~{n} at the end of a line; {n-} is an old form of {n+}.
func parseLiteral(line []byte) (l literal, ok bool) {
	if len(line) < 3 || line[len(line)-1] != '}' {
		return l, false
	}
	i := bytes.LastIndexByte(line, '{')
	if i < 0 {
		return l, false
	}
	digits := line[i+1 : len(line)-1]
	l.sync = true
	if n := len(digits); n > 0 && (digits[n-1] == '+' || digits[n-1] == '-') {
		l.sync, digits = false, digits[:n-1]
	}
	if len(digits) == 0 || len(digits) > maxDigits {
		return l, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return l, false
		}
		l.size = l.size*10 + int64(c-'0')
	}
	return l, true
}

const (
	maxDigits  = 18 // a size within an int64
	maxLiteral = maxDigits + len("~{+}")
)

// beforeLiteral returns the line without the announcement of the literal at its end.
func beforeLiteral(line []byte) []byte {
	i := bytes.LastIndexByte(line, '{')
	if i > 0 && line[i-1] == '~' {
		i--
	}
	return line[:max(i, 0)]
}

// parseAstring reads an atom, a quoted string or a literal whose bytes follow its announcement, and returns what is behind
// it and a blank.
func parseAstring(b []byte) (text, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, " ")
	switch {
	case len(b) == 0:
		return nil, nil, false
	case b[0] == '"':
		return parseQuoted(b[1:])
	case b[0] == '{':
		i := bytes.IndexByte(b, '}')
		l, ok := parseLiteral(b[:i+1])
		if !ok || l.size > int64(len(b)-i-1) {
			return nil, nil, false
		}
		text, rest = b[i+1:i+1+int(l.size)], b[i+1+int(l.size):]
	default:
		text, rest = cutBlank(b)
	}
	return text, bytes.TrimLeft(rest, " "), true
}

// parseQuoted reads a quoted string behind its first quote.
func parseQuoted(b []byte) (text, rest []byte, ok bool) {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && i+1 < len(b):
			i++
			text = append(text, b[i])
		case c == '"':
			return text, bytes.TrimLeft(b[i+1:], " "), true
		default:
			text = append(text, c)
		}
	}
	return nil, nil, false
}

func cutBlank(b []byte) (word, after []byte) {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// parseNumber reads a number that is not too large, or returns -1.
func parseNumber(b []byte) int64 {
	if len(b) == 0 || len(b) > maxDigits || b[0] < '0' || b[0] > '9' {
		return -1
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
