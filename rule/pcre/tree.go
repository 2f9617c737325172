package pcre

// op is what a node matches.
type op uint8

const (
	opEmpty     op = iota
	opClass        // one byte of class
	opConcat       // sub in order
	opAlternate    // one of sub, the first that fits
	opRepeat       // sub[0], min to max times
	opCapture      // sub[0], kept as group n
	opAtomic       // sub[0], without going back into it
	opAhead        // sub[0] matches, or not, from here on
	opBehind       // sub[0] matches, or not, up to here
	opBackref      // what group n matched
	opBeginText
	opEndText    // the very end
	opEndOrNL    // the end, or before a newline there
	opBeginLine  // after a newline or at the beginning
	opEndLine    // before a newline or at the end
	opWordBound  // \b
	opNoWord     // \B
	opStartMatch // \G: where the search began
	opKeep       // \K: the match begins here
)

// node is a part of an expression.
type node struct {
	op       op
	class    set
	sub      []*node
	min, max int  // of opRepeat; max -1: no limit
	lazy     bool // of opRepeat: as few as possible
	negated  bool // of opAhead and opBehind
	fold     bool // of opBackref
	n        int  // group
}

// set is a set of bytes.
type set [4]uint64

func (s *set) add(b byte)      { s[b>>6] |= 1 << (b & 63) }
func (s *set) has(b byte) bool { return s[b>>6]&(1<<(b&63)) != 0 }

func (s *set) addRange(low, high byte) {
	for b := int(low); b <= int(high); b++ {
		s.add(byte(b))
	}
}

func (s *set) union(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s set) complement() set {
	for i := range s {
		s[i] = ^s[i]
	}
	return s
}

// folded adds the other case of the letters in s.
func (s *set) folded() {
	for b := byte('a'); b <= 'z'; b++ {
		if up := b - 'a' + 'A'; s.has(b) || s.has(up) {
			s.add(b)
			s.add(up)
		}
	}
}

// ranges returns the set as pairs of first and last byte.
func (s set) ranges() (pairs [][2]byte) {
	for b := 0; b < 256; b++ {
		if !s.has(byte(b)) {
			continue
		}
		low := b
		for b < 255 && s.has(byte(b+1)) {
			b++
		}
		pairs = append(pairs, [2]byte{byte(low), byte(b)})
	}
	return pairs
}

func single(b byte) set {
	var s set
	s.add(b)
	return s
}

func setOf(pairs ...byte) set {
	var s set
	for i := 0; i+1 < len(pairs); i += 2 {
		s.addRange(pairs[i], pairs[i+1])
	}
	return s
}

// The classes that PCRE names.
var (
	digits     = setOf('0', '9')
	words      = setOf('0', '9', 'a', 'z', 'A', 'Z', '_', '_')
	spaces     = setOf('\t', '\r', ' ', ' ')
	horizontal = setOf('\t', '\t', ' ', ' ', 0xa0, 0xa0)
	vertical   = setOf('\n', '\r', 0x85, 0x85)
	hexDigits  = setOf('0', '9', 'a', 'f', 'A', 'F')
	newline    = single('\n')
)

// posix are the classes [:name:].
var posix = map[string]set{
	"alpha": setOf('a', 'z', 'A', 'Z'), "digit": digits, "alnum": setOf('0', '9', 'a', 'z', 'A', 'Z'), "word": words,
	"upper": setOf('A', 'Z'), "lower": setOf('a', 'z'), "space": spaces, "blank": setOf('\t', '\t', ' ', ' '),
	"cntrl": setOf(0, 31, 127, 127), "punct": setOf('!', '/', ':', '@', '[', '`', '{', '~'), "graph": setOf('!', '~'),
	"print": setOf(' ', '~'), "xdigit": hexDigits, "ascii": setOf(0, 127),
}

// fixed returns the length of what n matches, when it is always the same.
func (n *node) fixed() (length int, ok bool) {
	switch n.op {
	case opClass:
		return 1, true
	case opConcat:
		for _, s := range n.sub {
			l, ok := s.fixed()
			if !ok {
				return 0, false
			}
			length += l
		}
		return length, true
	case opAlternate:
		for i, s := range n.sub {
			l, ok := s.fixed()
			if !ok || i > 0 && l != length {
				return 0, false
			}
			length = l
		}
		return length, true
	case opRepeat:
		l, ok := n.sub[0].fixed()
		return l * n.min, ok && n.min == n.max
	case opCapture, opAtomic:
		return n.sub[0].fixed()
	case opBackref:
		return 0, false
	}
	return 0, true
}
