package lint

import (
	"strconv"
	"strings"
)

// rule says what a package may import besides the standard library.
type rule struct {
	pkg     string   // pattern of match
	own     []string // packages of this module
	modules []string // packages of other modules
}

var (
	nothing  = []string{}
	anything = []string{"..."}
)

// rules is the import graph of the module: the first rule that fits a package applies, and a package that none fits is
// an error. Tests may import what they like.
var rules = []rule{
	// The path of a packet. The arrow to remember: tcp and flow know no protocol, parsers know no TCP, only stream is
	// known by both.
	{"packet", nothing, nothing},
	{"packet/defrag", []string{"packet"}, nothing},
	{"flow", nothing, nothing},
	{"event", nothing, nothing},
	{"wire", nothing, nothing},
	{"expect", nothing, nothing},
	{"stream", nothing, nothing},
	{"tcp", []string{"stream"}, nothing},
	{"app", []string{"stream", "event"}, nothing},
	{"app/apptest", []string{"app", "stream", "event", "event/eventtest"}, nothing},
	{"event/eventtest", []string{"event"}, nothing},
	{"mime", []string{"stream", "event", "coding/base64"}, []string{"golang.org/x/text/..."}},
	{"file", []string{"stream", "event"}, []string{"github.com/gabriel-vasile/mimetype"}},
	{"coding", nothing, []string{"github.com/klauspost/compress/zstd", "github.com/andybalholm/brotli"}},
	{"coding/base64", nothing, []string{"golang.org/x/sys/cpu"}},
	{"mail/sasl", nothing, nothing},
	{"mail", []string{"app", "stream", "event", "mime", "file"}, nothing},
	{"proto/all", []string{"app", "file", "proto/*"}, nothing},
	{"proto/*", []string{"app", "stream", "event", "wire", "mime", "file", "mail", "mail/sasl", "coding"},
		[]string{"golang.org/x/text/...", "golang.org/x/net/http2/hpack"}},
	{"docs/*", []string{"app", "stream", "event"}, nothing},
	{"rule/analysis", []string{"app", "stream", "rule", "rule/*"}, nothing},
	{"rule/mpm", nothing, []string{"golang.org/x/sys/cpu"}},
	{"rule/number", nothing, nothing},
	{"rule/pcre", nothing, nothing},
	{"rule/payload", []string{"coding/base64", "rule/number", "rule/pcre"}, nothing},
	{"rule/dataset", nothing, nothing},
	{"rule/reputation", nothing, nothing},
	{"rule/country", nothing, []string{"github.com/oschwald/maxminddb-golang/v2"}},
	{"rule/country/countrytest", nothing, nothing},
	{"rule", []string{"app", "packet", "stream", "event", "rule/*"}, anything},
	{"stats", []string{"event"}, anything},

	// What surrounds it.
	{"engine", []string{"packet", "packet/defrag", "flow", "event", "expect", "wire", "stream", "tcp", "app", "mime", "file", "rule",
		"stats"}, anything},
	{"detect", []string{"engine", "packet", "stream", "tcp", "app", "event", "rule", "rule/*", "stats", "file"}, nothing},
	{"capture/...", []string{"packet"}, anything},
	{"sink/pcaplog", []string{"packet", "capture/pcapfile"}, []string{"github.com/pierrec/lz4/v4"}},
	{"sink/filestore", []string{"event", "file"}, nothing},
	{"sink/...", []string{"event"}, anything},
	{"dump", []string{"stream"}, nothing},
	{".", []string{"engine", "packet", "flow", "event", "wire", "stream", "tcp", "app", "mime", "file", "rule", "stats",
		"capture/pcapfile"}, nothing},
	{"cmd/...", anything, anything},
	{"bench/...", anything, anything},
	{"e2e/...", anything, anything}, // e2e/receiver is a module of its own

	// internal/config turns a configuration into the Config structs of the packages; nothing but cmd reads it.
	{"internal/config", anything, anything},
	{"internal/lint", nothing, nothing},
	{"internal/race", nothing, nothing},
}

// Imports checks the imports of every package against the table.
func Imports(t *Tree) []Finding { return checkImports(t, rules) }

func checkImports(t *Tree, rules []rule) []Finding {
	var found []Finding
	unknown := map[string]bool{}
	for _, f := range t.Files {
		if f.Test {
			continue
		}
		r := ruleFor(f.Pkg, rules)
		if r == nil {
			if !unknown[f.Pkg] {
				unknown[f.Pkg] = true
				found = append(found, Finding{Path: f.Path,
					Text: "package " + f.Pkg + " is not in the table of internal/lint/imports.go: say there what it may import"})
			}
			continue
		}
		for _, spec := range f.AST.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			if own, ok := t.own(name); ok {
				if own != f.Pkg && !match(own, r.own) {
					found = append(found, t.at(spec.Pos(), "package %s must not import %s (allowed: %s; see internal/lint/imports.go)",
						f.Pkg, own, list(r.own)))
				}
			} else if !standard(name) && !match(name, r.modules) {
				found = append(found, t.at(spec.Pos(), "package %s must not import %s (allowed beside the standard library: %s; see internal/lint/imports.go)",
					f.Pkg, name, list(r.modules)))
			}
		}
	}
	return found
}

// ruleFor returns the first rule that fits a package.
func ruleFor(pkg string, rules []rule) *rule {
	for i := range rules {
		if match(pkg, []string{rules[i].pkg}) {
			return &rules[i]
		}
	}
	return nil
}

// own returns an import path relative to the module's root, if it is in the module.
func (t *Tree) own(name string) (pkg string, ok bool) {
	if name == t.Module {
		return ".", true
	}
	return strings.CutPrefix(name, t.Module+"/")
}

// standard reports whether an import path belongs to the standard library: its first element has no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

func list(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing"
	}
	return strings.Join(patterns, ", ")
}
