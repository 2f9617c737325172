package mpm

import (
	"cmp"
	"math/bits"
	"slices"
)

// near finds where patterns may begin by their first four bytes, looking at each place. Patterns are in buckets; a place is told of if
// there is a bucket that has each of its four bytes among what its patterns have there. It is exact enough for maxNear patterns.
type near struct {
	sets   [window][256]uint16   // by byte: the buckets that have it there, as bits; those of shorter patterns have all
	halves [2 * window]halfBytes // the same for the lower and the upper half of each byte
	short  uint16                // buckets that have short patterns
	longer uint16                // buckets that have others
}

// halfBytes has, for each half of a byte, the buckets that have it: 0 to 7 in the first 16 bytes, the rest in the others.
type halfBytes [32]byte

const (
	buckets = 16
	// maxNear is how many different beginnings are well told apart by it.
	maxNear = 64
)

// bucket is what patterns have in common: for each of their first bytes, the lower and upper halves that there are, as bits.
type bucket struct {
	halves [2 * window]uint16
	heads  []nearHead
}

// nearHead is what a pattern begins with.
type nearHead struct {
	text   [window]byte // in lower case without case
	n      uint8        // bytes of it
	noCase bool
}

func headOf(p *Pattern) nearHead {
	h := nearHead{noCase: p.NoCase && hasLetter(p.Text[:min(len(p.Text), window)])}
	h.n = uint8(copy(h.text[:], p.Text))
	if h.noCase {
		for k, c := range h.text {
			h.text[k] = lower[c]
		}
	}
	return h
}

// headsOf returns the different beginnings of patterns, like ones next to each other.
func headsOf(patterns []Pattern) []nearHead {
	heads := make([]nearHead, 0, len(patterns))
	for i := range patterns {
		heads = append(heads, headOf(&patterns[i]))
	}
	slices.SortFunc(heads, func(a, b nearHead) int {
		return cmp.Or(cmp.Compare(a.n, b.n), slices.Compare(a.text[:], b.text[:]), compareBool(a.noCase, b.noCase))
	})
	return slices.Compact(heads)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// newNear returns nil if there are no patterns.
func newNear(heads []nearHead) *near {
	if len(heads) == 0 {
		return nil
	}
	t := new(near)
	for i, b := range pack(heads) {
		for _, h := range b.heads {
			t.add(h, 1<<i)
		}
	}
	return t
}

// pack puts beginnings in as many buckets as there are, those next to each other together that cost least.
func pack(heads []nearHead) []bucket {
	list := make([]bucket, 0, len(heads))
	for _, h := range heads {
		list = append(list, h.bucket())
	}
	for len(list) > buckets {
		best, least := 0, 0
		for i := range list[1:] {
			both := list[i].with(&list[i+1])
			cost := both.cost() - list[i].cost() - list[i+1].cost()
			if i == 0 || cost < least {
				best, least = i, cost
			}
		}
		list[best] = list[best].with(&list[best+1])
		list = slices.Delete(list, best+1, best+2)
	}
	return list
}

func (h nearHead) bucket() bucket {
	b := bucket{heads: []nearHead{h}}
	for k := range window {
		for _, c := range h.bytes(k) {
			b.halves[2*k] |= 1 << (c & 0xf)
			b.halves[2*k+1] |= 1 << (c >> 4)
		}
	}
	return b
}

// bytes returns what may be at place k; behind its end that is every byte.
func (h nearHead) bytes(k int) []byte {
	if k >= int(h.n) {
		return everyByte
	}
	b := h.text[k]
	if h.noCase && isLetter(b) {
		return []byte{b, b &^ 0x20}
	}
	return []byte{b}
}

var everyByte = func() (all []byte) {
	for b := range 256 {
		all = append(all, byte(b))
	}
	return all
}()

func (b *bucket) with(c *bucket) bucket {
	sum := bucket{heads: slices.Concat(b.heads, c.heads)}
	for i := range sum.halves {
		sum.halves[i] = b.halves[i] | c.halves[i]
	}
	return sum
}

// cost is how many of all windows, of 16 to the power of 8, would be told of.
func (b *bucket) cost() int {
	n := 1
	for _, set := range b.halves {
		n *= bits.OnesCount16(set)
	}
	return n
}

// add adds a beginning to a bucket.
func (t *near) add(h nearHead, bucket uint16) {
	if h.n <= maxShort {
		t.short |= bucket
	} else {
		t.longer |= bucket
	}
	half := bits.TrailingZeros16(bucket) / 8 * 16
	bit := byte(bucket>>8 | bucket)
	for k := range window {
		for _, b := range h.bytes(k) {
			t.sets[k][b] |= bucket
			t.halves[2*k][half+int(b&0xf)] |= bit
			t.halves[2*k+1][half+int(b>>4)] |= bit
		}
	}
}

// next returns the first place from i on where a pattern may begin, or len(data), and the buckets that may have it.
func (t *near) next(data []byte, i int) (at int, found uint16) {
	for ; i < len(data); i++ {
		if vectors {
			if i += t.skip(data[i:]); i == len(data) {
				break
			}
		}
		if found = t.at(data[i:]); found != 0 {
			return i, found
		}
	}
	return i, 0
}

// skip returns how many places of data can be passed over: up to one where the halves of the bytes let some bucket have a pattern.
func (t *near) skip(data []byte) (n int) {
	if len(data) >= block {
		if n = skipVectors(&t.halves, data); n < len(data)-window+1 {
			return n
		}
		data = data[n:]
	}
	var last [block]byte // only short patterns fit here, whatever is behind them
	k := copy(last[:], data)
	return n + min(skipVectors(&t.halves, last[:]), k)
}

// block is how many bytes there are in sixteen windows.
const block = 16 + window - 1

// at returns the buckets that may have what b begins with; what is behind its end is taken to fit.
func (t *near) at(b []byte) uint16 {
	if len(b) >= window {
		return t.sets[0][b[0]] & t.sets[1][b[1]] & t.sets[2][b[2]] & t.sets[3][b[3]]
	}
	found := ^uint16(0)
	for k, c := range b {
		found &= t.sets[k][c]
	}
	return found
}
