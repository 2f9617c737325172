package tcp

import "github.com/reknit/reknit/stream"

// transfer handles a segment of an established connection that is not SYN, FIN or RST.
func (t *Tracker) transfer(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	o := d.Opposite()
	snd, rcv := &c.sides[d], &c.sides[o]
	probed := rcv.flags&windowProbe != 0 && g.Ack == rcv.next+1
	rcv.flags &^= windowProbe
	if probed && g.Ack.After(rcv.nextWin) {
		t.raise(EstAckZeroWindowProbe) // the receiver took more than its window allowed
	} else if !t.ackFits(c, o, g) {
		return t.reject(EstInvalidAck)
	}
	if d == stream.ToClient && c.flags&midstreamFirst != 0 {
		rcv.window = uint32(g.Window) << rcv.scale
		snd.widen(0)
		c.flags &^= midstreamFirst
	}
	end := g.end()
	if end.Before(snd.lastAck) && !(g.size() <= 1 && g.Seq == snd.next-1) {
		switch {
		case c.flags&async != 0:
			snd.lastAck = g.Seq
		case c.brings(d, g): // acknowledged before it was seen
		case snd.lastAck.After(snd.next) && !end.Before(snd.next): // data before it was, or never were sent
		default:
			return t.reject(EstBeforeLastAck)
		}
	}
	probe := g.size() == 1 && g.Seq == snd.next && snd.window == 0 && c.flags&(midstream|async) == 0
	if probe {
		snd.flags |= windowProbe
		if !t.store.Immediate() && g.Lost == 0 && g.Flags&URG == 0 && t.holdProbe(c, d, g) {
			return 0
		}
		return t.data(c, d, g, r)
	}
	if end.After(snd.nextWin) && c.policy(d) != stream.Linux6 && c.flags&(midstream|async) == 0 && !t.trusts(c) {
		snd.flags |= beyond
		return t.reject(EstPacketOutOfWindow)
	}
	if !end.Before(snd.next) {
		snd.next = end
		if c.flags&async != 0 {
			c.ack(d, end)
		}
	}
	t.acknowledge(c, d, g)
	t.stamp(c, d, g)
	if g.Flags&ACK != 0 && c.flags&async == 0 && rcv.lastAck.After(rcv.next) {
		t.Counters.AckUnseen++
		if t.config.TrustAfterLoss {
			c.flags |= lossy
		}
	}
	return t.data(c, d, g, r)
}

// acknowledge takes window and acknowledgement of an accepted segment.
func (t *Tracker) acknowledge(c *Conn, d stream.Dir, g *Segment) {
	o := d.Opposite()
	rcv := &c.sides[o]
	rcv.window = uint32(g.Window) << rcv.scale
	if g.Flags&ACK != 0 {
		if rcv.flags&(probeHeld|waiting) != 0 {
			t.evidence(c, o, g)
		}
		c.ack(o, g.Ack)
		if rcv.flags&finSent != 0 {
			t.refuteFin(c, o)
		}
	}
	rcv.widen(t.selective(c, o, g))
}

// data stores the payload of an accepted segment and lets r read what became readable. Where acknowledged bytes only
// are delivered, the segment's acknowledgement first releases the other direction, then the payload is stored.
func (t *Tracker) data(c *Conn, d stream.Dir, g *Segment, r stream.Reader) Result {
	st := t.store
	s := &c.streams[d]
	n := g.size()
	if g.Flags&RST != 0 {
		n = 0
	}
	if n > 0 && s.Policy() == stream.Unset {
		s.SetPolicy(g.Policy)
	}
	gaps := st.Counters.Gaps
	var did stream.Inserted
	var hole Seq
	around, lose := c.flags&leftOut != 0, false
	switch {
	case g.Flags&(URG|RST) != URG:
	case t.keepsPointer(c, d) && t.point(c, d, g):
	default:
		hole, lose = t.urge(c, d, g)
		around = lose || c.flags&leftOut != 0
	}
	last := g.Flags&(FIN|RST) == FIN && c.policy(d) == stream.Linux6
	if st.Immediate() {
		st.Deliver(&c.streams, d.Opposite(), r) // what the acknowledgement says is lost comes before the answer
		switch {
		case last:
			did = t.putLast(c, d, g, hole, lose, r)
			st.Deliver(&c.streams, d, r)
		case around && g.Flags&RST == 0:
			did = t.putAround(c, d, g, hole, lose, r)
		case n > 0:
			did = st.Push(&c.streams, d, c.offset(d, g.Seq), g.Payload, r)
		default:
			st.Deliver(&c.streams, d, r)
		}
	} else {
		own, opposite := t.releases(c, g)
		if opposite {
			st.Deliver(&c.streams, d.Opposite(), r)
		}
		switch {
		case last:
			did = t.putLast(c, d, g, hole, lose, r)
		case around && g.Flags&RST == 0:
			did = t.putAround(c, d, g, hole, lose, r)
		case n > 0:
			did = st.Insert(s, c.offset(d, g.Seq), g.Payload)
		}
		if c.sides[d].flags&pointed != 0 {
			t.passPointer(c, d)
		}
		if own || did&stream.TooDeep != 0 {
			st.Deliver(&c.streams, d, r)
		}
	}
	return t.stored(c, n, did, gaps)
}

// stored tells what became of a payload of n octets, and raises the events of it and of the gaps that came since there were so
// many.
func (t *Tracker) stored(c *Conn, n int, did stream.Inserted, gaps uint64) Result {
	if t.store.Counters.Gaps != gaps {
		c.flags |= lossy
		t.raise(SeqGap)
	}
	var res Result
	if did != 0 {
		res = t.inserted(c, did)
	}
	if n > 0 && did&(stream.TooDeep|stream.Ignored|stream.Refused) == 0 {
		res |= Stored
	}
	return res
}

// releases tells whose bytes a segment may release: those of its sender, those of the other end.
func (t *Tracker) releases(c *Conn, g *Segment) (own, opposite bool) {
	switch {
	case g.Flags&RST != 0:
		return true, false
	case g.Flags&FIN != 0 && c.state > TimeWait:
		return true, g.Flags&ACK != 0
	case c.state == Closed:
		return true, true
	case c.flags&async != 0:
		return true, false
	}
	return false, true
}

// inserted raises the events of what happened to a payload, and tells what to do about it.
func (t *Tracker) inserted(c *Conn, did stream.Inserted) (res Result) {
	if did&stream.Differed != 0 {
		t.raise(OverlapDifferentData)
	}
	if did&stream.TooDeep != 0 {
		t.raise(DepthReached)
	}
	if did&stream.Refused != 0 {
		c.flags |= lossy
		res = Unstored
		if did&stream.Overlapped != 0 {
			t.raise(InsertLimit)
		}
	}
	if did&stream.Rewritten != 0 {
		res |= Modified
	}
	return res
}

// put stores octets at off, and lets r read them where they are delivered at once.
func (t *Tracker) put(c *Conn, d stream.Dir, off int64, data []byte, r stream.Reader) stream.Inserted {
	if t.store.Immediate() {
		return t.store.Push(&c.streams, d, off, data, r)
	}
	return t.store.Insert(&c.streams[d], off, data)
}
