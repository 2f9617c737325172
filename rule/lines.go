package rule

import (
	"iter"
	"strings"
)

// maxRule is the number of bytes that a rule may have.
const maxRule = 8192

// line is a line of a file of rules, with the lines that a backslash joined to it.
type line struct {
	text  string
	first int    // number of its first line, 1-based
	parts []part // where text comes from; empty: all from the first line
}

// part says that the text from off on stands in a line from its column 1 on.
type part struct{ off, line int }

// at returns the line and column, 1-based, of an offset in the text.
func (l *line) at(off int) (number, column int) {
	number, start := l.first, 0
	for _, p := range l.parts {
		if p.off > off {
			break
		}
		number, start = p.line, p.off
	}
	return number, off - start + 1
}

// lines yields the lines of a file that are neither empty nor comments. A backslash at the end joins the next line.
func lines(data string) iter.Seq[line] {
	return func(yield func(line) bool) {
		number := 0
		var l line
		joined := false
		for len(data) > 0 || joined {
			text, rest, _ := strings.Cut(data, "\n")
			data = rest
			number++
			text = strings.TrimSuffix(text, "\r")
			if joined {
				l.parts = append(l.parts, part{len(l.text), number})
				l.text += text
			} else {
				l = line{text: text, first: number}
			}
			if joined = strings.HasSuffix(l.text, `\`) && len(l.text) <= maxRule && len(data) > 0; joined {
				l.text = l.text[:len(l.text)-1]
				continue
			}
			if t := strings.TrimSpace(l.text); t != "" && t[0] != '#' && !yield(l) {
				return
			}
		}
	}
}
