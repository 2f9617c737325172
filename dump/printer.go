package dump

import (
	"fmt"
	"io"

	"github.com/reknit/reknit/stream"
)

// Stream is what a Printer keeps of a stream: a few bytes. The zero Stream has shown nothing.
type Stream struct{ sides [2]side }

// side is one direction of a Stream in text.
type side struct {
	held [4]byte // the beginning of a character, or a CR of which it is not known whether an LF follows
	n    uint8   // of held
	mid  bool    // a line has begun and not ended
}

// Printer shows streams as their bytes come. It belongs to one goroutine.
type Printer struct {
	// Out is where all goes, in small pieces. What it returns is not looked at: it must remember its errors, as
	// bufio.Writer does.
	Out    io.Writer
	Format Format
	// Colours tells sides, gaps and headlines apart by colours, beside the marks.
	Colours bool
	// Headline is what stands above the bytes of a stream when another one, or none, was shown before, without a line
	// end. It must be printable. When nil, there are no headlines.
	Headline func(s *Stream) string

	current *Stream
	dir     stream.Dir
	open    bool // in text: the last line has no end yet
	row     row  // in hexadecimal: of current in dir
	line    []byte
}

// Data shows bytes of s that were sent in direction d and begin at offset at.
func (p *Printer) Data(s *Stream, d stream.Dir, at int64, b []byte) {
	if len(b) == 0 {
		return
	}
	switch p.Format {
	case Raw:
		p.Out.Write(b)
	case Hex:
		p.turn(s, d)
		p.hex(at, b)
	default:
		p.text(s, d, b)
	}
}

// Lost shows that n bytes are missing in direction d.
func (p *Printer) Lost(s *Stream, d stream.Dir, n int64) {
	p.Note(s, d, bytesWord(n)+" lost")
}

// Note shows a remark on direction d of s. It must be printable, and have no line end. There are none in a Raw dump.
func (p *Printer) Note(s *Stream, d stream.Dir, text string) {
	if p.Format == Raw {
		return
	}
	p.End(s, d)
	p.turn(s, d)
	p.finish()
	s.sides[d].mid = false
	p.styled(noteStyle, marks[d]+"! ["+text+"]")
}

// End shows what is left of direction d of s.
func (p *Printer) End(s *Stream, d stream.Dir) {
	if p.Format == Text {
		p.release(s, d)
	}
	if p.current == s && p.dir == d {
		p.finish()
	}
}

// Close ends the last line.
func (p *Printer) Close() {
	p.finish()
	p.current = nil
}

// Forget says that s will not be used again.
func (p *Printer) Forget(s *Stream) {
	if p.current == s {
		p.Close()
	}
}

// marks are what lines of each direction begin with.
var marks = [...]string{stream.ToServer: ">", stream.ToClient: "<"}

// turn makes s and d what is shown next.
func (p *Printer) turn(s *Stream, d stream.Dir) {
	if p.current == s && p.dir == d {
		return
	}
	p.finish()
	if p.current != s && p.Headline != nil {
		p.styled(headStyle, "=== "+p.Headline(s)+" ===")
	}
	p.current, p.dir = s, d
}

// finish ends the line or row that is open.
func (p *Printer) finish() {
	if p.open {
		p.off()
		io.WriteString(p.Out, "\n")
		p.open = false
	}
	if p.row.n > 0 {
		p.writeRow()
	}
}

// Styles of a terminal with colours.
const (
	headStyle = "\x1b[1m"  // bold
	noteStyle = "\x1b[31m" // red
	plain     = "\x1b[0m"
)

var sideStyles = [...]string{stream.ToServer: "\x1b[36m", stream.ToClient: "\x1b[32m"} // cyan, green

func (p *Printer) on(style string) {
	if p.Colours {
		io.WriteString(p.Out, style)
	}
}

func (p *Printer) off() { p.on(plain) }

// styled writes a line.
func (p *Printer) styled(style, text string) {
	p.on(style)
	io.WriteString(p.Out, text)
	p.off()
	io.WriteString(p.Out, "\n")
}

func bytesWord(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}
