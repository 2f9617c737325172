package coding

// flateEngine decodes gzip, zlib and bare DEFLATE. Checksums are not checked: clients show what they got.
type flateEngine struct {
	inflater
	format format
	state  flateState
	flags  byte // of the gzip header
	n      int  // bytes of the part that is being read
	skip   int  // bytes to skip
}

// flateState is the part that comes next (RFC 1952, section 2.3).
type flateState uint8

const (
	fixedHeader flateState = iota
	extraLength
	extraField
	fileName
	comment
	headerCRC
	compressed
	trailer
	behind // another gzip member, or nothing of interest
	over
)

const (
	gzipMagic1 = 0x1f
	gzipMagic2 = 0x8b

	flagHeaderCRC = 2
	flagExtra     = 4
	flagName      = 8
	flagComment   = 16
)

// isZlib reports whether b begins with a zlib header (RFC 1950, section 2.2).
func isZlib(b []byte) bool {
	return b[0]&15 == 8 && b[0]>>4 <= 7 && (int(b[0])<<8|int(b[1]))%31 == 0 && b[1]&0x20 == 0
}

func (e *flateEngine) start(f format, to sink) {
	e.inflater.reset(to, nil)
	e.format, e.state, e.n, e.flags, e.skip = f, fixedHeader, 0, 0, 0
	if f == rawFormat {
		e.state = compressed
	}
}

func (e *flateEngine) write(b []byte) bool {
	for len(b) > 0 {
		switch e.state {
		case compressed:
			rest, ok := e.inflater.write(b)
			if !ok {
				return false
			}
			if b = rest; e.inflater.state != inflated {
				return true
			}
			e.ended()
			// Whole bytes behind the end were taken in with the last ones.
			for e.inflater.n >= 8 {
				c := byte(e.bits)
				e.drop(8)
				if !e.outside(c) {
					return false
				}
			}
			e.bits = 0
		case over:
			return true
		default:
			c := b[0]
			if b = b[1:]; !e.outside(c) {
				return false
			}
		}
	}
	return true
}

// ended goes on behind the compressed data.
func (e *flateEngine) ended() {
	e.n = 0
	switch e.format {
	case gzipFormat:
		e.state = trailer
	default:
		e.state = over
	}
}

// outside takes a byte of the header or the trailer.
func (e *flateEngine) outside(c byte) bool {
	if e.format == zlibFormat && e.state == fixedHeader {
		if e.n++; e.n == 2 {
			e.state = compressed
		}
		return true
	}
	switch e.state {
	case fixedHeader, behind:
		return e.header(c)
	case extraLength:
		e.skip |= int(c) << (8 * e.n)
		if e.n++; e.n == 2 {
			e.n = 0
			e.advance(extraField)
		}
	case extraField:
		if e.n++; e.n == e.skip {
			e.advance(fileName)
		}
	case fileName:
		if c == 0 {
			e.advance(comment)
		}
	case comment:
		if c == 0 {
			e.advance(headerCRC)
		}
	case headerCRC:
		if e.n++; e.n == 2 {
			e.advance(compressed)
		}
	case trailer:
		if e.n++; e.n == 8 {
			e.n, e.state = 0, behind
		}
	}
	return true
}

// header takes a byte of the fixed part of a gzip header. What is behind a member and no header is passed over.
func (e *flateEngine) header(c byte) bool {
	wrong := e.n == 0 && c != gzipMagic1 || e.n == 1 && c != gzipMagic2 || e.n == 2 && c != 8
	if wrong {
		if e.state == behind {
			e.state = over
			return true
		}
		return false
	}
	if e.n == 3 {
		e.flags = c
	}
	if e.n++; e.n == 10 {
		e.skip = 0
		e.advance(extraLength)
	}
	return true
}

// advance goes on to a part, or the next one that is there.
func (e *flateEngine) advance(to flateState) {
	if to == extraLength && e.flags&flagExtra == 0 {
		to = fileName
	}
	if to == extraField && e.skip == 0 {
		to = fileName
	}
	if to == fileName && e.flags&flagName == 0 {
		to = comment
	}
	if to == comment && e.flags&flagComment == 0 {
		to = headerCRC
	}
	if to == headerCRC && e.flags&flagHeaderCRC == 0 {
		to = compressed
	}
	e.n, e.state = 0, to
	if to == compressed {
		e.inflater.reset(e.to, nil)
	}
}
