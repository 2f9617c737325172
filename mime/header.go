package mime

import (
	"slices"

	"github.com/reknit/reknit/stream"
)

// Header is a complete header field. It and its slices are valid during the call of the Handler.
type Header struct {
	Name []byte // as sent, without blanks behind it
	Raw  []byte // the value as sent: everything behind the colon but the last line end

	Lost bool // bytes of the field were lost in a gap
	Cut  bool // the value was longer than Config.MaxHeader

	folds []fold
	value []byte // unfolded forms, built when asked for
	eve   []byte
	built uint8 // which of them are
}

// A fold is a line end inside a value.
type fold struct{ at, n int }

const (
	builtValue = 1 << iota
	builtEVE
)

// Value returns the value unfolded as in RFC 5322, section 2.2.3: line ends are removed, the blanks that begin a
// continuation line stay. Blanks around the whole are removed.
func (h *Header) Value() []byte {
	if len(h.folds) == 0 {
		return trimLeft(trimRight(h.Raw))
	}
	if h.built&builtValue == 0 {
		h.value = h.unfold(h.value[:0], 0)
		h.built |= builtValue
	}
	return trimLeft(trimRight(h.value))
}

// EVE returns the value as Suricata 8 logs it: leading blanks are removed, and continuation lines are appended without
// their first character.
func (h *Header) EVE() []byte {
	if len(h.folds) == 0 {
		return trimLeft(h.Raw)
	}
	if h.built&builtEVE == 0 {
		h.eve = h.unfold(h.eve[:0], 1)
		h.built |= builtEVE
	}
	first := h.Raw[:h.folds[0].at]
	return h.eve[len(first)-len(trimLeft(first)):]
}

// Text returns the value for people: unfolded, encoded words decoded, always valid UTF-8.
func (h *Header) Text() string { return DecodeHeader(h.Value()) }

// Is reports whether the field has that name, which is given in lower case.
func (h *Header) Is(name string) bool { return equalFold(h.Name, name) }

// unfold appends the value without its line ends and without drop characters behind each.
func (h *Header) unfold(dst []byte, drop int) []byte {
	dst = slices.Grow(dst, len(h.Raw))
	from := 0
	for _, f := range h.folds {
		dst = append(dst, h.Raw[from:f.at]...)
		from = min(f.at+f.n+drop, len(h.Raw))
	}
	return append(dst, h.Raw[from:]...)
}

// equalFold compares b with s, which is in lower case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if lower(c) != s[i] {
			return false
		}
	}
	return true
}

// A field is the header field that is being read.
type field struct {
	buf   []byte // name, colon, value with its line ends
	name  int    // length of the name; 0: no field
	folds []fold
	lost  bool
	cut   bool
	end   stream.Ending // of its last line
}

func (f *field) reset() {
	f.buf, f.folds = f.buf[:0], f.folds[:0]
	f.name, f.lost, f.cut, f.end = 0, false, false, stream.None
}

// start begins a field with its first line; name is the length of the name.
func (f *field) start(line []byte, name int, e stream.Ending, limit int) {
	f.reset()
	f.name, f.end = name, e
	f.add(line, name+1+limit)
}

// fold appends a continuation line.
func (f *field) fold(line []byte, e stream.Ending, limit int) {
	if f.cut {
		return
	}
	end := lineEnds[f.end]
	f.folds = append(f.folds, fold{at: len(f.buf) - f.name - 1, n: len(end)})
	f.buf = append(f.buf, end...)
	f.end = e
	f.add(line, f.name+1+limit)
}

func (f *field) add(line []byte, limit int) {
	if room := limit - len(f.buf); len(line) > room {
		line, f.cut = line[:max(room, 0)], true
	}
	f.buf = append(f.buf, line...)
}

// value is what was read of the value so far, line ends included.
func (f *field) value() []byte { return f.buf[f.name+1:] }

// fill makes h the field.
func (f *field) fill(h *Header) {
	h.Name = trimRight(f.buf[:f.name])
	h.Raw = f.value()
	h.folds = f.folds
	h.Lost, h.Cut = f.lost, f.cut
	h.built = 0
}
