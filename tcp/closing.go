package tcp

import "github.com/reknit/reknit/stream"

// fin handles the first FIN of a connection.
func (t *Tracker) fin(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	snd, rcv := &c.sides[d], &c.sides[o]
	if !t.fresh(c, d, g) {
		return Rejected
	}
	if g.Flags&SYN != 0 { // never data, never an end
		return t.reject(FinSyn)
	}
	if !t.ackFits(c, o, g) {
		return t.reject(FinInvalidAck)
	}
	if t.finTooEarly(c, d, g) || g.end().After(snd.nextWin) && c.flags&(midstream|async) == 0 && !t.trusts(c) {
		return t.reject(FinOutOfWindow)
	}
	if d == stream.ToServer {
		c.state = CloseWait
		snd.next = snd.next.latest(g.end())
	} else {
		c.state = FinWait1
		snd.next = snd.next.latest(g.end() + 1)
	}
	t.stamp(c, d, g)
	if g.Ack.After(rcv.next) && g.Flags&ACK != 0 {
		rcv.next = g.Ack
	}
	t.acknowledge(c, d, g)
	t.ends(c, d, g)
	if c.flags&async != 0 {
		c.ack(d, g.end()+1)
	}
	return t.data(c, d, g, r)
}

// finTooEarly reports whether the receiver has octets beyond the FIN, or acknowledged them.
func (t *Tracker) finTooEarly(c *Conn, d stream.Dir, g *Segment) bool {
	if c.brings(d, g) {
		return false
	}
	return (g.end() + 1).Before(c.sides[d].lastAck) || c.offset(d, g.end()) < c.received(d)
}

// ends fixes the end of direction d behind the payload of a FIN, unless the stream reaches further already.
func (t *Tracker) ends(c *Conn, d stream.Dir, g *Segment) {
	c.sides[d].flags |= finSent
	if c.policy(d) == stream.Linux6 {
		return // it counts where the receiver comes upon it: its place is kept with the payload
	}
	if g.Flags&URG != 0 {
		t.urge(c, d, g)
	}
	if end := t.offset(c, d, g.end()); end >= c.streams[d].Edge() {
		c.streams[d].Finish(end)
	}
}

// retransmitted reports whether the payload of g was sent before, as the closing states ask. What fills a hole was not,
// although the event is raised for it, as Suricata does, where the receiver is not taken for a current Linux.
func (t *Tracker) retransmitted(c *Conn, d stream.Dir, g *Segment) bool {
	s := &c.sides[d]
	end := g.end()
	if g.size() == 0 || end.After(s.next) && (!g.Seq.Before(s.lastAck) || end.AtOrBefore(s.lastAck)) {
		return false
	}
	brings := c.brings(d, g)
	if !brings || c.policy(d) != stream.Linux6 {
		t.raise(Retransmission)
	}
	return !brings
}

// closingEvents are the events of a state of the shutdown.
type closingEvents struct{ fin, seq, ack Event }

var closingEventsOf = [Closed + 1]closingEvents{
	FinWait1:  {Fin1FinWrongSeq, Fin1AckWrongSeq, Fin1InvalidAck},
	FinWait2:  {Fin2FinWrongSeq, Fin2AckWrongSeq, Fin2InvalidAck},
	CloseWait: {CloseWaitFinOutOfWindow, CloseWaitAckOutOfWindow, CloseWaitInvalidAck},
	Closing:   {ClosingAckWrongSeq, ClosingAckWrongSeq, ClosingInvalidAck},
	LastAck:   {LastAckAckWrongSeq, LastAckAckWrongSeq, LastAckInvalidAck},
	TimeWait:  {TimeWaitAckWrongSeq, TimeWaitAckWrongSeq, TimeWaitInvalidAck},
}

// closing handles ACKs and further FINs of a connection that is shutting down.
func (t *Tracker) closing(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	snd, rcv := &c.sides[d], &c.sides[o]
	events := closingEventsOf[c.state]
	if !t.fresh(c, d, g) {
		return Rejected
	}
	again := t.retransmitted(c, d, g)
	isFin := g.Flags&FIN != 0
	brings := c.brings(d, g)
	if isFin {
		if (c.state == LastAck || c.state == TimeWait) && !brings && !c.finWaits(d) {
			return 0
		}
		again = snd.flags&finSent != 0 && g.Seq.AtOrBefore(snd.next) && g.end().AtOrBefore(snd.next)
	}
	if !isFin && g.size() == 0 && g.Seq.Before(snd.next) && c.policy(d) == stream.Linux6 {
		again = true // overtaken by what was sent after it
	}
	loose := c.flags&(midstream|async) != 0 || t.trusts(c)
	fills := brings && g.Seq.Before(snd.next) && g.end().AtOrBefore(snd.nextWin)
	linux := c.policy(d) == stream.Linux6 // all that it drops was dropped
	switch {
	case again || loose || fills || linux:
	case isFin && (t.finTooEarly(c, d, g) || g.Seq.After(snd.lastAck+Seq(snd.window))):
		return t.reject(events.fin)
	case c.state == LastAck || c.state == Closing || c.state == TimeWait:
		if near := int32(g.Seq - snd.next); near < -1 || near > 1 {
			return t.reject(events.seq)
		}
	case !isFin && c.state == CloseWait && g.size() > 0 && g.end().AtOrBefore(snd.lastAck) && !brings:
		return t.reject(CloseWaitBeforeLastAck)
	case !isFin && g.end().After(snd.nextWin):
		return t.reject(events.seq)
	}
	if !t.ackFits(c, o, g) {
		return t.reject(events.ack)
	}
	if t.store.Config().Inline && c.behindFin(d, g) {
		return t.reject(events.seq)
	}
	if g.Flags&ACK != 0 && g.Ack.After(rcv.next) && rcv.flags&finSent == 0 {
		rcv.next = g.Ack // what was missed was acknowledged
	}
	t.stamp(c, d, g)
	if !again && snd.flags&finSent == 0 || linux && c.openEnded(d) { // nothing lies behind a FIN
		snd.next = snd.next.latest(g.end())
	}
	t.acknowledge(c, d, g)
	t.store.Drain(&c.streams[o]) // its FIN may be acknowledged
	if isFin && (snd.flags&finSent == 0 || c.policy(d) != stream.Linux6 && t.finMoves(c, d, g)) {
		t.ends(c, d, g)
	}
	if !again {
		t.step(c, d, isFin, g.Flags&ACK != 0)
	}
	if c.flags&async != 0 {
		c.ack(d, g.end()+1)
	}
	return t.data(c, d, g, r)
}

// finSeq returns the sequence number of the FIN that direction d sent.
func (c *Conn) finSeq(d stream.Dir) Seq {
	if end, known := c.streams[d].Finished(); known {
		return c.sides[d].isn + 1 + Seq(end)
	}
	return c.sides[d].next
}

// finAcked reports whether direction d sent a FIN and its receiver acknowledged it.
func (c *Conn) finAcked(d stream.Dir) bool {
	return c.sides[d].flags&finSent != 0 && c.sides[d].lastAck.After(c.finSeq(d))
}

// finWaits reports whether direction d sent a FIN that its receiver, a current Linux one, has not come upon.
func (c *Conn) finWaits(d stream.Dir) bool {
	return c.policy(d) == stream.Linux6 && c.openEnded(d) && !c.finAcked(d)
}

// step moves the connection on in its shutdown, after the FIN and the acknowledgement of a segment were taken.
func (t *Tracker) step(c *Conn, d stream.Dir, fin, ack bool) {
	acked := ack && c.finAcked(d.Opposite())
	switch c.state {
	case Established: // its acknowledgement refuted the other end's FIN
		switch {
		case fin && d == stream.ToServer:
			c.state = CloseWait
		case fin:
			c.state = FinWait1
		}
	case FinWait1: // the server sent its FIN
		switch {
		case fin && (acked || d == stream.ToClient):
			c.state = TimeWait
		case fin:
			c.state = Closing
		case acked:
			c.state = FinWait2
		}
	case FinWait2:
		if fin {
			c.state = TimeWait
		}
	case CloseWait: // the client sent its FIN
		if fin && d == stream.ToClient {
			c.state = LastAck
		}
	case Closing:
		if acked {
			c.state = TimeWait
		}
	case LastAck:
		if acked && d == stream.ToServer && !c.finWaits(d) {
			c.state = Closed
		}
	case TimeWait:
		if acked && c.finAcked(d) && !c.finWaits(d) {
			c.state = Closed
		}
	}
}

// closed handles what comes when the connection is over: a late segment may still fill a hole, and an end that sends
// on after its RST may never have sent that.
func (t *Tracker) closed(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	if g.Flags&RST != 0 {
		return 0
	}
	snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
	if c.before == SynSent && d == stream.ToClient && g.Flags&(SYN|ACK) == SYN|ACK { // the server never saw the client's RST
		snd.flags &^= resetTaken
		rcv.flags |= resetTaken
	}
	switch {
	case rcv.flags&resetTaken != 0 && snd.flags&resetTaken == 0, t.readsOn(c, d, g), c.refutesReset(d, g):
		c.revive()
		rcv.flags &^= resetTaken
		t.raise(SuspectedReset)
		return t.dispatch(c, d, g, r)
	case snd.flags&resetTaken != 0 && rcv.flags&resetTaken == 0 && c.before >= Established && c.before < Closed && g.Flags&(SYN|ACK) == ACK:
		return t.beside(c, d, g, r)
	case c.flags&closedByRST != 0:
		return t.behindReset(c, d, g)
	}
	if g.Flags&(SYN|ACK) == ACK && c.brings(d, g) && g.end().AtOrBefore(snd.nextWin) {
		return t.data(c, d, g, r)
	}
	return 0
}

// readsOn reports whether the receiver of g is of those systems that were seen to read what an end sends on after its
// RST (CVE-2018-14568), and g is the next of that.
func (t *Tracker) readsOn(c *Conn, d stream.Dir, g *Segment) bool {
	switch c.policy(d) {
	case stream.Windows, stream.Vista, stream.Windows2k3:
		snd := &c.sides[d]
		return c.flags&closedByRST != 0 && c.before >= Established && snd.bits&RST != 0 && g.Flags&(SYN|FIN|ACK) == ACK &&
			g.size() > 0 && g.Seq.within(snd.lastAck, snd.next) && c.brings(d, g) && g.end().AtOrBefore(snd.nextWin)
	}
	return false
}

// lateSyn handles a SYN in a connection whose handshake is over.
func (t *Tracker) lateSyn(c *Conn, d stream.Dir, g *Segment) Result {
	switch {
	case c.state != Established:
		return t.reject(ShutdownSynResend)
	case g.Flags&ACK != 0 && d == stream.ToServer:
		return t.reject(EstSynAckToServer)
	case g.Flags&ACK != 0 && g.Ack != c.sides[0].lastAck:
		return t.reject(EstSynAckResendDiffAck)
	case g.Flags&ACK != 0 && g.Seq != c.sides[1].isn:
		return t.reject(EstSynAckResendDiffSeq)
	case g.Flags&ACK != 0 && c.flags&confirmed != 0:
		return t.reject(EstSynAckResend)
	case g.Flags&ACK != 0:
		return 0
	case d == stream.ToClient:
		return t.reject(EstSynToClient)
	case g.Seq == c.sides[0].isn:
		return t.reject(EstSynResend)
	default:
		return t.reject(EstSynResendDiffSeq)
	}
}
