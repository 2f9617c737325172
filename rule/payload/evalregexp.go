package payload

import "github.com/reknit/reknit/rule/pcre"

// regexps is what searches for regular expressions work with.
type regexps struct{ matcher pcre.Matcher }

// subject returns what a regular expression looks at.
func (e *Evaluator) subject(t *Regexp, cursor int) (b []byte, base int) {
	if t.Relative {
		cursor = min(cursor, len(e.body))
		return e.body[cursor:], cursor
	}
	return e.body, 0
}

// maxRegexpSteps is how many steps all searches of a rule in one buffer may take. One alone is bounded, too; but there can be
// one for each match of what comes before.
const maxRegexpSteps = 500_000

// find looks for a match at or behind from, unless searches took too long.
func (e *Evaluator) find(t *Regexp, b []byte, from int) (start, end int, ok bool) {
	if e.regexps.matcher.Steps < maxRegexpSteps {
		var err error
		if start, end, ok, err = t.Find(&e.regexps.matcher, b, from); err == nil {
			return start, end, ok
		}
	}
	e.GivenUpRegexps++
	return 0, 0, false
}

// matches reports whether a regular expression matches.
func (e *Evaluator) matches(t *Regexp, cursor int) bool {
	b, _ := e.subject(t, cursor)
	_, _, ok := e.find(t, b, 0)
	return ok
}

// regexp looks for a regular expression, and makes the tests behind it, at one match after the other.
func (e *Evaluator) regexp(t *Regexp, i, cursor int) outcome {
	b, base := e.subject(t, cursor)
	for from := 0; from <= len(b); {
		start, end, ok := e.find(t, b, from)
		if !ok {
			break
		}
		kept := len(e.captured)
		e.capture(t, b, from)
		result := e.run(i+1, base+end)
		if result == yes {
			return yes
		}
		if e.captured = e.captured[:kept]; result != no || !e.followed(i) {
			return result
		}
		if e.steps--; e.steps < 0 {
			return never
		}
		from = max(start, from) + 1
	}
	return no
}

// Captured is what a group of a regular expression matched, as Capture says.
type Captured struct {
	*Capture
	Text []byte // of the buffer; see Evaluator
}

// Captured returns what the groups matched in the last buffer, if all tests were true of it.
func (e *Evaluator) Captured() []Captured { return e.captured }

// capture notes what the groups of the match at or behind from are.
func (e *Evaluator) capture(t *Regexp, b []byte, from int) {
	if len(t.Captures) == 0 {
		return
	}
	places, ok := t.Submatch(&e.regexps.matcher, b, from)
	if !ok {
		return
	}
	for i := range t.Captures {
		c := &t.Captures[i]
		if start, end := places[2*c.Group], places[2*c.Group+1]; start >= 0 {
			e.captured = append(e.captured, Captured{c, b[start:end]})
		}
	}
}
