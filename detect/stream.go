package detect

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// Wants is called by the engine when a connection begins. Where alerts show streams, their bytes are wanted for the rules for
// transactions, too: as long as such a rule may match, which is with the next packet of the direction.
func (w *Worker) Wants(_ *engine.Flow, d stream.Dir) bool {
	w.enter()
	return len(w.set.streams[d].all) > 0 || w.set.config.Payload > 0 && w.set.keeps
}

// Inspect is called by the engine with bytes of a stream. What was found is told of when the packet is, or the end of the flow,
// which is also when the other tests of the rules are made.
func (w *Worker) Inspect(f *engine.Flow, d stream.Dir, c *stream.Chunk) {
	w.enter()
	if len(w.found) > 0 && w.found[0].flow != f.Handle() {
		w.found = w.found[:0]
	}
	e := endsOf(f, d)
	server := serverPort(e.physical, e.srcPort, e.dstPort)
	for _, g := range w.inPayload(w.rulesFor(&w.set.streams[d], f, server, e.physical, d), c.Data) {
		if g.App != nil && !slices.Contains(g.App, e.protocol) || !g.between(&e) || !g.inChunk(w, c) {
			continue
		}
		w.found = append(w.found, found{g, f.Handle(), d, c.Loose, slices.Clone(w.captured)})
	}
}

// ends is between whom a stream is, and in what protocol.
type ends struct {
	src, dst         netip.Addr
	srcPort, dstPort uint16
	physical         stream.Dir
	protocol         string
}

// endsOf returns those of direction d of a flow, as its parser has it.
func endsOf(f *engine.Flow, d stream.Dir) ends {
	from, to := f.Client(), f.Server()
	var e ends
	if s := f.Session(); s != nil {
		e.protocol = s.Protocol()
		if s.Reversed() {
			d = d.Opposite()
		}
	}
	if e.physical = d; d == stream.ToClient {
		from, to = to, from
	}
	e.src, e.srcPort, e.dst, e.dstPort = from.Addr(), from.Port(), to.Addr(), to.Port()
	return e
}

// between reports whether the rule is about a stream of these ends.
func (g *signature) between(e *ends) bool {
	return g.ends(e.src, e.srcPort, e.dst, e.dstPort, ofTCP) ||
		(g.BothWays || g.Transactional) && g.ends(e.dst, e.dstPort, e.src, e.srcPort, ofTCP)
}

// inChunk reports whether what the rule looks for is in a chunk, and was not in what was given before. A place in the stream is
// counted from its beginning.
func (g *signature) inChunk(w *Worker, c *stream.Chunk) bool {
	switch {
	case g.Type == rule.PacketStream && (c.Loose || c.Offset > 0):
		return false
	case c.Loose && (g.Flow.Stream == rule.OnlyIt || g.Protocol.Stream):
		return false // it is no part of the stream
	}
	w.captured = w.captured[:0]
	w.evaluator.Forget()
	if !g.inRaw(w, c.Data) {
		return false
	}
	kept := len(w.captured)
	defer func() { w.captured = w.captured[:kept] }()
	w.evaluator.Forget()
	return c.Seen == 0 || c.Loose || !g.inRaw(w, c.Data[:c.Seen])
}

// settleFound puts what was found in the order of the rules.
func (w *Worker) settleFound() {
	if len(w.found) > 1 {
		slices.SortStableFunc(w.found, func(a, b found) int { return cmp.Compare(a.index, b.index) })
	}
}

// stream evaluates what is left of a rule whose part that looks at the stream was found.
func (w *Worker) stream(f *found) {
	if w.flow == nil || f.flow != w.flow.Handle() {
		return
	}
	g := f.signature
	if f.dir != w.dir {
		if w.packet == nil {
			return // its direction is to come
		}
		w.turn()
		defer w.turn()
	}
	if g.Type == rule.Transaction {
		w.markRaw(f)
		return
	}
	if w.class != ofTCP || !g.header(w) || g.Protocol.App != nil && !w.speaks(g) || !g.checked(w) {
		return
	}
	w.captured = append(w.captured, f.captured...)
	if f.loose {
		w.match(g, match{})
		return
	}
	w.match(g, match{stream: true})
}

// turn exchanges the ends, for what was found in the direction that is not the packet's.
func (w *Worker) turn() {
	s := &w.scene
	s.dir = s.dir.Opposite()
	s.src, s.dst, s.srcPort, s.dstPort = s.dst, s.src, s.dstPort, s.srcPort
}

// markRaw notes that the part of a rule for transactions that looks at the stream was found.
func (w *Worker) markRaw(f *found) {
	k, mark := w.keep(), f.signature.mark<<1|uint32(f.dir)
	if !slices.Contains(k.raw, mark) && len(k.raw) < maxRaw {
		k.raw = append(k.raw, mark)
	}
}
