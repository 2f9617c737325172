package tcp

import "github.com/reknit/reknit/stream"

// What a current Linux receiver does, where the handlers of the states follow Suricata's view of older systems. It is asked
// before they are: what such a receiver drops changes nothing.

// linuxDrops reports whether the receiver of g is a current Linux one and drops g, or may have dropped it, whose connection
// is established or shutting down, and what is to be said about g then. RSTs and SYNs have rules of their own.
func (t *Tracker) linuxDrops(c *Conn, d stream.Dir, g *Segment, r stream.Reader) (res Result, drops bool) {
	if c.policy(d) != stream.Linux6 || c.state < Established || c.state == Closed || g.Flags&(RST|SYN) != 0 {
		return 0, false
	}
	if g.Options&Signed != 0 || g.Flags&ACK == 0 {
		return Rejected, true
	}
	if t.old(c, d, g) {
		return t.reject(InvalidTimestamp), true
	}
	if t.moreFIN(c, d, g) {
		return 0, true
	}
	fits, takes := t.linuxFits(c, d, g), t.linuxTakesAck(c, d.Opposite(), g)
	switch {
	case fits == no:
		res = t.reject(outOfWindow(c.state, g))
	case takes == no:
		t.raise(InvalidAck)
		res = t.reject(wrongAck(c.state, g))
	case fits == yes && takes == yes:
		return 0, false
	default:
		likely := fits != unlikely && takes != unlikely
		if !t.hold(c, d, g, likely) && likely {
			return 0, false
		}
		if fits != yes {
			t.raise(outOfWindow(c.state, g))
		} else if o := d.Opposite(); c.sides[o].next.After(c.sides[o].lastAck) { // that much was sent at any rate
			c.ack(o, c.sides[o].next)
			t.store.Deliver(&c.streams, o, r)
		}
	}
	if c.state == Established && g.Flags&FIN == 0 {
		res = 0 // it has its event, and is no error
	}
	return res, true
}

// linuxIgnores reports whether g, which the client sent before its handshake is complete, is one that a current Linux
// server drops: signed, or with an older timestamp than the SYN's, or an echo of one that the server did not send.
func (t *Tracker) linuxIgnores(c *Conn, d stream.Dir, g *Segment) bool {
	if d != stream.ToServer || c.policy(d) != stream.Linux6 || c.flags&(midstream|async) != 0 {
		return false
	}
	if g.Options&Signed != 0 {
		return true
	}
	if c.flags&timestamps == 0 || g.Options&Timestamps == 0 || g.Flags&(SYN|ACK) == SYN {
		return false
	}
	cl, sv := &c.sides[0], &c.sides[1]
	echoes := g.TSEcr == 0 || g.TSEcr == sv.ts || sv.flags&replied != 0 && int32(g.TSEcr-sv.ts) > 0
	if echoes && int32(cl.ts-g.TSVal) <= 0 {
		return false
	}
	t.raise(InvalidTimestamp)
	return true
}

// linuxGivesUp ends a connection whose handshake is not complete when its server is a current Linux one and gives it up: it
// does for a SYN within its window.
func (t *Tracker) linuxGivesUp(c *Conn, g *Segment) {
	if c.policy(stream.ToServer) == stream.Linux6 && !g.Seq.Before(c.sides[0].next) && g.Seq.Before(c.sides[0].nextWin) {
		c.reset(stream.ToClient, false)
	}
}

// answer says whether a receiver takes a segment.
type answer uint8

const (
	no       answer = iota
	unlikely        // the capture does not tell
	likely          // the same
	yes
)

// linuxFits tells whether g lies before the right edge of the window. One that crosses it is dropped whole, unless the
// application has read all that came before.
func (t *Tracker) linuxFits(c *Conn, d stream.Dir, g *Segment) answer {
	snd := &c.sides[d]
	probe := g.size() == 1 && g.Seq == snd.next && snd.window == 0
	if probe || g.behind().AtOrBefore(snd.nextWin) || c.flags&(midstream|async) != 0 || t.trusts(c) {
		return yes
	}
	if g.size() > 0 {
		snd.flags |= beyond
	}
	switch {
	case !g.Seq.Before(snd.nextWin) && g.size() > 0:
		return no
	case c.received(d) == 0: // there was nothing to read
		t.raise(outOfWindow(c.state, g))
		return yes
	}
	return unlikely
}

// linuxTakesAck tells whether a receiver takes the acknowledgement of g, which is about direction x: not one of what it
// has not sent, and not one that is older than a window (RFC 5961, section 5.2). But it does not look at it when g is just
// what it expects, and fits into memory that it has at hand (header prediction).
func (t *Tracker) linuxTakesAck(c *Conn, x stream.Dir, g *Segment) answer {
	s := &c.sides[x]
	sent := s.next
	if s.flags&finSent != 0 {
		sent++
	}
	switch {
	case g.Ack.After(sent):
		switch {
		case s.flags&windowProbe != 0 && g.Ack == sent+1, s.flags&waiting != 0 && t.waits(c, x, g.Ack):
			return yes
		case !t.acksSent(c, x, g):
			return no
		case g.size() == 0 || t.store.Immediate() || c.flags&(midstream|async|lossy) != 0:
			return yes // more often the capture has lost what it is about
		}
		return unlikely
	case g.Ack.Before(s.lastAck):
		switch {
		case !g.Ack.Before(c.oldest(x)):
			return yes
		case !c.predicted(x.Opposite(), g):
			return no
		case uint32(g.Window)<<s.scale == s.window:
			return likely
		}
		return unlikely // the window that it predicts may be an older one
	}
	return yes
}

// oldest returns the oldest acknowledgement of direction x that its sender still takes: a window before what was
// acknowledged, but nothing before its first octet (RFC 5961, section 5.2).
func (c *Conn) oldest(x stream.Dir) Seq {
	s := &c.sides[x]
	first := earlier(s.lastAck, s.next.latest(s.isn+1)) // not acknowledged, but for a FIN
	return first - Seq(min(uint32(first-s.isn-1), max(s.window, uint32(s.nextWin-s.lastAck))))
}

// predicted reports whether g has the header that its receiver predicts, but for the window, and the receiver has memory at hand, as it has
// taken others before.
func (c *Conn) predicted(d stream.Dir, g *Segment) bool {
	at := c.received(d)
	return g.size() > 0 && g.Flags&^PSH == ACK && c.state == Established && at > 0 && c.offset(d, g.Seq) == at &&
		c.streams[d].Edge() <= at && g.Options&^Timestamps == 0 &&
		(g.Options&Timestamps != 0) == (c.flags&timestamps != 0)
}

// linuxResets reports whether a receiver takes the RST g (RFC 5961, section 3.2): at the next number that it expects, and
// where SACK was agreed on also at the one behind all that it has queued.
func (t *Tracker) linuxResets(c *Conn, d stream.Dir, g *Segment) bool {
	snd, next := &c.sides[d], c.awaited(d)
	switch {
	case g.Seq == next, g.Seq == snd.lastAck && snd.lastAck.After(next): // or the capture has lost some
		return true
	case c.flags&midstream != 0 && g.Seq == snd.next:
		return true
	}
	end := t.store.Queued(&c.streams[d])
	return c.flags&sacks != 0 && end > 0 && c.offset(d, g.Seq) == end
}

// outOfWindow is the event of a segment beyond the window.
func outOfWindow(s State, g *Segment) Event {
	switch {
	case g.Flags&FIN != 0 && s == Established:
		return FinOutOfWindow
	case g.Flags&FIN != 0:
		return closingEventsOf[s].fin
	case s == Established:
		return EstPacketOutOfWindow
	}
	return closingEventsOf[s].seq
}

// wrongAck is the event of a segment whose acknowledgement does not count.
func wrongAck(s State, g *Segment) Event {
	switch {
	case g.Flags&FIN != 0 && s == Established:
		return FinInvalidAck
	case s == Established:
		return EstInvalidAck
	}
	return closingEventsOf[s].ack
}

// putLast stores the payload of g, which has a FIN. The FIN keeps its place in the receiver's queue, and counts where the
// receiver comes upon it.
func (t *Tracker) putLast(c *Conn, d stream.Dir, g *Segment, hole Seq, lose bool, r stream.Reader) (did stream.Inserted) {
	s := &c.streams[d]
	if end := t.offset(c, d, g.end()); s.App() > s.Edge() && end >= s.Edge() { // the reader skips what is to come
		s.Finish(end)
	}
	if c.flags&leftOut == 0 && !lose && g.Lost == 0 {
		return t.store.InsertLast(s, c.offset(d, g.Seq), g.Payload)
	}
	did = t.putAround(c, d, g, hole, lose, r)
	return did | t.store.InsertLast(s, t.offset(c, d, g.end()), nil)
}

// moreFIN handles a FIN behind the one that is known: it is not taken, unless the receiver never saw the first. It
// reports whether that was all.
func (t *Tracker) moreFIN(c *Conn, d stream.Dir, g *Segment) bool {
	st := &c.streams[d]
	end, known := st.Finished()
	if g.Flags&FIN == 0 || !known || st.Ended() || c.flags&leftOut != 0 {
		return false
	}
	switch at := c.offset(d, g.end()); {
	case at == end+1 && c.offset(d, g.Seq) <= at: // for the receiver the other one again
		c.sides[d].flags |= finAgain
		return false
	case at > end && !c.finAcked(d):
		return t.hold(c, d, g, false)
	}
	return false
}

// behindEnd reports whether ack lies behind the FIN of direction d, and behind a second one that the receiver may have
// taken for it.
func (c *Conn) behindEnd(d stream.Dir, ack Seq) bool {
	s := &c.sides[d]
	end, known := c.streams[d].Finished()
	last := s.isn + 1 + Seq(end) + 1
	if s.flags&finAgain != 0 {
		last++
	}
	return known && ack.After(last)
}

// openEnded reports whether nobody knows yet where direction d ends.
func (c *Conn) openEnded(d stream.Dir) bool {
	_, known := c.streams[d].Finished()
	return !known
}
