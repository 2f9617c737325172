package tcp

import "github.com/reknit/reknit/stream"

// Opening is a half-open connection in 16 bytes: a SYN that nothing has answered. The zero Opening is none.
type Opening struct {
	isn    Seq
	ts     uint32
	window uint16
	at     uint16 // seconds, the low bits
	scale  uint8
	opts   Options
	bits   Flags // not 0
}

// Open remembers a SYN. It reports whether it could: a SYN with data, Fast Open, or an odd flag needs a Conn at once.
func (o *Opening) Open(g *Segment) bool {
	if g.Flags&(SYN|ACK|RST|FIN|URG) != SYN || g.size() > 0 || g.Ack != 0 || g.Options&(FastOpen|Signed) != 0 {
		return false
	}
	*o = Opening{isn: g.Seq, ts: g.TSVal, window: g.Window, at: uint16(seconds(g.Time)), scale: g.WindowScale, opts: g.Options, bits: g.Flags}
	return true
}

// Remember is Open that counts the connection.
func (t *Tracker) Remember(o *Opening, g *Segment) bool {
	if !o.Open(g) {
		return false
	}
	t.Counters.Sessions++
	t.Counters.Active++
	return true
}

// Forget says that the flow of a connection that Remember counted ends.
func (t *Tracker) Forget(o *Opening) { t.Counters.Active-- }

// IsOpen reports whether o holds a SYN.
func (o *Opening) IsOpen() bool { return o.bits != 0 }

// Flags returns the control bits of the SYN.
func (o *Opening) Flags() Flags { return o.bits }

// Repeated reports whether g, sent in direction d, is the same SYN again.
func (o *Opening) Repeated(d stream.Dir, g *Segment) bool {
	return d == stream.ToServer && g.Seq == o.isn && g.Flags == o.bits && g.size() == 0 && g.Window == o.window &&
		g.Options == o.opts && g.WindowScale == o.scale && g.TSVal == o.ts
}

// Promote makes c the connection that o remembers, and that Remember counted; now is the time of the segment that needs it.
func (o *Opening) Promote(t *Tracker, c *Conn, now int64) {
	then := int64(seconds(now)&^0xffff|uint32(o.at)) * 1e9
	if then > now {
		then -= 0x10000 * 1e9
	}
	*c = Conn{}
	g := Segment{Seq: o.isn, Flags: o.bits, Options: o.opts, WindowScale: o.scale, Window: o.window, TSVal: o.ts, Time: then}
	c.bits, c.sides[0].bits = o.bits, o.bits
	t.syn(c, &g)
	t.Counters.Sessions-- // it was counted before
	t.Counters.Active--
	*o = Opening{}
}
