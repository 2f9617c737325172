package imap

import (
	"bytes"
	"strings"
)

// responseKind is the first word of a response (RFC 9051, section 7).
type responseKind uint8

const (
	noResponse   responseKind = iota
	continuation              // "+": go on with a literal, or an exchange of AUTHENTICATE
	untagged                  // "*"
	tagged                    // the end of a command
)

// response is a response as far as its form goes.
type response struct {
	kind   responseKind
	tag    []byte // valid as long as the line
	number int64  // before the name; -1: none
	name   string // in upper case: OK, NO, BAD, BYE, PREAUTH, FETCH, EXISTS, …
	text   []byte // behind the name
}

// parseResponse reads the beginning of a response.
func parseResponse(line []byte) (r response) {
	r.number = -1
	first, rest := cutBlank(line)
	switch {
	case len(first) == 1 && first[0] == '+':
		r.kind, r.text = continuation, rest
		return r
	case len(first) == 1 && first[0] == '*':
		word, more := cutBlank(rest)
		if r.number = parseNumber(word); r.number >= 0 {
			rest = more
		}
		r.kind = untagged
	case isTag(first):
		r.kind, r.tag = tagged, first
	default:
		return r
	}
	word, text := cutBlank(rest)
	if len(word) == 0 || len(word) > maxName || !isWord(word) {
		return response{number: -1}
	}
	r.name, r.text = upper(word), text
	if r.kind == tagged && r.name != "OK" && r.name != "NO" && r.name != "BAD" {
		return response{number: -1}
	}
	return r
}

// isStatus reports whether what follows the name is a text for people, which may hold anything.
func (r *response) isStatus() bool {
	switch r.name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// splitText takes a response code in brackets from the beginning of a status text.
func splitText(text []byte) (code, rest []byte) {
	if len(text) == 0 || text[0] != '[' {
		return nil, text
	}
	i := bytes.IndexByte(text, ']')
	if i < 0 {
		return nil, text
	}
	return text[1:i], bytes.TrimLeft(text[i+1:], " ")
}

// item is the data item of a FETCH response that a literal belongs to.
type item struct {
	name    string // in upper case: BODY, BINARY, RFC822, RFC822.HEADER, …
	section string // in brackets, in upper case; empty: the whole message
	origin  int64  // of a part of it, in octets; -1: all
}

// parseItem reads the data item at the end of what comes before a literal: "1 FETCH (FLAGS () BODY[]<0> ".
func parseItem(before []byte) (it item) {
	it.origin = -1
	b := bytes.TrimRight(before, " ")
	if n := len(b); n > 0 && b[n-1] == '>' {
		i := bytes.LastIndexByte(b, '<')
		if i < 0 {
			return it
		}
		it.origin, b = parseNumber(b[i+1:n-1]), b[:i]
	}
	if n := len(b); n > 0 && b[n-1] == ']' {
		i := bytes.LastIndexByte(b, '[')
		if i < 0 || n-i > maxSection {
			return it
		}
		it.section, b = strings.ToUpper(string(b[i+1:n-1])), b[:i]
	}
	name := b[bytes.LastIndexAny(b, " (")+1:]
	if len(name) <= maxName {
		it.name = strings.ToUpper(string(name))
	}
	return it
}

// maxSection is longer than any section that matters.
const maxSection = 1024

// isMessage reports whether the item is a message, or the beginning of one.
func (it *item) isMessage() bool {
	switch it.name {
	case "BODY", "BODY.PEEK", "BINARY":
		return it.section == "" || it.section == "HEADER"
	case "RFC822", "RFC822.PEEK", "RFC822.HEADER":
		return it.section == ""
	}
	return false
}

// headerOnly reports whether the item is the header of a message.
func (it *item) headerOnly() bool { return it.section == "HEADER" || it.name == "RFC822.HEADER" }

// uidOf returns the UID in a FETCH response, as far as it was read, or 0.
func uidOf(text []byte) int64 {
	i := bytes.Index(text, []byte("UID "))
	if i < 0 || i > 0 && text[i-1] != ' ' && text[i-1] != '(' {
		return 0
	}
	digits := text[i+len("UID "):]
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		n++
	}
	return max(parseNumber(digits[:n]), 0)
}
