package mpm

import "testing"

// FuzzScan compares with naive over arbitrary patterns, data and cuts of the data.
func FuzzScan(f *testing.F) {
	f.Add([]byte("\x02ab\x83Abc\x41b\x00\x05"), []byte("xabcabABC"), []byte{1, 2})
	f.Add([]byte("\x01a\x02aa\x03aaa\x44aaaa\x02\x00"), []byte("aaaaaaaaaaaaaaaa"), []byte{3, 0, 3})
	f.Add([]byte("\x85abcde\x05bcdex\xc4CDEF\x01\x09"), []byte("abcdefabcdexABCDEF"), []byte{4, 4, 4})
	f.Add([]byte("\x04\x00\x00\x00\x00\x04[\x7b@`\x84{\x5b`@"), []byte("\x00\x00\x00\x00\x00[{@`{[`@"), []byte{})
	f.Fuzz(func(t *testing.T, patterns, data, cuts []byte) {
		if len(data) > 1000 {
			return
		}
		check(t, decode(patterns), data, cuts)
	})
}

// decode makes at most 50 patterns of b. Each begins with a byte that holds its length and, as bits, whether case matters and
// whether there are limits, which follow the text.
func decode(b []byte) []Pattern {
	var patterns []Pattern
	for len(b) > 1 && len(patterns) < 50 {
		head := b[0]
		n := min(max(int(head&0x3f), 1), len(b)-1)
		p := Pattern{Text: b[1 : 1+n], NoCase: head&0x80 != 0, ID: uint32(len(patterns))}
		b = b[1+n:]
		if head&0x40 != 0 && len(b) >= 2 {
			p.Offset = int(b[0])
			if b[1] != 0 {
				p.Depth = n + int(b[1]) - 1
			}
			b = b[2:]
		}
		patterns = append(patterns, p)
	}
	return patterns
}
