package http

import (
	"bytes"
	"slices"
)

// A head is the start line and the header fields of a message, as they were sent, in one piece of memory.
type head struct {
	text   []byte  // as sent, the empty line at the end included; behind it the values of folded fields, unfolded
	line   uint32  // length of the start line, without its end
	start  uint32  // where the fields begin
	end    uint32  // where what was sent ends
	fields []field // in the order of the wire

	distinct bool // it is known that no two fields have the same name, and all names are well formed
	layout   layout
}

// A field is a header field. Its value is without white space around it; a line without a colon is all value.
type field struct{ name, value span }

// A span is a part of a head's text.
type span struct{ off, n uint32 }

// seen reports whether there is a head, or what there was of it before a loss.
func (h *head) seen() bool { return len(h.text) > 0 }

func (h *head) at(s span) []byte { return h.text[s.off : s.off+s.n : s.off+s.n] }

// Line returns the start line without its end.
func (h *head) startLine() []byte { return h.text[:h.line:h.line] }

// raw returns the header fields as sent, with the empty line behind them.
func (h *head) raw() []byte { return h.text[h.start:h.end:h.end] }

// value returns the value of a field, and nil when there is none. Those of several fields of that name are joined
// (RFC 9110, section 5.2), as far as libhtp does.
func (h *head) value(name string) []byte {
	var value []byte
	n := 0
	for i := h.find(0, name); i < len(h.fields); i = h.find(i+1, name) {
		f := h.fields[i]
		v := h.at(f.value)
		switch n++; {
		case n == 1:
			value = v
		case n <= maxJoined && !foldEqual(h.at(f.name), "content-length"):
			value = append(append(value, ", "...), v...) // value has no room behind it: the first append copies
		}
		if value == nil {
			value = []byte{}
		}
		if h.distinct {
			break
		}
	}
	return value
}

// find returns the first field from number i on that has the name, or how many fields there are.
func (h *head) find(i int, name string) int {
	for ; i < len(h.fields); i++ {
		s := h.fields[i].name
		if int(s.n) == len(name) && foldEqual(h.at(s), name) {
			return i
		}
		if int(s.n) > len(name) && !h.distinct && isNamed(h.at(s), name) {
			return i
		}
	}
	return i
}

// maxJoined is the number of fields of the same name whose values are joined.
const maxJoined = 64

// has reports whether there is a field of that name.
func (h *head) has(name string) bool { return h.value(name) != nil }

// isNamed reports whether a field is called name. As for some servers, NULs in what was sent mean nothing.
func isNamed(b []byte, name string) bool {
	if len(b) == len(name) {
		return foldEqual(b, name)
	}
	i := 0
	for _, c := range b {
		switch {
		case c == 0:
		case i == len(name) || lower(c) != lower(name[i]):
			return false
		default:
			i++
		}
	}
	return i == len(name)
}

// sameName reports whether two fields have the same name.
func sameName(a, b []byte) bool { return len(a) == len(b) && bytes.EqualFold(a, b) }

// foldEqual reports whether b is name, which is in ASCII; letters of either case are the same.
func foldEqual(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if lower(c) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// A builder puts a head together, line by line. Those that are not in use wait in a pool, so that a head costs two
// allocations of its size, or none in the memory of another.
type builder struct {
	raw    []byte
	tail   []byte // unfolded values; their spans count from behind raw
	line   int
	start  int
	fields []field
	names  uint64 // a bit for each name: one that is not set was not seen
	count  int    // of fields, with those that are not kept
	over   int    // that are kept though they do not fit
	last   lastLine
	oddity oddities

	colon   bool     // the last field had one
	pending oddities // of the last field, while it has none
	bareLF  bool     // a line ended in LF alone
	lastLF  bool     // the last one did

	// unfolds says that a folded line with a colon is a field of its own, as it is for browsers.
	unfolds bool
}

// lastLine is what became of the last line: what a folded line continues.
type lastLine uint8

const (
	noField lastLine = iota // there is none
	kept
	forgotten
)

// oddities of the fields of a head.
type oddities uint16

const (
	noColon oddities = 1 << iota
	emptyName
	blankBehindName
	badName
	foldsOddly // a line that begins with blanks does not go on with a field
	repeated
	tooMany
	tooLong
	badValue
)

// startLine takes the first line.
func (b *builder) startLine(line []byte, end string) {
	b.raw = append(append(b.raw, line...), end...)
	b.line, b.start = len(line), len(b.raw)
}

// fieldLine takes a line of the header, of at most maxFields fields, and as long as they take up no more than limit bytes.
func (b *builder) fieldLine(line []byte, end string, maxFields, limit int) {
	switch {
	case !folds(line[0]):
	case b.last == noField:
		b.oddity |= foldsOddly
	case !b.unfolds || !b.colon || bytes.IndexByte(line, ':') < 0:
		b.fold(line, end, limit)
		return
	default:
		b.oddity |= foldsOddly
		line = trimLeft(line)
	}
	b.oddity |= b.pending
	b.pending = 0
	if b.count++; b.count > maxFields {
		b.oddity |= tooMany
		b.last = forgotten
		return
	}
	name, value, odd := parseField(line)
	b.colon = odd&noColon == 0
	b.pending = odd // a line may follow that has the colon
	if b.colon {
		b.settle(name)
	}
	b.last = forgotten
	if len(b.raw)+len(b.tail)+len(line) > limit {
		if b.over == maxOver || len(line) > maxOverLine || !framing(name) {
			return
		}
		b.over++
	}
	b.last = kept
	at := len(b.raw)
	b.raw = append(append(b.raw, line...), end...)
	b.fields = append(b.fields, field{within(line, name, at), within(line, value, at)})
}

// settle notes what is odd about the last field, which has the name.
func (b *builder) settle(name []byte) {
	b.oddity |= b.pending
	b.pending = 0
	b.note(name)
}

// folds reports whether a line that begins with c goes on with the last field.
func folds(c byte) bool { return c == ' ' || c == '\t' || c == 0 }

// Fields that say how long the body is are kept even when the head is full, some of them.
const (
	maxOver     = 16
	maxOverLine = 256
)

func framing(name []byte) bool {
	return foldEqual(name, "content-length") || foldEqual(name, "transfer-encoding")
}

// note notes a name, and whether it was there before.
func (b *builder) note(name []byte) {
	bit := hash(name)
	if b.names&bit != 0 && b.oddity&repeated == 0 && len(name) > 0 {
		for _, f := range b.fields {
			if f.name.off < tailBit && sameName(b.raw[f.name.off:f.name.off+f.name.n], name) {
				b.oddity |= repeated
				break
			}
		}
	}
	b.names |= bit
}

// hash returns the bit of a name.
func hash(name []byte) uint64 {
	h := uint32(2166136261)
	for _, c := range name {
		if c == 0 {
			continue
		}
		h = (h ^ uint32(lower(c))) * 16777619
	}
	return 1 << (h >> 26)
}

// fold adds a line to the last field (obs-fold, RFC 9112, section 5.2). The colon may be in it.
func (b *builder) fold(line []byte, end string, limit int) {
	if b.last != kept || len(b.raw)+len(b.tail)+2*len(line) > limit {
		return
	}
	b.raw = append(append(b.raw, line...), end...)
	text := trim(line)
	f := &b.fields[len(b.fields)-1]
	if f.value.off < tailBit {
		at := len(b.tail)
		b.tail = append(b.tail, b.raw[f.value.off:f.value.off+f.value.n]...)
		f.value.off = tailBit | uint32(at)
	}
	if f.value.n > 0 {
		b.tail = append(b.tail, ' ')
		f.value.n++
	} else {
		f.value.off = tailBit | uint32(len(b.tail))
	}
	b.tail = append(b.tail, text...)
	f.value.n += uint32(len(text))
	if b.colon {
		return
	}
	at := f.value.off &^ tailBit
	name, value, odd := parseField(b.tail[at : at+f.value.n])
	if odd&noColon == 0 {
		b.colon, b.pending = true, odd
		b.settle(name)
		joined := b.tail[at:]
		f.name, f.value = within(joined, name, int(at)), within(joined, value, int(at))
		f.name.off |= tailBit
		f.value.off |= tailBit
	}
}

// tailBit marks spans of a builder's tail.
const tailBit = 1 << 31

// finish returns the head, in the memory of h, which is of no use any more.
func (b *builder) finish(h head) head {
	b.oddity |= b.pending
	h.text = append(append(slices.Grow(h.text[:0], len(b.raw)+len(b.tail)), b.raw...), b.tail...)
	h.line, h.start, h.end = uint32(b.line), uint32(b.start), uint32(len(b.raw))
	h.fields = append(h.fields[:0], b.fields...)
	h.distinct = b.oddity&(repeated|badName) == 0
	h.layout = unknownLayout
	for i := range h.fields {
		if h.fields[i].name.off >= tailBit {
			h.distinct = false
		}
		for _, v := range [...]*span{&h.fields[i].name, &h.fields[i].value} {
			if v.off >= tailBit {
				v.off = v.off&^tailBit + h.end
			}
		}
	}
	return h
}

// join adds the fields of a trailer to those of h.
func (h *head) join(t head) {
	h.distinct, h.layout = false, otherLayout
	at := uint32(len(h.text))
	h.text = append(h.text, t.text...)
	for _, f := range t.fields {
		f.name.off += at
		f.value.off += at
		h.fields = append(h.fields, f)
	}
}

// maxPooled is the size of the largest builder that is used again.
const maxPooled = 64 << 10

// reset makes b ready for another head, and reports whether it is worth it.
func (b *builder) reset() bool {
	if cap(b.raw) > maxPooled || cap(b.tail) > maxPooled || cap(b.fields) > maxPooled/16 {
		return false
	}
	*b = builder{raw: b.raw[:0], tail: b.tail[:0], fields: b.fields[:0]}
	return true
}

// within returns the span of part, a part of line, when line is put down at offset at.
func within(line, part []byte, at int) span {
	if len(part) == 0 {
		return span{uint32(at), 0}
	}
	return span{uint32(at + cap(line) - cap(part)), uint32(len(part))}
}

// parseField takes a field line apart (RFC 9112, section 5).
func parseField(line []byte) (name, value []byte, odd oddities) {
	n := bytes.IndexByte(line, ':')
	if n < 0 {
		return nil, line, noColon
	}
	name, value = line[:n], trim(line[n+1:])
	if n > 0 && isBlank(name[n-1]) {
		odd |= blankBehindName
		name = trimRight(name)
	}
	if len(name) == 0 {
		return name, value, odd | emptyName
	}
	for _, c := range name {
		if !isToken(c) {
			odd |= badName
			break
		}
	}
	if bytes.IndexByte(value, 0) >= 0 {
		odd |= badValue
	}
	return name, value, odd
}
