package rule

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/dataset"
	"github.com/reknit/reknit/rule/reputation"
)

// Lists are what dataset, datarep, iprep and geoip look into. The zero value has none.
type Lists struct {
	// Sets has the sets of a configuration; those of rules are added. When nil, rules with sets are not supported.
	Sets *dataset.Store
	// Reputation is what is known of addresses. When nil, there are no categories.
	Reputation *reputation.Table
	// Countries tells where addresses are. When nil, rules with geoip are refused.
	Countries *country.Database

	// DataDir is the directory of sets that rules have saved.
	DataDir string
	// NoSaving refuses rules that have sets saved.
	NoSaving bool
	// AbsoluteNames lets rules name any file for a set to be saved to, not only those below DataDir.
	AbsoluteNames bool
}

// saved returns the path of a file that a rule has a set saved to. What is refused is told in Suricata's words.
func (l *Lists) saved(name string) (string, error) {
	switch {
	case l.NoSaving:
		return "", &fault{kind: BadValue, text: "Rules containing save/state datasets have been disabled"}
	case filepath.IsAbs(name) && l.AbsoluteNames:
		return name, nil
	case filepath.IsAbs(name):
		return "", &fault{kind: BadValue, text: fmt.Sprintf("Absolute paths not allowed: %s", name)}
	case slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }), ".."):
		return "", &fault{kind: BadValue, text: fmt.Sprintf("Directory traversals not allowed: %s", name)}
	}
	return filepath.Join(l.DataDir, name), nil
}
