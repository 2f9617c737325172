package tcp

import (
	"slices"

	"github.com/reknit/reknit/stream"
)

// helloOf returns what counts of a SYN, or of an answer to one.
func helloOf(g *Segment) hello {
	h := hello{isn: g.Seq, at: seconds(g.Time), window: g.Window, opts: g.Options, size: g.size()}
	if g.Options&Timestamps != 0 {
		h.ts = g.TSVal
	}
	if g.Options&WindowScale != 0 {
		h.scale = g.WindowScale
	}
	return h
}

// segment returns the segment that h was, without its payload.
func (h *hello) segment(f Flags, ack Seq) *Segment {
	return &Segment{Seq: h.isn, Ack: ack, Flags: f, Options: h.opts, WindowScale: h.scale, Window: h.window, TSVal: h.ts,
		Time: int64(h.at) * 1e9}
}

// hello returns the SYN of c.
func (c *Conn) hello() hello {
	cl, sv := &c.sides[0], &c.sides[1]
	h := hello{isn: cl.isn, ts: cl.ts, at: cl.tsTime, window: uint16(sv.window), scale: sv.scale}
	for _, o := range [...]struct {
		has bool
		opt Options
	}{
		{c.flags&synScaled != 0, WindowScale}, {c.flags&synSACK != 0, SACKPermitted},
		{cl.flags&sentTimestamp != 0, Timestamps}, {c.flags&fastOpen != 0, FastOpen},
	} {
		if o.has {
			h.opts |= o.opt
		}
	}
	return h
}

// firstSyn takes the SYN that begins c. What it carries is kept: the answer tells whether the server took it (RFC 7413,
// section 4.2). Inline it is read at once when Fast Open is asked for, as the server may do the same.
func (t *Tracker) firstSyn(c *Conn, g *Segment, r stream.Reader) {
	t.syn(c, g)
	if g.size() == 0 {
		return
	}
	t.addSyn(c, g)
	if e := t.extras.of(c); e != nil && c.flags&fastOpen != 0 && t.store.Config().Inline {
		e.syns[0].shown = true
		t.inserted(c, t.store.Push(&c.streams, stream.ToServer, 0, g.Payload, r))
	}
}

// nextSyn takes a SYN that follows another one. All of them are kept, up to a limit: the one that the server answers
// counts. It reports whether there was memory for it.
func (t *Tracker) nextSyn(c *Conn, g *Segment) bool {
	h, now := helloOf(g), c.hello()
	h.opts &^= Signed
	if e := t.extras.of(c); e != nil && len(e.syns) > 0 {
		now = e.syns[len(e.syns)-1]
	} else if !now.same(&h) {
		e := t.extra(c, now.bytes())
		if e == nil {
			return false
		}
		e.syns = append(e.syns, now)
	}
	if now.same(&h) {
		return true
	}
	if e := t.extras.of(c); !t.again(e, &h) {
		if len(e.syns) > t.config.MaxSYNs {
			t.raise(SynFlood)
			t.extras.bytes -= e.syns[0].bytes()
			e.syns = slices.Delete(e.syns, 0, 1)
		}
		if !t.addSyn(c, g) {
			return false
		}
	}
	t.takeSyn(c, g)
	return true
}

// again makes h the current SYN when it is one of those that e has.
func (t *Tracker) again(e *extra, h *hello) bool {
	for i := range e.syns {
		if e.syns[i].same(h) {
			found := e.syns[i]
			e.syns = append(slices.Delete(e.syns, i, i+1), found)
			return true
		}
	}
	return false
}

func (t *Tracker) addSyn(c *Conn, g *Segment) bool {
	h := helloOf(g)
	h.opts &^= Signed
	h.data = slices.Clone(g.Payload)
	e := t.extra(c, h.bytes())
	if e == nil {
		return false
	}
	e.syns = append(e.syns, h)
	return true
}

// chooseSyn finds the SYN of c behind which, or behind some of whose payload, lies the number next, as g says. If there
// is one, it becomes the SYN of the connection, and what the server took of its payload is delivered. fits reports
// whether its timestamp is the one that g echoes; nothing changes otherwise when echoes are strict.
func (t *Tracker) chooseSyn(c *Conn, next Seq, g *Segment, r stream.Reader) (found, fits bool) {
	e := t.extras.of(c)
	if e == nil || len(e.syns) == 0 {
		return next == c.sides[0].isn+1, t.echoes(c, g)
	}
	best, rank := -1, -1
	for i := len(e.syns) - 1; i >= 0; i-- {
		h := &e.syns[i]
		n := int64(next - h.isn - 1)
		if n > int64(h.size) {
			continue
		}
		is := 0
		if n == 0 || n == int64(h.size) {
			is += 2
		}
		if echoes(h.opts&Timestamps != 0, h.ts, g) {
			is++
		}
		if is > rank {
			best, rank = i, is
		}
	}
	if best < 0 {
		return false, false
	}
	if fits = rank&1 != 0; !fits && t.config.StrictTimestamps {
		return true, false
	}
	h := e.syns[best]
	scale := h.scale
	if !fits || g.Options&Timestamps == 0 {
		for i := range e.syns { // which one it was is not known
			if e.syns[i].isn == h.isn {
				scale = max(scale, e.syns[i].scale)
			}
		}
	}
	t.takeSyn(c, h.segment(SYN, 0))
	c.sides[1].scale = scale
	t.takeEarly(c, &h, int(next-h.isn-1), r)
	return true, fits
}

// takeEarly delivers the first n octets of what h carried.
func (t *Tracker) takeEarly(c *Conn, h *hello, n int, r stream.Reader) {
	s := &c.streams[stream.ToServer]
	shown := h.shown && n == h.size
	if s.App() == 0 && s.Edge() > 0 && !shown { // what was shown was not taken, and nothing came of it
		t.store.Restart(s)
	}
	if n == 0 {
		if h.size > 0 && h.opts&FastOpen != 0 {
			t.raise(SynAckDataIgnored)
			c.flags |= earlyIgnored
		}
		return
	}
	cl := &c.sides[0]
	cl.next = cl.next.Add(n)
	var did stream.Inserted
	if !shown {
		did = t.store.Insert(s, 0, h.data[:min(n, len(h.data))])
	}
	s.Ack(int64(n))
	t.store.Deliver(&c.streams, stream.ToServer, r)
	t.inserted(c, did)
}

// answered keeps what the first answer to the SYN carries: the client's acknowledgement tells whether it took it. Inline
// it is read at once, as the client may do the same.
func (t *Tracker) answered(c *Conn, g *Segment, r stream.Reader) {
	if g.size() == 0 || !t.addReply(c, g) || !t.store.Config().Inline {
		return
	}
	t.extras.of(c).replies[0].shown = true
	t.inserted(c, t.store.Push(&c.streams, stream.ToClient, 0, g.Payload, r))
}

func (t *Tracker) addReply(c *Conn, g *Segment) bool {
	h := helloOf(g)
	h.data = slices.Clone(g.Payload)
	e := t.extra(c, h.bytes())
	if e == nil {
		return false
	}
	e.replies = append(e.replies, h)
	return true
}

// nextReply takes an answer to the SYN that follows another one: the client's acknowledgement will tell which one counts.
func (t *Tracker) nextReply(c *Conn, g *Segment) Result {
	if e := t.extras.of(c); e != nil {
		h, others := helloOf(g), 0
		for i := range e.replies {
			if e.replies[i].same(&h) {
				return 0
			}
			if !e.replies[i].shown {
				others++
			}
		}
		if others >= t.config.MaxSYNACKs {
			return t.reject(SynAckFlood)
		}
	}
	if t.config.MaxSYNACKs <= 0 {
		return t.reject(SynAckFlood)
	}
	if !t.addReply(c, g) {
		return Rejected
	}
	return 0
}

// chooseReply makes the answer that next lies behind, or behind some of whose payload, the one of the connection. What
// lies before next of its payload was taken by the client.
func (t *Tracker) chooseReply(c *Conn, next Seq, r stream.Reader) {
	e := t.extras.of(c)
	if e == nil || next == c.sides[1].next {
		return
	}
	best := -1
	for i := range e.replies {
		h := &e.replies[i]
		if n := int64(next - h.isn - 1); n == 0 || n == int64(h.size) {
			best = i
			break
		} else if n < int64(h.size) && best < 0 {
			best = i
		}
	}
	if best < 0 {
		return
	}
	h, cl, sv := e.replies[best], &c.sides[0], &c.sides[1]
	if h.isn != sv.isn {
		sent := cl.next
		if h.opts&WindowScale != 0 && c.flags&synScaled != 0 && sv.scale == 0 {
			sv.scale = midstreamScale // the other answer refused it
		}
		sv.flags &^= sentTimestamp | zeroTimestamp
		t.takeSynAck(c, h.segment(SYN|ACK, cl.lastAck))
		cl.next = sent
	}
	if n := int(next - h.isn - 1); n > 0 {
		sv.next = next
		if !h.shown {
			t.inserted(c, t.put(c, stream.ToClient, 0, h.data[:min(n, len(h.data))], r))
		}
	}
}

// sent reports whether next may be the number behind a SYN of c, or behind its payload.
func (t *Tracker) sent(c *Conn, next Seq) bool {
	if next == c.sides[0].next {
		return true
	}
	e := t.extras.of(c)
	return e != nil && slices.ContainsFunc(e.syns, func(h hello) bool { return int64(next-h.isn-1) <= int64(h.size) })
}
