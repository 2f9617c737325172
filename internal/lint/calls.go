package lint

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
)

// below are the packages below engine: they read no clock, log nothing, open no file and start no goroutine.
var below = []string{"packet", "stream", "tcp", "flow", "app", "event", "wire", "mime", "file", "mail", "coding/...", "proto/...", "docs/*"}

// forbidden lists, per imported package, what code below engine must not use; nil forbids all of it.
var forbidden = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
	"os": {"Open", "OpenFile", "OpenRoot", "Create", "CreateTemp", "ReadFile", "WriteFile", "ReadDir", "Getenv", "Exit", "Stdout",
		"Stderr", "Stdin"},
	"fmt":      {"Print", "Printf", "Println"},
	"log":      nil,
	"log/slog": nil,
	"os/exec":  nil,
}

// Calls checks that code below engine is deterministic: time comes in with the packet, and what it finds out goes to
// its caller.
func Calls(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Test || !match(f.Pkg, below) {
			continue
		}
		names := importNames(f.AST)
		ast.Inspect(f.AST, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = append(found, t.at(n.Pos(), "a goroutine in package %s: below engine, a worker's goroutine does all", f.Pkg))
			case *ast.SelectorExpr:
				id, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				from, ok := names[id.Name]
				if !ok {
					return true
				}
				if list := forbidden[from]; list == nil || slices.Contains(list, n.Sel.Name) {
					found = append(found, t.at(n.Pos(), "%s.%s in package %s: below engine no clock is read, nothing is logged or opened",
						id.Name, n.Sel.Name, f.Pkg))
				}
			}
			return true
		})
	}
	return found
}

// importNames maps the names by which a file knows the packages of forbidden to their paths.
func importNames(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		from, _ := strconv.Unquote(spec.Path.Value)
		if _, ok := forbidden[from]; !ok {
			continue
		}
		name := path.Base(from)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = from
	}
	return names
}
