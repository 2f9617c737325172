package tcp

import "github.com/reknit/reknit/stream"

// midstreamScale is the window scale assumed where the SYN was not seen: the largest.
const midstreamScale = 14

// pickUp begins a connection in its middle. The sender of g is taken for the client.
func (t *Tracker) pickUp(c *Conn, d stream.Dir, g *Segment, s State) {
	t.open(c, s)
	t.Counters.Midstream++
	c.flags |= midstream | midstreamFirst | sacks
	if t.config.AsyncOneSide {
		c.flags |= async
	}
	snd, rcv := &c.sides[d], &c.sides[d.Opposite()]
	c.start(d, g.Seq-1)
	snd.scale, rcv.scale = midstreamScale, midstreamScale
	snd.lastAck, snd.next = g.Seq, g.end()
	snd.window = uint32(g.Window) << midstreamScale
	snd.nextWin = snd.lastAck + Seq(snd.window)
	c.start(d.Opposite(), g.Ack-1)
	rcv.lastAck = g.Ack
	rcv.window = uint32(g.Window) << midstreamScale
	rcv.nextWin = g.Ack + Seq(rcv.window)
	if g.Flags&FIN != 0 {
		snd.next++
	}
	if g.Options&Timestamps != 0 {
		c.flags |= timestamps
		snd.ts, rcv.ts = g.TSVal, g.TSEcr
		snd.tsTime, rcv.tsTime = seconds(g.Time), seconds(g.Time)
	}
	if c.flags&async != 0 {
		c.ack(d, snd.next)
	}
}

// pickUpReply begins a connection with its SYN/ACK, whose sender is the server.
func (t *Tracker) pickUpReply(c *Conn, d stream.Dir, g *Segment) {
	if d == stream.ToServer { // taken for the client so far
		c.sides[0], c.sides[1] = c.sides[1], c.sides[0]
	}
	t.open(c, SynRecv)
	t.Counters.Midstream++
	c.flags |= midstream | midstreamReply
	if t.config.AsyncOneSide {
		c.flags |= async
	}
	cl, sv := &c.sides[0], &c.sides[1]
	c.start(stream.ToClient, g.Seq)
	sv.lastAck = g.Seq + 1
	c.start(stream.ToServer, g.Ack-1)
	cl.lastAck, cl.window = g.Ack, uint32(g.Window)
	sv.window = uint32(g.Window)
	if g.Options&WindowScale != 0 {
		cl.scale, sv.scale = g.WindowScale, midstreamScale
	}
	sv.nextWin, cl.nextWin = sv.lastAck+Seq(sv.window), cl.lastAck+Seq(cl.window)
	if g.Options&Timestamps != 0 {
		c.flags |= timestamps
		sv.timestamp(g)
		cl.ts, cl.tsTime = g.TSEcr, seconds(g.Time)
	}
}
