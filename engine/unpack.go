package engine

import (
	"net/netip"

	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/packet/defrag"
	"github.com/reknit/reknit/stream"
)

// found is a place for a packet that was found in another, and for its bytes if it was put together of fragments.
type found struct {
	packet   packet.Packet
	datagram []byte
}

// places are for the packets in each other.
type places []*found

// place returns the place of packet n, from 0.
func (s *places) place(n int) *found {
	if n == len(*s) {
		*s = append(*s, new(found))
	}
	return (*s)[n]
}

// unpack takes what p carries through all stations: the packet in a tunnel, the datagram that a fragment completes, and
// what these carry in turn. The bounded number of layers ends it. A packet that is dropped carries nothing any more.
func (w *Worker) unpack(p *packet.Packet) {
	for n := 0; w.verdict != packet.Drop && p.Flags&(packet.HasInner|packet.Fragment) != 0; n++ {
		f := w.found.place(n)
		if p.Flags&packet.HasInner != 0 {
			w.decoder.DecodeInner(&f.packet, p)
		} else if complete := w.defragment(f, p); !w.showFragment(p) || !complete {
			return
		}
		p = &f.packet
		w.process(p)
	}
}

// defragment adds fragment p to its datagram, and reports whether f is now the whole of it.
func (w *Worker) defragment(f *found, p *packet.Packet) bool {
	before := len(p.Events())
	if n := w.config.Faults.Fragment; n != 0 && n == p.Number {
		w.except(noFragment)
		return false
	}
	var complete bool
	c := &w.datagrams.Counters
	refused := c.TrackersReached + c.FragmentsReached
	f.datagram, complete = w.datagrams.Add(&w.decoder, p, w.flows.Now(), f.datagram)
	if w.config.DecodeEvents {
		w.decodeEvents(p, p.Events()[before:])
	}
	if c.TrackersReached+c.FragmentsReached != refused {
		w.except(noFragment)
	}
	if complete {
		w.decoder.DecodeDatagram(&f.packet, p, f.datagram)
	}
	return complete
}

// frameLen returns the length of p as it counts for its flow: a datagram that was put together counts with the link header of
// its last fragment, as if it had been captured.
func frameLen(p *packet.Packet) int {
	if p.Origin != packet.FromDefrag {
		return len(p.Frame)
	}
	f := p.Outer
	return len(p.Frame) + cap(f.Frame) - cap(f.Network)
}

// defragConfig returns the configuration of datagrams.
func (c *Config) defragConfig() defrag.Config {
	d := c.Defrag
	if of := c.Policy; d.Policy == nil && of != nil {
		d.Policy = func(a netip.Addr) defrag.Policy { return fragmentPolicy(of(a)) }
	}
	d.IgnoreVLAN = c.Flow.IgnoreVLAN
	d.IgnoreDepth = c.Flow.IgnoreRecursion
	return d
}

// fragmentPolicy returns what a system does with overlapping fragments.
func fragmentPolicy(p stream.Policy) defrag.Policy {
	switch p {
	case stream.Linux6:
		return defrag.Linux6
	case stream.BSDRight:
		return defrag.BSDRight
	case stream.Linux, stream.OldLinux:
		return defrag.Linux
	case stream.OldSolaris, stream.HPUX11, stream.MacOS, stream.First:
		return defrag.First
	case stream.Solaris:
		return defrag.Solaris
	case stream.Windows, stream.Vista, stream.Windows2k3:
		return defrag.Windows
	}
	return defrag.BSD
}
