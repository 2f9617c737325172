package stream

import "unsafe"

// piece is a run of bytes of one segment, or of several that follow each other when nobody asks where they met.
type piece struct {
	off  int64  // of the first byte
	page pageID // where the bytes are
	at   uint16 // in the page
	n    uint16 // bytes, never 0
	// from and to are where the segment began and ended, counted from the piece's first byte and from its end: from is
	// negative and to positive for bytes that are kept elsewhere or were lost to an overlap. In a piece of several
	// segments they are those of the last; the bytes of the others never change.
	from, to int32
}

func (p *piece) end() int64 { return p.off + int64(p.n) }

// segment returns where the segment of p began and ended.
func (p *piece) segment() (start, end int64) { return p.off + int64(p.from), p.end() + int64(p.to) }

// index is the pieces of one stream in order of offset: nothing, one piece, a leaf of twenty, or a B+ tree of such
// leaves. Pieces do not overlap. Offsets in inner nodes are lower bounds of their subtrees, but for those of first
// children, which nobody asks for.
type index struct {
	top uint32 // the number of the root, and in the top three bits the levels
}

// root returns the number of the root, 0 when there are no pieces.
func (x *index) root() uint32 { return x.top &^ (7 << levelShift) }

// levels returns 0 for no pieces or a single one, 1 for one leaf, 2 and more for a tree.
func (x *index) levels() int { return int(x.top >> levelShift) }

func (x *index) set(root uint32, levels int) { x.top = uint32(levels)<<levelShift | root }

const (
	leafCap  = 20
	nodeCap  = 64
	maxDepth = 8 // levels; 20*32^6 pieces are more than memory holds

	levelShift = 29
)

type leaf struct {
	start, n uint16
	next     uint32 // the leaf to the right, 0 at the end
	p        [leafCap]piece
}

type node struct {
	n     uint16
	first [nodeCap]int64 // lower bound of each child
	child [nodeCap]uint32
}

// trees keeps the nodes of all streams of a store.
type trees struct {
	single slab[piece] // the pieces of streams that hold one only
	leaf   slab[leaf]
	node   slab[node]
	walked uint64 // calls of next: how the work of reading grows is held by tests
}

// bytes returns the memory of all nodes in use.
func (t *trees) bytes() int64 {
	return t.single.bytes + t.leaf.bytes + t.node.bytes
}

const (
	pieceBytes = int64(unsafe.Sizeof(piece{}))
	leafBytes  = int64(unsafe.Sizeof(leaf{}))
	nodeBytes  = int64(unsafe.Sizeof(node{}))
)

// growth returns how many bytes the nodes of x may grow by one more piece, at most.
func (t *trees) growth(x *index) int64 {
	switch lev := x.levels(); {
	case x.root() == 0:
		return pieceBytes
	case lev == 0:
		return leafBytes
	default:
		return leafBytes + int64(lev)*nodeBytes
	}
}

// place is a position in an index: the i-th piece of a leaf. A place is good until the index changes.
type place struct {
	leaf uint32
	i    int
}

// way is the way down to a place where a piece may be put in: the inner nodes, then the leaf, before whose i-th piece it
// belongs. A way is good until the index changes.
type way struct {
	path [maxDepth]step
	place
}

// step is one level of a way down.
type step struct{ node, i uint32 }

// leafPieces returns the pieces of a leaf; at level 0, the single one.
func (t *trees) leafPieces(x *index, l uint32) []piece {
	if x.levels() == 0 {
		return t.single.slice(l)
	}
	f := t.leaf.at(l)
	return f.p[f.start : f.start+f.n]
}

// find finds where a piece at off belongs.
func (t *trees) find(x *index, off int64, w *way) {
	l := x.root()
	for lev := x.levels(); lev > 1; lev-- {
		n := t.node.at(l)
		i := n.search(off)
		w.path[lev] = step{l, uint32(i)}
		l = n.child[i]
	}
	w.leaf, w.i = l, 0
	if l != 0 {
		w.i = upper(t.leafPieces(x, l), off)
	}
}

// end finds the place behind the last piece.
func (t *trees) end(x *index, w *way) {
	l := x.root()
	for lev := x.levels(); lev > 1; lev-- {
		n := t.node.at(l)
		w.path[lev] = step{l, uint32(n.n - 1)}
		l = n.child[n.n-1]
	}
	w.leaf, w.i = l, 0
	if l != 0 {
		w.i = len(t.leafPieces(x, l))
	}
}

// search returns the last child of n that begins at or before off, the first one if none does: the right eight of them
// first, then the child. The steps do not wait for each other's memory, as those of a bisection would.
func (n *node) search(off int64) int {
	keys := n.first[:n.n]
	i := 0
	for i+8 < len(keys) && keys[i+8] <= off {
		i += 8
	}
	for i+1 < len(keys) && keys[i+1] <= off {
		i++
	}
	return i
}

// upper returns how many pieces of ps begin at or before off. One by one, as memory is fetched ahead: to bisect is slower
// where a leaf is not in the cache, and where it is, as often as not.
func upper(ps []piece, off int64) int {
	n := 0
	for n < len(ps) && ps[n].off <= off {
		n++
	}
	return n
}

// seek finds the first piece that ends after off.
func (t *trees) seek(x *index, off int64) (place, *piece) {
	var w way
	t.find(x, off, &w)
	return t.from(x, w.place, off)
}

// from returns the first piece that ends after off, which belongs at a place.
func (t *trees) from(x *index, at place, off int64) (place, *piece) {
	if at.leaf == 0 {
		return at, nil
	}
	ps := t.leafPieces(x, at.leaf)
	if i := at.i - 1; i >= 0 && ps[i].end() > off {
		return place{at.leaf, i}, &ps[i]
	}
	if at.i < len(ps) {
		return at, &ps[at.i]
	}
	return t.next(x, place{at.leaf, at.i - 1})
}

// before returns the piece before a place, or nil where it lies in another leaf.
func (t *trees) before(x *index, at place) *piece {
	if at.i == 0 {
		return nil
	}
	return &t.leafPieces(x, at.leaf)[at.i-1]
}

// next returns the piece after at.
func (t *trees) next(x *index, at place) (place, *piece) {
	t.walked++
	ps := t.leafPieces(x, at.leaf)
	if at.i+1 < len(ps) {
		return place{at.leaf, at.i + 1}, &ps[at.i+1]
	}
	if x.levels() < 2 {
		return place{}, nil
	}
	l := t.leaf.at(at.leaf).next
	if l == 0 {
		return place{}, nil
	}
	return place{l, 0}, &t.leafPieces(x, l)[0]
}

// first returns the first piece, or nil.
func (t *trees) first(x *index) *piece {
	if x.root() == 0 {
		return nil
	}
	l := x.root()
	for lev := x.levels(); lev > 1; lev-- {
		l = t.node.at(l).child[0]
	}
	return &t.leafPieces(x, l)[0]
}

// last returns the last piece, or nil.
func (t *trees) last(x *index) *piece {
	if x.root() == 0 {
		return nil
	}
	l := x.root()
	for lev := x.levels(); lev > 1; lev-- {
		n := t.node.at(l)
		l = n.child[n.n-1]
	}
	ps := t.leafPieces(x, l)
	return &ps[len(ps)-1]
}

// insert adds p, which overlaps no piece of x and belongs at w.
func (t *trees) insert(x *index, w *way, p piece) {
	if x.root() == 0 {
		x.set(t.single.get(), 0)
		*t.single.at(x.root()) = p
		return
	}
	if x.levels() == 0 {
		w.leaf = t.grow(x)
	}
	f, i := t.leaf.at(w.leaf), w.i
	if f.n == leafCap {
		r := t.split(w.leaf, i)
		t.adopt(x, &w.path, 2, w.leaf, r)
		if i > int(f.n) {
			i -= int(f.n)
			f = t.leaf.at(r)
		}
	}
	if f.start > 0 && int(f.start+f.n) == leafCap {
		copy(f.p[:], f.p[f.start:f.start+f.n])
		f.start = 0
	}
	f.n = uint16(insertAt(f.p[f.start:f.start+f.n+1], i, p))
}

// insertAt moves ps[i:] up by one, puts p in its place and returns len(ps), which counts the new one.
func insertAt(ps []piece, i int, p piece) int {
	copy(ps[i+1:], ps[i:])
	ps[i] = p
	return len(ps)
}

// grow puts the single piece of x into a leaf, and returns it.
func (t *trees) grow(x *index) uint32 {
	l := t.leaf.get()
	f := t.leaf.at(l)
	f.start, f.n, f.next = 0, 1, 0
	f.p[0] = *t.single.at(x.root())
	t.single.put(x.root())
	x.set(l, 1)
	return l
}

// split moves the upper half of the full leaf l to a new one and returns it. When the next piece comes last,
// nothing is moved but the last piece: pieces that arrive in order fill their leaves.
func (t *trees) split(l uint32, i int) uint32 {
	r := t.leaf.get()
	f, g := t.leaf.at(l), t.leaf.at(r)
	keep := leafCap / 2
	if i == leafCap {
		keep = leafCap - 1
	}
	g.start, g.n = 0, uint16(copy(g.p[:], f.p[keep:]))
	f.n = uint16(keep)
	g.next = f.next
	f.next = r
	return r
}

// adopt makes right, split off from left, a child of left's parent, whose way down path[lev] holds.
func (t *trees) adopt(x *index, path *[maxDepth]step, lev int, left, right uint32) {
	off := t.bound(right, lev)
	if lev > x.levels() { // left was the root
		x.set(t.node.get(), lev)
		n := t.node.at(x.root())
		n.n, n.child[0], n.child[1] = 2, left, right
		n.first[0], n.first[1] = t.bound(left, lev), off
		return
	}
	id, i := path[lev].node, int(path[lev].i)+1
	n := t.node.at(id)
	if n.n == nodeCap {
		r := t.node.get()
		m := t.node.at(r)
		keep := nodeCap / 2
		if i == nodeCap {
			keep = nodeCap - 1
		}
		copy(m.first[:], n.first[keep:])
		m.n = uint16(copy(m.child[:], n.child[keep:]))
		n.n = uint16(keep)
		if i > keep {
			i -= keep
			t.put(m, i, off, right)
		} else {
			t.put(n, i, off, right)
		}
		t.adopt(x, path, lev+1, id, r)
		return
	}
	t.put(n, i, off, right)
}

// bound returns the lower bound of a child of a node at level lev.
func (t *trees) bound(child uint32, lev int) int64 {
	if lev == 2 {
		f := t.leaf.at(child)
		return f.p[f.start].off
	}
	return t.node.at(child).first[0]
}

func (t *trees) put(n *node, i int, off int64, child uint32) {
	copy(n.first[i+1:n.n+1], n.first[i:n.n])
	copy(n.child[i+1:n.n+1], n.child[i:n.n])
	n.first[i], n.child[i] = off, child
	n.n++
}

// removeFirst takes the first piece out.
func (t *trees) removeFirst(x *index) {
	if x.levels() == 0 {
		t.single.put(x.root())
		*x = index{}
		return
	}
	var path [maxDepth]step
	l := x.root()
	for lev := x.levels(); lev > 1; lev-- {
		path[lev] = step{l, 0}
		l = t.node.at(l).child[0]
	}
	f := t.leaf.at(l)
	f.start++
	if f.n--; f.n > 0 {
		return
	}
	t.leaf.put(l)
	t.orphan(x, &path)
}

// orphan removes the child that path leads to, which is empty, and every node that becomes empty by it.
func (t *trees) orphan(x *index, path *[maxDepth]step) {
	for lev := 2; lev <= x.levels(); lev++ {
		n, i := t.node.at(path[lev].node), int(path[lev].i)
		copy(n.first[i:n.n-1], n.first[i+1:n.n])
		copy(n.child[i:n.n-1], n.child[i+1:n.n])
		if n.n--; n.n > 0 {
			t.lower(x)
			return
		}
		t.node.put(path[lev].node)
	}
	*x = index{}
}

// lower drops roots that have one child only.
func (t *trees) lower(x *index) {
	for x.levels() > 1 {
		n := t.node.at(x.root())
		if n.n > 1 {
			return
		}
		child := n.child[0]
		t.node.put(x.root())
		x.set(child, x.levels()-1)
	}
}
