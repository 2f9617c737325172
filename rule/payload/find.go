package payload

import "bytes"

// find returns the first place at or behind from where the content's text begins, so that it ends at or before to; or -1.
func (c *Content) find(b []byte, from, to int) int {
	n := len(c.Text)
	to = min(to, len(b))
	if from < 0 {
		from = 0
	}
	if to-from < n {
		return -1
	}
	if c.EndsWith {
		if at := len(b) - n; at >= from && to == len(b) && c.here(b[at:]) {
			return at
		}
		return -1
	}
	i := -1
	if c.Nocase {
		i = indexFold(b[from:to], c.Text)
	} else {
		i = bytes.Index(b[from:to], c.Text)
	}
	if i < 0 {
		return -1
	}
	return from + i
}

// here reports whether b begins with the content's text.
func (c *Content) here(b []byte) bool {
	if !c.Nocase {
		return bytes.HasPrefix(b, c.Text)
	}
	return len(b) >= len(c.Text) && equalFold(b[:len(c.Text)], c.Text)
}

// lowered are all bytes, ASCII letters in lower case.
var lowered = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

// equalFold compares two texts of the same length.
func equalFold(a, b []byte) bool {
	for i, c := range a {
		if lowered[c] != lowered[b[i]] {
			return false
		}
	}
	return true
}

// indexFold is bytes.Index that ignores case. text is not empty.
func indexFold(b, text []byte) int {
	low := lowered[text[0]]
	up := low
	if 'a' <= low && low <= 'z' {
		up = low &^ 0x20
	}
	last := len(b) - len(text)
	if low == up {
		for i := 0; i <= last; i++ {
			j := bytes.IndexByte(b[i:last+1], low)
			if j < 0 {
				return -1
			}
			if i += j; equalFold(b[i:i+len(text)], text) {
				return i
			}
		}
		return -1
	}
	for i := 0; i <= last; i++ {
		if c := b[i]; (c == low || c == up) && equalFold(b[i+1:i+len(text)], text[1:]) {
			return i
		}
	}
	return -1
}
