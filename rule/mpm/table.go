package mpm

import "math/bits"

// table maps numbers to numbers other than 0. It is a hash table with linear probing, at most half full. It does not change
// once made.
type table struct {
	slots  []entry
	factor uint32 // odd; spreads keys over the high bits of a product
	shift  uint8
}

// entry is a key and its value. Without value it is empty.
type entry struct{ key, value uint32 }

// hashFactor is 2^32 divided by the golden ratio.
const hashFactor = 0x9E3779B1

// maxProbes is how many slots a look-up looks at, unless keys were chosen to fall together under many factors.
const maxProbes = 64

func newTable(list []entry) table {
	log := bits.Len(uint(len(list))) + 1
	t := table{factor: hashFactor}
	for range 8 {
		t.slots, t.shift = make([]entry, 1<<log), uint8(32-log)
		if t.fill(list) <= maxProbes {
			break
		}
		t.factor += 0x3C6EF372 // another factor, odd as well
	}
	return t
}

// fill puts list in and returns how far an entry is from where it should be, at most.
func (t *table) fill(list []entry) (most int) {
	for _, e := range list {
		h, n := t.hash(e.key), 0
		for ; t.at(h).value != 0; h++ {
			n++
		}
		*t.at(h) = e
		most = max(most, n)
	}
	return most
}

func (t *table) hash(key uint32) uint32 { return key * t.factor >> (t.shift & 31) }

func (t *table) at(h uint32) *entry { return &t.slots[h&uint32(len(t.slots)-1)] }

// get returns the value of key, or 0.
func (t *table) get(key uint32) uint32 {
	for h := t.hash(key); ; h++ {
		if e := t.at(h); e.key == key || e.value == 0 {
			return e.value
		}
	}
}
