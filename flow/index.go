package flow

// index finds entries by hash. It is a linear hash table: the buckets are numbered 0 to n-1, and growing by one bucket
// shares out the flows of one other. Buckets live in segments, so nothing is ever copied or rehashed at once.
//
// Invariants: low is 2^k-1, low < n <= 2*(low+1). A hash belongs to bucket hash mod 2^(k+1) if there is one with that
// number, else to bucket hash mod 2^k.
type index struct {
	segments []*segment
	n        uint32
	low      uint32
}

// bucket fills a cache line. It holds handles, each with eight more bits of the hash in its upper byte, so that an entry
// is only looked at when it is most likely the right one; the first slot that is 0 ends them. When all are in use the
// last word begins a chain through the entries.
type bucket struct {
	slots [15]uint32
	chain Handle
}

type segment [segmentSize]bucket

const (
	segmentShift = 8
	segmentSize  = 1 << segmentShift
	segmentBytes = segmentSize * 64

	// There is a bucket for every flowsPerBucket flows (7.1 bytes a flow) while memory lasts. Buckets that were not
	// split yet have up to twice as many.
	flowsPerBucket = 9

	handleBits = 24
	handleMask = 1<<handleBits - 1
)

func newIndex() index {
	return index{segments: []*segment{new(segment)}, n: segmentSize, low: segmentSize - 1}
}

// bucket returns the bucket that a key's word belongs to. The lowest bit of the word is not hash; its upper byte is
// what slots hold.
func (x *index) bucket(word uint32) *bucket {
	b := word >> 1 & (2*x.low + 1)
	if b >= x.n {
		b &= x.low
	}
	return &x.segments[b>>segmentShift][b%segmentSize]
}

// insert puts an entry into a bucket.
func (t *Table[V]) insert(b *bucket, h Handle, e *Entry[V]) {
	for i, s := range &b.slots {
		if s == 0 {
			b.slots[i] = e.key.word&^handleMask | uint32(h)
			t.counters.Longest = max(t.counters.Longest, uint64(i+1))
			return
		}
	}
	e.next, b.chain = b.chain, h
	n := uint64(len(b.slots))
	for c := h; c != 0; c = t.Entry(c).next {
		n++
	}
	t.counters.Longest = max(t.counters.Longest, n)
}

// remove takes an entry out of its bucket.
func (t *Table[V]) remove(h Handle, e *Entry[V]) {
	b := t.index.bucket(e.key.word)
	last := len(b.slots) - 1
	for last > 0 && b.slots[last] == 0 {
		last--
	}
	for i, s := range &b.slots {
		if s&handleMask == uint32(h) {
			b.slots[i] = b.slots[last]
			b.slots[last] = 0
			if c := b.chain; c != 0 {
				first := t.Entry(c)
				b.chain = first.next
				b.slots[last] = first.key.word&^handleMask | uint32(c)
			}
			return
		}
	}
	p := &b.chain
	for *p != h {
		p = &t.Entry(*p).next
	}
	*p = e.next
}

// growIndex adds buckets until there are enough for the flows there are, or the memory ends.
func (t *Table[V]) growIndex() {
	x := &t.index
	for uint64(x.n)*flowsPerBucket < t.counters.Active {
		if int(x.n) == len(x.segments)*segmentSize {
			if t.counters.Memory+segmentBytes > t.memory {
				return
			}
			x.segments = append(x.segments, new(segment))
			t.counters.Memory += segmentBytes
		}
		t.split()
	}
}

// split adds a bucket, for which there must be room, and shares out the flows of another.
func (t *Table[V]) split() {
	x := &t.index
	i, bit := x.n-x.low-1, x.low+1
	shared := &x.segments[i>>segmentShift][i%segmentSize]
	both := [2]*bucket{shared, &x.segments[x.n>>segmentShift][x.n%segmentSize]}
	if x.n++; x.n == 2*(x.low+1) {
		x.low = 2*x.low + 1
	}
	old := *shared
	*shared = bucket{}
	put := func(h Handle) (next Handle) {
		e := t.Entry(h)
		next = e.next
		to := 0
		if e.key.word>>1&bit != 0 {
			to = 1
		}
		t.insert(both[to], h, e)
		return next
	}
	for _, s := range old.slots {
		if s == 0 {
			break
		}
		put(Handle(s & handleMask))
	}
	for h := old.chain; h != 0; {
		h = put(h)
	}
}
