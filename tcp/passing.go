package tcp

import "github.com/reknit/reknit/stream"

// passing handles what a connection sends besides data: keep-alives and their answers, probes of a closed window,
// acknowledgements that are out of date. It reports whether the segment was one of these.
func (t *Tracker) passing(c *Conn, d stream.Dir, g *Segment) bool {
	snd := &c.sides[d]
	if c.state < Established || c.state == Closed && c.flags&closedByRST != 0 && c.before < Established {
		return false
	}
	points := g.Flags&URG != 0 && t.keepsPointer(c, d) && t.pointsAhead(c, d, g)
	if g.Flags&(SYN|FIN|RST|ACK) == ACK && !points && t.idle(c, d, g) {
		if c.policy(d) == stream.Linux6 && !g.Ack.Before(c.sides[d.Opposite()].lastAck) && !t.old(c, d, g) {
			t.stamp(c, d, g)
		}
		return true
	}
	snd.flags &^= keepAlive
	if g.size() > 0 && g.end().AtOrBefore(snd.lastAck) && !c.brings(d, g) {
		t.raise(SpuriousRetransmission)
		news := g.Flags&FIN != 0 && (snd.flags&finSent == 0 || c.openEnded(d)) || g.Flags&ACK != 0 && g.Ack.After(c.sides[d.Opposite()].lastAck)
		if news || points || c.offset(d, g.end()) > c.streams[d].App() {
			return false
		}
		if c.policy(d) == stream.Linux6 && !t.old(c, d, g) {
			t.stamp(c, d, g)
		}
		return true
	}
	return false
}

// idle reports whether an ACK without SYN, FIN and RST says nothing new.
func (t *Tracker) idle(c *Conn, d stream.Dir, g *Segment) bool {
	snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
	scaled := uint32(g.Window) << rcv.scale
	sent := snd.next // and the FIN
	if snd.flags&finSent != 0 {
		sent = sent.latest(c.finSeq(d) + 1)
	}
	switch n := g.size(); {
	case n <= 1 && g.Ack == rcv.lastAck && g.Seq == snd.next-1 && !c.brings(d, g):
		snd.flags |= keepAlive
		return true
	case g.Ack.After(rcv.next) && g.Seq.After(snd.next):
		return t.shrinks(c, d, g, scaled)
	case n > 0 || g.Seq.After(sent):
		return false
	case g.Seq == sent && g.Ack == rcv.lastAck && g.Window != 0 && scaled == rcv.window && rcv.flags&keepAlive != 0:
		rcv.flags &^= keepAlive
		return true
	case g.Seq == sent && g.Ack == rcv.lastAck && g.Window == 0 && rcv.window == 0 && rcv.flags&windowProbe != 0:
		rcv.flags &^= windowProbe
		return true
	case c.policy(d) == stream.Linux6: // receivers take nothing from an ACK that another overtook, and it is not odd
		return g.Ack.Before(rcv.lastAck) || g.Ack == rcv.lastAck && t.old(c, d, g)
	}
	return g.Seq == sent && g.Ack.Before(rcv.lastAck) && t.knowsBlocks(c, d.Opposite(), g)
}

// shrinks reports whether a segment that follows others which the capture has not takes back more of the window than
// those can have filled.
func (t *Tracker) shrinks(c *Conn, d stream.Dir, g *Segment, scaled uint32) bool {
	rcv := &c.sides[d.Opposite()]
	final := c.state >= TimeWait && g.size() == 0 && g.Seq == c.sides[d].next+1 && g.Ack == rcv.next+1 // of the shutdown
	if final || c.state == Closed || scaled >= rcv.window || t.config.TrustAfterLoss {
		return false
	}
	diff, filled := rcv.window-scaled, uint32(g.Ack-rcv.lastAck)
	if scaled > 1024 {
		filled += 32
	}
	if diff <= uint32(g.size()) || diff <= filled {
		return false
	}
	t.raise(BadWindowUpdate)
	return true
}
