package coding

import "math/bits"

const (
	maxCode  = 15 // bits of the longest code
	fastBits = 10
)

// alphabet says what the symbols of a code stand for: the first few for themselves, the others for ranges of values.
type alphabet struct {
	literals int
	ranges   []extended
}

// extended is a range of values: base and as many more as its extra bits say.
type extended struct {
	base  uint16
	extra uint8
}

// entry is what a symbol stands for and the length of its code, put together so that what is needed often takes little to get at:
//
//	 0 to  5  bits of the code and the extra bits together
//	 6 to  9  bits of the code
//	10        it stands for itself
//	11        it stands for a range, and not for the end of a block
//	16 to 31  itself, or the base of the range
type entry uint32

const (
	literal entry = 1 << 10
	ranged  entry = 1 << 11
)

// all is the number of bits of the code and the extra bits together, code that of the code alone.
func (e entry) all() uint       { return uint(e & 63) }
func (e entry) code() uint      { return uint(e >> 6 & 15) }
func (e entry) extra() uint     { return e.all() - e.code() }
func (e entry) base() int       { return int(e >> 16) }
func (e entry) is(f entry) bool { return e&f != 0 }

// value returns the value of a range, given the bits that begin with the code.
func (e entry) value(b uint64) int {
	return e.base() + int(b&(1<<e.all()-1)>>e.code())
}

// entry returns what a symbol with a code of n bits stands for. If it is neither literal nor ranged nor ends a block, there is no
// such symbol.
func (a *alphabet) entry(symbol, n int) entry {
	e := entry(n)<<6 | entry(n)
	if symbol < a.literals {
		return e | literal | entry(symbol)<<16
	}
	if symbol -= a.literals; symbol >= len(a.ranges) {
		return e
	}
	x := a.ranges[symbol]
	if x == endOfBlock {
		return e | entry(x.base)<<16
	}
	return e + entry(x.extra) | ranged | entry(x.base)<<16
}

// ends reports whether the symbol ends a block.
func (e entry) ends() bool { return !e.is(literal|ranged) && e.base() == int(endOfBlock.base) }

// table decodes a Huffman code (RFC 1951, section 3.2.2). Codes of up to fastBits bits are looked up at once; the few that
// are longer are found by their length.
type table struct {
	fast    [1 << fastBits]entry // by the next bits, as many as mask has; 0: the code is longer, or there is none
	mask    uint64
	symbols [numFixed]uint16 // in the order of their codes
	count   [maxCode + 1]uint16
	longest int
	of      *alphabet
}

// fullness tells whether every sequence of bits begins with a code.
type fullness uint8

const (
	completeCode fullness = iota
	incompleteCode
	overfullCode
)

// build makes t the table of a code for an alphabet, whose symbols have codes of the given lengths, 0: none.
func (t *table) build(of *alphabet, lens []uint8) fullness {
	t.of = of
	t.count = [maxCode + 1]uint16{}
	for _, n := range lens {
		t.count[n]++
	}
	t.count[0] = 0
	t.longest = maxCode
	for t.longest > 0 && t.count[t.longest] == 0 {
		t.longest--
	}
	left := 1
	var next, first [maxCode + 2]uint16 // the next code of each length, and where its symbol goes
	for n := 1; n <= maxCode; n++ {
		if left = left<<1 - int(t.count[n]); left < 0 {
			return overfullCode
		}
		next[n+1] = (next[n] + t.count[n]) << 1
		first[n+1] = first[n] + t.count[n]
	}
	size := 1 << min(t.longest, fastBits)
	t.mask = uint64(size - 1)
	fast := t.fast[:size]
	if left > 0 || t.longest > fastBits { // not all of it gets an entry
		clear(fast)
	}
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
		e := of.entry(symbol, int(n))
		for i := int(bits.Reverse16(code) >> (16 - n)); i < len(fast); i += 1 << n {
			fast[i] = e
		}
	}
	if left > 0 {
		return incompleteCode
	}
	return completeCode
}

// found tells whether a code was found.
type found uint8

const (
	whole found = iota
	short       // there are too few bits
	never       // they begin with no code
)

// decode returns what the bits begin with; n of them are there. The extra bits need not be.
func (t *table) decode(b uint64, n uint) (entry, found) {
	e := t.fast[b&t.mask&(1<<fastBits-1)]
	if used := e.code(); used != 0 && used <= n {
		return e, whole
	}
	return t.slow(b, n)
}

func (t *table) slow(b uint64, n uint) (entry, found) {
	code, first, index := 0, 0, 0
	for used := 1; used <= t.longest; used++ {
		if used > int(n) {
			return 0, short
		}
		code |= int(b & 1)
		b >>= 1
		count := int(t.count[used])
		if code-count < first {
			return t.of.entry(int(t.symbols[index+code-first]), used), whole
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, never
}

// codeOrder is the order in which the lengths of the code for lengths stand.
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// endOfBlock is the range that the symbol for the end of a block is given.
var endOfBlock = extended{base: 1<<16 - 1}

// The alphabets of DEFLATE: literals and lengths, distances, and that of the lengths of codes.
var (
	litLens   = alphabet{256, append([]extended{endOfBlock}, append(ranges(28, 3, 8), extended{258, 0})...)}
	distances = alphabet{0, ranges(30, 1, 4)}
	codeLens  = alphabet{16, []extended{{3, 2}, {3, 3}, {11, 7}}}
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
