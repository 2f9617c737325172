package dump

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"github.com/reknit/reknit/stream"
)

// text shows b, together with what was held of the side.
func (p *Printer) text(s *Stream, d stream.Dir, b []byte) {
	x := &s.sides[d]
	for x.n > 0 && len(b) > 0 { // until what is held is whole
		x.held[x.n] = b[0]
		x.n++
		b = b[1:]
		n := p.show(s, d, x.held[:x.n], false)
		x.n = uint8(copy(x.held[:], x.held[n:x.n]))
	}
	n := p.show(s, d, b, false)
	if n < len(b) {
		x.n = uint8(copy(x.held[:], b[n:]))
	}
}

// release shows what is held of the side, which nothing will follow.
func (p *Printer) release(s *Stream, d stream.Dir) {
	x := &s.sides[d]
	p.show(s, d, x.held[:x.n], true)
	x.n = 0
}

// show shows b and returns how many bytes were shown. Unless nothing follows, up to three bytes may be left whose meaning
// depends on those behind them.
func (p *Printer) show(s *Stream, d stream.Dir, b []byte, last bool) (shown int) {
	for {
		line, n, ended := appendLine(p.line[:0], b[shown:], last)
		p.line = line
		if n == 0 {
			return shown
		}
		shown += n
		p.begin(s, d)
		p.Out.Write(line)
		s.sides[d].mid = !ended
		if ended {
			p.finish()
		}
	}
}

// maxPart is the length from which on the parts of a line are written one by one.
const maxPart = 4096

// appendLine appends the characters of b up to its first line end as they are shown, or as many as may be of a long line,
// and returns how many bytes of b that took.
func appendLine(line, b []byte, last bool) (_ []byte, taken int, ended bool) {
	for taken < len(b) && len(line) < maxPart {
		rest := b[taken:]
		if rest[0] == '\n' {
			return line, taken + 1, true
		}
		if len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n' {
			return line, taken + 2, true
		}
		if !last && pending(rest) {
			break
		}
		n := run(rest)
		if n > 0 {
			line = append(line, rest[:n]...)
		} else {
			line, n = appendChar(line, rest)
		}
		taken += n
	}
	return line, taken, false
}

// begin makes the line that is open one of direction d of s.
func (p *Printer) begin(s *Stream, d stream.Dir) {
	p.turn(s, d)
	if p.open {
		return
	}
	p.on(sideStyles[d])
	mark := " "
	if s.sides[d].mid {
		mark = "+ "
	}
	io.WriteString(p.Out, marks[d]+mark)
	p.open = true
}

// pending reports whether what b begins with depends on what follows b.
func pending(b []byte) bool { return b[0] == '\r' && len(b) == 1 || !utf8.FullRune(b) }

// run returns how many bytes at the beginning of b are characters of ASCII that are shown as they are.
func run(b []byte) int {
	for i, c := range b {
		if (c < ' ' || c > '~') && c != '\t' {
			return i
		}
	}
	return len(b)
}

// appendChar appends the character at the beginning of b, escaped if it could drive a terminal or turn a line around, and
// returns its length in b.
func appendChar(line, b []byte) ([]byte, int) {
	r, n := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && n <= 1:
		return fmt.Appendf(line, `\x%02x`, b[0]), 1
	case unicode.IsPrint(r):
		return append(line, b[:n]...), n
	case r == '\r':
		return append(line, `\r`...), n
	case r < 0x80:
		return fmt.Appendf(line, `\x%02x`, r), n
	case r < 0x10000:
		return fmt.Appendf(line, `\u%04x`, r), n
	}
	return fmt.Appendf(line, `\U%08x`, r), n
}
