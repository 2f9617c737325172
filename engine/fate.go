package engine

import "github.com/reknit/reknit/packet"

// PacketLog is told of captured packets. Workers that share one call at once. A packet of which several have a part is told by one of them.
type PacketLog interface {
	// Log is called for each captured packet when it was processed, and those in it. p is valid during the call.
	Log(p *packet.Packet, f Fate)
	// Late is called when a rule told of a flow after its last packet.
	Late(flow uint64)
}

// Fate is what became of a captured packet. Where it carries others, what is said of a flow is about that of the innermost.
type Fate struct {
	Flow    uint64 // its number; 0: none
	Data    bool   // it carries something in a TCP flow
	Alerted bool   // a rule told of it, or before of its flow
	Tagged  bool   // the keyword tag means it
	Passed  bool   // a rule had its flow pass with an earlier packet
	Deep    bool   // a direction of its connection has reached the depth of streams

	depth uint8 // of the packet with the flow
}

// add adds what became of another packet of the captured one.
func (f *Fate) add(g Fate) {
	alerted, tagged := f.Alerted || g.Alerted, f.Tagged || g.Tagged
	if g.Flow != 0 && (f.Flow == 0 || g.depth >= f.depth) {
		*f = g
	}
	f.Alerted, f.Tagged = alerted, tagged
}

// noteFate adds what became of p, which was processed, to the fate of the captured packet.
func (w *Worker) noteFate(p *packet.Packet) {
	e := w.entry
	if e == nil {
		return
	}
	isTCP := p.Flags&packet.HasTCP != 0
	f := Fate{
		Flow: e.ID(), depth: p.Depth, Data: isTCP && len(p.Payload) > 0, Alerted: e.Mark&alerted != 0,
		Passed: e.Mark&passed != 0 && !w.passing,
	}
	if v := &e.Value; isTCP && v.conn != 0 {
		f.Deep = deep(w.conns.at(v.conn))
	}
	w.fate.add(f)
}

// noteAlert says that a rule told of the packet, or of the flow that ends.
func (w *Worker) noteAlert() {
	switch {
	case w.packet != nil:
		w.fate.Alerted = true
	case w.packetLog != nil && w.entry != nil:
		w.packetLog.Late(w.entry.ID())
	}
}
