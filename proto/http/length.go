package http

// parseContentLength reads the value of Content-Length as libhtp does: what is around the first number is passed over.
// before and behind say that there was something. It returns -1 when there is no number, or one that is too large.
func parseContentLength(b []byte) (n int64, before, behind bool) {
	i := 0
	for i < len(b) && !isDigit(b[i]) {
		before = before || b[i] != ' ' && b[i] != '\t'
		i++
	}
	if i == len(b) {
		return -1, false, false
	}
	for ; i < len(b) && isDigit(b[i]); i++ {
		if n > maxLength/10 {
			return -1, before, behind
		}
		n = n*10 + int64(b[i]-'0')
	}
	for ; i < len(b); i++ {
		behind = behind || b[i] != ' ' && b[i] != '\t'
	}
	return n, before, behind
}

// maxLength is more than any body has: sums with it do not overflow.
const maxLength = 1 << 60

// parseChunkSize reads a chunk-size line (RFC 9112, section 7.1): the size, and whether extensions follow it. It returns
// -1 when there is no size, or one that is too large. Blanks before it are passed over.
func parseChunkSize(line []byte) (n int64, extension bool) {
	i := 0
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	digits := i
	for ; i < len(line); i++ {
		v := hexValue(line[i])
		if v < 0 {
			break
		}
		if n > maxLength/16 {
			return -1, false
		}
		n = n*16 + int64(v)
	}
	if i == digits {
		return -1, false
	}
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	return n, i < len(line)
}

// blanks are what separates the words of a line for tolerant servers, a bit for each.
const blanks uint64 = 1<<' ' | 1<<'\t' | 1<<'\v' | 1<<'\f' | 1<<'\r' | 1<<0

func isBlank(c byte) bool { return c <= ' ' && blanks&(1<<c) != 0 }

// blank returns where the first blank is, or -1.
func blank(b []byte) int {
	for i, c := range b {
		if isBlank(c) {
			return i
		}
	}
	return -1
}

// hexValue returns the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= lower(c) && lower(c) <= 'f':
		return int(lower(c)-'a') + 10
	}
	return -1
}
