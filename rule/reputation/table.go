package reputation

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Limits of what files say.
const (
	maxCategory = 59
	maxScore    = 127
	maxNetworks = 1 << 23 // of a table, unless it says otherwise
)

// Table is what is known of addresses. The zero value knows no category.
type Table struct {
	// MaxNetworks is how many networks and addresses are kept, each in each category. When zero, it is 8388608.
	MaxNetworks int

	names      map[string]Category
	categories [maxCategory + 1]category
	size       int
}

// Category is the number of a category, from 1 to 59.
type Category uint8

// category holds the networks of one category.
type category struct {
	scores  map[netip.Prefix]uint8
	lengths [2][]uint8 // of the prefixes of IPv4 and IPv6, the longest first
}

// errLine is what a line is told for that is of another form, in Suricata's words.
var errLine = errors.New("bad line")

// Names reads a file of categories. The problems are of lines that were left out.
func (t *Table) Names(file, text string) (problems []error) {
	if t.names == nil {
		t.names = map[string]Category{}
	}
	return each(file, text, func(parts []string) error {
		if len(parts) < 3 {
			return errLine
		}
		id, err := strconv.ParseUint(parts[0], 10, 8)
		if err != nil || id == 0 || id > maxCategory {
			return fmt.Errorf("%q is not a number from 1 to %d", parts[0], maxCategory)
		}
		if parts[1] == "" {
			return errLine
		}
		t.names[parts[1]] = Category(id)
		return nil
	})
}

// Find returns the category of a name.
func (t *Table) Find(name string) (c Category, ok bool) {
	c, ok = t.names[name]
	return c, ok
}

// Load reads a file of addresses. The problems are of lines that were left out.
func (t *Table) Load(file, text string) (problems []error) {
	return each(file, text, func(parts []string) error {
		if len(parts) != 3 {
			return errLine
		}
		p, err := network(parts[0])
		if err != nil {
			return err
		}
		id, err := strconv.ParseUint(parts[1], 10, 8)
		if err != nil || id == 0 || id > maxCategory {
			return fmt.Errorf("category %q is not a number from 1 to %d", parts[1], maxCategory)
		}
		score, err := strconv.ParseUint(parts[2], 10, 8)
		if err != nil || score > maxScore {
			return fmt.Errorf("score %q is not a number from 0 to %d", parts[2], maxScore)
		}
		return t.add(p, Category(id), uint8(score))
	})
}

// Len returns the number of networks and addresses, each in each category.
func (t *Table) Len() int { return t.size }

// Score returns what is known of an address in a category.
func (t *Table) Score(a netip.Addr, c Category) (score uint8, ok bool) {
	k := &t.categories[c]
	a = a.Unmap()
	for _, n := range k.lengths[family(a)] {
		p, err := a.Prefix(int(n))
		if err != nil {
			return 0, false
		}
		if score, ok = k.scores[p]; ok {
			return score, true
		}
	}
	return 0, false
}

// family returns 0 for an IPv4 address, 1 for others.
func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// add adds a network. What is said last of one counts.
func (t *Table) add(p netip.Prefix, c Category, score uint8) error {
	k := &t.categories[c]
	if _, ok := k.scores[p]; !ok {
		limit := t.MaxNetworks
		if limit == 0 {
			limit = maxNetworks
		}
		if t.size >= limit {
			return fmt.Errorf("there are more than %d networks", limit)
		}
		t.size++
	}
	if k.scores == nil {
		k.scores = map[netip.Prefix]uint8{}
	}
	k.scores[p] = score
	list := &k.lengths[family(p.Addr())]
	n := uint8(p.Bits())
	if !slices.Contains(*list, n) {
		*list = append(*list, n)
		slices.Sort(*list)
		slices.Reverse(*list)
	}
	return nil
}

// network reads an address or a prefix. What is not in the prefix is taken as 0.
func network(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q is not an address", text)
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is not a network", text)
	}
	return p.Masked(), nil
}

// maxProblems is how many lines of a file that cannot be read are told one by one.
const maxProblems = 8

// each calls f with the parts of each line that is neither empty nor a comment, and returns what it said.
func each(file, text string, f func(parts []string) error) (problems []error) {
	number, more := 0, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		err := f(parts)
		switch {
		case err == nil:
		case len(problems) < maxProblems:
			problems = append(problems, fmt.Errorf("%s:%d: %w", file, number, err))
		default:
			more++
		}
	}
	if more > 0 {
		problems = append(problems, fmt.Errorf("%s: and %d more", file, more))
	}
	return problems
}
