package mpm

import (
	"bytes"
	"cmp"
	"slices"
)

// builder is what is needed of an automaton only while it is made.
type builder struct {
	*automaton
	limit  int // of nodes
	parent []uint32
	via    []byte   // the byte that leads from the parent
	more   []uint32 // nodes that are not first children
	path   []uint32 // nodes of the text before
	before []byte   // the text before
}

// build makes the automaton of patterns, which it changes.
func (a *automaton) build(patterns []Pattern, fold *[256]byte) error {
	for i := range patterns {
		patterns[i].Text = foldText(patterns[i].Text, fold)
	}
	slices.SortFunc(patterns, func(a, b Pattern) int {
		return cmp.Or(bytes.Compare(a.Text, b.Text), cmp.Compare(a.Offset, b.Offset))
	})
	a.fold = fold
	b := builder{automaton: a, limit: maxNodes}
	if err := b.trie(patterns); err != nil {
		return err
	}
	b.index()
	b.link()
	return nil
}

func foldText(text []byte, fold *[256]byte) []byte {
	text = bytes.Clone(text)
	for i, c := range text {
		text[i] = fold[c]
	}
	return text
}

// trie makes the nodes of patterns, which are sorted, and notes which of them end where.
func (b *builder) trie(patterns []Pattern) error {
	b.reserve(patterns)
	b.add(0, 0, 0)
	b.path = []uint32{0}
	b.ends = append(b.ends, end{})
	var short []entry
	for i, p := range patterns {
		if i == 0 || !bytes.Equal(p.Text, patterns[i-1].Text) {
			x := uint32(len(b.ends))
			b.ends = append(b.ends, end{from: uint32(i), to: uint32(i)})
			switch n := len(p.Text); {
			case n <= maxShort:
				short = append(short, entry{shortKey(p.Text, &asIs), x})
			default:
				s, err := b.insert(p.Text)
				if err != nil {
					return err
				}
				b.out[s] = x
			}
		}
		b.places = append(b.places, p.place())
		b.ends[len(b.ends)-1].to++
	}
	b.short = newTable(short)
	return nil
}

// reserve makes room for the nodes of patterns, which are sorted, and for where they end.
func (b *builder) reserve(patterns []Pattern) {
	nodes := 1
	var before []byte
	for _, p := range patterns {
		if len(p.Text) > maxShort {
			nodes += len(p.Text) - common(before, p.Text)
			before = p.Text
		}
	}
	nodes = min(nodes, b.limit)
	b.nodes, b.out = make([]node, 0, nodes), make([]uint32, 0, nodes)
	b.parent, b.via = make([]uint32, 0, nodes), make([]byte, 0, nodes)
	b.ends, b.places = make([]end, 0, len(patterns)+1), make([]place, 0, len(patterns))
}

// insert makes the nodes of text, which comes after the texts before, and returns the last.
func (b *builder) insert(text []byte) (uint32, error) {
	n := common(b.before, text)
	b.path = b.path[:n+1]
	for depth, c := range text[n:] {
		if len(b.nodes) == b.limit {
			return 0, ErrTooLarge
		}
		b.path = append(b.path, b.add(b.path[n+depth], c, n+depth+1))
	}
	b.before = text
	return b.path[len(text)], nil
}

// common returns how many bytes a and b have in common at their beginnings.
func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// add makes the child of parent that c leads to.
func (b *builder) add(parent uint32, c byte, depth int) uint32 {
	s := uint32(len(b.nodes))
	b.nodes = append(b.nodes, node{label: noChild, depth: uint16(depth)})
	b.out = append(b.out, 0)
	b.parent = append(b.parent, parent)
	b.via = append(b.via, c)
	switch {
	case s == 0:
	case parent == 0:
		b.root[c] = s
	case parent+1 == s:
		b.nodes[parent].label = uint16(c)
	default:
		b.nodes[parent].label |= branches
		b.more = append(b.more, s)
	}
	return s
}

// index makes the table of children that are not the first.
func (b *builder) index() {
	list := make([]entry, len(b.more))
	for i, s := range b.more {
		list[i] = entry{edge(b.parent[s], b.via[s]), s}
	}
	b.edges = newTable(list)
}

// link finds, for each node, the longest other beginning that it ends with, and what patterns end there. A node needs
// those of shorter ones.
func (b *builder) link() {
	for _, s := range b.byDepth() {
		n, fail := &b.nodes[s], uint32(0)
		if b.parent[s] != 0 {
			fail = b.step(b.nodes[b.parent[s]].fail, b.via[s])
		}
		n.fail = fail
		if own := b.out[s]; own != 0 {
			b.ends[own].link = b.out[fail]
		} else {
			b.out[s] = b.out[fail]
		}
		if b.out[s] != 0 {
			n.label |= matches
		}
	}
}

// byDepth returns all nodes but the root, shorter beginnings first.
func (b *builder) byDepth() []uint32 {
	most := uint16(0)
	for _, n := range b.nodes {
		most = max(most, n.depth)
	}
	starts := make([]uint32, int(most)+2)
	for _, n := range b.nodes {
		starts[int(n.depth)+1]++
	}
	for d := 1; d < len(starts); d++ {
		starts[d] += starts[d-1]
	}
	order := make([]uint32, len(b.nodes))
	for s, n := range b.nodes {
		order[starts[n.depth]] = uint32(s)
		starts[n.depth]++
	}
	return order[1:]
}
