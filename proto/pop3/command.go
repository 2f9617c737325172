package pop3

import (
	"bytes"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// verb is the keyword of a command.
type verb uint8

const (
	unknown verb = iota
	user
	pass
	stat
	list
	retr
	dele
	noop
	rset
	quit
	top
	uidl
	apop
	auth
	capa
	stls
	saslData // a line of an AUTH exchange
	unsure   // not known: commands were lost
)

// rule is how a command is written.
type rule struct {
	name     string
	min, max int // arguments
}

// rules are those of RFC 1939, 2449, 2595 and 5034.
var rules = [...]rule{
	user: {"USER", 1, 1},
	pass: {"PASS", 1, 1},
	stat: {"STAT", 0, 0},
	list: {"LIST", 0, 1},
	retr: {"RETR", 1, 1},
	dele: {"DELE", 1, 1},
	noop: {"NOOP", 0, 0},
	rset: {"RSET", 0, 0},
	quit: {"QUIT", 0, 0},
	top:  {"TOP", 2, 2},
	uidl: {"UIDL", 0, 1},
	apop: {"APOP", 2, 2},
	auth: {"AUTH", 0, 2},
	capa: {"CAPA", 0, 0},
	stls: {"STLS", 0, 0},
}

// verbs are the keywords.
var verbs = func() map[string]verb {
	m := map[string]verb{}
	for v, r := range rules {
		if r.name != "" {
			m[r.name] = verb(v)
		}
	}
	return m
}()

// maxKeyword is the length of the longest keyword.
const maxKeyword = 4

// parseCommand reads a command line: a keyword, in either case, and arguments. A password goes to the end of the line, with
// blanks in it.
func parseCommand(line []byte) (v verb, keyword []byte, args [][]byte) {
	line = bytes.TrimRight(line, " \t")
	keyword, rest, _ := bytes.Cut(line, []byte{' '})
	v = verbOf(keyword)
	if v == pass {
		if len(rest) > 0 {
			args = append(args, rest)
		}
		return v, keyword, args
	}
	const most = 8 // more than any command has
	for n := 0; n < most; n++ {
		rest = bytes.TrimLeft(rest, " ")
		if len(rest) == 0 {
			break
		}
		var arg []byte
		if arg, rest, _ = bytes.Cut(rest, []byte{' '}); n == most-1 && len(rest) > 0 {
			arg = arg[:len(arg)+1+len(rest)] // and all that follows
		}
		args = append(args, arg)
	}
	return v, keyword, args
}

func verbOf(keyword []byte) verb {
	if len(keyword) > maxKeyword {
		return unknown
	}
	return verbs[string(bytes.ToUpper(keyword))]
}

// multiline reports whether a good response to the command has lines behind the first one.
func multiline(v verb, args int) bool {
	switch v {
	case retr, top, capa:
		return true
	case list, uidl, auth: // of AUTH alone: the list of mechanisms (RFC 1734)
		return args == 0
	}
	return false
}

// status is the indicator of a response.
type status uint8

const (
	noStatus  status = iota
	ok               // +OK
	bad              // -ERR
	challenge        // + and what is asked for in an AUTH exchange
)

// parseResponse reads the first line of a response.
func parseResponse(line []byte) (status, []byte) {
	for _, r := range [...]struct {
		text string
		is   status
	}{{"+OK", ok}, {"-ERR", bad}, {"+", challenge}} {
		rest, found := bytes.CutPrefix(line, []byte(r.text))
		if found && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t') {
			return r.is, bytes.TrimRight(bytes.TrimLeft(rest, " \t"), " \t")
		}
	}
	return noStatus, nil
}

// probe looks for the keyword of a command, or for the indicator of a response.
func probe(d stream.Dir, head []byte) app.Guess {
	if d == stream.ToClient {
		for _, text := range [...]string{"+OK", "-ERR"} {
			n := min(len(head), len(text))
			if string(head[:n]) != text[:n] {
				continue
			}
			if len(head) <= len(text) {
				return app.Unknown
			}
			return guess(bytes.IndexByte([]byte(" \t\r\n"), head[len(text)]) >= 0)
		}
		return app.No
	}
	for i, c := range head[:min(len(head), maxKeyword+1)] {
		switch {
		case c == ' ' || c == '\r' || c == '\n':
			return guess(verbOf(head[:i]) != unknown)
		case c|0x20 < 'a' || c|0x20 > 'z':
			return app.No
		}
	}
	if len(head) > maxKeyword {
		return app.No
	}
	return app.Unknown
}

func guess(yes bool) app.Guess {
	if yes {
		return app.Yes
	}
	return app.No
}
