package rule

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/reputation"
)

// listKeywords look into lists.
var listKeywords = []keyword{
	{name: "dataset", read: readDataset},
	{name: "datarep", read: readDatarep},
	{name: "iprep", traits: needsAddress, read: readIPRep},
	{name: "geoip", traits: needsAddress, read: readGeoIP},
}

// End says which addresses of a packet are meant.
type End uint8

const (
	AnyEnd End = iota // one of them is enough
	SourceEnd
	DestEnd
	BothEnds
)

var endNames = []string{"any", "src", "dst", "both"}

// Holds reports whether a test is true of the addresses that are meant.
func (e End) Holds(src, dst netip.Addr, test func(netip.Addr) bool) bool {
	switch e {
	case SourceEnd:
		return test(src)
	case DestEnd:
		return test(dst)
	case BothEnds:
		return test(src) && test(dst)
	}
	return test(src) || test(dst)
}

// IPRep tests what is known of an address.
type IPRep struct {
	End      End
	Name     string // of the category
	Category reputation.Category
	Table    *reputation.Table
	Mode     Known
	number.Expr
}

// Known says what a test wants to know of something that may be unknown.
type Known uint8

const (
	Compared Known = iota // its value
	IsKnown
	IsUnknown
)

// String returns the test as a rule writes it.
func (t *IPRep) String() string {
	what := [...]string{"", "isset", "isnotset"}[t.Mode]
	if t.Mode == Compared {
		what = [...]string{"=", "!=", "<", "<=", ">", ">="}[t.Op] + "," + fmt.Sprint(t.A)
	}
	return fmt.Sprintf("iprep:%s,%s,%s;", endNames[t.End], t.Name, what)
}

// Match makes the test.
func (t *IPRep) Match(src, dst netip.Addr) bool {
	return t.End.Holds(src, dst, func(a netip.Addr) bool {
		score, ok := t.Table.Score(a, t.Category)
		if t.Mode != Compared {
			return a.IsValid() && ok == (t.Mode == IsKnown)
		}
		return ok && t.Expr.Match(uint64(score))
	})
}

// comparisons are the operators of iprep.
var comparisons = map[string]number.Op{"=": number.Equal, "==": number.Equal, "!=": number.NotEqual, "!": number.NotEqual,
	"<": number.Less, "<=": number.LessEqual, ">": number.Greater, ">=": number.GreaterEqual}

func readIPRep(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 3 || len(parts) > 4 {
		return errors.New("want any, src, dst or both, a category, an operator and a number, or isset or isnotset")
	}
	end := slices.Index(endNames, parts[0])
	if end < 0 {
		return fmt.Errorf("want any, src, dst or both, not %q", parts[0])
	}
	t := &IPRep{End: End(end), Name: parts[1], Table: c.lang.lists.Reputation}
	var ok bool
	if t.Table != nil {
		t.Category, ok = t.Table.Find(t.Name)
	}
	if !ok {
		return fmt.Errorf("unknown iprep category %q", t.Name)
	}
	if err := t.compare(parts[2:]); err != nil {
		return err
	}
	c.test(t)
	return nil
}

// compare reads what is wanted of the value.
func (t *IPRep) compare(parts []string) error {
	switch {
	case len(parts) == 1 && parts[0] == "isset":
		t.Mode = IsKnown
		return nil
	case len(parts) == 1 && parts[0] == "isnotset":
		t.Mode = IsUnknown
		return nil
	case len(parts) == 1:
		return fmt.Errorf("want isset, isnotset or an operator and a number, not %q", parts[0])
	}
	op, ok := comparisons[parts[0]]
	if !ok {
		return fmt.Errorf("unknown operator %q", parts[0])
	}
	n, err := atoi(parts[1], 0, 127)
	t.Expr = number.Expr{Op: op, A: uint64(n)}
	return err
}

// GeoIP tests in which country an address is.
type GeoIP struct {
	End       End
	Negated   bool // in none of them; an address whose country is not known is in no country, and not out of one
	Countries []country.Code
	Database  *country.Database
}

// String returns the test as a rule writes it.
func (t *GeoIP) String() string {
	s := "geoip:" + endNames[t.End]
	for _, c := range t.Countries {
		s += ","
		if t.Negated {
			s += "!"
		}
		s += c.String()
	}
	return s + ";"
}

// Match makes the test.
func (t *GeoIP) Match(src, dst netip.Addr) bool {
	return t.End.Holds(src, dst, func(a netip.Addr) bool {
		c, ok := t.Database.Of(a)
		return ok && slices.Contains(t.Countries, c) != t.Negated
	})
}

// maxCountries is how many countries a rule may name.
const maxCountries = 64

// readGeoIP reads geoip: [any|src|dst|both,]country,… One ! negates the whole list.
func readGeoIP(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	t := &GeoIP{Database: c.lang.lists.Countries}
	if end := slices.Index(endNames, strings.TrimSpace(parts[0])); end >= 0 {
		t.End, parts = End(end), parts[1:]
	}
	switch {
	case t.Database == nil:
		return errors.New("there is no geoip-database")
	case len(parts) == 0:
		return errors.New("want a list of countries")
	case len(parts) > maxCountries:
		return fmt.Errorf("more than %d countries", maxCountries)
	}
	for _, p := range parts {
		text, not := strings.CutPrefix(strings.TrimSpace(p), "!")
		code, err := country.ParseCode(text)
		if err != nil {
			return err
		}
		t.Negated = t.Negated || not
		t.Countries = append(t.Countries, code)
	}
	c.test(t)
	return nil
}
