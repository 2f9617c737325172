package engine

import (
	"slices"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/tcp"
)

// arrival is the queues on which the packets of a flow first arrived, by direction, counted from 1; 0: none has.
type arrival [2]uint16

// arrivals are those of a worker's flows, by their handles.
type arrivals struct{ of []arrival }

// arrivedOn returns the queues of flow h.
func (w *Worker) arrivedOn(h flow.Handle) arrival {
	if w.queues == nil || int(h) >= len(w.queues.of) {
		return arrival{}
	}
	return w.queues.of[h]
}

// arrives sets the queues of flow h.
func (w *Worker) arrives(h flow.Handle, on arrival) {
	q := w.queues
	if q == nil {
		return
	}
	if int(h) >= len(q.of) {
		q.of = slices.Grow(q.of, int(h)+1-len(q.of))
		q.of = q.of[:cap(q.of)]
	}
	q.of[h] = on
}

// arrivedReversed exchanges client and server of the current flow.
func (w *Worker) arrivedReversed() {
	on := w.arrivedOn(w.handle)
	w.arrives(w.handle, arrival{on[1], on[0]})
}

// arrive notes on which queue the packet arrived: those of one direction are meant to take one. Where they do not, the capture
// spreads them badly. A hand-over heals that, so it is counted and told, and nothing is left out.
func (w *Worker) arrive(p *packet.Packet, created bool) {
	var on arrival
	if !created {
		on = w.arrivedOn(w.handle)
	}
	queue := w.queue + 1
	switch on[w.dir] {
	case 0:
		on[w.dir] = queue
		w.arrives(w.handle, on)
		if other := on[w.dir.Opposite()]; other != 0 && other != queue {
			w.counters.SplitQueues++
		}
	case queue:
	default:
		if p.Flags&packet.HasTCP != 0 {
			w.counters.WrongThread++
		}
		if w.entry.Mark&astray == 0 {
			w.entry.Mark |= astray
			w.wrongThread(p)
		}
	}
}

// wrongThread tells that packets of one direction came on several queues.
func (w *Worker) wrongThread(p *packet.Packet) {
	if p.Flags&packet.HasTCP == 0 {
		return
	}
	w.tracker.Counters.Events[tcp.WrongThread]++
	if w.config.StreamEvents {
		w.packetAnomaly(p, event.AnomalyStream, "stream."+tcp.WrongThread.String())
	}
}
