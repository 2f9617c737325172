package stream

// The entries of a queue are a red-black tree in order of start, balanced as everybody does it: the tree has the shape
// of the receiver's, on which hangs what a new segment meets on its way down.

// node returns a new entry below parent.
func (t *queues) node(q *queue, start, end, fin int64, parent uint32) uint32 {
	q.n++
	i := t.get()
	e := t.at(i)
	*e = entry{start: start, parent: parent, red: true}
	t.merge(e, end, fin)
	return i
}

// first returns the entry that begins first.
func (t *queues) first(q *queue) uint32 {
	i := q.root
	for l := t.at(i).left; l != 0; l = t.at(i).left {
		i = l
	}
	return i
}

// next returns the entry behind i, or 0.
func (t *queues) next(i uint32) uint32 {
	if r := t.at(i).right; r != 0 {
		for l := t.at(r).left; l != 0; l = t.at(r).left {
			r = l
		}
		return r
	}
	for p := t.at(i).parent; p != 0; i, p = p, t.at(p).parent {
		if t.at(p).left == i {
			return p
		}
	}
	return 0
}

// replace puts n, which may be 0, where i was below its parent.
func (t *queues) replace(q *queue, i, n uint32) {
	p := t.at(i).parent
	switch {
	case p == 0:
		q.root = n
	case t.at(p).left == i:
		t.at(p).left = n
	default:
		t.at(p).right = n
	}
	if n != 0 {
		t.at(n).parent = p
	}
}

// rotate lifts i above its parent.
//
//	    p              i
//	   / \            / \
//	  i   c   ->     a   p
//	 / \                / \
//	a   b              b   c
func (t *queues) rotate(q *queue, i uint32) {
	e := t.at(i)
	p := e.parent
	parent := t.at(p)
	t.replace(q, p, i)
	b := &e.right
	if parent.left == i {
		parent.left = *b
	} else {
		b = &e.left
		parent.right = *b
	}
	if *b != 0 {
		t.at(*b).parent = p
	}
	*b, parent.parent = p, i
}

func (t *queues) red(i uint32) bool { return i != 0 && t.at(i).red }

// balance mends the tree above the new, red entry i.
func (t *queues) balance(q *queue, i uint32) {
	for {
		p := t.at(i).parent
		if p == 0 {
			t.at(i).red = false
			return
		}
		if !t.at(p).red {
			return
		}
		g := t.at(p).parent
		left := t.at(g).left == p
		u := t.at(g).left
		if left {
			u = t.at(g).right
		}
		if t.red(u) {
			t.at(p).red, t.at(u).red, t.at(g).red = false, false, true
			i = g
			continue
		}
		if left == (t.at(p).right == i) { // an inner grandchild
			t.rotate(q, i)
			p = i
		}
		t.rotate(q, p)
		t.at(p).red, t.at(g).red = false, true
		return
	}
}

// remove takes entry i out and frees it.
func (t *queues) remove(q *queue, i uint32) {
	e := *t.at(i)
	child, above, black := e.left|e.right, e.parent, !e.red // where a black entry is missing afterwards
	if e.left != 0 && e.right != 0 {
		s := e.right
		for t.at(s).left != 0 {
			s = t.at(s).left
		}
		n := t.at(s)
		child, above, black = n.right, n.parent, !n.red
		if s == e.right {
			above = s
		} else {
			t.replace(q, s, child)
			n.right = e.right
			t.at(n.right).parent = s
		}
		n.left, n.red = e.left, e.red
		t.at(n.left).parent = s
		t.replace(q, i, s)
	} else {
		t.replace(q, i, child)
	}
	if black {
		t.mend(q, child, above)
	}
	t.forget(t.at(i))
	t.put(i)
	q.n--
}

// mend restores the balance where the subtree i below p has a black entry too few.
func (t *queues) mend(q *queue, i, p uint32) {
	for p != 0 && !t.red(i) {
		left := t.at(p).left == i
		s := t.sibling(p, left)
		if t.at(s).red {
			t.at(s).red, t.at(p).red = false, true
			t.rotate(q, s)
			s = t.sibling(p, left)
		}
		outer, inner := t.at(s).right, t.at(s).left
		if !left {
			outer, inner = inner, outer
		}
		if !t.red(outer) && !t.red(inner) {
			t.at(s).red = true
			i, p = p, t.at(p).parent
			continue
		}
		if !t.red(outer) {
			t.at(inner).red, t.at(s).red = false, true
			t.rotate(q, inner)
			outer, s = s, inner
		}
		t.at(s).red = t.at(p).red
		t.at(p).red, t.at(outer).red = false, false
		t.rotate(q, s)
		return
	}
	if i != 0 {
		t.at(i).red = false
	}
}

// sibling returns the child of p that is not the left one, or not the right one.
func (t *queues) sibling(p uint32, left bool) uint32 {
	if left {
		return t.at(p).right
	}
	return t.at(p).left
}

// clear removes all entries.
func (t *queues) clear(q *queue) {
	for i := q.root; i != 0; {
		e := t.at(i)
		switch {
		case e.left != 0:
			i, e.left = e.left, 0
		case e.right != 0:
			i, e.right = e.right, 0
		default:
			t.forget(e)
			t.put(i)
			i = e.parent
		}
	}
	q.root, q.n = 0, 0
}
