package mime

// The functions of package bytes that trim make a set of what they trim first, which takes longer than to trim.

// trimLeft removes blanks at the beginning (RFC 5234: WSP).
func trimLeft(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	return b
}

// trimRight removes blanks at the end.
func trimRight(b []byte) []byte {
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// trimSpace removes blanks and line ends at the beginning.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && (isBlank(b[0]) || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
