package payload

import (
	"errors"
	"fmt"
	"strings"

	"github.com/reknit/reknit/rule/pcre"
)

// Regexp is pcre: it looks for a regular expression.
type Regexp struct {
	*pcre.Regexp
	Negated  bool
	Relative bool // R: from the cursor on
	Captures []Capture
	flags    string
}

// Capture says where the text of a group goes.
type Capture struct {
	Group int    // from 1 on
	Scope string // "flow", "pkt" or "alert"
	Name  string
}

// bufferFlags are the flags that name a buffer.
var bufferFlags = map[byte]string{
	'U': "http.uri", 'I': "http.uri.raw", 'H': "http.header", 'D': "http.header.raw", 'M': "http.method", 'C': "http.cookie",
	'P': "http.request_body", 'Q': "file.data", 'Y': "http.stat_msg", 'S': "http.stat_code", 'V': "http.user_agent",
	'W': "http.host", 'Z': "http.host.raw",
}

var flagBits = map[byte]pcre.Flags{'i': pcre.Caseless, 's': pcre.DotAll, 'm': pcre.Multiline, 'x': pcre.Extended,
	'A': pcre.Anchored, 'E': pcre.DollarEnd, 'G': pcre.Ungreedy}

// ParseRegexp reads the value of pcre: [!]"/expression/flags,captures". buffer is the one that the flags name, or empty.
func ParseRegexp(value string) (r *Regexp, buffer string, err error) {
	r = &Regexp{}
	if rest, ok := strings.CutPrefix(value, "!"); ok {
		r.Negated, value = true, strings.TrimSpace(rest)
	}
	inner := value
	if len(value) > 0 && value[0] == '"' { // old rules leave the quotes out
		if inner, err = Quoted(value); err != nil {
			return nil, "", err
		}
	}
	begin, end := strings.IndexByte(inner, '/'), strings.LastIndexByte(inner, '/')
	if begin == end {
		return nil, "", errors.New("the expression must stand between slashes")
	}
	flags, captures, hasCaptures := strings.Cut(inner[end+1:], ",")
	r.flags = strings.TrimSpace(flags)
	var bits pcre.Flags
	for _, f := range []byte(r.flags) {
		switch b := bufferFlags[f]; {
		case b != "" && buffer != "":
			return nil, "", fmt.Errorf("the flags name two buffers, %s and %s", buffer, b)
		case b != "":
			buffer = b
		case flagBits[f] != 0:
			bits |= flagBits[f]
		case f == 'R':
			r.Relative = true
		case f == 'B' || f == 'O':
		default:
			return nil, "", fmt.Errorf("unknown flag %q", f)
		}
	}
	if r.Regexp, err = pcre.Parse(inner[begin+1:end], bits); err != nil {
		return nil, "", err
	}
	if hasCaptures || named(r.Groups()) {
		err = r.captures(captures)
	}
	return r, buffer, err
}

func named(groups []string) bool {
	for _, g := range groups {
		if scope, _, ok := scoped(g, "_"); ok && scope != "" {
			return true
		}
	}
	return false
}

// scoped splits "flow:name" or "flow_name".
func scoped(text, sep string) (scope, name string, ok bool) {
	scope, name, ok = strings.Cut(text, sep)
	return scope, name, ok && name != "" && (scope == "flow" || scope == "pkt" || scope == "alert")
}

// captures reads the list of names behind the flags, and takes those of the groups.
func (r *Regexp) captures(list string) error {
	if r.Negated {
		return errors.New("a negated expression captures nothing")
	}
	for i, g := range r.Groups() {
		if scope, name, ok := scoped(g, "_"); ok {
			r.Captures = append(r.Captures, Capture{i + 1, scope, name})
		}
	}
	if list == "" {
		return nil
	}
	for i, w := range fields(list) {
		scope, name, ok := scoped(w, ":")
		if !ok && w != "pkt:key" {
			return fmt.Errorf("%q is not flow:, pkt: or alert: and a name", w)
		}
		if i+1 > len(r.Groups()) {
			return fmt.Errorf("%d names for %d groups", i+1, len(r.Groups()))
		}
		r.Captures = append(r.Captures, Capture{i + 1, scope, name})
	}
	return nil
}

// Nocase reports whether letters match in either case.
func (r *Regexp) Nocase() bool { return strings.Contains(r.flags, "i") }

// String returns the test as a rule writes it.
func (r *Regexp) String() string {
	return `pcre:` + mark(r.Negated, "!") + `"/` + r.Regexp.String() + "/" + r.flags + `";`
}
