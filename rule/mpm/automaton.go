package mpm

// automaton is a trie of patterns with failure links (Aho and Corasick, 1975). Its state is the longest beginning of a pattern
// that the data so far ends with.
//
// Nodes are numbered in the order of a walk through the sorted patterns: the first child of node s is s+1, next to it
// in memory. Other children are found in edges. Node 0 is the root.
type automaton struct {
	fold   *[256]byte // what bytes are known as
	nodes  []node
	root   [256]uint32 // children of the root, or 0
	edges  table       // children that are not the first, by edge
	out    []uint32    // per node: the longest pattern that ends there, as an index of ends, or 0
	ends   []end
	places []place
	short  table // patterns of up to three bytes, by shortKey, as indices of ends
	kind   uint8 // 0 with case, 1 without
}

// node is a beginning of patterns.
type node struct {
	fail  uint32 // the longest other beginning that this one ends with
	depth uint16 // its length
	label uint16 // the byte that leads to the first child, or noChild; and flags
}

const (
	noChild  = 1 << 8
	branches = 1 << 9  // there are children in edges
	matches  = 1 << 10 // a pattern ends here: out is not 0
)

// end is a text of patterns. Those that have it in common are told apart by their places.
type end struct {
	from, to uint32 // its places, by their first
	link     uint32 // the next shorter text that this one ends with, as an index of ends, or 0
}

// step returns where byte b leads from node s. It takes more than one look only for a beginning that comes to nothing;
// over many bytes that is less than one look more for each.
func (a *automaton) step(s uint32, b byte) uint32 {
	b = a.fold[b]
	for s != 0 {
		n := a.nodes[s]
		if n.label&0x1ff == uint16(b) {
			return s + 1
		}
		if n.label&branches != 0 {
			if to := a.edges.get(edge(s, b)); to != 0 {
				return to
			}
		}
		s = n.fail
	}
	return a.root[b]
}

// edge is the key of what byte b leads to from node s.
func edge(s uint32, b byte) uint32 { return s<<8 | uint32(b) }
