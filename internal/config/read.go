package config

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Limits of what a configuration may be. Nothing that people write comes near; they stop files that name themselves or
// multiply by their aliases.
const (
	maxIncludes = 32        // files that include one another
	maxFiles    = 1000      // all of them
	maxDepth    = 64        // of nesting
	maxNodes    = 1_000_000 // in all files
	maxFile     = 64 << 20  // bytes
)

// reader turns YAML into Nodes.
type reader struct {
	problems *Problems
	open     []string // files that include one another, the first one first
	files    int
	nodes    int
}

// file reads a file into the mapping n, which is at path in the tree.
func (r *reader) file(name string, n *Node, path string, from Pos) {
	if r.files++; r.files > maxFiles {
		return
	}
	if slices.Contains(r.open, name) {
		r.problems.add(Unreadable, from, "include", "%s includes itself%s", name, r.through(name))
		return
	}
	if len(r.open) == maxIncludes || r.files == maxFiles {
		r.problems.add(Unreadable, from, "include", "too many files, or they include one another")
		return
	}
	text, err := readFile(name)
	if err != nil {
		r.problems.add(Unreadable, from, "", "%v", err)
		return
	}
	r.open = append(r.open, name)
	r.text(text, n, place{file: name, path: path})
	r.open = r.open[:len(r.open)-1]
}

// through names the files by which an open one came to include itself.
func (r *reader) through(name string) string {
	between := r.open[slices.Index(r.open, name)+1:]
	if len(between) == 0 {
		return ""
	}
	return ", through " + strings.Join(between, ", ")
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, &os.PathError{Op: "read", Path: name, Err: errors.New("too large for a configuration")}
	}
	return text, nil
}

// text reads the first document of a file into the mapping n.
func (r *reader) text(text []byte, n *Node, p place) {
	at := Pos{File: p.file}
	var doc yaml.Node
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err == nil {
		err = loader.Load(&doc)
	}
	var load *yaml.LoadError
	switch {
	case err == io.EOF:
		return // an empty file
	case errors.As(err, &load):
		if load.Mark.Line > 0 {
			at.Line, at.Column = load.Mark.Line, load.Mark.Column
		}
		r.problems.add(Unreadable, at, "", "not valid YAML: %s", strings.TrimSpace(load.ContextMsg+" "+load.Message))
		return
	case err != nil:
		r.problems.add(Unreadable, at, "", "not valid YAML: %v", err)
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	y := r.follow(doc.Content[0])
	switch {
	case y.Kind == yaml.MappingNode:
		r.mapping(y, n, p)
	case y.Kind == yaml.ScalarNode && isNull(y):
	default:
		r.problems.add(Unreadable, p.pos(y), p.path, "a configuration is a mapping of keys to values")
	}
}

// place is where in the files and in the tree the reader is.
type place struct {
	file  string
	path  string
	depth int
}

func (p place) pos(y *yaml.Node) Pos { return Pos{p.file, y.Line, y.Column} }

func (p place) below(name string) place {
	p.path = join(p.path, name)
	p.depth++
	return p
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// mapping reads the keys of y into n. A key that n has already is replaced, as a later include replaces earlier values.
func (r *reader) mapping(y *yaml.Node, n *Node, p place) {
	if n.Kind != Map {
		n.Kind, n.Text, n.Items = Map, "", nil
	}
	seen := map[string]Pos{} // in this mapping
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := r.follow(y.Content[i]), y.Content[i+1]
		at := p.pos(y.Content[i])
		if key.Kind != yaml.ScalarNode {
			r.problems.add(Unreadable, at, p.path, "a key must be a word, not %s", kindOf(key))
			continue
		}
		switch name := key.Value; {
		case name == "<<" && key.Tag == "!!merge":
			r.merge(value, n, p)
		case name == "include":
			r.include(value, n, p)
		default:
			if now := spelled(p.path, name); now != name {
				r.problems.add(OldSpelling, at, join(p.path, now), "%s is spelled %s today", name, now)
				name = now
			}
			if first, twice := seen[name]; twice {
				r.problems.add(Redefined, at, join(p.path, name), "%s was given before, at %s; this one counts",
					join(p.path, name), first)
			}
			seen[name] = at
			next := n.make(name, at)
			next.Key = at
			r.value(value, next, p.below(name))
		}
	}
}

// merge reads the keys of a YAML merge ("<<") that n does not have.
func (r *reader) merge(y *yaml.Node, n *Node, p place) {
	y = r.follow(y)
	p.depth++
	if r.nodes++; r.nodes > maxNodes || p.depth > maxDepth {
		return
	}
	switch y.Kind {
	case yaml.SequenceNode:
		for _, c := range y.Content {
			r.merge(c, n, p)
		}
	case yaml.MappingNode:
		merged := &Node{Kind: Map}
		r.mapping(y, merged, p)
		for _, i := range merged.Items {
			if n.item(i.Name) == nil {
				n.Items = append(n.Items, i)
			}
		}
	}
}

// include reads the files that y names into n.
func (r *reader) include(y *yaml.Node, n *Node, p place) {
	y = r.follow(y)
	switch y.Kind {
	case yaml.ScalarNode:
		if isNull(y) {
			return
		}
		name := y.Value
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(p.file), name)
		}
		before := n.Items
		n.Items = nil
		r.file(name, n, p.path, p.pos(y))
		r.replace(before, n)
	case yaml.SequenceNode:
		for _, c := range y.Content {
			if c.Kind != yaml.ScalarNode {
				r.problems.add(BadValue, p.pos(c), join(p.path, "include"), "include wants names of files")
				continue
			}
			r.include(c, n, p)
		}
	default:
		r.problems.add(BadValue, p.pos(y), join(p.path, "include"), "include wants a file's name or a list of names")
	}
}

// replace puts what an include brought, n.Items, behind what was there before. What both have is taken from the include.
func (r *reader) replace(before []*Node, n *Node) {
	included := n.Items
	n.Items = before
	for _, i := range included {
		if old := n.item(i.Name); old != nil {
			overlay(old, i)
		} else {
			n.Items = append(n.Items, i)
		}
	}
}

// overlay replaces old by what an include says of the same key. A path of several names ("vars.port-groups.FTP: …")
// replaces only its end.
func overlay(old, now *Node) {
	if now.implied && old.Kind == Map {
		for _, i := range now.Items {
			if o := old.item(i.Name); o != nil {
				overlay(o, i)
			} else {
				old.Items = append(old.Items, i)
			}
		}
		return
	}
	*old = *now
}

// value reads y into n, which loses what it held.
func (r *reader) value(y *yaml.Node, n *Node, p place) {
	*n = Node{Name: n.Name, Key: n.Key, Pos: p.pos(y)}
	y = r.follow(y)
	if r.nodes++; r.nodes > maxNodes || p.depth > maxDepth {
		if r.nodes == maxNodes+1 || p.depth == maxDepth+1 {
			r.problems.add(Unreadable, n.Pos, p.path, "too large or too deeply nested")
		}
		return
	}
	switch y.Kind {
	case yaml.ScalarNode:
		switch {
		case y.Tag == "!include":
			r.include(y, n, p)
		case !isNull(y):
			n.Kind, n.Text = Scalar, y.Value
		}
	case yaml.MappingNode:
		r.mapping(y, n, p)
	case yaml.SequenceNode:
		n.Kind = List
		for i, c := range y.Content {
			index := strconv.Itoa(i)
			item := &Node{Name: index, Key: p.pos(c)}
			n.Items = append(n.Items, item)
			r.value(c, item, p.below(index))
		}
	}
}

// follow returns what an alias stands for.
func (r *reader) follow(y *yaml.Node) *yaml.Node {
	for i := 0; y.Kind == yaml.AliasNode && i < maxDepth; i++ {
		y = y.Alias
	}
	return y
}

func isNull(y *yaml.Node) bool {
	return y.Tag == "!!null" || y.Tag == "" && y.Value == ""
}

func kindOf(y *yaml.Node) Kind {
	switch y.Kind {
	case yaml.MappingNode:
		return Map
	case yaml.SequenceNode:
		return List
	}
	return Scalar
}
