package mime

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// Charset returns the encoding of that name, or nil when there is none. Names are those of the WHATWG encoding standard,
// which says what programs take them for (gb2312 is GBK, iso-8859-1 is windows-1252), and those of IANA.
func Charset(name string) encoding.Encoding {
	name = strings.TrimSpace(name)
	if e, err := htmlindex.Get(name); err == nil {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
		return e
	}
	if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
		return e
	}
	return nil
}

// DecodeText returns b, which is in that charset, as UTF-8. Without a known charset it is taken for UTF-8 when it is
// valid, else for windows-1252.
func DecodeText(charset string, b []byte) string { return decodeCharset(charset, b) }

func decodeCharset(charset string, b []byte) string {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return guessText(b)
	}
	e := Charset(charset)
	if e == nil {
		return guessText(b)
	}
	text, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return guessText(b)
	}
	return strings.ToValidUTF8(strings.TrimPrefix(string(text), "\uFEFF"), "\uFFFD") // without a byte order mark
}

// guessText makes valid UTF-8 of bytes whose charset is not known.
func guessText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(text)
}
