package lint

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTree runs every check over this module.
func TestTree(t *testing.T) {
	tree, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) < 10 {
		t.Fatalf("%d Go files, so this is not the module's root", len(tree.Files))
	}
	for name, found := range map[string][]Finding{
		"imports": Imports(tree),
		"calls":   Calls(tree),
		"names":   Names(tree),
		"inits":   Inits(tree),
		"length":  Long(tree, 800),
		"paths":   Paths(tree),
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range found {
				t.Error(f)
			}
		})
	}
	for _, f := range Long(tree, 600) {
		t.Log(f)
	}
}

// TestFindings shows each check a tree that breaks its rule, and one that does not.
func TestFindings(t *testing.T) {
	tests := []struct {
		name  string
		check func(*Tree) []Finding
		path  string
		text  string
		want  string // "" when nothing is found
	}{
		{"stream imports app", Imports, "stream/x.go", `package stream; import _ "example.org/m/app"`,
			"stream/x.go:1: package stream must not import app (allowed: nothing; see internal/lint/imports.go)"},
		{"tcp imports stream", Imports, "tcp/x.go", `package tcp; import _ "example.org/m/stream"`, ""},
		{"tcp imports app", Imports, "tcp/x.go", `package tcp; import _ "example.org/m/app"`,
			"tcp/x.go:1: package tcp must not import app (allowed: stream; see internal/lint/imports.go)"},
		{"a protocol imports another", Imports, "proto/smtp/x.go", `package smtp; import _ "example.org/m/proto/http"`,
			"proto/smtp/x.go:1: package proto/smtp must not import proto/http (allowed: app, stream, event, wire, mime, file, mail, mail/sasl, coding; see internal/lint/imports.go)"},
		{"the list imports a protocol", Imports, "proto/all/x.go", `package all; import _ "example.org/m/proto/http"`, ""},
		{"engine imports a protocol", Imports, "engine/x.go", `package engine; import _ "example.org/m/proto/http"`,
			"engine/x.go:1: package engine must not import proto/http (allowed: packet, packet/defrag, flow, event, expect, wire, stream, tcp, app, mime, file, rule, stats; see internal/lint/imports.go)"},
		{"packet imports a module", Imports, "packet/x.go", `package packet; import _ "github.com/a/b"`,
			"packet/x.go:1: package packet must not import github.com/a/b (allowed beside the standard library: nothing; see internal/lint/imports.go)"},
		{"mime imports charsets", Imports, "mime/x.go", `package mime; import _ "golang.org/x/text/encoding/htmlindex"`, ""},
		{"the root imports engine", Imports, "x.go", `package m; import _ "example.org/m/engine"`, ""},
		{"engine imports the root", Imports, "engine/x.go", `package engine; import _ "example.org/m"`,
			"engine/x.go:1: package engine must not import . (allowed: packet, packet/defrag, flow, event, expect, wire, stream, tcp, app, mime, file, rule, stats; see internal/lint/imports.go)"},
		{"a test imports all", Imports, "stream/x_test.go", `package stream; import _ "example.org/m/app"`, ""},
		{"a build constraint hides nothing", Imports, "flow/x.go", "//go:build plan9\n\npackage flow\nimport _ \"example.org/m/tcp\"",
			"flow/x.go:4: package flow must not import tcp (allowed: nothing; see internal/lint/imports.go)"},
		{"a new package", Imports, "attic/x.go", "package attic",
			"attic/x.go: package attic is not in the table of internal/lint/imports.go: say there what it may import"},

		{"a clock", Calls, "tcp/x.go", "package tcp\nimport \"time\"\nvar x = time.Now()",
			"tcp/x.go:3: time.Now in package tcp: below engine no clock is read, nothing is logged or opened"},
		{"a clock by another name", Calls, "tcp/x.go", "package tcp\nimport clock \"time\"\nvar x = clock.Since",
			"tcp/x.go:3: clock.Since in package tcp: below engine no clock is read, nothing is logged or opened"},
		{"a duration", Calls, "tcp/x.go", "package tcp\nimport \"time\"\nconst x = time.Second", ""},
		{"a log line", Calls, "proto/dns/x.go", "package dns\nimport \"log\"\nfunc f() { log.Print() }",
			"proto/dns/x.go:3: log.Print in package proto/dns: below engine no clock is read, nothing is logged or opened"},
		{"a file", Calls, "mime/x.go", "package mime\nimport \"os\"\nvar f, _ = os.Open(\"x\")",
			"mime/x.go:3: os.Open in package mime: below engine no clock is read, nothing is logged or opened"},
		{"a goroutine", Calls, "app/x.go", "package app\nfunc f() {\n\tgo f()\n}",
			"app/x.go:3: a goroutine in package app: below engine, a worker's goroutine does all"},
		{"a goroutine in engine", Calls, "engine/x.go", "package engine\nfunc f() { go f() }", ""},
		{"a field named log", Calls, "app/x.go", "package app\nfunc f(log interface{ Print() }) { log.Print() }", ""},

		{"a vague name", Names, "app/util/x.go", "package util", "app/util/x.go:1: a package named util: name what is in it"},
		{"init of a protocol", Inits, "proto/dns/x.go", "package dns\nfunc init() {}",
			"proto/dns/x.go:2: an init function in proto/dns: a protocol is a value, listed in proto/all"},
		{"a method named init", Inits, "proto/dns/x.go", "package dns\ntype T int\nfunc (T) init() {}", ""},
		{"a long file", func(t *Tree) []Finding { return Long(t, 2) }, "x.go", "package m\n\n\n",
			"x.go:1: 3 lines: look for the second subject"},

		{"a path", Paths, "docs/x.md", "see\n`/ho" + "me/me/x`", "docs/x.md:2: a path of one machine: `/ho" + "me/me/x`"},
		{"a script's path", Paths, ".ci/run", "cp x /t" + "mp/y", ".ci/run:1: a path of one machine: cp x /t" + "mp/y"},
		{"a path that is not one", Paths, "docs/x.md", "http://example.org/home/x and a/tmp/b and /tmp", ""},

		{"a link to nowhere", Links, "docs/x.md", "see [y](../y.md#z)", "docs/x.md:1: a link to y.md, which is not there"},
		{"links", Links, "docs/x.md", "[a](x.md), [b](../go.mod), [c](../docs/#d), [e](http://example.org/)", ""},

		{"no comment", Comments, "x.go", "package m\nfunc F() {}", "x.go:2: F is exported and has no comment"},
		{"no comment on a method", Comments, "x.go", "package m\n// T is t.\ntype T[K any] int\nfunc (t *T[K]) M() {}",
			"x.go:4: M is exported and has no comment"},
		{"a hidden type's method", Comments, "x.go", "package m\ntype t int\nfunc (t) M() {}", ""},
		{"a String method", Comments, "x.go", "package m\n// T is t.\ntype T int\nfunc (T) String() string { return \"\" }", ""},
		{"an enumeration", Comments, "x.go", "package m\n// T is t.\ntype T int\nconst (\nA T = iota\nB\n)", ""},
		{"a variable", Comments, "x.go", "package m\nvar V int", "x.go:2: V is exported and has no comment"},
		{"a comment after it", Comments, "x.go", "package m\nvar V int // of something", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree, err := Load(fstest.MapFS{
				"go.mod":  {Data: []byte("module example.org/m\n\ngo 1.26\n")},
				test.path: {Data: []byte(test.text)},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range test.check(tree) {
				got = append(got, f.String())
			}
			if s := strings.Join(got, "\n"); s != test.want {
				t.Errorf("got  %q\nwant %q", s, test.want)
			}
		})
	}
}

// TestRules checks that the table has no rule that cannot apply, because an earlier one takes its packages.
func TestRules(t *testing.T) {
	for i, r := range rules {
		pkg := strings.NewReplacer("...", "x", "*", "x").Replace(r.pkg)
		if got := ruleFor(pkg, rules); got != &rules[i] {
			t.Errorf("the rule for %s is hidden by the one for %s", r.pkg, got.pkg)
		}
	}
}
