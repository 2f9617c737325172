package coding

import "encoding/binary"

// windowSize is how far back DEFLATE refers (RFC 1951, section 2).
const windowSize = 32 << 10

// inflater decodes DEFLATE (RFC 1951). It takes its input in pieces of any size and goes on where it stopped: bits that
// are not enough for what comes next wait. A length with its distance and the extra bits of both needs at most 48.
type inflater struct {
	to     sink
	bits   uint64 // input that was taken in; the next bit is the lowest
	n      uint   // how many of them there are; what is above them is nothing, or what the input has there
	state  inflateState
	final  bool // the block is the last one
	fixed  bool // the tables are those of fixed blocks
	left   int  // bytes to come of a stored block
	hlit   int  // number of code lengths of the literals and lengths, and so on
	hdist  int
	hclen  int
	have   int // code lengths that were read
	litLen table
	dist   table
	lens   [maxLitLen + maxDist]uint8

	// The window: what was decoded last. It is moved down by half when it is full. What is behind told was not told yet.
	b    [2 * windowSize]byte
	at   int // where the next byte goes
	told int
}

type inflateState uint8

const (
	blockHeader inflateState = iota
	storedLength
	storedData
	dynamicHeader
	codeLengths
	symbolLengths
	symbols
	inflated // the last block ended
	broken
)

const (
	maxLitLen = 286
	maxDist   = 30
	numFixed  = 288
)

// sink takes what was decoded: bytes that are valid during the call. It reports whether it wants more.
type sink interface{ take(b []byte) bool }

// reset begins another stream, which may refer to history.
func (f *inflater) reset(to sink, history []byte) {
	f.to = to
	f.bits, f.n, f.state, f.final = 0, 0, blockHeader, false
	f.at = copy(f.b[:], history[max(0, len(history)-windowSize):])
	f.told = f.at
}

// write decodes b, and tells what came of it. When it ends before b does, the rest is returned; behind whole bytes that
// wait in bits. ok is false when b is no DEFLATE, or nobody wants more.
func (f *inflater) write(b []byte) (rest []byte, ok bool) {
	more := true
	for more && f.state != inflated {
		if b, more, ok = f.step(b); !ok {
			f.flush()
			f.state = broken
			return b, false
		}
	}
	if f.state == inflated {
		f.drop(f.n % 8)
	}
	if !f.flush() {
		f.state = broken
		return b, false
	}
	return b, true
}

// flush tells what was decoded since the last time.
func (f *inflater) flush() bool {
	b := f.b[f.told:f.at]
	f.told = f.at
	return len(b) == 0 || f.to.take(b)
}

// step goes on until the state changes, or more input is needed: more is false.
func (f *inflater) step(in []byte) (rest []byte, more, ok bool) {
	switch f.state {
	case blockHeader:
		if in = f.fill(in); f.n < 3 {
			return in, false, true
		}
		f.final = f.bits&1 != 0
		kind := f.bits >> 1 & 3
		f.drop(3)
		return in, true, f.block(int(kind))
	case storedLength:
		f.drop(f.n % 8)
		if in = f.fill(in); f.n < 32 {
			return in, false, true
		}
		n := uint16(f.bits)
		ok := n == ^uint16(f.bits>>16)
		f.drop(32)
		f.left, f.state = int(n), storedData
		return in, true, ok
	case storedData:
		return f.stored(in)
	case dynamicHeader:
		if in = f.fill(in); f.n < 14 {
			return in, false, true
		}
		f.hlit, f.hdist, f.hclen = int(f.bits&31)+257, int(f.bits>>5&31)+1, int(f.bits>>10&15)+4
		f.drop(14)
		f.have, f.state = 0, codeLengths
		return in, true, f.hlit <= maxLitLen && f.hdist <= maxDist
	case codeLengths:
		return f.codeLengths(in)
	case symbolLengths:
		return f.symbolLengths(in)
	case symbols:
		return f.symbols(in)
	}
	return in, false, false
}

// fill takes input in until at least 56 bits are there, or none is left.
func (f *inflater) fill(in []byte) []byte {
	if len(in) >= 8 && f.n < 56 {
		f.bits |= binary.LittleEndian.Uint64(in) << f.n
		k := (63 - f.n) / 8
		f.n += k * 8
		return in[k:]
	}
	for len(in) > 0 && f.n < 56 {
		f.bits |= uint64(in[0]) << f.n
		f.n += 8
		in = in[1:]
	}
	return in
}

// drop passes n bits.
func (f *inflater) drop(n uint) {
	f.bits >>= n
	f.n -= n
}

// block begins a block of a kind (RFC 1951, section 3.2.3).
func (f *inflater) block(kind int) bool {
	switch kind {
	case 0:
		f.state = storedLength
	case 1:
		f.state = symbols
		if !f.fixed {
			f.fixed = true
			f.fixedTables()
		}
	case 2:
		f.state, f.fixed = dynamicHeader, false
	default:
		return false
	}
	return true
}

// endBlock ends a block.
func (f *inflater) endBlock() {
	f.state = blockHeader
	if f.final {
		f.state = inflated
	}
}

// stored copies bytes of a stored block.
func (f *inflater) stored(in []byte) (rest []byte, more, ok bool) {
	for f.left > 0 {
		if f.at == len(f.b) && !f.slide() {
			return in, false, false
		}
		if f.n >= 8 {
			f.b[f.at] = byte(f.bits)
			f.at++
			f.left--
			f.drop(8)
			continue
		}
		f.bits = 0 // the input comes from in from here on
		n := copy(f.b[f.at:], in[:min(len(in), f.left)])
		if n == 0 {
			return in, false, true
		}
		f.at += n
		f.left -= n
		in = in[n:]
	}
	f.endBlock()
	return in, true, true
}

// slide makes room in the window.
func (f *inflater) slide() bool {
	if !f.flush() {
		return false
	}
	n := copy(f.b[:], f.b[f.at-windowSize:f.at])
	f.at, f.told = n, n
	return true
}

// symbols decodes literals, and copies what lengths and distances refer to (RFC 1951, section 3.2.5).
func (f *inflater) symbols(in []byte) (rest []byte, more, ok bool) {
	for {
		in = f.quickly(in)
		if f.at > len(f.b)-maxMatch-2*wordSize && !f.slide() {
			return in, false, false
		}
		if f.n < 48 {
			in = f.fill(in)
		}
		e, is := f.litLen.decode(f.bits, f.n)
		switch {
		case is != whole:
			return in, false, is == short
		case e.is(literal):
			f.b[f.at] = byte(e.base())
			f.at++
			f.drop(e.all())
			continue
		case e.ends():
			f.drop(e.all())
			f.endBlock()
			return in, true, true
		case !e.is(ranged):
			return in, false, false
		case e.all() > f.n:
			return in, false, true
		}
		length, used := e.value(f.bits), e.all()
		if e, is = f.dist.decode(f.bits>>used, f.n-used); is != whole {
			return in, false, is == short
		}
		if !e.is(ranged) {
			return in, false, false
		}
		if used+e.all() > f.n {
			return in, false, true
		}
		distance := e.value(f.bits >> used)
		if distance > f.at {
			return in, false, false
		}
		f.drop(used + e.all())
		f.repeat(distance, length)
	}
}

const (
	maxMatch = 258
	wordSize = 8
)

// quickly is symbols for the usual case: there is enough input, codes are short, and there is room for three literals and a match. It
// stops in front of a symbol that may be something else. The state is in local variables, which is about twice as fast.
func (f *inflater) quickly(in []byte) (rest []byte) {
	b, litLen, dist := &f.b, &f.litLen.fast, &f.dist.fast
	litMask, distMask := f.litLen.mask&(1<<fastBits-1), f.dist.mask&(1<<fastBits-1)
	bits, n, at := f.bits, f.n, f.at
	for len(in) >= 2*wordSize && at <= len(b)-maxMatch-2*wordSize {
		bits |= binary.LittleEndian.Uint64(in) << (n & 63)
		in = in[(63-n)>>3&7:]
		n |= 56 // so many are there now, which is enough for three literals, or a match with short codes
		e := litLen[bits&litMask]
		if e.is(literal) {
			b[at] = byte(e.base())
			at++
			bits >>= e.all()
			n -= e.all()
			if e = litLen[bits&litMask]; e.is(literal) {
				b[at] = byte(e.base())
				at++
				bits >>= e.all()
				n -= e.all()
				if e = litLen[bits&litMask]; e.is(literal) {
					b[at] = byte(e.base())
					at++
					bits >>= e.all()
					n -= e.all()
					continue
				}
				bits |= binary.LittleEndian.Uint64(in) << (n & 63)
				in = in[(63-n)>>3&7:]
				n |= 56
			}
		}
		if !e.is(ranged) {
			break
		}
		t := bits >> e.all()
		d := dist[t&distMask]
		if !d.is(ranged) {
			break
		}
		distance, length := d.value(t), e.value(bits)
		if distance > at {
			break
		}
		bits = t >> d.all()
		n -= e.all() + d.all()
		if distance < wordSize {
			f.at = at
			f.repeat(distance, length)
			at = f.at
			continue
		}
		for i := 0; i < length; i += wordSize { // writes up to seven bytes too many, which others overwrite
			binary.LittleEndian.PutUint64(b[at+i:], binary.LittleEndian.Uint64(b[at-distance+i:]))
		}
		at += length
	}
	f.bits, f.n, f.at = bits, n, at
	return in
}

// repeat appends length bytes that lie distance back. They may include those that it appends.
func (f *inflater) repeat(distance, length int) {
	from := f.at - distance
	for length > 0 {
		n := copy(f.b[f.at:f.at+length], f.b[from:f.at])
		f.at += n
		length -= n
	}
}

// codeLengths reads the lengths of the code in which the other lengths are written (RFC 1951, section 3.2.7).
func (f *inflater) codeLengths(in []byte) (rest []byte, more, ok bool) {
	if f.have == 0 {
		clear(f.lens[:19])
	}
	for f.have < f.hclen {
		if in = f.fill(in); f.n < 3 {
			return in, false, true
		}
		f.lens[codeOrder[f.have]] = uint8(f.bits & 7)
		f.have++
		f.drop(3)
	}
	f.have, f.state = 0, symbolLengths
	return in, true, f.litLen.build(&codeLens, f.lens[:19]) == completeCode
}

// symbolLengths reads the lengths of the codes of the block.
func (f *inflater) symbolLengths(in []byte) (rest []byte, more, ok bool) {
	for f.have < f.hlit+f.hdist {
		in = f.fill(in)
		e, is := f.litLen.decode(f.bits, f.n)
		if is != whole {
			return in, false, is == short
		}
		if e.is(literal) {
			f.drop(e.all())
			f.lens[f.have] = uint8(e.base())
			f.have++
			continue
		}
		if e.all() > f.n {
			return in, false, true
		}
		n := e.value(f.bits)
		f.drop(e.all())
		var value uint8
		if e.extra() == 2 { // the one that repeats what came before; the others repeat 0
			if f.have == 0 {
				return in, false, false
			}
			value = f.lens[f.have-1]
		}
		if f.have+n > f.hlit+f.hdist {
			return in, false, false
		}
		for range n {
			f.lens[f.have] = value
			f.have++
		}
	}
	f.state = symbols
	return in, true, f.tables()
}

// tables makes the tables of a dynamic block. A distance code may be incomplete when it has one code, or none.
func (f *inflater) tables() bool {
	if f.lens[256] == 0 || f.litLen.build(&litLens, f.lens[:f.hlit]) != completeCode {
		return false
	}
	switch f.dist.build(&distances, f.lens[f.hlit:f.hlit+f.hdist]) {
	case overfullCode:
		return false
	case incompleteCode:
		return f.dist.longest <= 1
	}
	return true
}

// fixedTables makes the tables of fixed blocks (RFC 1951, section 3.2.6).
func (f *inflater) fixedTables() {
	var lens [numFixed]uint8
	for i := range lens {
		switch {
		case i < 144, i >= 280:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		default:
			lens[i] = 7
		}
	}
	f.litLen.build(&litLens, lens[:])
	for i := range 32 {
		lens[i] = 5
	}
	f.dist.build(&distances, lens[:32])
}
