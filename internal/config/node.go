package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Pos is a place in a configuration.
type Pos struct {
	File         string // or the option on the command line
	Line, Column int    // 1-based; 0: the whole of File
}

// String returns p as file:line:column.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Kind is what a Node holds.
type Kind uint8

const (
	Null   Kind = iota // nothing: the key stands alone
	Scalar             // Text
	Map                // Items, with names
	List               // Items, named by their index
)

// String returns the kind as an error message names it.
func (k Kind) String() string {
	switch k {
	case Null:
		return "nothing"
	case Scalar:
		return "a single value"
	case Map:
		return "a mapping"
	case List:
		return "a list"
	}
	return "?"
}

// Node is a value of the configuration, with the name it has in the mapping or list that it is in.
type Node struct {
	Name  string // as spelled in suricata.yaml; an index in a list
	Kind  Kind
	Text  string // of a Scalar
	Items []*Node
	Key   Pos // of the name
	Pos   Pos // of the value

	implied bool // nobody wrote it: it is on the way of a path
}

// Find returns the node at a dotted path below n, or nil. An element of a list is named by its index; the title of an
// element names what is below it, so that outputs.1.eve-log and outputs.eve-log are the same.
func (n *Node) Find(path string) *Node {
	for path != "" && n != nil {
		var name string
		name, path, _ = strings.Cut(path, ".")
		n = n.item(name)
	}
	return n
}

// item returns the item of n that name names, or nil.
func (n *Node) item(name string) *Node {
	for _, i := range n.Items {
		if i.Name == name {
			return i
		}
	}
	if n.Kind == List {
		for _, i := range n.Items {
			if title, body := i.titled(); title == name && body != nil {
				return body
			}
		}
	}
	return nil
}

// titled takes a list element such as "- smtp" or "- smtp: …" apart: its title and what is below it. The second result
// is nil when nothing is.
func (n *Node) titled() (string, *Node) {
	switch {
	case n.Kind == Scalar:
		// After --set types.1.frame.enabled=yes, "- frame" has items too.
		for _, i := range n.Items {
			if i.Name == n.Text {
				return n.Text, i
			}
		}
		return n.Text, nil
	case n.Kind == Map && len(n.Items) > 0:
		return n.Items[0].Name, n.Items[0]
	}
	return "", nil
}

// make returns the node at a dotted path below n and creates what is missing on the way.
func (n *Node) make(path string, at Pos) *Node {
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, ".")
		next := n.item(name)
		if next == nil {
			next = n.add(name, at)
			next.implied = true
		}
		n = next
	}
	return n
}

// add appends an empty item.
func (n *Node) add(name string, at Pos) *Node {
	if n.Kind == List {
		for _, i := range n.Items {
			if i.Kind == Scalar && i.Text == name { // "- smtp" becomes "- smtp:"
				n = i
			}
		}
	}
	if n.Kind == Null {
		n.Kind = Map
		if _, err := strconv.ParseUint(name, 10, 16); err == nil {
			n.Kind = List
		}
	}
	i := &Node{Name: name, Key: at, Pos: at}
	n.Items = append(n.Items, i)
	return i
}

// Off reports whether n is a section that says "enabled: no".
func (n *Node) Off() bool {
	e := n.item("enabled")
	if e == nil || n.Kind == List {
		return false
	}
	on, err := parseBool(e.Text)
	return err == nil && !on
}

// spelled returns a path as suricata.yaml spells it today, with dashes where old configurations have underscores. Names
// that the author may choose, of variables and the like, stay as they are. base is the path that path is below.
func spelled(base, path string) string {
	if !strings.Contains(path, "_") {
		return path
	}
	names := strings.Split(path, ".")
	for i, name := range names {
		if !anyName(base) {
			names[i] = strings.ReplaceAll(name, "_", "-")
		}
		base = join(base, names[i])
	}
	return strings.Join(names, ".")
}
