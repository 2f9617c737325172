package tcp

import "github.com/reknit/reknit/stream"

// fin handles the first FIN of a connection.
func (t *Tracker) fin(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	snd, rcv := &c.sides[d], &c.sides[o]
	if !t.fresh(c, d, g) {
		return Rejected
	}
	if !t.ackFits(c, o, g) {
		return t.reject(FinInvalidAck)
	}
	if g.Seq.Before(snd.lastAck) || g.end().After(snd.nextWin) && c.flags&(midstream|async) == 0 && !t.trusts(c) {
		return t.reject(FinOutOfWindow)
	}
	if g.Flags&SYN != 0 {
		return t.reject(FinSyn)
	}
	t.stamp(c, d, g)
	if d == stream.ToServer {
		c.state = CloseWait
		snd.next = g.end()
	} else {
		c.state = FinWait1
		snd.next = g.end() + 1
	}
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

// ends fixes the end of direction d behind the payload of a FIN, unless the stream reaches further already.
func (t *Tracker) ends(c *Conn, d stream.Dir, g *Segment) {
	c.sides[d].flags |= finSent
	if end := c.offset(d, g.end()); end >= c.streams[d].Edge() {
		c.streams[d].Finish(end)
	}
}

// retransmitted reports whether the payload of g was sent before, as the closing states ask.
func (t *Tracker) retransmitted(c *Conn, d stream.Dir, g *Segment) bool {
	s := &c.sides[d]
	if g.size() == 0 {
		return false
	}
	end := g.end()
	if end.AtOrBefore(s.lastAck) || end.AtOrBefore(s.next) || g.Seq.Before(s.lastAck) && end.After(s.lastAck) {
		t.raise(Retransmission)
		return true
	}
	return false
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
	if isFin && (c.state == LastAck || c.state == TimeWait) {
		return 0
	}
	if isFin && snd.flags&finSent != 0 && g.Seq.AtOrBefore(snd.next) && g.end().AtOrBefore(snd.next) {
		again = true
	}
	loose := c.flags&(midstream|async) != 0 || t.trusts(c)
	switch {
	case again || loose:
	case isFin && (g.Seq.Before(snd.next-1) || g.Seq.After(snd.lastAck+Seq(snd.window))):
		return t.reject(events.fin)
	case c.state == LastAck || c.state == Closing || c.state == TimeWait:
		if near := int32(g.Seq - snd.next); near < -1 || near > 1 {
			return t.reject(events.seq)
		}
	case !isFin && c.state == CloseWait && g.size() > 0 && g.end().AtOrBefore(snd.lastAck):
		return t.reject(CloseWaitBeforeLastAck)
	case !isFin && g.end().After(snd.nextWin):
		return t.reject(events.seq)
	}
	if !t.ackFits(c, o, g) {
		return t.reject(events.ack)
	}
	t.stamp(c, d, g)
	finAcked := g.Flags&ACK != 0 && rcv.flags&finSent != 0 && g.Ack.After(c.finSeq(o))
	if g.Flags&ACK != 0 && g.Ack.After(rcv.next) && rcv.flags&finSent == 0 {
		rcv.next = g.Ack // what was missed was acknowledged
	}
	if !again {
		if end := g.end(); end.After(snd.next) {
			snd.next = end
		}
		t.step(c, d, isFin, finAcked)
	}
	t.acknowledge(c, d, g)
	if isFin && snd.flags&finSent == 0 {
		t.ends(c, d, g)
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

// step moves the connection on in its shutdown.
func (t *Tracker) step(c *Conn, d stream.Dir, fin, finAcked bool) {
	switch c.state {
	case FinWait1: // the server sent its FIN
		switch {
		case fin && finAcked, fin && d == stream.ToClient:
			c.state = TimeWait
		case fin:
			c.state = Closing
		case finAcked && d == stream.ToServer:
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
		if finAcked {
			c.state = TimeWait
		}
	case LastAck:
		if d == stream.ToServer && finAcked {
			c.state = Closed
		}
	case TimeWait:
		if finAcked {
			c.state = Closed
		}
	}
}

// lateSyn handles a SYN in a connection whose handshake is over.
func (t *Tracker) lateSyn(c *Conn, d stream.Dir, g *Segment) Result {
	switch {
	case c.state != Established:
		return t.reject(ShutdownSynResend)
	case g.Flags&ACK != 0 && d == stream.ToServer:
		return t.reject(EstSynAckToServer)
	case g.Flags&ACK != 0 && g.Ack != c.sides[0].lastAck && g.Ack != c.sides[0].isn+1:
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

// reset handles an RST.
func (t *Tracker) reset(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	if !t.resets(c, d, g) {
		return Rejected
	}
	o := d.Opposite()
	if g.Flags&ACK != 0 && t.ackFits(c, o, g) {
		c.ack(o, g.Ack)
	}
	c.ack(d, g.Seq) // all that its sender sent before counts as acknowledged
	c.state = Closed
	c.flags |= closedByRST
	return t.data(c, d, g, r)
}

// resets reports whether the receiver takes the RST.
func (t *Tracker) resets(c *Conn, d stream.Dir, g *Segment) bool {
	o := d.Opposite()
	snd := &c.sides[d]
	if g.size() > 0 {
		t.raise(RstWithData)
	}
	if c.flags&lossy != 0 {
		return true
	}
	policy := c.streams[d].Policy()
	if policy == stream.Unset {
		policy = g.Policy
	}
	if policy != stream.Linux6 && !t.fresh(c, d, g) {
		return false
	}
	if g.Options&Signed != 0 {
		return false // a receiver without the key drops it
	}
	if policy != stream.Linux6 && g.Flags&ACK != 0 && g.Ack != 0 && !t.ackFits(c, o, g) {
		t.raise(RstInvalidAck)
		return false
	}
	switch {
	case c.flags&async != 0 || policy == stream.HPUX11:
		return !g.Seq.Before(snd.next)
	case policy == stream.OldLinux || policy == stream.Linux || policy == stream.Solaris || policy == stream.OldSolaris:
		return !g.end().Before(snd.lastAck) && g.Seq.Before(snd.next+Seq(snd.window))
	case snd.flags&finSent != 0: // the number behind the FIN
		return g.Seq == snd.next || g.Seq == c.finSeq(d)+1
	default:
		return g.Seq == snd.next
	}
}
