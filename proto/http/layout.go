package http

// layout tells whether a head was sent as rules see it, so that they can be given what was sent.
type layout uint8

const (
	unknownLayout layout = iota
	plainLayout          // it is as the grammar has it, with one space before each value; no name is there twice
	otherLayout
)

// isPlain reports whether the head has the plain layout.
func (h *head) isPlain() bool {
	if h.layout == unknownLayout {
		h.layout = otherLayout
		if h.plain() {
			h.layout = plainLayout
		}
	}
	return h.layout == plainLayout
}

// plain finds out whether what was sent is the start line, "name: value" of each field, and an empty line, each with CRLF.
func (h *head) plain() bool {
	if !h.distinct || !h.ends(h.line) || h.start != h.line+2 {
		return false
	}
	at := h.start
	for _, f := range h.fields {
		colon := f.name.off + f.name.n
		if f.name.off != at || f.name.n == 0 || f.value.off != colon+2 || h.text[colon] != ':' || h.text[colon+1] != ' ' {
			return false
		}
		at = f.value.off + f.value.n
		if !h.ends(at) {
			return false
		}
		at += 2
	}
	return h.ends(at) && at+2 == h.end
}

// ends reports whether a line that was sent ends at offset at, with CRLF.
func (h *head) ends(at uint32) bool {
	return at+2 <= h.end && h.text[at] == '\r' && h.text[at+1] == '\n'
}
