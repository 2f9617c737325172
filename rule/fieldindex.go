package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// Which says which of the values that a field has several times must fit.
type Which struct {
	Kind  whichKind
	At    int         // of atIndex and atIndexOrNone: from the first, 0, or negative from the last, -1
	Count number.Expr // of asMany: how many of them fit. Of counted: how many there are
}

type whichKind uint8

const (
	anyOne        whichKind = iota
	anyOrNone               // or there is no value
	everyOne                // and there is one
	everyOrNone             // or there is no value
	atIndex                 // the one with a number
	atIndexOrNone           // that, or there is none with the number
	asMany                  // so many fit
	counted                 // so many there are, whatever they are
)

var whichWords = map[string]whichKind{"any": anyOne, "or_absent": anyOrNone, "all": everyOne, "all_or_absent": everyOrNone}

// parseWhich reads what stands behind the value and a comma.
func parseWhich(text string) (w Which, err error) {
	text = strings.TrimSpace(text)
	if kind, ok := whichWords[text]; ok {
		return Which{Kind: kind}, nil
	}
	if count, ok := strings.CutPrefix(text, "nb"); ok {
		w.Kind = asMany
		w.Count, err = number.Parse(count, 32)
		return w, err
	}
	w.Kind = atIndex
	if at, ok := strings.CutPrefix(text, "oob_or "); ok {
		w.Kind, text = atIndexOrNone, strings.TrimSpace(at)
	}
	if w.At, err = strconv.Atoi(text); err != nil {
		return w, fmt.Errorf("want any, all, or_absent, all_or_absent, nb, oob_or or a number, not %q", text)
	}
	return w, nil
}

// String returns it as a rule writes it, with the comma before it.
func (w Which) String() string {
	switch w.Kind {
	case anyOne:
		return ""
	case asMany:
		return ",nb" + w.Count.String()
	case atIndex:
		return "," + strconv.Itoa(w.At)
	case atIndexOrNone:
		return ",oob_or " + strconv.Itoa(w.At)
	}
	for word, kind := range whichWords {
		if kind == w.Kind {
			return "," + word
		}
	}
	return ""
}

// Match reports whether those values fit that have to. fits says of each value whether it does.
func (w Which) Match(fits []bool) bool {
	n := 0
	for _, ok := range fits {
		if ok {
			n++
		}
	}
	switch w.Kind {
	case anyOrNone:
		return n > 0 || len(fits) == 0
	case everyOne:
		return n == len(fits) && n > 0
	case everyOrNone:
		return n == len(fits)
	case asMany:
		return w.Count.Match(uint64(n))
	case counted:
		return w.Count.Match(uint64(len(fits)))
	case atIndex, atIndexOrNone:
		at := w.At
		if at < 0 {
			at += len(fits)
		}
		if at < 0 || at >= len(fits) {
			return w.Kind == atIndexOrNone
		}
		return fits[at]
	}
	return n > 0
}
