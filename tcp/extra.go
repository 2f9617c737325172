package tcp

import (
	"unsafe"

	"github.com/reknit/reknit/stream"
)

// extra is what few connections have.
type extra struct {
	syns      []hello // SYNs of the client, the current one last; none when there was one only, without data
	replies   []hello // answers to the SYN besides the current one
	urgent    [2]urgent
	pointers  [2]pointer
	probes    [2]probe
	undecided [2][]undecided
	blocks    [2][]block // of SACK, in order, apart from each other
}

// hello is a SYN, or an answer to one, that may turn out to be the one that counts.
type hello struct {
	isn    Seq
	ts     uint32
	at     uint32 // seconds
	window uint16
	scale  uint8
	opts   Options
	size   int    // octets of payload that it carried
	data   []byte // of them, those that were captured
	shown  bool   // data was given to the Reader before the server took it
}

const (
	extraBytes = int64(unsafe.Sizeof(extra{}))
	helloBytes = int64(unsafe.Sizeof(hello{}))
)

// bytes returns the memory that h takes.
func (h *hello) bytes() int64 { return helloBytes + int64(len(h.data)) }

// same reports whether h and o differ in nothing but their time.
func (h *hello) same(o *hello) bool {
	return h.isn == o.isn && h.ts == o.ts && h.window == o.window && h.scale == o.scale && h.opts == o.opts && h.size == o.size
}

// extras keeps what few connections have, numbered from 1.
type extras struct {
	all   []extra
	free  []uint32
	bytes int64
}

// of returns the extra of c, nil when it has none.
func (x *extras) of(c *Conn) *extra {
	if c.extra == 0 {
		return nil
	}
	return &x.all[c.extra-1]
}

// extra returns the extra of c with room for n bytes more, which are counted; nil when there is no memory for them.
func (t *Tracker) extra(c *Conn, n int64) *extra {
	x := &t.extras
	if c.extra == 0 {
		n += extraBytes
	}
	if x.bytes+n > t.config.MaxExtra {
		t.Counters.NoExtra++
		return nil
	}
	x.bytes += n
	if c.extra == 0 {
		if n := len(x.free); n > 0 {
			c.extra = x.free[n-1]
			x.free = x.free[:n-1]
		} else {
			x.all = append(x.all, extra{})
			c.extra = uint32(len(x.all))
		}
	}
	return x.of(c)
}

// strip frees the extra of c.
func (t *Tracker) strip(c *Conn) {
	e := t.extras.of(c)
	if e == nil {
		return
	}
	t.forgetHellos(e)
	t.forgetUndecided(c, stream.ToServer)
	t.forgetUndecided(c, stream.ToClient)
	t.extras.bytes -= extraBytes + int64(len(e.blocks[0])+len(e.blocks[1]))*blockBytes
	*e = extra{}
	c.flags &^= leftOut
	c.sides[0].flags &^= probeHeld | pointed
	c.sides[1].flags &^= probeHeld | pointed
	t.extras.free = append(t.extras.free, c.extra)
	c.extra = 0
}

// forgetHellos frees the handshakes that were possible.
func (t *Tracker) forgetHellos(e *extra) {
	for i := range e.syns {
		t.extras.bytes -= e.syns[i].bytes()
	}
	for i := range e.replies {
		t.extras.bytes -= e.replies[i].bytes()
	}
	e.syns, e.replies = nil, nil
}

// agreed frees what only the handshake of c needed.
func (t *Tracker) agreed(c *Conn) {
	switch e := t.extras.of(c); {
	case e == nil:
	case t.needsExtra(c):
		t.forgetHellos(e)
	default:
		t.strip(c)
	}
}

// needsExtra reports whether the extra of c has urgent octets or pointers, probes or segments that wait.
func (t *Tracker) needsExtra(c *Conn) bool {
	return c.flags&leftOut != 0 || (c.sides[0].flags|c.sides[1].flags)&(probeHeld|waiting|pointed) != 0
}
