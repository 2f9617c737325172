package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// version is one of Suricata.
type version [3]int

func parseVersion(text string) (v version, err error) {
	text, _, _ = strings.Cut(text, "-")
	parts := strings.Split(text, ".")
	if len(parts) > len(v) {
		return v, fmt.Errorf("%q is not a version", text)
	}
	for i, p := range parts {
		if v[i], err = strconv.Atoi(p); err != nil || v[i] < 0 {
			return v, fmt.Errorf("%q is not a version", text)
		}
	}
	return v, nil
}

// requires looks at what the rule needs, before anything else: a rule whose needs are not met may use keywords that nobody
// knows.
func (c *compiler) requires(options []option) {
	for i := range options {
		o := &options[i]
		if !strings.EqualFold(o.name.text, "requires") {
			continue
		}
		unmet, err := c.lang.unmet(o.value)
		if err != nil {
			c.report(o.name, o.name.text, err)
		} else if unmet != "" {
			c.skip = unmet
			return
		}
	}
}

// unmet returns the first part of the value of requires that is not met, or "".
func (l *Language) unmet(value string) (string, error) {
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		what, arg, _ := strings.Cut(part, " ")
		arg = strings.TrimSpace(arg)
		met := false
		switch strings.ToLower(what) {
		case "version":
			var err error
			if met, err = l.versionFits(arg); err != nil {
				return "", err
			}
		case "feature":
			met = slices.Contains(l.features, arg)
		case "keyword":
			_, err := l.find(arg)
			met = err == nil
		default:
			// What later versions ask for is not met.
		}
		if !met {
			return "requires " + part, nil
		}
	}
	return "", nil
}

// versionFits evaluates ">= 7.0.4 < 8 | >= 8.0.3": alternatives of conditions that must all be met.
func (l *Language) versionFits(text string) (bool, error) {
	fits := false
	for alternative := range strings.SplitSeq(text, "|") {
		rest := strings.TrimSpace(alternative)
		all := rest != ""
		for rest != "" {
			op := rest[:len(rest)-len(strings.TrimLeft(rest, "<>="))]
			rest = strings.TrimSpace(rest[len(op):])
			number, after, _ := strings.Cut(rest, " ")
			if i := strings.IndexAny(number, "<>"); i >= 0 {
				number, after = number[:i], number[i:]+" "+after
			}
			v, err := parseVersion(number)
			if err != nil {
				return false, err
			}
			cmp := slices.Compare(l.version[:], v[:])
			switch op {
			case ">=":
				all = all && cmp >= 0
			case ">":
				all = all && cmp > 0
			case "<":
				all = all && cmp < 0
			case "<=":
				all = all && cmp <= 0
			default:
				return false, fmt.Errorf("want <, <=, > or >= before the version, not %q", op)
			}
			rest = strings.TrimSpace(after)
		}
		fits = fits || all
	}
	return fits, nil
}
