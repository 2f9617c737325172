package lint

import (
	"bytes"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
)

// vague are package names that say nothing about what is in them.
var vague = []string{"util", "utils", "common", "helper", "helpers", "types", "base", "misc", "shared", "lib"}

// Names finds packages with a name that says nothing.
func Names(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if slices.Contains(vague, f.AST.Name.Name) {
			found = append(found, t.at(f.AST.Name.Pos(), "a package named %s: name what is in it", f.AST.Name.Name))
		}
	}
	return found
}

// Inits finds init functions in protocols. Registration is explicit: proto/all lists them.
func Inits(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Test || !match(f.Pkg, []string{"proto/..."}) {
			continue
		}
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				found = append(found, t.at(fn.Pos(), "an init function in %s: a protocol is a value, listed in proto/all", f.Pkg))
			}
		}
	}
	return found
}

// Long returns the files, other than tests, that have more lines than the limit.
func Long(t *Tree, limit int) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if !f.Test && f.Lines > limit {
			found = append(found, t.at(f.AST.FileStart, "%d lines: look for the second subject", f.Lines))
		}
	}
	return found
}

// local is a path of some machine: it begins with one of the directories that differ from machine to machine.
var local = regexp.MustCompile(`(?:^|[\s"'` + "`" + `(\[<=:])/(?:work|tmp|root|home)/[\w.-]`)

// Paths finds the paths of somebody's machine in code and documents.
func Paths(t *Tree) []Finding {
	var found []Finding
	for _, x := range t.Texts {
		for i, line := range bytes.Split(x.Data, []byte("\n")) {
			if local.Match(line) {
				found = append(found, Finding{x.Path, i + 1, "a path of one machine: " + string(bytes.TrimSpace(line))})
			}
		}
	}
	return found
}

// link is a link of a Markdown document to another file.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// Links finds links of documents that lead nowhere.
func Links(t *Tree) []Finding {
	var found []Finding
	for _, x := range t.Texts {
		if path.Ext(x.Path) != ".md" {
			continue
		}
		for i, line := range bytes.Split(x.Data, []byte("\n")) {
			for _, m := range link.FindAllSubmatch(line, -1) {
				if target := path.Join(path.Dir(x.Path), string(m[1])); !t.names[target] {
					found = append(found, Finding{x.Path, i + 1, "a link to " + target + ", which is not there"})
				}
			}
		}
	}
	return found
}

// self are methods whose name says all there is to say.
var self = []string{"String", "Error", "Unwrap", "Len", "Less", "Swap"}

// Comments finds exported names of the library without a comment.
func Comments(t *Tree) []Finding {
	var found []Finding
	for _, f := range t.Files {
		if f.Test || f.AST.Name.Name == "main" || match(f.Pkg, []string{"internal/...", "cmd/...", "bench/...", "e2e/..."}) {
			continue
		}
		for _, d := range f.AST.Decls {
			for _, id := range uncommented(d) {
				found = append(found, t.at(id.Pos(), "%s is exported and has no comment", id.Name))
			}
		}
	}
	return found
}

// uncommented returns the exported names that a declaration leaves without a comment. The comment of a group counts
// for its members, and so does the type's for typed constants.
func uncommented(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil || !d.Name.IsExported() || d.Recv != nil && (!exportedReceiver(d.Recv) || slices.Contains(self, d.Name.Name)) {
			return nil
		}
		return []*ast.Ident{d.Name}
	case *ast.GenDecl:
		var missing []*ast.Ident
		typed := false
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Doc == nil && s.Comment == nil && d.Doc == nil && s.Name.IsExported() {
					missing = append(missing, s.Name)
				}
			case *ast.ValueSpec:
				typed = typed || d.Tok == token.CONST && s.Type != nil
				if s.Doc != nil || s.Comment != nil || d.Doc != nil || typed {
					continue
				}
				for _, id := range s.Names {
					if id.IsExported() {
						missing = append(missing, id)
					}
				}
			}
		}
		return missing
	}
	return nil
}

// exportedReceiver reports whether a method belongs to an exported type.
func exportedReceiver(recv *ast.FieldList) bool {
	e := recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
