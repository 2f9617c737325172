package dump

// rowLen is the number of bytes in a row.
const rowLen = 16

// row is a row of hexadecimal that is not full.
type row struct {
	at    int64
	n     int
	bytes [rowLen]byte
}

// hex shows b, which is of the stream and direction that are shown now.
func (p *Printer) hex(at int64, b []byte) {
	r := &p.row
	if r.n > 0 && r.at+int64(r.n) != at {
		p.writeRow()
	}
	for len(b) > 0 {
		if r.n == 0 {
			r.at = at
		}
		n := copy(r.bytes[r.n:], b)
		r.n += n
		at += int64(n)
		b = b[n:]
		if r.n == rowLen {
			p.writeRow()
		}
	}
}

// writeRow writes the row and empties it: offset, bytes in pairs, and the characters of ASCII among them.
func (p *Printer) writeRow() {
	r := &p.row
	line := p.line[:0]
	if p.Colours {
		line = append(line, sideStyles[p.dir]...)
	}
	line = append(line, marks[p.dir]...)
	line = append(line, ' ')
	line = appendOffset(line, r.at)
	line = append(line, ": "...)
	for i := range rowLen {
		if i < r.n {
			line = append(line, hexDigits[r.bytes[i]>>4], hexDigits[r.bytes[i]&15])
		} else {
			line = append(line, "  "...)
		}
		if i%2 == 1 {
			line = append(line, ' ')
		}
	}
	line = append(line, ' ')
	for _, c := range r.bytes[:r.n] {
		if c < ' ' || c > '~' {
			c = '.'
		}
		line = append(line, c)
	}
	if p.Colours {
		line = append(line, plain...)
	}
	p.line = append(line, '\n')
	p.Out.Write(p.line)
	r.n = 0
}

const hexDigits = "0123456789abcdef"

// appendOffset appends an offset with at least eight digits.
func appendOffset(line []byte, at int64) []byte {
	shift := 28
	for at>>shift > 15 {
		shift += 4
	}
	for ; shift >= 0; shift -= 4 {
		line = append(line, hexDigits[at>>shift&15])
	}
	return line
}
