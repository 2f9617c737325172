package mime

import (
	"bytes"
	"strings"
)

// DecodeHeader returns the value of a header field for people: encoded words (RFC 2047) in any known charset are decoded,
// wherever they stand; the rest is taken for UTF-8 or else windows-1252. Line ends that folded the value are removed.
// The result is valid UTF-8.
func DecodeHeader(raw []byte) string {
	if bytes.IndexByte(raw, '\n') >= 0 {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n"), nil)
	}
	if !bytes.Contains(raw, []byte("=?")) {
		return guessText(raw)
	}
	var out strings.Builder
	var run wordRun
	plain := 0 // raw[plain:i] is text between words
	for i := 0; i < len(raw); {
		w, n := parseWord(raw[i:])
		if n == 0 {
			next := bytes.Index(raw[i+1:], []byte("=?"))
			if next < 0 {
				break
			}
			i += 1 + next
			continue
		}
		between := raw[plain:i]
		if !run.open || len(bytes.Trim(between, " \t\r\n")) > 0 {
			run.flush(&out)
			out.WriteString(guessText(between))
		}
		run.add(&out, w)
		i += n
		plain = i
	}
	run.flush(&out)
	out.WriteString(guessText(raw[plain:]))
	return out.String()
}

// A wordRun is a run of encoded words with nothing but blanks between them. Those of one charset are decoded together,
// because senders cut characters in two.
type wordRun struct {
	open    bool
	charset string
	text    []byte
}

func (r *wordRun) add(out *strings.Builder, w word) {
	if r.open && !strings.EqualFold(r.charset, w.charset) {
		r.flush(out)
	}
	r.open, r.charset = true, w.charset
	r.text = append(r.text, w.text...)
}

func (r *wordRun) flush(out *strings.Builder) {
	if r.open {
		out.WriteString(decodeCharset(r.charset, r.text))
	}
	r.open, r.text = false, r.text[:0]
}

// A word is an encoded word: =?charset*language?encoding?text?=
type word struct {
	charset string
	text    []byte // decoded, in charset
}

// maxWord is the length up to which the end of an encoded word is searched for. RFC 2047, section 2, allows 75 bytes.
const maxWord = 4096

// parseWord reads the encoded word with which b begins, and returns how long it is: 0 when there is none.
func parseWord(b []byte) (w word, n int) {
	if len(b) < 8 || b[0] != '=' || b[1] != '?' {
		return w, 0
	}
	q := bytes.IndexByte(b[2:], '?')
	if q <= 0 || q > 100 || len(b) < 2+q+4 || b[2+q+2] != '?' {
		return w, 0
	}
	charset, encoding := b[2:2+q], b[2+q+1]
	text := b[2+q+3:]
	end := bytes.Index(text[:min(len(text), maxWord)], []byte("?="))
	if end < 0 {
		return w, 0
	}
	n = 2 + q + 3 + end + 2
	text = text[:end]
	charset, _, _ = bytes.Cut(charset, []byte{'*'}) // RFC 2231, section 5
	if bytes.ContainsAny(charset, " \t\"()<>@,;:/[]") {
		return w, 0
	}
	w.charset = string(charset)
	switch encoding {
	case 'B', 'b':
		var d base64Decoder
		out := make([]byte, base64Room(len(text))+3)
		m := len(d.decode(out, text))
		m += d.finish(out[m:])
		w.text = out[:m]
	case 'Q', 'q':
		w.text = decodeQ(text)
	default:
		return w, 0
	}
	return w, n
}

// decodeQ decodes the Q encoding (RFC 2047, section 4.2).
func decodeQ(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(text):
			if b, ok := unhex(text[i+1], text[i+2]); ok {
				c = b
				i += 2
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}
