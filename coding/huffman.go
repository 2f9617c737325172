package coding

import "math/bits"

const (
	maxCode  = 15 // bits of the longest code
	fastBits = 10
)

// table decodes a Huffman code (RFC 1951, section 3.2.2). Codes of up to fastBits bits are looked up at once; the few that
// are longer are found by their length.
type table struct {
	fast    [1 << fastBits]uint16 // symbol<<4 | length of its code; 0: longer, or there is none
	symbols [numFixed]uint16      // in the order of their codes
	count   [maxCode + 1]uint16   // codes of each length
	longest int
}

// fullness tells whether every sequence of bits begins with a code.
type fullness uint8

const (
	completeCode fullness = iota
	incompleteCode
	overfullCode
)

// build makes t the table of a code whose symbols have codes of the given lengths, 0: none.
func (t *table) build(lens []uint8) fullness {
	t.count = [maxCode + 1]uint16{}
	t.longest = 0
	for _, n := range lens {
		t.count[n]++
		if n > 0 {
			t.longest = max(t.longest, int(n))
		}
	}
	t.count[0] = 0
	left := 1
	var next, first [maxCode + 2]uint16 // the next code of each length, and where its symbol goes
	for n := 1; n <= maxCode; n++ {
		if left = left<<1 - int(t.count[n]); left < 0 {
			return overfullCode
		}
		next[n+1] = (next[n] + t.count[n]) << 1
		first[n+1] = first[n] + t.count[n]
	}
	clear(t.fast[:])
	for symbol, n := range lens {
		if n == 0 {
			continue
		}
		t.symbols[first[n]] = uint16(symbol)
		first[n]++
		code := next[n]
		next[n]++
		if n > fastBits {
			continue
		}
		entry := uint16(symbol)<<4 | uint16(n)
		for i := int(bits.Reverse16(code) >> (16 - n)); i < len(t.fast); i += 1 << n {
			t.fast[i] = entry
		}
	}
	if left > 0 {
		return incompleteCode
	}
	return completeCode
}

// decode returns the symbol whose code the bits begin with, and how many bits that takes; n bits are there. found is
// false when there are too few (used is 0), or when they are no code.
func (t *table) decode(b uint64, n uint) (symbol, used uint, found bool) {
	e := t.fast[b&(1<<fastBits-1)]
	if used = uint(e & 15); used != 0 && used <= n {
		return uint(e >> 4), used, true
	}
	return t.slow(b, n)
}

func (t *table) slow(b uint64, n uint) (symbol, used uint, found bool) {
	code, first, index := 0, 0, 0
	for used = 1; int(used) <= t.longest; used++ {
		if used > n {
			return 0, 0, false
		}
		code |= int(b & 1)
		b >>= 1
		count := int(t.count[used])
		if code-count < first {
			return uint(t.symbols[index+code-first]), used, true
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, maxCode, false
}

// extended is a symbol that stands for a range of values: base and as many more as its extra bits say.
type extended struct {
	base  uint16
	extra uint8
}

// codeOrder is the order in which the lengths of the code for lengths stand.
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// repeats are the symbols of that code from 16 on.
var repeats = [3]extended{{3, 2}, {3, 3}, {11, 7}}

// lengths are the symbols from 257 on, distances those of the distance code.
var (
	lengths   = [29]extended(append(ranges(28, 3, 8), extended{258, 0}))
	distances = [30]extended(ranges(30, 1, 4))
)

// ranges returns n ranges from base on. The first few have no extra bits; each further group of few/2 has one more.
func ranges(n int, base uint16, few int) []extended {
	list := make([]extended, n)
	for i := range list {
		if i >= few {
			list[i].extra = uint8((i - few/2) / (few / 2))
		}
		list[i].base = base
		base += 1 << list[i].extra
	}
	return list
}
