package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// loader fills a set from a file.
type loader struct {
	set      *Set
	file     string
	strict   bool
	scored   bool // the first line has a score
	begun    bool
	problems []error
	more     int // problems that are not in the list
}

// maxProblems is how many lines that cannot be read are told one by one.
const maxProblems = 8

// What lines are told for is in Suricata's words, which tools look for.
var (
	errBase64 = errors.New("bad base64 encoding")
	errScore  = errors.New("invalid datarep value")
	errMixed  = errors.New("Cannot mix dataset and datarep values for set") //lint:ignore ST1005 see above
	errFull   = errors.New("dataset too large for set memcap")
)

// read reads a file.
func (l *loader) read(text []byte) error {
	read := l.lines
	if l.set.spec.Format == JSON {
		read = l.array
	}
	err := read(text)
	if l.more > 0 {
		l.problems = append(l.problems, fmt.Errorf("%s: and %d more", l.file, l.more))
	}
	return err
}

// lines reads a file of lines.
func (l *loader) lines(text []byte) error {
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		add := l.line
		if l.set.spec.Format == NDJSON {
			add = l.object
		}
		if err := l.judge(number, add(line)); err != nil {
			return err
		}
	}
	return nil
}

// judge takes what is wrong with a line, and returns an error if that ends the loading.
func (l *loader) judge(number int, err error) error {
	if err == nil {
		return nil
	}
	p := &l.set.spec
	switch err {
	case errBase64, errScore, errMixed:
		err = fmt.Errorf("%w %s: %s, line %d", err, p.Name, l.file, number)
	default:
		err = fmt.Errorf("dataset %s: %w: %s, line %d", p.Name, err, l.file, number)
	}
	switch {
	case l.strict:
		return err
	case len(l.problems) < maxProblems:
		l.problems = append(l.problems, err)
	default:
		l.more++
	}
	return nil
}

// line takes a line with a value, or a value and its score.
func (l *loader) line(line []byte) error {
	text, number, scored := strings.Cut(string(line), ",")
	if l.begun && scored != l.scored {
		return errMixed
	}
	l.begun, l.scored = true, scored
	l.set.scored = scored
	v, err := l.set.spec.Type.parse(strings.TrimSpace(text))
	if err != nil {
		return err
	}
	var score uint64
	if scored {
		if score, err = strconv.ParseUint(strings.TrimSpace(number), 10, 16); err != nil {
			return errScore
		}
	}
	if l.set.put(v, Entry(score), len(v)) == Full {
		return errFull
	}
	return nil // one that is there already stays as it is
}
