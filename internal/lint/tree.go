package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Tree is the source of a module, parsed whatever its build constraints are.
type Tree struct {
	Module string // module path, from go.mod
	Files  []*File
	Texts  []Text

	fset  *token.FileSet
	names map[string]bool // of all files and directories
}

// File is a Go source file.
type File struct {
	Path  string // relative to the module's root, with slashes
	Pkg   string // directory, relative to the root; "." is the root package
	Test  bool
	Lines int
	AST   *ast.File
}

// Text is a file that people read or programs run, Go source included.
type Text struct {
	Path string
	Data []byte
}

// Finding is a broken rule.
type Finding struct {
	Path string
	Line int // 0: the whole file
	Text string
}

func (f Finding) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// textual are the endings of the files that Load keeps as text.
var textual = map[string]bool{".go": true, ".md": true, ".sh": true, ".yaml": true, ".yml": true, ".json": true,
	".conf": true, ".mod": true, "": true}

// Load reads the module in fsys. It skips what begins with a dot, except .ci, and the testdata of fuzzing.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fset: token.NewFileSet(), names: map[string]bool{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		t.names[name] = true
		base := path.Base(name)
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") && base != ".ci" || strings.HasSuffix(name, "testdata/fuzz")) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !textual[path.Ext(base)] {
			return nil
		}
		return t.add(fsys, name)
	})
	if err != nil {
		return nil, err
	}
	if t.Module == "" {
		return nil, fmt.Errorf("no go.mod")
	}
	return t, nil
}

// add reads one file.
func (t *Tree) add(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if strings.IndexByte(string(data), 0) >= 0 { // a binary without an ending
		return nil
	}
	t.Texts = append(t.Texts, Text{name, data})
	if name == "go.mod" {
		line, _, _ := strings.Cut(string(data), "\n")
		t.Module = strings.TrimSpace(strings.TrimPrefix(line, "module "))
	}
	if !strings.HasSuffix(name, ".go") || strings.Contains("/"+path.Dir(name)+"/", "/testdata/") {
		return nil
	}
	f, err := parser.ParseFile(t.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	t.Files = append(t.Files, &File{
		Path:  name,
		Pkg:   path.Dir(name),
		Test:  strings.HasSuffix(name, "_test.go"),
		Lines: strings.Count(string(data), "\n"),
		AST:   f,
	})
	return nil
}

// at makes a finding at a place in a Go file.
func (t *Tree) at(pos token.Pos, format string, args ...any) Finding {
	p := t.fset.Position(pos)
	return Finding{Path: p.Filename, Line: p.Line, Text: fmt.Sprintf(format, args...)}
}

// match reports whether a package (or import path) fits one of the patterns: a name, "x/*" for what is directly below
// x, "x/..." for x and everything below it, or "..." for all.
func match(pkg string, patterns []string) bool {
	for _, p := range patterns {
		if p == "..." {
			return true
		}
		if below, ok := strings.CutSuffix(p, "/..."); ok {
			if pkg == below || strings.HasPrefix(pkg, below+"/") {
				return true
			}
			continue
		}
		if ok, _ := path.Match(p, pkg); ok {
			return true
		}
	}
	return false
}
