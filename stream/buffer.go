package stream

import (
	"errors"
	"hash/maphash"
)

// ErrFull is returned by Buffer.Write when the unread bytes would pass the limit.
var ErrFull = errors.New("stream: buffer full")

// Buffer is a stream whose bytes the caller supplies: what a parser decoded out of another stream and wants to read
// with the same verbs. It holds what its Cursor has not read.
//
// Invariant: data[:read] was read; what follows begins at offset view.liveAt and has the losses between its bytes.
type Buffer struct {
	s      Stream
	cursor Cursor
	view   view // live is what can be read now: data up to the first loss
	store  Store
	limit  int
	data   []byte
	read   int
	losses []loss
	closed bool
}

// loss is a hole in a Buffer: n bytes from off on are missing.
type loss struct{ off, n int64 }

func (l loss) end() int64 { return l.off + l.n }

// NewBuffer returns a Buffer that holds at most limit unread bytes.
func NewBuffer(limit int) *Buffer {
	b := &Buffer{limit: limit}
	b.store.seed = maphash.MakeSeed()
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
	skipped := int(max(0, min(b.s.app-b.s.edge, int64(len(p)))))
	if len(b.data)-b.read+len(p)-skipped > b.limit {
		return 0, ErrFull
	}
	b.skipped(int64(skipped))
	if b.read > len(b.data)/2 { // so every byte is moved once at most
		b.data = b.data[:copy(b.data, b.data[b.read:])]
		b.read = 0
	}
	b.data = append(b.data, p[skipped:]...)
	b.s.edge += int64(len(p) - skipped)
	b.open()
	return len(p), nil
}

// Lost notes that n bytes are missing here. Before them reads fail with Fault Gap and a Piece takes them; Pass goes
// on behind them.
func (b *Buffer) Lost(n int64) {
	b.drop()
	skipped := max(0, min(b.s.app-b.s.edge, n))
	b.skipped(skipped)
	if n -= skipped; n > 0 {
		if k := len(b.losses); k > 0 && b.losses[k-1].end() == b.s.edge {
			b.losses[k-1].n += n
		} else {
			b.losses = append(b.losses, loss{b.s.edge, n})
		}
		b.s.edge += n
	}
	b.open()
}

// skipped notes that n bytes arrived, or are lost, which a Skip passed before.
func (b *Buffer) skipped(n int64) {
	if n > 0 {
		b.s.edge += n
		b.view.liveAt = b.s.edge
	}
}

// Pass goes on behind the bytes that are lost next, and tells what they cut: the unread bytes before them and how
// many are still missing. It returns the zero Loss when a Piece or a Skip took them all, or nothing is lost.
func (b *Buffer) Pass() Loss {
	if b.drop() || len(b.losses) == 0 {
		return Loss{}
	}
	first := b.losses[0]
	held := int(first.off - b.view.liveAt)
	l := Loss{Held: b.data[b.read:][:held:held], Lost: first.n, Offset: first.off}
	b.read += held
	b.losses = b.losses[1:]
	b.view.liveAt = first.end()
	b.s.app = max(b.s.app, b.view.liveAt)
	b.s.want, b.s.scan, b.s.scanFor = 0, 0, 0
	b.open()
	return l
}

// Close says that nothing more will come.
func (b *Buffer) Close() error {
	b.closed = true
	b.drop()
	return nil
}

// drop forgets what was read. It reports whether a loss was taken up whole, by a Piece or a Skip.
func (b *Buffer) drop() (passed bool) {
	b.store.arena = b.store.arena[:0]
	v := &b.view
	for {
		if n := min(b.s.app-v.liveAt, int64(len(v.live))); n > 0 {
			b.read += int(n)
			v.liveAt += n
		}
		if len(b.losses) == 0 || v.liveAt < b.losses[0].off || b.s.app <= v.liveAt {
			b.open()
			return passed
		}
		first := &b.losses[0]
		taken := min(b.s.app-first.off, first.n)
		first.off, first.n = first.off+taken, first.n-taken
		v.liveAt = first.off
		if first.n == 0 {
			b.losses = b.losses[1:]
			passed = true
		}
		b.open()
	}
}

// open makes the view fit what is there.
func (b *Buffer) open() {
	v := &b.view
	v.live, v.lost, v.last = b.data[b.read:], 0, Short
	if b.closed {
		v.last = End
	}
	if len(b.losses) > 0 {
		first := b.losses[0]
		v.live, v.lost, v.last = v.live[:first.off-v.liveAt], first.n, Gap
	}
	if v.live == nil {
		v.live = []byte{}
	}
	v.limit = v.liveAt + int64(len(v.live))
	b.cursor.off, b.cursor.buf = -1, nil
}
