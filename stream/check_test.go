package stream

import (
	"fmt"
)

// checker looks at everything that a Store keeps, and says what is not as it must be.
type checker struct {
	st   *Store
	refs map[pageID]uint32
	err  error
}

// check verifies the invariants of a Store that keeps these streams and no others.
func check(st *Store, streams ...*Stream) error {
	k := &checker{st: st, refs: make(map[pageID]uint32)}
	small, leaves, nodes, sides, entries := 0, 0, 0, 0, 0
	for _, s := range streams {
		k.stream(s)
		n := k.index(&s.index)
		small, leaves, nodes = small+n[0], leaves+n[1], nodes+n[2]
		if s.side != 0 {
			sides++
			entries += k.queue(&st.sides.at(s.side).queue)
		}
	}
	t := &st.trees
	for _, use := range []struct {
		what      string
		got, want int
	}{
		{"single pieces", int(t.single.bytes / pieceBytes), small},
		{"leaves", int(t.leaf.bytes / leafBytes), leaves},
		{"nodes", int(t.node.bytes / nodeBytes), nodes},
		{"sides", int(st.sides.bytes / sideBytes), sides},
		{"queue entries", int(st.queues.bytes / entryBytes), entries},
	} {
		if use.got != use.want {
			k.fail("%d %s in use, want %d", use.got, use.what, use.want)
		}
	}
	k.pages()
	return k.err
}

func (k *checker) fail(format string, args ...any) {
	if k.err == nil {
		k.err = fmt.Errorf(format, args...)
	}
}

func (k *checker) stream(s *Stream) {
	if s.page != 0 {
		k.refs[s.page]++
	}
	held, last := 0, int64(-1)
	for _, p := range pieces(k.st, s) {
		switch {
		case p.n == 0:
			k.fail("empty piece at %d", p.off)
		case p.off < last:
			k.fail("piece at %d begins before %d", p.off, last)
		case int(p.at)+int(p.n) > int(k.st.pages.meta(p.page).fill):
			k.fail("piece at %d ends behind its page's fill", p.off)
		case s.flags&ended == 0 && (p.off < s.contig && p.end() > s.contig || p.off == s.contig):
			k.fail("piece [%d,%d) and contig %d", p.off, p.end(), s.contig)
		}
		held += int(p.n)
		last = p.end()
		k.refs[p.page]++
	}
	if held != s.Held() {
		k.fail("%d bytes in pieces, %d held", held, s.Held())
	}
	if s.contig < s.app || last > s.edge {
		k.fail("app %d, contig %d, last %d, edge %d", s.app, s.contig, last, s.edge)
	}
	if held > k.st.config.MaxHeld {
		k.fail("%d bytes held, limit %d", held, k.st.config.MaxHeld)
	}
}

// pieces returns all pieces of s.
func pieces(st *Store, s *Stream) []piece {
	var ps []piece
	for at, p := st.trees.seek(&s.index, -1); p != nil; at, p = st.trees.next(&s.index, at) {
		ps = append(ps, *p)
	}
	return ps
}

// index verifies the nodes below x and returns how many single pieces, leaves and nodes there are.
func (k *checker) index(x *index) (n [3]int) {
	if x.root() == 0 {
		if x.top != 0 {
			k.fail("index %x without a root", x.top)
		}
		return
	}
	if x.levels() == 0 {
		n[0]++
		return
	}
	var leaves []uint32
	var walk func(i uint32, lev int, low int64, lowest bool)
	walk = func(i uint32, lev int, low int64, lowest bool) {
		if lev == 1 {
			n[1]++
			leaves = append(leaves, i)
			ps := k.st.trees.leafPieces(x, i)
			if len(ps) == 0 || len(ps) > leafCap {
				k.fail("leaf of %d", len(ps))
			} else if !lowest && ps[0].off < low {
				k.fail("leaf begins at %d, its bound is %d", ps[0].off, low)
			}
			return
		}
		n[2]++
		d := k.st.trees.node.at(i)
		if d.n == 0 || d.n > nodeCap {
			k.fail("node of %d", d.n)
		}
		for c := range int(d.n) {
			if c > 1 && d.first[c] <= d.first[c-1] {
				k.fail("node's bounds %d, %d", d.first[c-1], d.first[c])
			}
			walk(d.child[c], lev-1, d.first[c], lowest && c == 0)
		}
	}
	walk(x.root(), x.levels(), 0, true)
	for i, l := range leaves {
		next := uint32(0)
		if i+1 < len(leaves) {
			next = leaves[i+1]
		}
		if got := k.st.trees.leaf.at(l).next; got != next {
			k.fail("leaf %d of %d leads to %d, want %d", i, len(leaves), got, next)
		}
	}
	return
}

// queue verifies a red-black tree and returns how many entries it has.
func (k *checker) queue(q *queue) int {
	t := &k.st.queues
	if q.empty() {
		return 0
	}
	if t.red(q.root) || t.at(q.root).parent != 0 {
		k.fail("root is red or has a parent")
	}
	n, last, black := 0, uint32(0), -1
	var walk func(i, parent uint32, blacks int)
	walk = func(i, parent uint32, blacks int) {
		if i == 0 {
			if black < 0 {
				black = blacks
			}
			if blacks != black {
				k.fail("%d black entries on one way down, %d on another", blacks, black)
			}
			return
		}
		e := t.at(i)
		if e.parent != parent {
			k.fail("entry at %d does not know its parent", e.start)
		}
		if e.red && t.red(parent) {
			k.fail("red entry at %d below a red one", e.start)
		}
		if !e.red {
			blacks++
		}
		walk(e.left, i, blacks)
		if last != 0 && t.at(last).start >= e.start {
			k.fail("entry at %d behind the one at %d", e.start, t.at(last).start)
		}
		if e.end <= e.start {
			k.fail("entry [%d,%d)", e.start, e.end)
		}
		n, last = n+1, i
		walk(e.right, i, blacks)
	}
	walk(q.root, 0, 0)
	if int(q.n) != n {
		k.fail("%d entries, counted %d", n, q.n)
	}
	if q.last != last {
		k.fail("last entry is not the last")
	}
	return n
}

func (k *checker) pages() {
	p := &k.st.pages
	bytes := int64(0)
	for id, n := range k.refs {
		if got := uint32(p.meta(id).refs); got != n {
			k.fail("page %x has %d references, want %d", id, got, n)
		}
		bytes += int64(len(p.data(id)))
	}
	if bytes != p.bytes {
		k.fail("%d bytes in pages in use, %d counted", bytes, p.bytes)
	}
	if use := k.st.MemoryUse(); use > k.st.config.MemoryCap {
		k.fail("%d bytes used, cap %d", use, k.st.config.MemoryCap)
	}
	inUse := make(map[uint32]int)
	for id := range k.refs {
		inUse[id.block()]++
	}
	for i := range p.blocks {
		if int(p.blocks[i].used) != inUse[uint32(i)] {
			k.fail("block %d: %d pages in use, want %d", i, p.blocks[i].used, inUse[uint32(i)])
		}
	}
	for class, i := range p.partial {
		for prev := uint32(0); i != 0; prev, i = i, p.blocks[i].next {
			b := &p.blocks[i]
			if int(b.class) != class || b.prev != prev || b.used == 0 || int(b.used) == len(b.meta) {
				k.fail("block %d in the list of class %d", i, class)
			}
		}
	}
}

// holds reports whether the pieces of s have exactly these bytes, of those from left on.
func holds(st *Store, s *Stream, left int64, want map[int64]byte) error {
	n := 0
	for _, p := range pieces(st, s) {
		b := st.pages.data(p.page)[p.at:][:p.n]
		for i, c := range b {
			off := p.off + int64(i)
			if off < left {
				continue
			}
			n++
			if w, ok := want[off]; !ok || w != c {
				return fmt.Errorf("byte at %d is %q, want %q (%v)", off, c, w, ok)
			}
		}
	}
	for off := range want {
		if off >= left {
			n--
		}
	}
	if n != 0 {
		return fmt.Errorf("%d bytes missing", -n)
	}
	return nil
}
