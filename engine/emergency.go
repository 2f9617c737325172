package engine

import (
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/tcp"
)

// unwelcome reports whether p must not begin a flow: while memory for flows is short, connections that were not seen to begin are
// not taken up.
func (w *Worker) unwelcome(p *packet.Packet) bool {
	return w.flows.InEmergency() && w.config.TCP.Midstream && p.Flags&packet.HasTCP != 0 && !beginsConnection(tcp.Flags(p.TCP.Flags))
}

// flowless does with a packet that got no flow what is to be done.
func (w *Worker) flowless(p *packet.Packet) {
	w.oddities(p)
	if w.unwelcome(p) {
		w.counters.Unwelcome++
		return
	}
	w.except(noFlow)
}
