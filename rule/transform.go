package rule

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"

	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/rule/pcre"
)

// Append appends what a transform makes of src. It does not change src, which must not overlap the room behind dst.
func (t *Transform) Append(dst, src []byte, m *pcre.Matcher) []byte {
	switch t.Name {
	case "dotprefix":
		return append(append(dst, '.'), src...)
	case "strip_whitespace":
		return appendIf(dst, src, func(i int) bool { return !isSpace(src[i]) })
	case "compress_whitespace":
		return appendIf(dst, src, func(i int) bool { return i == 0 || !isSpace(src[i]) || !isSpace(src[i-1]) })
	case "to_lowercase":
		return appendCase(dst, src, 'A', 'Z')
	case "to_uppercase":
		return appendCase(dst, src, 'a', 'z')
	case "to_md5":
		sum := md5.Sum(src)
		return append(dst, sum[:]...)
	case "to_sha1":
		sum := sha1.Sum(src)
		return append(dst, sum[:]...)
	case "to_sha256":
		sum := sha256.Sum256(src)
		return append(dst, sum[:]...)
	case "url_decode":
		return appendURL(dst, src)
	case "xor":
		return t.appendXor(dst, src)
	case "subslice":
		return append(dst, t.Slice.Of(src)...)
	case "header_lowercase":
		return appendHeader(dst, src)
	case "strip_pseudo_headers":
		for line := range bytes.Lines(src) {
			if line[0] != ':' {
				dst = append(dst, line...)
			}
		}
		return dst
	case "pcrexform":
		if groups, ok := t.Regexp.Submatch(m, src, 0); ok && groups[2] >= 0 {
			src = src[groups[2]:groups[3]]
		}
		return append(dst, src...)
	case "from_base64":
		return t.appendBase64(dst, src)
	case "gunzip", "zlib_deflate":
		return t.inflate(dst, src)
	case "domain", "tld":
		return t.appendDomain(dst, src)
	}
	panic("BUG: unknown transform " + t.Name)
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// appendIf appends the bytes whose index keep wants.
func appendIf(dst, src []byte, keep func(i int) bool) []byte {
	for i, c := range src {
		if keep(i) {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendCase appends src with the letters from low to high in the other case.
func appendCase(dst, src []byte, low, high byte) []byte {
	for _, c := range src {
		if low <= c && c <= high {
			c ^= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// appendURL decodes %HH and +. What is not of that form stays.
func appendURL(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c == '+' {
			c = ' '
		} else if c == '%' && i+2 < len(src) {
			high, okHigh := unhex(src[i+1])
			low, okLow := unhex(src[i+2])
			if okHigh && okLow {
				c = high<<4 | low
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// appendHeader appends header fields with their names in lower case.
func appendHeader(dst, src []byte) []byte {
	for line := range bytes.Lines(src) {
		name := max(bytes.IndexByte(line[1:], ':')+1, 0) // the colon of :method is part of the name
		dst = appendCase(dst, line[:name], 'A', 'Z')
		dst = append(dst, line[name:]...)
	}
	return dst
}

// appendBase64 decodes a part of src. What cannot be decoded stays as it is.
func (t *Transform) appendBase64(dst, src []byte) []byte {
	part := src[min(t.Offset, len(src)):]
	if t.Bytes > 0 && t.Bytes < len(part) {
		part = part[:t.Bytes]
	}
	before := len(dst)
	switch t.Mode {
	case "strict":
		if decoded, err := base64.StdEncoding.Strict().DecodeString(string(part)); err == nil {
			dst = append(dst, decoded...)
		}
	case "rfc2045": // characters outside of the alphabet are ignored
		kept := appendIf(nil, part, func(i int) bool { return !isSpace(part[i]) && part[i] >= 0x20 && part[i] < 0x7f })
		dst = payload.AppendBase64(dst, kept)
	default:
		dst = payload.AppendBase64(dst, part)
	}
	if len(dst) == before {
		return append(dst, src...)
	}
	return dst
}

// Transformer makes transformed buffers. Each worker has one; the zero value is ready to use.
type Transformer struct {
	matcher pcre.Matcher
	out     [2][]byte
}

// Apply returns what a chain of transforms makes of b. The result is valid until the next call; b is not changed.
func (x *Transformer) Apply(chain []Transform, b []byte) []byte {
	for i := range chain {
		to := &x.out[i%2]
		*to = chain[i].Append((*to)[:0], b, &x.matcher)
		b = *to
	}
	return b
}
