package engine

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// RawHandler inspects the bytes of TCP connections as they are, beside the parsers. Its methods are called while a packet is
// processed, after the parsers have read; f and c are valid during the call.
type RawHandler interface {
	// Wants reports whether the bytes of direction d are to be inspected. It is asked when the connection begins, and for
	// each packet of those that are not followed. Nothing is held for a direction that nobody wants.
	Wants(f *Flow, d stream.Dir) bool
	// Inspect is given what is due in direction d: once acknowledged, so many bytes together as Config.Stream.Raw says, or
	// less when a transaction was completed, a gap ended parsing, the protocol changes, the depth is reached or the flow
	// ends. Inline it is the window around each segment, before that passes. The payload of a segment that did not become
	// part of the stream comes alone, as a loose chunk.
	Inspect(f *Flow, d stream.Dir, c *stream.Chunk)
}

// StreamLogger is told the bytes of TCP connections as they are delivered, beside the parsers. f is valid during the call.
// Its counters are among those of the engine if it is a stats.Lister; it is asked by another goroutine then.
type StreamLogger interface {
	// Log is given bytes that stand at off in direction d; those between two calls are lost. data is valid during the call.
	Log(f *Flow, d stream.Dir, off int64, data []byte)
	// Finish is the last call of a connection, also of one without bytes.
	Finish(f *Flow)
}

// beside is what reads streams beside the parsers.
type beside struct {
	raw RawHandler   // nil: nobody
	log StreamLogger // nil: nobody
	// frames says that sessions may want the bytes of their frames.
	frames bool
}

// newBeside returns nil when nobody reads beside the parsers.
func newBeside(c *Config) *beside {
	frames := c.App.Frames.Tell || len(c.App.Frames.Wanted) > 0
	if c.Raw == nil && c.Logger == nil && !frames {
		return nil
	}
	return &beside{c.Raw, c.Logger, frames}
}

// attendant gives the streams of the connection being followed to who reads beside the parsers.
type attendant Worker

var (
	_ stream.Inspector = (*attendant)(nil)
	_ stream.Logger    = (*attendant)(nil)
)

func (a *attendant) Inspect(d stream.Dir, c *stream.Chunk) {
	w := (*Worker)(a)
	w.beside.raw.Inspect(&w.flow, w.turned(d), c)
}

func (a *attendant) Log(d stream.Dir, off int64, data []byte) {
	w := (*Worker)(a)
	if w.beside.log != nil {
		w.beside.log.Log(&w.flow, d, off, data)
	}
	if w.beside.frames {
		if s := w.parsedBy(); s != nil {
			s.Log(d, off, data)
		}
	}
}

// parsedBy returns the session of the flow, or nil.
func (w *Worker) parsedBy() *app.Session {
	if v := w.entry.Value.session; v != 0 && w.config.Streams == nil {
		return w.sessions.at(v)
	}
	return nil
}

// turned returns d as it is known when client and server were mistaken for each other.
func (w *Worker) turned(d stream.Dir) stream.Dir {
	if s := w.parsedBy(); s != nil && s.Reversed() {
		return d.Opposite()
	}
	return d
}

// holds has the streams of a new connection hold what is read beside the parsers.
func (w *Worker) holds(c *tcp.Conn) {
	b := w.beside
	for d := range stream.Dir(2) {
		s := c.Stream(d)
		if b.log != nil {
			s.HoldLog()
		}
		if b.raw != nil && b.raw.Wants(&w.flow, d) {
			s.HoldRaw()
			if w.config.RawPackets {
				s.DropRaw()
			}
		}
	}
}

// attend follows the segment of p with what reads beside the parsers.
func (w *Worker) attend(p *packet.Packet, c *tcp.Conn, res tcp.Result) {
	b, d := w.beside, w.dir
	if w.entry.Mark&(dropped|bypassed) != 0 {
		return
	}
	if res&tcp.Tracked == 0 {
		if b.raw != nil && !w.spared && len(p.Payload) > 0 && b.raw.Wants(&w.flow, d) {
			w.loose(d, p)
		}
		return
	}
	if w.segment.Flags.Has(tcp.SYN|tcp.ACK) && c.State() < tcp.Established {
		w.holds(c) // who is the client may have become clear by it
	}
	if (b.log != nil || b.frames) && !w.undetected() {
		w.store.Log(c.Stream(d.Opposite()), d.Opposite(), false, (*attendant)(w))
		w.store.Log(c.Stream(d), d, false, (*attendant)(w))
	}
	if b.raw != nil && !w.spared {
		w.inspect(p, c, res)
	}
}

// inspect has inspected what is due with the segment of p.
func (w *Worker) inspect(p *packet.Packet, c *tcp.Conn, res tcp.Result) {
	d := w.dir
	own, other := c.Stream(d), c.Stream(d.Opposite())
	if w.entry.Mark&(muted|passed|condemned) != 0 {
		forget(own)
		forget(other)
		return
	}
	s := w.parsedBy()
	if s != nil {
		w.heedParser(c, s)
	}
	_, held := own.Raw()
	wanted := held || own.RawEnded()
	if s != nil && s.Encrypted(d) && !held {
		wanted = false
	}
	fresh := res&tcp.Stored != 0
	if g := &w.segment; g.Flags&tcp.SYN != 0 { // what it carries becomes part of the stream only if the other end takes it
		fresh = g.Options&tcp.FastOpen != 0
	}
	switch {
	case !wanted:
	case len(p.Payload) > 0 && (!fresh || !held):
		w.loose(d, p)
	case len(p.Payload) > 0 && w.config.Inline:
		w.store.InspectAround(own, d, w.tracker.Offset(c, d, &w.segment), p.Payload, (*attendant)(w))
	}
	if w.config.Inline {
		w.store.InspectedAcked(own)
		w.store.InspectedAcked(other)
	} else {
		due := stream.DueChunk
		if c.State() > tcp.TimeWait {
			due = stream.DueNow
		}
		w.store.Inspect(own, d, due, (*attendant)(w))
		w.store.InspectLate(other, d.Opposite(), (*attendant)(w))
	}
	if s != nil {
		for d := range stream.Dir(2) {
			if s.Encrypted(d) {
				forget(c.Stream(d))
			}
		}
	}
}

// forget ends the inspection of a stream.
func forget(s *stream.Stream) {
	if _, held := s.Raw(); held {
		s.DropRaw()
	}
}

// loose has the payload of p inspected alone.
func (w *Worker) loose(d stream.Dir, p *packet.Packet) {
	c := &w.chunk
	*c = stream.Chunk{Data: p.Payload, Loose: true}
	(*attendant)(w).Inspect(d, c)
}

// heedParser does what the parser of the connection says about inspection.
func (w *Worker) heedParser(c *tcp.Conn, s *app.Session) {
	for d := range stream.Dir(2) {
		if s.TakeDue(d) {
			c.Stream(d).TriggerRaw()
		}
		if n := s.Inspect(d); n > 0 {
			c.Stream(d).KeepInspected(n)
		}
	}
	was, due := s.TakeFlush()
	if !due || w.config.Inline { // inline nothing waits
		return
	}
	outer, action := w.current, Ignore
	w.packet, w.flushed = nil, true
	for _, d := range [2]stream.Dir{outer.dir, outer.dir.Opposite()} {
		c.Stream(d).TriggerRaw()
		w.store.Inspect(c.Stream(d), d, stream.DueNow, (*attendant)(w))
		if was != "" && w.packets != nil && w.entry.Mark&skipped == 0 && action == Ignore {
			w.dir = d
			action = w.packets.Packet(&w.flow, nil, Aspect{Dir: d, Established: true, NoPayload: w.hidden(w.entry, d), Was: was})
		}
	}
	w.current = outer
	w.act(action)
}

// finish ends the connection: what is left of a direction goes to the parsers, then to who reads beside them, and then its end is
// shown, if left says so; first that of the client.
func (w *Worker) finish(c *tcp.Conn, left [2]bool) {
	if w.config.ShowStreams {
		w.store.Linger(c.Streams())
	}
	for d := range stream.Dir(2) {
		w.tracker.Finish(c, d, (*reader)(w))
		w.store.Log(c.Stream(d), d, true, (*attendant)(w))
		s := w.parsedBy()
		if w.beside.raw != nil {
			if w.config.Inline || w.entry.Mark&(muted|passed|condemned) != 0 || s != nil && s.Encrypted(d) {
				forget(c.Stream(d))
			}
			w.store.Inspect(c.Stream(d), d, stream.DueAll, (*attendant)(w))
		}
		if d == stream.ToClient && s != nil && s.Moved(stream.ToServer) {
			w.showEnd(stream.ToServer, left)
		}
		w.showEnd(d, left)
		w.framesEnd(d)
	}
	w.tracker.Drop(c)
	w.let()
}
