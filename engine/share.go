package engine

import "github.com/reknit/reknit/packet"

// share is what a worker needs to take its share of the packets from a dispatcher.
type share struct {
	handed *slot // nil: the worker gets all packets
	layer  int   // of the packet being processed: how many others are around it

	captured packet.Packet
	quiet    packet.Decoder // of packets that another worker processes, and counts

	queue  uint16    // on which the packet arrived, from 0
	queues *arrivals // nil: there is only one
}

// take processes its share of a packet that was handed over. Packets in it may be another worker's, or that in which they are:
// each one belongs to the owner of its own flow. It returns the verdict on the whole packet if that is known by now.
func (w *Worker) take(s *slot, queue uint16) (v packet.Verdict, known bool) {
	w.flows.Follow(s.clock)
	if s.own == 0 {
		return packet.Pass, false
	}
	w.change()
	w.handed, w.queue = s, queue
	w.verdict, w.why, w.rejected, w.fate = packet.Pass, noReason, Ignore, Fate{}
	p := &w.captured
	p.Number, p.Time, p.Link, p.Frame, p.WireLen = s.number, s.time, s.link, s.frame, s.wireLen
	w.layer = 0
	d := w.decoderOf(0)
	d.Decode(p)
	fragments := s.fragments
	for n := 1; ; n++ {
		if s.own.has(w.layer) {
			w.process(p)
		} else {
			w.flows.Advance(p.Time) // as its owner does
		}
		if s.own>>(w.layer+1) == 0 && p.Flags&packet.Fragment == 0 || w.verdict == packet.Drop || p.Flags&(packet.HasInner|packet.Fragment) == 0 {
			break
		}
		f := w.found.place(n - 1)
		if p.Flags&packet.HasInner != 0 {
			w.layer++
			w.decoderOf(w.layer).DecodeInner(&f.packet, p)
		} else {
			if len(fragments) == 0 {
				break
			}
			of := fragments[0]
			fragments = fragments[1:]
			w.heedFragment(p, of)
			if of.datagram == nil || w.verdict == packet.Drop {
				break
			}
			w.layer++
			w.decoderOf(w.layer).DecodeDatagram(&f.packet, p, of.datagram)
		}
		p = &f.packet
	}
	if w.packetLog != nil {
		s.ballot.become(w.fate)
	}
	if v, known = w.conclude(s.ballot); known && w.packetLog != nil {
		w.packetLog.Log(&w.captured, s.ballot.become(w.fate))
	}
	w.handed = nil
	return v, known
}

// decoderOf returns the decoder for the packet that n others are around.
func (w *Worker) decoderOf(n int) *packet.Decoder {
	if w.handed.own.has(n) {
		return &w.decoder
	}
	return &w.quiet
}

// heedFragment tells what was odd about fragment p of the current layer.
func (w *Worker) heedFragment(p *packet.Packet, of *fragment) {
	if !w.handed.own.has(w.layer) {
		return
	}
	for _, e := range of.events {
		w.decoder.Raise(p, e)
	}
	if w.config.DecodeEvents {
		w.decodeEvents(p, of.events)
	}
	if of.refused {
		w.except(noFragment)
	}
	w.showFragment(p)
}
