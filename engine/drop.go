package engine

import (
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// reason is why a packet is dropped.
type reason uint8

const (
	noReason reason = iota
	dropFragment
	dropNoFlow
	dropFlowDropped   // a handler gave up the flow
	dropFlowException // an exception policy did
	dropInvalid
	dropConnection
	dropMidstream
	dropData
	dropUrgent
	dropParser
	dropRules  // an Inspector wanted it
	dropOften  // it did because something happened too often
	dropTunnel // a packet in it is dropped
	numReasons
)

var reasonNames = [numReasons]string{
	"", "defrag memcap", "flow memcap", "flow drop", "exception policy flow drop", "stream error", "stream memcap",
	"stream midstream", "stream reassembly", "stream urgent", "applayer error", "rules", "threshold detection_filter", "tunnel packet drop",
}

// String is the reason's name in EVE.
func (r reason) String() string { return reasonNames[r] }

// drop makes Drop the verdict on the packet; the first reason counts.
func (w *Worker) drop(why reason) {
	w.verdict = packet.Drop
	if w.why == noReason {
		w.why = why
	}
}

// dropOfFlow drops a packet because its flow is dropped.
func (w *Worker) dropOfFlow() {
	if w.entry.Mark&condemned != 0 {
		w.drop(dropFlowException)
	} else {
		w.drop(dropFlowDropped)
	}
}

// rewritten follows a segment of which the stream has overwritten the payload with what came first. Its checksum is set;
// where that cannot be done, because the segment came in fragments that have passed, the last one is not let through.
func (w *Worker) rewritten(p *packet.Packet) {
	for f := p; f != nil; f = f.Outer {
		if f.Flags&packet.Fragment != 0 {
			w.prevent(dropInvalid)
			return
		}
	}
	if !p.FixTCPChecksum() {
		w.prevent(dropInvalid)
	} else if w.verdict == packet.Pass {
		w.verdict = packet.Rewritten
	}
}

// judge counts the verdict on the packet, and tells of a drop. A captured packet is dropped for what is in it, too.
func (w *Worker) judge() {
	if !w.config.Prevent {
		return
	}
	c := &w.verdicts
	switch {
	case w.verdict == packet.Rewritten:
		c.replaced++
		return
	case w.verdict != packet.Drop:
		c.accepted++
		return
	case w.rejected != Ignore:
		c.rejected++
	default:
		c.blocked++
	}
	inner := w.packet.Outer != nil
	if inner {
		c.reasons[dropTunnel]++
	} else {
		c.reasons[w.why]++
	}
	if !w.config.Drops || w.config.Sink == nil {
		return
	}
	w.dropRecord(w.packet)
	if inner {
		w.entry, w.why = nil, dropTunnel // its flow may be another worker's
		w.dropRecord(w.packet.Root())
	}
}

// dropRecord makes the record of packet p, which is dropped.
func (w *Worker) dropRecord(p *packet.Packet) {
	r := w.ofPacket(p, "drop")
	w.dropped = event.Drop{
		First: true, Version: p.Version, Protocol: p.Protocol, Network: p.Network, Reason: w.why.String(),
		Verdict: event.Verdict{Action: "drop"},
	}
	b := &w.dropped
	if p.Flags&(packet.HasTCP|packet.HasUDP|packet.HasICMP) != 0 {
		b.Transport = p.Transport
	}
	if e := w.entry; e != nil {
		b.Direction = w.dir.String()
		shown := shownToServer << w.dir
		b.First = e.Mark&shown == 0
		e.Mark |= shown
	}
	if p == w.packet {
		b.Rule = w.blamed
	}
	if w.rejected != Ignore {
		v := &b.Verdict
		v.Target, v.Reject = "to_client", "icmp-prohib"
		if w.rejected == RejectBoth {
			v.Target = "both"
		}
		if p.Flags&packet.HasTCP != 0 {
			v.Reject = "tcp-reset"
		}
	}
	r.Body = b
	w.send(r)
}

// verdicts counts what became of packets.
type verdicts struct {
	config                                *Config
	accepted, blocked, rejected, replaced uint64
	reasons                               [numReasons]uint64
}

// Each calls yield for each counter, where packets can be dropped.
func (v *verdicts) Each(yield func(name string, value uint64)) {
	if !v.config.Prevent {
		return
	}
	yield("ips.accepted", v.accepted)
	yield("ips.blocked", v.blocked)
	yield("ips.rejected", v.rejected)
	yield("ips.replaced", v.replaced)
	for _, never := range [...]string{"decode_error", "defrag_error", "applayer_memcap", "nfq_error"} {
		yield("ips.drop_reason."+never, 0)
	}
	for why := noReason + 1; why < numReasons; why++ {
		yield("ips.drop_reason."+strings.ReplaceAll(why.String(), " ", "_"), v.reasons[why])
	}
}

// isMidstream reports whether a segment without connection belongs to one that was not seen to begin.
func isMidstream(f tcp.Flags) bool { return f&tcp.RST == 0 && f&(tcp.FIN|tcp.ACK) != 0 }

func beginsConnection(f tcp.Flags) bool { return f&(tcp.SYN|tcp.RST|tcp.FIN|tcp.ACK) == tcp.SYN }

// deep reports whether a direction of the connection has reached the depth.
func deep(c *tcp.Conn) bool {
	return c.Stream(stream.ToServer).Deep() || c.Stream(stream.ToClient).Deep()
}
