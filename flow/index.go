package flow

// index maps hashes to the first Entry of a chain. It is a linear hash table: the buckets are numbered 0 to n-1, and
// growing by one bucket takes apart the chain of one other. Buckets live in segments, so nothing is ever copied.
//
// Invariants: low is 2^k-1, low < n <= 2*(low+1). A hash belongs to bucket hash mod 2^(k+1) if there is one with that
// number, else to bucket hash mod 2^k.
type index struct {
	segments []*segment
	n        uint32
	low      uint32
}

type segment [segmentSize]Handle

const (
	segmentShift = 12
	segmentSize  = 1 << segmentShift
	segmentBytes = segmentSize * 4

	// The index has at least bucketsPer1024 buckets for every 1024 flows (7 bytes a flow) while memory lasts.
	bucketsPer1024 = 1792

	// A hash has 31 bits.
	maxBuckets = 1 << 31
)

func newIndex() index {
	return index{segments: []*segment{new(segment)}, n: segmentSize, low: segmentSize - 1}
}

// bucket returns the bucket that a key's word belongs to.
func (x *index) bucket(word uint32) *Handle {
	h := word >> 1
	b := h & (2*x.low + 1)
	if b >= x.n {
		b &= x.low
	}
	return &x.segments[b>>segmentShift][b%segmentSize]
}

// split adds a bucket and returns it with the one whose chain must be shared with it: of that chain, entries whose
// hash has bit mask set belong to the new bucket. The segment for it must exist.
func (x *index) split() (old, added *Handle, mask uint32) {
	i, mask := x.n-x.low-1, x.low+1
	old = &x.segments[i>>segmentShift][i%segmentSize]
	added = &x.segments[x.n>>segmentShift][x.n%segmentSize]
	x.n++
	if x.n == 2*(x.low+1) {
		x.low = 2*x.low + 1
	}
	return old, added, mask
}

// full tells whether split needs another segment first.
func (x *index) full() bool { return int(x.n) == len(x.segments)*segmentSize }

// growIndex adds buckets until there are enough for the flows there are, or the memory ends.
func (t *Table[V]) growIndex() {
	for uint64(t.index.n) < t.counters.Active*bucketsPer1024/1024 && t.index.n < maxBuckets {
		if t.index.full() {
			if t.counters.Memory+segmentBytes > t.memory {
				return
			}
			t.index.segments = append(t.index.segments, new(segment))
			t.counters.Memory += segmentBytes
		}
		old, added, mask := t.index.split()
		h := *old
		for h != 0 {
			e := t.Entry(h)
			if e.key.word>>1&mask != 0 {
				*added, added = h, &e.next
			} else {
				*old, old = h, &e.next
			}
			h = e.next
		}
		*old, *added = 0, 0
	}
}
