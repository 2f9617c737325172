package rule

import (
	"fmt"
	"strings"
)

// Pos is a place in a file of rules.
type Pos struct {
	File         string
	Line, Column int // 1-based, in bytes; 0: the whole
}

// String returns p as file:line:column.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Kind says what is wrong.
type Kind uint8

const (
	Unreadable     Kind = iota // a file that cannot be read
	Syntax                     // not of the form of a rule
	UnknownKeyword             // a keyword that the language does not have
	NotYet                     // something that the language has and that is not supported yet
	BadValue                   // a value that the keyword does not take
	Conflict                   // parts that do not go together
	Duplicate                  // a rule whose number another one has

	// These are warnings: the rule is loaded.
	Replaced         // a rule of the same number and a higher revision took its place
	UnknownClass     // a classtype that classification.config does not have
	UnknownReference // a reference type that reference.config does not have
	RetiredEvent     // an event that nothing raises any more
	Doubtful         // allowed, and hardly what was meant
)

// Warning reports whether the rule is loaded all the same.
func (k Kind) Warning() bool { return k >= Replaced }

// String names the kind.
func (k Kind) String() string {
	return [...]string{"unreadable file", "syntax error", "unknown keyword", "not supported yet", "bad value", "conflict",
		"duplicate", "replaced", "unknown classtype", "unknown reference type", "retired event", "doubtful"}[k]
}

// Problem is something about a rule that its author should know.
type Problem struct {
	Kind   Kind
	Pos    Pos    // of the option, or of the rule
	SID    uint32 // 0: unknown
	Rule   string // its text; empty: it is about a companion file
	Option string // the keyword, as written; empty: the rule as a whole
	From   string // the part of the program that tells it, as Suricata's log names it: detect-content
	What   string // of NotYet and UnknownKeyword: the name to count by
	Text   string
}

// String returns the problem with its place.
func (p Problem) String() string { return p.Pos.String() + ": " + p.Message() }

// Message returns the problem without its place.
func (p Problem) Message() string {
	text := p.Text
	if p.Option != "" {
		text = p.Option + ": " + text
	}
	if p.SID != 0 {
		text += fmt.Sprintf(" (sid %d)", p.SID)
	}
	return text
}

// Bare returns the problem with neither its place nor what From and Rule say.
func (p Problem) Bare() string {
	if p.Kind == UnknownKeyword {
		return p.Option + ": " + p.Text
	}
	return p.Text
}

// fromParser is where problems come from that are not of one keyword.
const fromParser = "detect-parse"

// moduleOf returns where problems of a keyword come from.
func moduleOf(keyword string) string {
	return "detect-" + strings.NewReplacer("byte_", "byte", "_", "-", ".", "-").Replace(keyword)
}

// fault is an error of one option, before its place is known.
type fault struct {
	from string // if it is not what the option says
	kind Kind
	what string
	text string
}

// Error returns what is wrong.
func (f *fault) Error() string { return f.text }

func conflict(format string, args ...any) error {
	return &fault{kind: Conflict, text: fmt.Sprintf(format, args...)}
}

func notYet(what, format string, args ...any) error {
	return &fault{kind: NotYet, what: what, text: fmt.Sprintf(format, args...)}
}

func doubtful(kind Kind, format string, args ...any) error {
	return &fault{kind: kind, text: fmt.Sprintf(format, args...)}
}
