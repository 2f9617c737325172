package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// row is a line of the table: a key, where its value goes, and what it is without one.
type row struct {
	path    string // below the section the table is for
	field   binding
	builtin string // the default with a configuration file, as text
	without string // the default without one; empty: builtin
	doc     string
}

// binding reads the text of a key into a field.
type binding struct {
	takes string // what values it takes, for people
	read  func(n *Node) error
}

// fill gives every field of a table its default and then its value from section, which may be nil.
func fill(rows []row, section *Node, path string, file bool, ps *Problems) {
	for _, r := range rows {
		text := r.builtin
		if !file && r.without != "" {
			text = r.without
		}
		if err := r.field.read(literal(text)); err != nil {
			panic("BUG: default of " + join(path, r.path) + ": " + err.Error())
		}
		if section == nil {
			continue
		}
		n := section.Find(r.path)
		if n == nil || n.Kind == Null {
			continue
		}
		if err := r.field.read(n); err != nil {
			ps.add(problemOf(err), n.Pos, join(path, r.path), "%s: %v", join(path, r.path), err)
		}
	}
}

// literal returns a default as if it stood in a file: a word, a list in brackets, or nothing.
func literal(text string) *Node {
	if text == "" {
		return &Node{}
	}
	n := &Node{Kind: Scalar, Text: text}
	if words, ok := flowList(text); ok {
		n = &Node{Kind: List}
		for _, w := range words {
			n.Items = append(n.Items, &Node{Kind: Scalar, Text: w})
		}
	}
	return n
}

// flowList takes "[a, b]" apart.
func flowList(text string) ([]string, bool) {
	inner, ok := strings.CutPrefix(text, "[")
	if !ok {
		return nil, false
	}
	if inner, ok = strings.CutSuffix(inner, "]"); !ok {
		return nil, false
	}
	var words []string
	for w := range strings.SplitSeq(inner, ",") {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words, true
}

// scalar returns a binding for a key that takes a single value.
func scalar(takes string, read func(text string) error) binding {
	return binding{takes, func(n *Node) error {
		if n.Kind != Scalar && n.Kind != Null {
			return fmt.Errorf("want %s, not %s", takes, n.Kind)
		}
		return read(n.Text)
	}}
}

func boolean(to *bool) binding {
	return scalar("yes or no", func(t string) (err error) {
		*to, err = keep(*to)(parseBool(t))
		return err
	})
}

func tristate(to *Switch) binding {
	return scalar("auto, yes or no", func(t string) error {
		if strings.EqualFold(t, "auto") {
			*to = Auto
			return nil
		}
		on, err := parseBool(t)
		if err != nil {
			return fmt.Errorf("want auto, yes or no, not %q", t)
		}
		*to = No
		if on {
			*to = Yes
		}
		return nil
	})
}

// number is for keys that take a number from min to max.
func number[T ~int | ~int64 | ~uint16 | ~uint32 | ~uint64](to *T, min, max int64) binding {
	takes := fmt.Sprintf("a number from %d to %d", min, max)
	if max == math.MaxInt64 {
		takes = fmt.Sprintf("a number from %d up", min)
	}
	return scalar(takes, func(t string) error {
		n, err := parseInt(t, min, max)
		if err == nil {
			*to = T(n)
		}
		return err
	})
}

// seconds is for time spans.
func seconds(to *int64) binding {
	b := number(to, 0, 1<<31-1)
	b.takes = "seconds"
	return b
}

func size(to *Size) binding {
	return scalar("a size", func(t string) (err error) {
		*to, err = keep(*to)(parseSize(t))
		return err
	})
}

// sizeUpTo is for sizes with a limit of their own.
func sizeUpTo(to *Size, max Size) binding {
	return scalar("a size", func(t string) error {
		s, err := parseSize(t)
		if err == nil && s > max {
			err = fmt.Errorf("%s is more than %s", t, max)
		}
		if err == nil {
			*to = s
		}
		return err
	})
}

func text(to *string) binding {
	return scalar("text", func(t string) error {
		*to = t
		return nil
	})
}

// oneOf is for keys that take one of a few words.
func oneOf[T ~string](to *T, words ...T) binding {
	takes := enumerate(words)
	return scalar(takes, func(t string) error {
		w := T(strings.ToLower(t))
		if !slices.Contains(words, w) {
			return fmt.Errorf("want %s, not %q%s", takes, t, didYouMean(string(w), words))
		}
		*to = w
		return nil
	})
}

// list is for lists of words. A single word is a list of one.
func list(takes string, to *[]string, check func(word string) error) binding {
	return binding{takes, func(n *Node) error {
		var words []string
		switch n.Kind {
		case Null:
		case Scalar:
			var flow bool
			if words, flow = flowList(n.Text); !flow {
				words = []string{n.Text}
			}
		case List:
			for _, i := range n.Items {
				if i.Kind != Scalar {
					return fmt.Errorf("want %s, not %s", takes, i.Kind)
				}
				words = append(words, i.Text)
			}
		default:
			return fmt.Errorf("want %s, not %s", takes, n.Kind)
		}
		for _, w := range words {
			if check == nil {
				break
			}
			if err := check(w); err != nil {
				return err
			}
		}
		*to = words
		return nil
	}}
}

// keep returns the value that was there when a new one does not parse.
func keep[T any](old T) func(T, error) (T, error) {
	return func(now T, err error) (T, error) {
		if err != nil {
			return old, err
		}
		return now, nil
	}
}

// enumerate returns "a, b or c".
func enumerate[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}
