package stream

import (
	"bytes"
	"math"
)

// Ending tells how the unit just read ended.
type Ending uint8

const (
	None  Ending = iota // the limit was reached, or the stream ended
	LF                  // a bare line feed
	CRLF                // carriage return, line feed
	Delim               // the delimiter given to Until
)

// Fault tells why the last read failed.
type Fault uint8

const (
	NoFault  Fault = iota
	Short          // not enough has arrived yet
	Gap            // bytes are missing before the unit could end
	End            // the stream, or what Within fenced off, ended
	Depth          // the depth limit was reached: nothing more will come
	Protocol       // Frame: the head is impossible, or the unit longer than its limit
)

var faultNames = [...]string{"none", "short", "gap", "end", "depth", "protocol"}

func (f Fault) String() string { return faultNames[f] }

// Piece is part of a body: either data, or the number of bytes that are lost.
type Piece struct {
	Data []byte
	Lost int64
}

// Cursor reads one direction of a connection, unit by unit. One unit is one read: a read that fails consumes nothing
// and is simply repeated on the next call; Fault tells why it failed.
//
// A slice that a read returns is valid until the Reader returns. It is a part of the packet or of held memory where
// the unit lies in one piece, else a copy; it must not be written to.
type Cursor struct {
	s      *Stream
	buf    []byte // what can be read at off without a hole, as far as it lies in one piece of memory
	off    int64  // of buf[0]; behind s.app when another cursor of the stream read on
	fence  int64  // reads end here, too: set by Within and Before
	view   *view
	ending Ending
	fault  Fault
	soft   bool // the fence is not an end: set by Before
}

// view is what the cursors of one direction share while a Reader runs.
type view struct {
	limit  int64  // what can be read ends here: at a hole, at what is not acknowledged, at the end
	last   Fault  // what lies there: Short, Gap, End or Depth
	lost   int64  // bytes lost there, for a Piece to take
	hold   bool   // the Reader does not want the end yet
	live   []byte // bytes of the packet, not stored; they begin at liveAt
	liveAt int64
	store  *Store
	peer   *Cursor
	dir    Dir
	open   bool // the cursors fit the pair being delivered
}

const (
	noFence  = math.MaxInt64
	maxLimit = math.MaxInt32 // more than a stream holds
)

// end returns where reads end.
func (c *Cursor) end() int64 { return min(c.view.limit, c.fence) }

// beyond returns what lies there.
func (c *Cursor) beyond() Fault {
	switch {
	case c.view.limit < c.fence:
		return c.view.last
	case c.soft:
		return Short
	}
	return End
}

// Ending returns how the Line or Until just read ended.
func (c *Cursor) Ending() Ending { return c.ending }

// Fault returns why the last read failed.
func (c *Cursor) Fault() Fault { return c.fault }

// Beyond returns what lies behind the bytes that can be read now: Short when there may be more, Gap, End or Depth.
func (c *Cursor) Beyond() Fault { return c.beyond() }

// Hold says that the Reader leaves bytes unread until the other direction has moved: the direction does not end before
// they were read, or the connection is closed.
func (c *Cursor) Hold() { c.view.hold = true }

// Peer returns the cursor of the other direction, or nil when there is none.
func (c *Cursor) Peer() *Cursor {
	p := c.view.peer
	if p != nil && !p.view.open {
		p.view.store.open(p.view.dir)
	}
	return p
}

// Offset returns the offset of the next byte, counted from the first byte after the SYN. It never wraps.
func (c *Cursor) Offset() int64 { return c.s.app }

// Deep reports whether bytes were discarded because they lie beyond Config.Depth.
func (c *Cursor) Deep() bool { return c.s.Deep() }

// Len returns how many bytes can be read now.
func (c *Cursor) Len() int { return int(max(0, c.end()-c.s.app)) }

// Line reads a line and returns it without its ending, CRLF or LF. limit, at least 1, counts the text without the
// ending. A longer line is read in parts of limit bytes whose Ending is None; so is what is left when the stream ends.
func (c *Cursor) Line(limit int) (text []byte, ok bool) {
	if c.off != c.s.app || c.s.scan != 0 {
		return c.lineSlowly(limit)
	}
	b := c.buf
	if limit = max(limit, 1); len(b)-2 > limit {
		b = b[:limit+2]
	}
	n := bytes.IndexByte(b, '\n')
	if n < 0 || n > limit {
		return c.lineSlowly(limit)
	}
	c.buf = c.buf[n+1:]
	c.off += int64(n) + 1
	c.s.app = c.off
	c.s.want = 0
	if n > 0 && b[n-1] == '\r' {
		c.ending = CRLF
		return b[:n-1], true
	}
	c.ending = LF
	return b[:n], true
}

func (c *Cursor) lineSlowly(limit int) ([]byte, bool) {
	if c.Len() == 0 {
		return nil, c.fail(1)
	}
	limit = min(max(limit, 1), maxLimit)
	from := c.resume(1)
	to := min(c.s.app+int64(limit)+2, c.end())
	at := c.find('\n', from, to)
	n := int(at - c.s.app)
	switch {
	case at >= 0 && n <= limit:
		b := c.take(n + 1)
		if n > 0 && b[n-1] == '\r' {
			c.ending = CRLF
			return b[:n-1], true
		}
		c.ending = LF
		return b[:n], true
	case at >= 0 && n == limit+1 && c.byteAt(at-1) == '\r':
		c.ending = CRLF
		return c.take(n + 1)[:limit], true
	case c.over(limit):
		c.ending = None
		return c.take(limit), true
	case c.beyond() >= End && c.Len() > 0 && to == c.end():
		c.ending = None
		return c.take(min(limit, c.Len())), true
	}
	c.searched(1, to)
	return nil, c.fail(c.Len() + 1)
}

// over reports whether a line without an end among the bytes at hand is longer than limit for certain.
func (c *Cursor) over(limit int) bool {
	n := c.Len()
	return n > limit+1 || n == limit+1 && c.byteAt(c.s.app+int64(limit)) != '\r'
}

// Until reads up to delim and returns what is before it; both are consumed. limit, at least 1, counts what is returned.
// At limit, and when the stream ends, it returns what is there with Ending None. An empty delim stands nowhere.
func (c *Cursor) Until(delim []byte, limit int) (b []byte, ok bool) {
	limit = min(max(limit, 1), maxLimit)
	kind := c.kind(delim)
	from := max(c.s.app, c.resume(kind)-int64(len(delim)-1))
	to := min(c.s.app+int64(limit)+int64(len(delim)), c.end())
	if at := c.findAll(delim, from, to); at >= 0 {
		n := int(at - c.s.app)
		c.ending = Delim
		return c.take(n + len(delim))[:n], true
	}
	if n := c.Len(); n >= limit+len(delim) || c.beyond() >= End && n > 0 {
		c.ending = None
		return c.take(min(limit, n)), true
	}
	c.searched(kind, to)
	return nil, c.fail(c.Len() + 1)
}

// Next reads exactly n bytes.
func (c *Cursor) Next(n int) (b []byte, ok bool) {
	if uint64(n) > uint64(c.Len()) {
		return nil, c.lacks(n)
	}
	return c.take(n), true
}

// lacks is fail, also for a negative n, which no protocol can mean.
func (c *Cursor) lacks(n int) bool {
	if n < 0 {
		c.fault = Protocol
		return false
	}
	return c.fail(n)
}

// Peek returns the next n bytes and leaves them unread.
func (c *Cursor) Peek(n int) (b []byte, ok bool) {
	if uint64(n) > uint64(c.Len()) {
		return nil, c.lacks(n)
	}
	return c.gather(n), true
}

// Ahead returns the bytes that come next, as far as they lie together, and leaves them unread: for a Reader that can use
// many units at once, and passes those it used with Skip. It is no read: it does not fail, and nothing is waited for. It
// returns nothing where a Line or an Until has failed, so that nobody looks at the beginning of that unit again.
func (c *Cursor) Ahead() []byte {
	if c.s.scan != 0 {
		return nil
	}
	if c.off != c.s.app || len(c.buf) == 0 {
		c.sync()
	}
	return c.buf
}

// Frame reads a unit that tells its own length: size gets the first head bytes and returns the length of the whole
// unit, head included, or a negative number when the head is impossible. A unit over limit is as impossible.
func (c *Cursor) Frame(head, limit int, size func(head []byte) int) (b []byte, ok bool) {
	h, ok := c.Peek(head)
	if !ok {
		return nil, false
	}
	n := size(h)
	if n < head || n > limit {
		c.fault = Protocol
		return nil, false
	}
	return c.Next(n)
}

// Piece reads some bytes of a body, at most limit: as many as lie together, or the number of them that are lost.
func (c *Cursor) Piece(limit int64) (p Piece, ok bool) {
	if n := int64(len(c.buf)); n > 0 && c.off == c.s.app && n <= limit && c.fence == noFence {
		b := c.buf
		c.buf = b[n:]
		c.off += n
		c.s.app = c.off
		c.s.want, c.s.scan, c.s.scanFor = 0, 0, 0
		return Piece{Data: b[:n:n]}, true
	}
	return c.pieceSlowly(limit)
}

func (c *Cursor) pieceSlowly(limit int64) (p Piece, ok bool) {
	if limit <= 0 {
		return Piece{}, c.fail(1)
	}
	if n := min(limit, c.end()-c.s.app); n > 0 {
		c.sync()
		return Piece{Data: c.take(int(min(n, int64(len(c.buf)))))}, true
	}
	if n := min(limit, c.view.lost, c.fence-c.s.app); n > 0 {
		c.view.lost -= n
		c.view.limit += n
		c.move(n)
		return Piece{Lost: n}, true
	}
	return Piece{}, c.fail(1)
}

// Skip passes n bytes, whether they arrived, are to come, or are lost. It does not fail; it stops at the fence.
func (c *Cursor) Skip(n int64) {
	if !c.soft {
		n = min(n, c.fence-c.s.app)
	}
	if n <= 0 {
		return
	}
	if over := min(c.s.app+n-c.view.limit, c.view.lost); over > 0 {
		c.view.lost -= over
		c.view.limit += over
	}
	c.move(n)
}

// Within returns a cursor over the next n bytes: its reads end there as at the end of a stream. Both read on from
// the same place.
func (c *Cursor) Within(n int64) Cursor {
	w := *c
	if n = max(0, n); n <= c.fence-c.s.app {
		w.fence, w.soft = c.s.app+n, false
	}
	w.off, w.buf = -1, nil
	return w
}

// Before returns a cursor over the bytes before off: for its reads, what lies behind has not arrived yet. Both read on
// from the same place.
func (c *Cursor) Before(off int64) Cursor {
	w := *c
	if off < c.fence {
		w.fence, w.soft = off, true
	}
	w.off, w.buf = -1, nil
	return w
}

// move passes n bytes.
func (c *Cursor) move(n int64) {
	c.s.app += n
	c.s.want, c.s.scan, c.s.scanFor = 0, 0, 0
	if n <= int64(len(c.buf)) && c.off+n == c.s.app {
		c.buf = c.buf[n:]
		c.off = c.s.app
	}
}

// take returns the next n bytes, which can be read, and passes them.
func (c *Cursor) take(n int) []byte {
	b := c.gather(n)
	c.move(int64(n))
	return b
}

// gather returns the next n bytes in one piece.
func (c *Cursor) gather(n int) []byte {
	c.sync()
	if n <= len(c.buf) {
		return c.buf[:n:n]
	}
	a := c.view.store.arena
	start := len(a)
	var at place
	for off := c.s.app; len(a)-start < n; {
		b := c.span(off, &at)
		if len(b) == 0 {
			panic("stream: BUG: bytes that can be read are not held")
		}
		b = b[:min(len(b), n-(len(a)-start))]
		a = append(a, b...)
		off += int64(len(b))
	}
	c.view.store.arena = a
	c.view.store.Counters.Copied += uint64(n)
	return a[start:len(a):len(a)]
}

// sync makes buf begin at the next byte.
func (c *Cursor) sync() {
	if skipped := c.s.app - c.off; skipped >= 0 && skipped < int64(len(c.buf)) {
		c.off, c.buf = c.s.app, c.buf[skipped:]
		return
	}
	var at place
	c.off, c.buf = c.s.app, c.span(c.s.app, &at)
}

// span returns the memory that holds the bytes from off on, up to limit. at is where the piece before off was found by
// the last call, or nothing.
func (c *Cursor) span(off int64, at *place) []byte {
	if off >= c.end() {
		return nil
	}
	if c.view.live != nil && off >= c.view.liveAt {
		return c.view.live[off-c.view.liveAt : min(c.end()-c.view.liveAt, int64(len(c.view.live)))]
	}
	t, x := &c.view.store.trees, &c.s.index
	var p *piece
	if at.leaf == 0 {
		*at, p = t.seek(x, off)
	} else {
		*at, p = t.next(x, *at)
	}
	start := int(p.at) + int(off-p.off)
	end := int(p.at) + int(p.n)
	limit := int(min(int64(start)+c.end()-off, maxPage))
	for end < limit { // pieces that lie behind each other in a page are one
		next, q := t.next(x, *at)
		if q == nil || q.page != p.page || q.off != p.end() || int(q.at) != end {
			break
		}
		*at, p, end = next, q, end+int(q.n)
	}
	return c.view.store.pages.data(p.page)[start:min(end, limit)]
}

// fail notes why a read failed that needs n bytes, and returns false.
func (c *Cursor) fail(n int) bool {
	c.fault = c.beyond()
	if c.view.limit >= c.fence {
		return false // more of the stream does not help
	}
	c.s.want = uint32(min(int64(n), math.MaxUint32))
	return false
}
