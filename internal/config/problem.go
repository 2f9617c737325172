package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ProblemKind says what is wrong.
type ProblemKind uint8

const (
	Unreadable  ProblemKind = iota // a file that cannot be read or is not YAML
	BadValue                       // a value that its key does not take
	UnknownKey                     // a key that nobody knows
	NotYet                         // a key that Suricata has and that has no effect here yet
	Obsolete                       // a key of old versions, without effect
	OldSpelling                    // a key with underscores
	Redefined                      // a key that is given twice; the last one counts
	Adjusted                       // a value that was changed to fit the others
	Misplaced                      // a key beside the one that it belongs below
)

// Problem is something in the configuration that its author should know about.
type Problem struct {
	Kind ProblemKind
	Pos  Pos
	Path string // of the key, dotted
	Text string // what is wrong, without the position
}

// String returns the problem with its position.
func (p Problem) String() string {
	if p.Pos == (Pos{}) {
		return p.Text
	}
	return p.Pos.String() + ": " + p.Text
}

// Fatal reports whether the configuration cannot be used. When the configuration is only tested, unknown keys are errors
// as well.
func (p Problem) Fatal(testing bool) bool {
	return p.Kind == Unreadable || p.Kind == BadValue || testing && p.Kind == UnknownKey
}

// Problems are all that was found, in the order of the files.
type Problems []Problem

func (ps *Problems) add(k ProblemKind, at Pos, path, format string, args ...any) {
	*ps = append(*ps, Problem{Kind: k, Pos: at, Path: path, Text: fmt.Sprintf(format, args...)})
}

// order sorts the problems as their places come in the files. That a key has no effect does not matter if its value is
// wrong.
func (ps Problems) order() Problems {
	files := map[string]int{}
	bad := map[string]bool{}
	for _, p := range ps {
		if _, seen := files[p.Pos.File]; !seen {
			files[p.Pos.File] = len(files)
		}
		bad[p.Path] = bad[p.Path] || p.Kind == BadValue
	}
	ps = slices.DeleteFunc(ps, func(p Problem) bool { return p.Kind == NotYet && bad[p.Path] })
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(files[a.Pos.File], files[b.Pos.File]), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return ps
}

// Fatal reports whether one of the problems is fatal.
func (ps Problems) Fatal(testing bool) bool {
	for _, p := range ps {
		if p.Fatal(testing) {
			return true
		}
	}
	return false
}

// Of returns the problems of one kind.
func (ps Problems) Of(k ProblemKind) Problems {
	var of Problems
	for _, p := range ps {
		if p.Kind == k {
			of = append(of, p)
		}
	}
	return of
}

// String returns a line for each problem.
func (ps Problems) String() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.String())
		b.WriteByte('\n')
	}
	return b.String()
}
