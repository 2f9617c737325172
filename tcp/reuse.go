package tcp

import "github.com/reknit/reknit/stream"

// Reuses reports whether g, a SYN or SYN/ACK on the addresses of c, begins another connection. c is nil when the
// addresses have been seen, but no connection is followed.
func (t *Tracker) Reuses(c *Conn, d stream.Dir, g *Segment) bool {
	if g.Flags&SYN == 0 || g.Flags&(RST|FIN) != 0 {
		return false
	}
	reply := g.Flags&ACK != 0
	if reply && !t.config.Midstream && !t.config.AsyncOneSide {
		return false
	}
	if c == nil {
		return !reply || d == stream.ToServer
	}
	over := c.state == None || c.state >= LastAck && !(c.state == CloseWait && c.policy(d) == stream.Linux6)
	switch {
	case !reply && d == stream.ToServer && c.flags&earlyIgnored != 0 && c.state <= SynRecv:
		return c.policy(d) != stream.Linux6
	case !reply && d == stream.ToServer:
		return g.Seq != c.sides[0].isn && (over || c.state == TimeWait && g.Seq.After(c.sides[0].next)) // RFC 6191
	case reply && d == stream.ToClient:
		return over && g.Seq != c.sides[1].isn
	}
	return over && !c.finWaits(stream.ToServer)
}
