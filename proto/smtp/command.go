package smtp

import (
	"bytes"
	"iter"
	"strings"
)

// verb is the keyword of a command, or what else the server answers with a reply of its own.
type verb uint8

const (
	other      verb = iota // a command that changes nothing here: NOOP, VRFY, EXPN, HELP, ETRN, unknown words
	helo                   // HELO, EHLO
	mailFrom               // MAIL FROM
	rcptTo                 // RCPT TO
	data                   // DATA
	bdat                   // BDAT
	lastBDAT               // BDAT with LAST
	rset                   // RSET
	quit                   // QUIT
	auth                   // AUTH
	startTLS               // STARTTLS
	credential             // a line of an AUTH exchange: answered, but not a command
	endOfData              // the line that holds only a dot: answered, but not a command
	unsure                 // any number of replies, none included: to blank lines, or to commands that were lost
)

// verbs are the keywords with a meaning of their own, in upper case.
var verbs = [...]struct {
	keyword string
	verb    verb
}{
	{"HELO", helo},
	{"EHLO", helo},
	{"MAIL", mailFrom},
	{"RCPT", rcptTo},
	{"DATA", data},
	{"BDAT", bdat},
	{"RSET", rset},
	{"QUIT", quit},
	{"AUTH", auth},
	{"STARTTLS", startTLS},
}

// parseCommand splits a command line into its verb and the text behind it (RFC 5321, section 4.1.1). Letters match in
// either case; blanks before the keyword and around the argument are dropped, as common servers do. MAIL without FROM:
// and RCPT without TO: are no such commands.
func parseCommand(line []byte) (v verb, arg []byte) {
	line = trim(line)
	keyword, arg := line, []byte(nil)
	if i := indexBlank(line); i >= 0 {
		keyword, arg = line[:i], trimLeft(line[i:])
	}
	for i := range verbs {
		if !equalFold(keyword, verbs[i].keyword) {
			continue
		}
		switch v = verbs[i].verb; v {
		case mailFrom:
			return pathCommand(v, arg, "FROM")
		case rcptTo:
			return pathCommand(v, arg, "TO")
		default:
			return v, arg
		}
	}
	return other, arg
}

// pathCommand reads the word and the colon before the path of MAIL and RCPT.
func pathCommand(v verb, arg []byte, word string) (verb, []byte) {
	if len(arg) < len(word) || !equalFold(arg[:len(word)], word) {
		return other, arg
	}
	rest := trimLeft(arg[len(word):])
	if len(rest) == 0 || rest[0] != ':' {
		return other, arg
	}
	return v, trimLeft(rest[1:])
}

// firstWord returns the part of arg before its first blank: what EVE shows of an argument.
func firstWord(arg []byte) []byte {
	if i := indexBlank(arg); i >= 0 {
		return arg[:i]
	}
	return arg
}

// Path is the argument of MAIL or RCPT: a reverse-path or a forward-path with its parameters.
type Path struct {
	// Text is the path as it was sent, up to the first blank: "<a@example.org>". EVE shows this form.
	Text string

	sent string // the whole argument
}

// Address returns the mailbox without angle brackets and source route. It is empty for the null reverse-path "<>".
func (p *Path) Address() string {
	mailbox, _ := splitPath(p.sent)
	return mailbox
}

// Param is one ESMTP parameter of a command (RFC 5321, section 4.1.2): SIZE=1000, BODY=8BITMIME, SMTPUTF8, RET=HDRS.
type Param struct {
	Name  string // upper case
	Value string // as sent; empty when there is none
}

// Decoded returns the value with xtext's "+2B" decoded (RFC 3461, section 4): ENVID, ORCPT and AUTH use it.
func (p Param) Decoded() string { return string(decodeXtext(p.Value)) }

// Params yields the ESMTP parameters in the order they were sent.
func (p *Path) Params() iter.Seq[Param] {
	return func(yield func(Param) bool) {
		_, params := splitPath(p.sent)
		for word := range strings.FieldsFuncSeq(params, func(r rune) bool { return r == ' ' || r == '\t' }) {
			name, value, _ := strings.Cut(word, "=")
			if !yield(Param{Name: strings.ToUpper(name), Value: value}) {
				return
			}
		}
	}
}

// Param returns the value of the parameter with this upper-case name.
func (p *Path) Param(name string) (value string, ok bool) {
	for q := range p.Params() {
		if q.Name == name {
			return q.Value, true
		}
	}
	return "", false
}

// ParsePath reads what follows the colon of MAIL FROM: or RCPT TO: (RFC 5321, section 4.1.2). Missing angle brackets
// are accepted, as servers do.
func ParsePath(arg string) Path {
	p := Path{sent: strings.Trim(arg, " \t")}
	p.Text = p.sent
	if i := strings.IndexAny(p.sent, " \t"); i >= 0 {
		p.Text = p.sent[:i]
	}
	return p
}

// splitPath returns the mailbox of a path and the text behind the path.
func splitPath(arg string) (mailbox, rest string) {
	if len(arg) == 0 || arg[0] != '<' {
		end := pathEnd(arg, false)
		return arg[:end], arg[end:]
	}
	end := pathEnd(arg, true)
	mailbox, rest = arg[1:end], arg[end:]
	if len(rest) > 0 {
		rest = rest[1:] // the closing bracket
	}
	if len(mailbox) > 0 && mailbox[0] == '@' { // a source route, obsolete: "@one,@two:user@three"
		if _, user, ok := strings.Cut(mailbox, ":"); ok {
			mailbox = user
		}
	}
	return mailbox, rest
}

// pathEnd returns where the path ends: at the closing bracket, or at a blank when there are no brackets. A quoted
// local part may hold either.
func pathEnd(arg string, bracketed bool) int {
	quoted := false
	for i := 0; i < len(arg); i++ {
		switch c := arg[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case bracketed && c == '>', !bracketed && isBlank(c):
			return i
		}
	}
	return len(arg)
}

// decodeXtext decodes "+HH"; anything else stays.
func decodeXtext(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) {
			hi, ok1 := hexDigit(s[i+1])
			lo, ok2 := hexDigit(s[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// parseBDAT reads the argument of BDAT: chunk-size [ SP "LAST" ] (RFC 3030, section 2).
func parseBDAT(arg []byte) (size int64, last, ok bool) {
	digits := firstWord(arg)
	if len(digits) == 0 || len(digits) > maxChunkDigits {
		return 0, false, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		size = size*10 + int64(c-'0')
	}
	switch rest := trim(arg[len(digits):]); {
	case len(rest) == 0:
		return size, false, true
	case equalFold(rest, "LAST"):
		return size, true, true
	}
	return 0, false, false
}

// maxChunkDigits keeps a chunk-size within an int64. RFC 3030 sets no limit.
const maxChunkDigits = 18

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func indexBlank(b []byte) int { return bytes.IndexAny(b, " \t") }

func trimLeft(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	return b
}

func trim(b []byte) []byte {
	b = trimLeft(b)
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// equalFold reports whether b is the upper-case ASCII word w in any case. Unlike bytes.EqualFold it folds ASCII only.
func equalFold(b []byte, w string) bool {
	if len(b) != len(w) {
		return false
	}
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != w[i] {
			return false
		}
	}
	return true
}
