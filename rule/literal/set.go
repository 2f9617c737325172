package literal

import "slices"

// MaxLength is how many bytes of a literal are looked for.
const MaxLength = 64

// maxDense is the number of states that have a row of successors, a kilobyte each.
const maxDense = 1024

// Set is a set of literals. It is read-only.
type Set struct {
	nodes  []node
	label  []byte   // the byte that leads to a state
	dense  []uint32 // successors of states 0 to len(dense)/256-1, by byte
	depth1 uint32   // states up to this one are the root and its children
	ends   []end
	ids    []uint32 // of the literals, in the order of their ends

	size  int // number of literals
	skips bitmap
}

// node is a state. What a step needs is in one place.
type node struct {
	first    uint32 // its children are first to first+children-1
	fail     uint32 // the state of its longest proper suffix
	out      uint32 // index into ends; 0: nothing ends here
	children uint16
	label    byte // that leads to the first child
}

// end says which literals end in a state.
type end struct {
	from, to uint32 // in ids
	next     uint32 // index of the literals that are suffixes of these; 0: none
}

// fold returns a byte in lower case.
func fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// New makes a set. The number of a literal is its index; equal ones and empty ones may occur. Empty ones are never found.
func New(literals [][]byte) *Set {
	s := &Set{size: len(literals)}
	list := prepare(literals)
	s.build(list)
	s.link()
	s.fill()
	s.skips.learn(list)
	return s
}

// entry is a literal, folded, with its number.
type entry struct {
	text []byte
	id   uint32
}

// prepare folds, cuts and sorts the literals.
func prepare(literals [][]byte) []entry {
	list := make([]entry, 0, len(literals))
	for i, l := range literals {
		if len(l) == 0 {
			continue
		}
		text := slices.Clone(l[:min(len(l), MaxLength)])
		for j, c := range text {
			text[j] = fold(c)
		}
		list = append(list, entry{text, uint32(i)})
	}
	slices.SortStableFunc(list, func(a, b entry) int { return slices.Compare(a.text, b.text) })
	return list
}

// span is a state while the trie is built: the literals that begin with it.
type span struct{ from, to uint32 }

// build makes the trie, level by level. Literals with the same beginning are neighbours in the sorted list.
func (s *Set) build(list []entry) {
	level := []span{{0, uint32(len(list))}}
	s.nodes, s.label, s.ends = []node{{}}, []byte{0}, []end{{}}
	parent := 0
	for depth := 0; len(level) > 0; depth++ {
		var below []span
		for _, sp := range level {
			s.nodes[parent].first = uint32(len(s.nodes))
			for i := sp.from; i < sp.to; {
				if len(list[i].text) == depth {
					i++
					continue
				}
				c := list[i].text[depth]
				j := i
				for j < sp.to && len(list[j].text) > depth && list[j].text[depth] == c {
					j++
				}
				below = append(below, span{i, j})
				s.add(parent, c, s.endOf(list, i, j, depth+1))
				i = j
			}
			parent++
		}
		if depth == 0 {
			s.depth1 = uint32(len(s.nodes) - 1)
		}
		level = below
	}
}

// add adds a child behind all states.
func (s *Set) add(parent int, label byte, out uint32) {
	p := &s.nodes[parent]
	if p.children == 0 {
		p.label = label
	}
	p.children++
	s.label = append(s.label, label)
	s.nodes = append(s.nodes, node{out: out})
}

// endOf adds an end for the literals of list[i:j] that have length bytes. They come first.
func (s *Set) endOf(list []entry, i, j uint32, length int) uint32 {
	from := uint32(len(s.ids))
	for ; i < j && len(list[i].text) == length; i++ {
		s.ids = append(s.ids, list[i].id)
	}
	if to := uint32(len(s.ids)); to > from {
		s.ends = append(s.ends, end{from: from, to: to})
		return uint32(len(s.ends) - 1)
	}
	return 0
}

// link finds the suffixes of all states. A state's suffix is less deep, so it is known before.
func (s *Set) link() {
	for parent := range s.nodes {
		p := s.nodes[parent]
		for k := p.first; k < p.first+uint32(p.children); k++ {
			child := &s.nodes[k]
			if parent != 0 {
				child.fail = s.from(p.fail, s.label[k])
			}
			suffix := s.nodes[child.fail].out
			if child.out == 0 {
				child.out = suffix
			} else {
				s.ends[child.out].next = suffix
			}
		}
	}
}

// from returns the successor of a state by links alone.
func (s *Set) from(state uint32, c byte) uint32 {
	for {
		n := &s.nodes[state]
		if next := s.child(n, c); next != 0 {
			return next
		}
		if state == 0 {
			return 0
		}
		state = n.fail
	}
}

// child returns the child that a byte leads to, or 0.
func (s *Set) child(n *node, c byte) uint32 {
	if n.children == 0 {
		return 0
	}
	if n.label == c {
		return n.first
	}
	for k := n.first + 1; k < n.first+uint32(n.children); k++ {
		if s.label[k] == c {
			return k
		}
	}
	return 0
}

// fill makes the rows of the dense states.
func (s *Set) fill() {
	count := min(len(s.nodes), maxDense)
	s.dense = make([]uint32, count*256)
	for state := range count {
		n := &s.nodes[state]
		row := s.dense[state<<8:][:256]
		if state != 0 { // its suffix has a lower number, so its row is ready
			copy(row, s.dense[n.fail<<8:][:256])
		}
		for k := n.first; k < n.first+uint32(n.children); k++ {
			c := s.label[k]
			row[c] = k
			if 'a' <= c && c <= 'z' {
				row[c&^0x20] = k
			}
		}
	}
}

// Len returns the number of literals.
func (s *Set) Len() int { return s.size }

// Size returns the bytes of memory that the set takes.
func (s *Set) Size() int {
	return 4*(len(s.dense)+len(s.ids)) + 16*len(s.nodes) + len(s.label) + 12*len(s.ends) + s.skips.size()
}
