package rule

import (
	"fmt"
	"strings"
)

// Reference is where a rule says one can read more.
type Reference struct{ Type, Prefix, Value string }

// String returns the reference as EVE writes it.
func (r Reference) String() string { return r.Prefix + r.Value }

// References are the lines of reference.config. The zero value knows none.
type References struct{ prefix map[string]string }

// ParseReferences reads reference.config: "config reference: type prefix". A line that cannot be read is a problem and left
// out.
func ParseReferences(file, data string) (*References, []Problem) {
	r := &References{prefix: map[string]string{}}
	problems := eachConfig(file, data, "reference", func(value string) error {
		parts := strings.Fields(value)
		if len(parts) != 2 {
			return fmt.Errorf("want a type and a prefix")
		}
		r.prefix[strings.ToLower(parts[0])] = parts[1]
		return nil
	})
	return r, problems
}

// Len returns the number of types.
func (r *References) Len() int { return len(r.prefix) }

// find returns the prefix of a type. One that is unknown is added without one; it is reported once.
func (r *References) find(name string) (prefix string, known bool) {
	lower := strings.ToLower(name)
	if prefix, known = r.prefix[lower]; known {
		return prefix, true
	}
	if r.prefix == nil {
		r.prefix = map[string]string{}
	}
	r.prefix[lower] = ""
	return "", false
}
