package tcp

import (
	"slices"

	"github.com/reknit/reknit/stream"
)

// block is a range of numbers that the receiver has beyond its acknowledgement (RFC 2018).
type block struct{ from, to Seq }

const (
	blockBytes = 8
	// maxBlocks is how many ranges are kept of a direction. Those of a receiver that has more do not widen the window.
	maxBlocks = 128
)

// selective notes the SACK blocks of g, an accepted acknowledgement of direction x, and returns how many octets beyond
// it the receiver has. Systems other than current Linux are taken to accept that much beyond their window, as Suricata
// does. The blocks make nothing readable: a receiver may drop what it reported. Without ACK they mean nothing (RFC 2018,
// section 3).
func (t *Tracker) selective(c *Conn, x stream.Dir, g *Segment) uint32 {
	if g.SACKs == 0 && c.extra == 0 || g.Flags&ACK == 0 {
		return 0
	}
	if p := c.policy(x); p == stream.Unset || p == stream.Linux6 {
		return 0
	}
	s := &c.sides[x]
	t.dropBlocks(c, x, s.lastAck)
	for _, b := range g.SACK[:g.SACKs] {
		b := block{Seq(b[0]), Seq(b[1])}
		limit := s.lastAck + Seq(s.window)
		if b.from.Before(g.Ack) || !b.to.After(s.lastAck) || b.to.After(s.nextWin) || !b.from.Before(b.to) || b.from.After(limit) {
			continue // a duplicate, old, beyond what may have been sent
		}
		b.from = b.from.latest(s.lastAck)
		t.addBlock(c, x, b)
	}
	return t.beyondAck(c, x)
}

// beyondAck returns the octets in the blocks of direction x.
func (t *Tracker) beyondAck(c *Conn, x stream.Dir) uint32 {
	e := t.extras.of(c)
	if e == nil {
		return 0
	}
	n := uint32(0)
	for _, b := range e.blocks[x] {
		n += uint32(b.to - b.from)
	}
	return n
}

// addBlock adds a range, and makes one of those that touch.
func (t *Tracker) addBlock(c *Conn, x stream.Dir, b block) {
	e := t.extras.of(c)
	var all []block
	if e != nil {
		all = e.blocks[x]
	}
	first, last := 0, 0 // those that b touches, last not included
	for first < len(all) && all[first].to.Before(b.from) {
		first++
	}
	for last = first; last < len(all) && all[last].from.AtOrBefore(b.to); last++ {
		b.from, b.to = earlier(all[last].from, b.from), all[last].to.latest(b.to)
	}
	if first == last {
		if len(all) >= maxBlocks {
			t.Counters.NoBlock++
			return
		}
		if e = t.extra(c, blockBytes); e == nil {
			return
		}
		e.blocks[x] = slices.Insert(e.blocks[x], first, b)
		return
	}
	all[first] = b
	e.blocks[x] = slices.Delete(all, first+1, last)
	t.extras.bytes -= int64(last-first-1) * blockBytes
}

func earlier(s, t Seq) Seq {
	if s.Before(t) {
		return s
	}
	return t
}

// dropBlocks forgets what lies before ack.
func (t *Tracker) dropBlocks(c *Conn, x stream.Dir, ack Seq) {
	e := t.extras.of(c)
	if e == nil || len(e.blocks[x]) == 0 {
		return
	}
	n := 0
	for n < len(e.blocks[x]) && e.blocks[x][n].to.AtOrBefore(ack) {
		n++
	}
	e.blocks[x] = slices.Delete(e.blocks[x], 0, n)
	t.extras.bytes -= int64(n) * blockBytes
	if len(e.blocks[x]) > 0 {
		e.blocks[x][0].from = e.blocks[x][0].from.latest(ack)
		return
	}
	if len(e.blocks[x.Opposite()]) == 0 && len(e.syns)+len(e.replies) == 0 && !t.needsExtra(c) {
		t.strip(c)
	}
}

// knowsBlocks reports whether the blocks of g, an acknowledgement of direction x, say nothing new.
func (t *Tracker) knowsBlocks(c *Conn, x stream.Dir, g *Segment) bool {
	if g.SACKs == 0 {
		return true
	}
	e := t.extras.of(c)
	for _, b := range g.SACK[:g.SACKs] {
		known := e != nil && slices.ContainsFunc(e.blocks[x], func(k block) bool {
			return !Seq(b[0]).Before(k.from) && Seq(b[1]).AtOrBefore(k.to)
		})
		if !known {
			return false
		}
	}
	return true
}
