package rule

import "strings"

// word is a part of a rule, with its place.
type word struct {
	text string
	off  int // in the line
}

// option is a keyword with its value.
type option struct {
	name  word
	value string // trimmed
	has   bool   // there is a value
}

// statement is a rule in its parts, as written.
type statement struct {
	action, proto                         word
	src, srcPort, direction, dst, dstPort word
	options                               []option
}

// syntaxError is where a line is not a rule.
type syntaxError struct {
	off  int
	text string
}

// Error returns what is wrong.
func (e *syntaxError) Error() string { return e.text }

// parseStatement takes a line apart.
func parseStatement(text string) (statement, error) {
	var s statement
	pos := 0
	names := [...]string{"an action", "a protocol", "source addresses", "source ports", "a direction", "destination addresses",
		"destination ports"}
	for i, w := range []*word{&s.action, &s.proto, &s.src, &s.srcPort, &s.direction, &s.dst, &s.dstPort} {
		var err error
		if *w, pos, err = headerWord(text, pos, names[i]); err != nil {
			return s, err
		}
	}
	pos = skipBlanks(text, pos)
	end := len(strings.TrimRight(text, " \t"))
	switch {
	case pos == len(text) || text[pos] != '(':
		return s, &syntaxError{pos, "expected the options, in parentheses"}
	case text[end-1] != ')':
		return s, &syntaxError{end - 1, "expected ) at the end of the rule"}
	}
	var err error
	s.options, err = parseOptions(text[:end-1], pos+1)
	return s, err
}

// headerWord reads up to a blank that is not in brackets.
func headerWord(text string, pos int, what string) (word, int, error) {
	pos = skipBlanks(text, pos)
	start, depth := pos, 0
	for ; pos < len(text); pos++ {
		c := text[pos]
		if c == '[' {
			depth++
		} else if c == ']' {
			depth--
		} else if depth <= 0 && (c == ' ' || c == '\t' || c == '(') {
			break
		}
	}
	if depth > 0 {
		return word{}, pos, &syntaxError{start, "a [ without its ]"}
	}
	if start == pos {
		return word{}, pos, &syntaxError{start, "expected " + what}
	}
	return word{text[start:pos], start}, pos, nil
}

func skipBlanks(text string, pos int) int {
	for pos < len(text) && (text[pos] == ' ' || text[pos] == '\t') {
		pos++
	}
	return pos
}

// parseOptions reads the options of a line from pos on. A semicolon that has no backslash before it ends one.
func parseOptions(text string, pos int) ([]option, error) {
	list := make([]option, 0, strings.Count(text[pos:], ";"))
	for {
		if pos = skipBlanks(text, pos); pos == len(text) {
			return list, nil
		}
		end := optionEnd(text, pos)
		if end < 0 {
			return list, &syntaxError{pos, "the option has no ; at its end"}
		}
		name, value, has := strings.Cut(text[pos:end], ":")
		name = strings.TrimRight(name, " \t")
		if name == "" {
			return list, &syntaxError{pos, "expected a keyword"}
		}
		list = append(list, option{word{name, pos}, strings.TrimSpace(value), has})
		pos = end + 1
	}
}

func optionEnd(text string, pos int) int {
	for i := pos; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case ';':
			return i
		}
	}
	return -1
}
