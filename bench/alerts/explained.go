package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// explanation is why alerts are different.
type explanation struct {
	sids   []int          // of these signatures; none: of all
	path   *regexp.Regexp // of captures
	reason string
}

// readExplanations reads a line for each: signatures with commas or *, an expression for the paths of captures or *, the reason.
// Lines that begin with # are comments.
func readExplanations(in io.Reader) (list []explanation, err error) {
	s := bufio.NewScanner(in)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		sids, rest, _ := strings.Cut(line, " ")
		path, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
		e := explanation{reason: strings.TrimSpace(reason)}
		if e.reason == "" {
			return nil, fmt.Errorf("line %d: signatures, captures and a reason are wanted", n)
		}
		if path == "*" {
			path = ""
		}
		if e.path, err = regexp.Compile(path); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		for _, word := range strings.FieldsFunc(strings.TrimPrefix(sids, "*"), func(r rune) bool { return r == ',' }) {
			sid, err := strconv.Atoi(word)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			e.sids = append(e.sids, sid)
		}
		list = append(list, e)
	}
	return list, s.Err()
}

// explain returns the reason of the first explanation that fits, or "".
func (t *tally) explain(path string, sid int) string {
	for i := range t.explanations {
		e := &t.explanations[i]
		if (len(e.sids) == 0 || slices.Contains(e.sids, sid)) && e.path.MatchString(path) {
			return e.reason
		}
	}
	return ""
}
