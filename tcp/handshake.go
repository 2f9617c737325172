package tcp

import "github.com/reknit/reknit/stream"

// first handles a segment of a connection that is not followed yet.
func (t *Tracker) first(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	switch {
	case g.Flags&RST != 0:
		return t.reject(RstNoSession)
	case g.Flags&FIN != 0:
		if !t.config.Midstream || g.NoPickup || g.size() == 0 || g.Flags&ACK == 0 {
			return t.reject(FinNoSession)
		}
		t.pickUp(c, d, g, FinWait1)
		t.ends(c, d, g)
		return t.data(c, d, g, r)
	case g.Flags&(SYN|ACK) == SYN|ACK:
		if !t.config.Midstream && !t.config.AsyncOneSide || g.NoPickup {
			return 0
		}
		t.pickUpReply(c, d, g)
		t.answered(c, g, r)
		if d == stream.ToServer {
			return Reversed
		}
	case g.Flags&SYN != 0:
		if d == stream.ToClient {
			return 0
		}
		t.firstSyn(c, g, r)
	case g.Flags&ACK != 0:
		if !t.config.Midstream || g.NoPickup {
			return 0
		}
		t.pickUp(c, d, g, Established)
		return t.data(c, d, g, r)
	}
	return 0
}

// syn begins a connection with its SYN.
func (t *Tracker) syn(c *Conn, g *Segment) {
	t.open(c, SynSent)
	if t.config.AsyncOneSide {
		c.flags |= async
	}
	t.takeSyn(c, g)
}

// takeSyn makes g the SYN of the connection.
func (t *Tracker) takeSyn(c *Conn, g *Segment) {
	cl, sv := &c.sides[0], &c.sides[1]
	c.start(stream.ToServer, g.Seq)
	cl.flags &^= sentTimestamp | zeroTimestamp
	c.flags &^= synScaled | synSACK | fastOpen
	sv.window, sv.scale = uint32(g.Window), 0
	if g.Options&WindowScale != 0 {
		c.flags |= synScaled
		sv.scale = g.WindowScale
	}
	if g.Options&SACKPermitted != 0 {
		c.flags |= synSACK
	}
	if g.Options&FastOpen != 0 {
		c.flags |= fastOpen
	}
	if g.Options&Timestamps != 0 {
		cl.timestamp(g)
	}
}

// takeSynAck makes g the answer to the SYN.
func (t *Tracker) takeSynAck(c *Conn, g *Segment) {
	cl, sv := &c.sides[0], &c.sides[1]
	c.state = SynRecv
	c.start(stream.ToClient, g.Seq)
	cl.window, cl.scale = uint32(g.Window), 0
	c.agree(g)
	cl.lastAck, sv.lastAck = g.Ack, sv.isn+1
	sv.nextWin = sv.lastAck + Seq(sv.window)
	cl.nextWin = cl.lastAck + Seq(cl.window)
}

// agree settles the options of the connection with those of the server's SYN.
func (c *Conn) agree(g *Segment) {
	cl, sv := &c.sides[0], &c.sides[1]
	c.flags &^= timestamps | sacks
	if cl.flags&sentTimestamp != 0 && g.Options&Timestamps != 0 {
		c.flags |= timestamps
		sv.timestamp(g)
	} else {
		cl.ts, sv.ts = 0, 0
	}
	if c.flags&synScaled != 0 && g.Options&WindowScale != 0 {
		cl.scale = g.WindowScale
	} else {
		sv.scale = 0
	}
	if c.flags&synSACK != 0 && g.Options&SACKPermitted != 0 {
		c.flags |= sacks
	}
}

// synSent handles a connection that has sent its SYN.
func (t *Tracker) synSent(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	cl := &c.sides[0]
	switch {
	case g.Flags&(SYN|ACK) == SYN|ACK:
		if d == stream.ToServer {
			return t.crossed(c, g)
		}
		switch found, fits := t.chooseSyn(c, g.Ack, g, r); {
		case !found:
			return t.reject(SynAckWithWrongAck)
		case !fits && t.config.StrictTimestamps:
			return t.reject(InvalidTimestamp)
		}
		t.takeSynAck(c, g)
		t.agreed(c)
		t.answered(c, g, r)
	case d == stream.ToClient && !t.echoes(c, g):
		return t.reject(InvalidTimestamp)
	case g.Flags&RST != 0:
		return t.refused(c, d, g)
	case g.Flags&FIN != 0:
		return 0
	case g.Flags&SYN != 0 && d == stream.ToClient:
		c.flags |= fourWay
		c.start(d, g.Seq)
		cl.window, cl.scale = uint32(g.Window), 0
		c.agree(g)
	case g.Flags&SYN != 0:
		if !t.nextSyn(c, g) {
			return Rejected
		}
	case g.Flags&ACK != 0 && t.config.AsyncOneSide:
		return t.openAsync(c, d, g, r)
	}
	return 0
}

// refused handles an RST that follows the SYN. The other end's has to acknowledge the SYN (RFC 9293, section 3.10.7.3).
func (t *Tracker) refused(c *Conn, d stream.Dir, g *Segment) Result {
	switch {
	case d == stream.ToServer && !t.sent(c, g.Seq), d == stream.ToClient && g.Flags&ACK == 0:
		return Rejected
	case d == stream.ToClient && !t.sent(c, g.Ack):
		t.raise(InvalidAck)
		return t.reject(RstInvalidAck)
	}
	c.reset(d, true)
	return 0
}

// crossed handles a SYN/ACK of the client: an answer to the server's SYN, after both ends sent one (RFC 9293, section
// 3.5).
func (t *Tracker) crossed(c *Conn, g *Segment) Result {
	cl, sv := &c.sides[0], &c.sides[1]
	switch {
	case c.flags&fourWay == 0:
		return t.reject(SynAckWrongDirection)
	case g.Ack != sv.next:
		return t.reject(FourWaySynAckWrongAck)
	case g.Seq != cl.isn:
		return t.reject(FourWaySynAckWrongSyn)
	}
	c.state = SynRecv
	sv.window = uint32(g.Window)
	cl.lastAck, sv.lastAck = cl.next, sv.next
	sv.nextWin, cl.nextWin = sv.lastAck+Seq(sv.window), cl.lastAck+Seq(cl.window)
	return 0
}

// echoes reports whether the timestamp echo of an answer fits the SYN.
func (t *Tracker) echoes(c *Conn, g *Segment) bool {
	cl := &c.sides[0]
	return echoes(cl.flags&sentTimestamp != 0, cl.ts, g)
}

// echoes reports whether the timestamp echo of g fits a SYN with the timestamp ts, if it had one.
func echoes(stamped bool, ts uint32, g *Segment) bool {
	switch {
	case g.Options&Timestamps == 0:
		return true
	case !stamped:
		return g.TSEcr == 0
	}
	return g.TSEcr == 0 || ts == 0 || g.TSEcr == ts
}

// openAsync establishes a connection whose SYN/ACK was not seen, by a segment of either end. The server's window scale
// is not known then.
func (t *Tracker) openAsync(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	cl, sv := &c.sides[0], &c.sides[1]
	serverNext := g.Ack
	if d == stream.ToClient {
		serverNext = g.Seq
		if found, _ := t.chooseSyn(c, g.Ack, g, r); !found {
			return t.reject(AsyncWrongSeq)
		}
	} else if found, _ := t.chooseSyn(c, g.Seq, g, r); !found {
		return t.reject(AsyncWrongSeq)
	} else if t.config.AsyncOneSide {
		c.flags |= async
	}
	if t.config.TrustAfterLoss {
		c.flags |= lossy // the capture lost the SYN/ACK, or will never see its sender
	}
	t.agreed(c)
	c.state = Established
	if c.flags&synScaled != 0 {
		cl.scale = midstreamScale
	}
	cl.window, cl.lastAck = uint32(g.Window)<<cl.scale, cl.isn+1
	cl.nextWin = cl.lastAck + Seq(cl.window)
	c.start(stream.ToClient, serverNext-1)
	sv.lastAck, sv.nextWin = serverNext, serverNext+Seq(sv.window)
	if cl.flags&sentTimestamp != 0 && g.Options&Timestamps != 0 {
		c.flags |= timestamps
		snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
		snd.ts, rcv.ts = g.TSVal, g.TSEcr
		snd.tsTime, rcv.tsTime = seconds(g.Time), seconds(g.Time)
	}
	return t.transfer(c, d, g, r)
}

// synRecv handles a connection whose SYN was answered.
func (t *Tracker) synRecv(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	cl, sv := &c.sides[0], &c.sides[1]
	switch {
	case t.linuxIgnores(c, d, g):
		return Rejected
	case g.Flags&RST != 0:
		return t.reset(c, d, g, r)
	case t.lacksAck(c, d, g):
		return Rejected
	case g.Flags&(SYN|FIN) == FIN && d == stream.ToServer && c.policy(d) == stream.Linux6:
		return t.completes(c, d, g, r) // as any other
	case g.Flags&FIN != 0:
		if d == stream.ToServer && g.Seq == cl.next {
			t.chooseReply(c, g.Ack, r)
		}
		return t.fin(c, d, g, r)
	case g.Flags&(SYN|ACK) == SYN|ACK:
		switch {
		case d == stream.ToServer && c.flags&fourWay != 0 && g.Seq == cl.isn && g.Ack == sv.next:
		case d == stream.ToServer:
			return t.reject(SynAckToServerOnSynRecv)
		case g.Ack != cl.lastAck:
			return t.reject(SynAckResendDiffAck)
		case g.Seq != sv.isn || g.size() > 0:
			return t.nextReply(c, g)
		}
		if g.TSVal != sv.ts {
			sv.flags |= replied
		}
		return 0
	case g.Flags&SYN != 0:
		if d == stream.ToClient {
			return t.reject(SynToClientOnSynRecv)
		}
		if g.Seq != cl.isn {
			t.linuxGivesUp(c, g)
			return t.reject(SynResendDiffSeqOnSynRecv)
		}
		return 0
	case g.Flags&ACK == 0:
		return 0
	}
	return t.completes(c, d, g, r)
}

// completes handles an ACK that may complete the handshake.
func (t *Tracker) completes(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	cl, sv := &c.sides[0], &c.sides[1]
	if d == stream.ToServer && g.Seq == cl.next {
		t.chooseReply(c, g.Ack, r)
	}
	if !t.fresh(c, d, g) {
		return Rejected
	}
	if d == stream.ToClient && c.flags&fourWay != 0 {
		return t.crossedAck(c, g, r)
	}
	missed := false // the client's ACK was not seen, the server goes on
	if d == stream.ToClient && c.flags&midstreamReply == 0 {
		if t.store.Config().Inline && c.flags&fastOpen == 0 {
			if g.size() > 0 && g.Ack == cl.lastAck && g.Seq == sv.next {
				return t.reject(AckDataInject)
			}
			return t.reject(AckWrongDirection)
		}
		if g.size() == 0 && g.Ack == cl.isn+1 && c.policy(d.Opposite()) == stream.Linux6 {
			return 0 // what it sends when it refuses a segment
		}
		missed = true
	}
	if d == stream.ToClient {
		t.chooseReply(c, g.Seq, r)
	}
	switch {
	case d == stream.ToServer && g.Seq == cl.next && g.Ack == sv.next:
	case c.flags&midstreamReply != 0 && d == stream.ToClient && g.Seq == sv.next:
		if t.config.AsyncOneSide {
			c.flags |= async
		}
	case d == stream.ToServer && c.policy(d) == stream.Linux6 && g.Ack == sv.next && g.behind().After(cl.next) &&
		g.Seq.Before(cl.nextWin):
	case d == stream.ToServer && t.config.TrustAfterLoss && g.Seq.within(cl.next, cl.nextWin) && g.Ack.within(sv.next, sv.nextWin):
		if c.policy(d) == stream.Linux6 && (g.size() == 0 || t.hold(c, d, g, true)) {
			return 0 // or it is refused
		}
		c.flags |= lossy // the server's first octets were missed, too
	case d == stream.ToServer && g.Seq == cl.next:
		c.flags |= evasion
		return t.reject(RightSeqWrongAck)
	case d == stream.ToServer && g.Seq.within(cl.next, cl.nextWin) && g.Ack == sv.next:
	case missed && g.Seq.within(sv.next, sv.nextWin) && g.Ack.within(cl.lastAck, cl.nextWin):
	default:
		return t.reject(WrongSeqWrongAck)
	}
	t.agreed(c)
	c.state = Established
	if res, drops := t.linuxDrops(c, d, g, r); drops {
		return res
	}
	if g.Flags&FIN != 0 {
		return t.fin(c, d, g, r)
	}
	t.stamp(c, d, g)
	return t.transfer(c, d, g, r)
}

// crossedAck handles an ACK of the server after both ends sent a SYN.
func (t *Tracker) crossedAck(c *Conn, g *Segment, r stream.Reader) Result {
	if g.Seq != c.sides[1].next {
		return t.reject(FourWayWrongSeq)
	}
	if !t.ackFits(c, stream.ToServer, g) {
		return t.reject(FourWayInvalidAck)
	}
	c.state = Established
	return t.transfer(c, stream.ToClient, g, r)
}
