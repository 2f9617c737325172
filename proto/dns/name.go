package dns

// Limits of a name, which are Suricata's and beyond those of RFC 1035 (255 bytes, 127 labels).
const (
	maxName  = 1025 // bytes of text
	maxSteps = 255  // labels and pointers
)

// Name is a domain name as text: labels joined by dots, without a dot at the end, as they are. The root is empty.
type Name struct {
	Text      []byte
	Truncated bool // it was too long: its end is missing
}

// oddities are what was odd in a message that could be read.
type oddities uint8

const (
	nameCut oddities = 1 << iota
	nameLoop
	manyLabels
	badAuthorities
	badAdditionals
)

// fault is why a message could not be read.
type fault uint8

const (
	none  fault = iota
	short       // it ends too early
	bad         // it cannot be
)

// decoder reads a message. All that the message keeps is appended to text, whose length is bounded: what does not fit
// is cut off names, however often they are repeated by compression.
type decoder struct {
	b    []byte // the message
	off  int
	text []byte
	room int  // bytes that text may still get from names
	dry  bool // only check
	odd  oddities

	known int // offset of a name that was read, 0: none
	last  Name
}

// name reads the name at d.off, which must end, or point elsewhere, before end. Where the message ends, so does a name.
func (d *decoder) name(end int) (Name, fault) {
	at := d.off
	if at+1 < end && d.b[at] >= 0xc0 {
		at = pointer(d.b[at:])
		if at == d.known && d.known != 0 {
			d.off += 2
			return d.last, none
		}
	}
	w := walk{decoder: d, at: d.off, end: end, start: len(d.text)}
	if f := w.run(); f != none {
		return Name{}, f
	}
	d.off = w.next
	n := Name{Text: d.text[w.start:len(d.text):len(d.text)], Truncated: w.cut}
	if w.end == len(d.b) { // what points there gets the same
		d.known, d.last = at, n
	}
	return n, none
}

// pointer returns the offset that a compressed name goes on at.
func pointer(b []byte) int { return int(b[0]&0x3f)<<8 | int(b[1]) }

// walk follows the labels of one name.
type walk struct {
	*decoder
	at, end int
	next    int // offset behind the first pointer, 0: none yet; then behind the name
	start   int // of the name in text
	size    int // bytes of text
	cut     bool
}

func (w *walk) run() fault {
	for steps := 1; w.at < w.end; steps++ {
		c := int(w.b[w.at])
		switch {
		case c == 0:
			w.at++
			w.done()
			return none
		case c < 0x40:
			if w.at+1+c > w.end {
				return short
			}
			w.label(w.b[w.at+1 : w.at+1+c])
			w.at += 1 + c
		case c < 0xc0:
			return bad
		case w.at+2 > w.end:
			return short
		default:
			to := pointer(w.b[w.at:])
			if to > len(w.b) || to == w.at && w.next == 0 {
				return bad
			}
			if to == w.at {
				w.odd |= nameLoop
				w.done()
				return none
			}
			if w.next == 0 {
				w.next = w.at + 2
			}
			w.at, w.end = to, len(w.b)
		}
		if steps > maxSteps {
			if w.next == 0 {
				return bad
			}
			w.odd |= manyLabels
			w.shorten()
		}
		if w.cut && w.next != 0 {
			break
		}
	}
	w.done()
	return none
}

func (w *walk) done() {
	if w.next == 0 {
		w.next = w.at
	}
}

// label adds a label to the text.
func (w *walk) label(b []byte) {
	if w.cut {
		return
	}
	limit := min(maxName, w.size+w.room)
	if w.size > 0 && w.size < limit {
		w.add('.')
	}
	fits := max(min(len(b), limit-w.size), 0)
	w.add(b[:fits]...)
	if fits < len(b) {
		w.shorten()
	}
}

func (w *walk) add(b ...byte) {
	w.size += len(b)
	w.room -= len(b)
	if !w.dry {
		w.text = append(w.text, b...)
	}
}

func (w *walk) shorten() {
	w.cut = true
	w.odd |= nameCut
}
