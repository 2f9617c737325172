package stream

import "errors"

// ErrFull is returned by Buffer.Write when the unread bytes would pass the limit.
var ErrFull = errors.New("stream: buffer full")

// Buffer is a stream whose bytes the caller supplies: what a parser decoded out of another stream and wants to read
// with the same verbs. It holds what its Cursor has not read.
type Buffer struct {
	s      Stream
	cursor Cursor
	view   view // live is what can be read now: data up to the first loss
	store  Store
	limit  int
	data   []byte // unread bytes, also those behind losses
	losses []loss
	closed bool
}

// loss is a hole in a Buffer: n bytes from off on are missing.
type loss struct{ off, n int64 }

// NewBuffer returns a Buffer that holds at most limit unread bytes.
func NewBuffer(limit int) *Buffer {
	b := &Buffer{limit: limit}
	b.view.store = &b.store
	b.cursor = Cursor{s: &b.s, fence: noFence, view: &b.view}
	b.open()
	return b
}

// Cursor returns the reading end. Slices that it returns are valid until the next call of the Buffer.
func (b *Buffer) Cursor() *Cursor { return &b.cursor }

// Write appends p, which is copied. It takes all of p or, with ErrFull, nothing. Bytes that a Skip asked for are
// passed and not held.
func (b *Buffer) Write(p []byte) (int, error) {
	b.drop()
	if skipped := min(b.s.app-b.s.edge, int64(len(p))); skipped > 0 {
		b.s.edge += skipped
		b.view.liveAt = b.s.edge
		n, err := b.Write(p[skipped:])
		return n + int(skipped), err
	}
	defer b.open()
	if len(b.data)+len(p) > b.limit {
		return 0, ErrFull
	}
	b.data = append(b.data, p...)
	b.s.edge += int64(len(p))
	return len(p), nil
}

// Lost notes that n bytes are missing here. Before them reads fail with Fault Gap and a Piece takes them; Pass goes
// on behind them.
func (b *Buffer) Lost(n int64) {
	b.drop()
	if skipped := min(b.s.app-b.s.edge, n); skipped > 0 {
		b.s.edge += skipped
		b.view.liveAt = b.s.edge
		n -= skipped
	}
	if n > 0 {
		b.losses = append(b.losses, loss{b.s.edge, n})
		b.s.edge += n
	}
	b.open()
}

// Pass goes on behind the bytes that are lost next, and tells what they cut: the unread bytes before them and how
// many are still missing. It does nothing when the read that failed did not fail for them.
func (b *Buffer) Pass() Loss {
	b.drop()
	if len(b.losses) == 0 {
		return Loss{}
	}
	first := b.losses[0]
	held := int(first.off - b.view.liveAt)
	l := Loss{Held: b.data[:held:held], Lost: first.n, Offset: first.off}
	b.data, b.losses = b.data[held:], b.losses[1:]
	b.view.liveAt = first.off + first.n
	b.s.app = max(b.s.app, b.view.liveAt)
	b.s.want, b.s.scan, b.s.scanFor = 0, 0, 0
	b.open()
	return l
}

// Close says that nothing more will come.
func (b *Buffer) Close() error {
	b.closed = true
	b.drop()
	b.open()
	return nil
}

// drop forgets what was read.
func (b *Buffer) drop() {
	b.store.arena = b.store.arena[:0]
	v := &b.view
	if n := min(b.s.app-v.liveAt, int64(len(v.live))); n > 0 {
		b.data = b.data[:copy(b.data, b.data[n:])]
		v.live = v.live[n:]
		v.liveAt += n
	}
	if len(b.losses) > 0 { // a Piece or a Skip took from the loss
		first := &b.losses[0]
		if taken := min(b.s.app-first.off, first.n); taken > 0 {
			first.off += taken
			first.n -= taken
			v.liveAt = first.off
		}
	}
}

// open makes the view fit what is there.
func (b *Buffer) open() {
	v := &b.view
	v.live, v.lost, v.last = b.data, 0, Short
	if b.closed {
		v.last = End
	}
	if len(b.losses) > 0 {
		first := b.losses[0]
		v.live, v.lost, v.last = b.data[:first.off-v.liveAt], first.n, Gap
	}
	if v.live == nil {
		v.live = []byte{}
	}
	v.limit = v.liveAt + int64(len(v.live))
	b.cursor.off, b.cursor.buf = -1, nil
}
