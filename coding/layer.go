package coding

// maxHead is the number of bytes of a layer that are tried before they are decoded for good.
const maxHead = 256

// layer undoes one coding.
type layer struct {
	d      *Decoder
	coding Coding
	next   sink
	head   []byte // the first bytes, while it is not clear what they are
	mode   mode
	large  bool
	engine engine // while mode is decoding
	tally  tally
}

type mode uint8

const (
	undecided mode = iota
	decoding
	asIs // handed on as they are
	dead // not handed on
)

// engine decodes a format.
type engine interface {
	// start begins a stream in a format.
	start(f format, to sink)
	// write decodes b. It reports false when b is not in the format, or nobody wants more.
	write(b []byte) bool
}

// format is what a coding may turn out to be.
type format uint8

const (
	gzipFormat format = iota
	zlibFormat
	rawFormat
	brotliFormat
	zstdFormat
)

// take takes bytes in the coding.
func (l *layer) take(b []byte) bool {
	if l.mode == undecided {
		n := min(maxHead-len(l.head), len(b))
		l.head = append(l.head, b[:n]...)
		if b = b[n:]; len(l.head) == maxHead {
			l.decide()
		}
	}
	switch l.mode {
	case decoding:
		if len(b) > 0 && !l.engine.write(b) {
			l.broken()
		}
	case asIs:
		return l.next.take(b)
	}
	return true
}

// lost ends the decoding.
func (l *layer) lost() {
	l.decide()
	if l.mode == decoding {
		l.stop()
		l.mode = dead
	}
}

// decide finds out what the first bytes are.
func (l *layer) decide() {
	if l.mode != undecided {
		return
	}
	head := l.head
	l.mode = dead
	if len(head) == 0 {
		return
	}
	if !l.acquire() {
		l.fail(ErrBusy)
		l.pass(head)
		return
	}
	for _, f := range l.formats(head) {
		l.tally = tally{l: l, dry: true}
		l.engine.start(f, &l.tally)
		if l.engine.write(head) || l.tally.tried > maxTried {
			l.tally = tally{l: l}
			l.engine.start(f, &l.tally)
			l.mode = decoding
			if !l.engine.write(head) {
				l.broken()
			}
			return
		}
	}
	l.stop()
	l.fail(ErrCoding)
	l.pass(head)
}

// pass hands the bytes on as they are from here on.
func (l *layer) pass(head []byte) {
	l.mode = asIs
	l.next.take(head)
}

// formats returns what the bytes may be, by the coding that was named and by how they begin.
func (l *layer) formats(head []byte) []format {
	switch l.coding {
	case Brotli:
		return []format{brotliFormat}
	case Zstd:
		return []format{zstdFormat}
	}
	var list []format
	if len(head) >= 2 {
		if head[0] == gzipMagic1 && head[1] == gzipMagic2 {
			list = append(list, gzipFormat)
		}
		if isZlib(head) {
			list = append(list, zlibFormat)
		}
	}
	return append(list, rawFormat)
}

// broken ends the decoding: what comes is not what it should be, or there is too much of it.
func (l *layer) broken() {
	l.stop()
	l.mode = dead
	if l.tally.bomb {
		l.fail(ErrBomb)
	} else {
		l.fail(ErrBroken)
	}
}

// fail notes the first error.
func (l *layer) fail(err error) {
	if l.d.err == nil {
		l.d.err = err
	}
}

// acquire gets an engine, unless there are too many at work.
func (l *layer) acquire() bool {
	p := l.d.pool
	switch l.coding {
	case Brotli, Zstd:
		limit := int32(p.MaxLarge)
		if limit == 0 {
			limit = 64
		}
		if p.large.Add(1) > limit {
			p.large.Add(-1)
			return false
		}
		l.large = true
		if l.coding == Brotli {
			l.engine, _ = p.brotlis.Get().(*brotliEngine)
			if l.engine == (*brotliEngine)(nil) {
				l.engine = newBrotli()
			}
			return true
		}
		l.engine, _ = p.zstds.Get().(*zstdEngine)
		if l.engine == (*zstdEngine)(nil) {
			l.engine = newZstd()
		}
		return true
	}
	f, ok := p.flates.Get().(*flateEngine)
	if !ok {
		f = new(flateEngine)
	}
	l.engine = f
	return true
}

// stop gives the engine back.
func (l *layer) stop() {
	p := l.d.pool
	switch e := l.engine.(type) {
	case *flateEngine:
		e.to = nil
		p.flates.Put(e)
	case *brotliEngine:
		e.to = nil
		p.brotlis.Put(e)
	case *zstdEngine:
		e.to = nil
		p.zstds.Put(e)
	}
	if l.large {
		p.large.Add(-1)
	}
	l.engine, l.large = nil, false
}

// maxTried is the number of bytes that a few first bytes must decode to at most to be taken for what they seem to be: 256
// bytes of br can mean gigabytes.
const maxTried = 64 << 10

// tally counts what a layer decodes, and hands it on unless it is dry.
type tally struct {
	l     *layer
	dry   bool
	tried int // decoded bytes, while it is dry
	bomb  bool
}

func (t *tally) take(b []byte) bool {
	if t.dry {
		t.tried += len(b)
		return t.tried <= maxTried
	}
	if t.l.d.bomb(len(b)) {
		t.bomb = true
		return false
	}
	return t.l.next.take(b)
}
