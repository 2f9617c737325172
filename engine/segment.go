package engine

import (
	"encoding/binary"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// segmentRecords is what records of segments need. It is used again.
type segmentRecords struct {
	body     event.StreamTCP
	snapshot tcp.Snapshot
}

// segmentRecord makes the record of the segment of p, which its connection has taken; before is the connection's state without it.
func (w *Worker) segmentRecord(p *packet.Packet, c *tcp.Conn, before tcp.State, res tcp.Result) {
	if w.segments == nil {
		w.segments = &segmentRecords{}
	}
	s, b := &w.segments.snapshot, &w.segments.body
	c.Snapshot(s)
	t := &p.TCP
	*b = event.StreamTCP{
		ToClient: w.dir == stream.ToClient, Version: p.Version, TTL: p.TTL,
		Seq: t.Seq, Ack: t.Ack, Window: t.Window, Urgent: t.Urgent, Flags: uint8(t.Flags), Reused: w.again,
		State: s.State.String(), Notes: s.Notes, Client: sideOf(&s.Sides[0]), Server: sideOf(&s.Sides[1]),
		Events: b.Events[:0], Rejected: res&tcp.Rejected != 0,
	}
	if s.State != before {
		b.Before = before.String()
	}
	switch h := p.Network; {
	case p.Version == 4 && len(h) >= 20:
		b.Len, b.Class, b.ID = int(binary.BigEndian.Uint16(h[2:])), h[1], binary.BigEndian.Uint16(h[4:])
	case len(h) >= 8:
		first := binary.BigEndian.Uint32(h)
		b.Len, b.Class, b.FlowLabel = int(binary.BigEndian.Uint16(h[4:])), uint8(first>>20), first&0xfffff
	}
	if h := p.Transport; len(h) > 12 {
		b.Reserved = h[12] & 0xf
	}
	events := w.tracker.Events()
	b.Spurious = events.Has(tcp.SpuriousRetransmission)
	events.Each(func(e tcp.Event) { b.Events = append(b.Events, "stream."+e.String()) })
	r := w.ofPacket(p, "stream_tcp")
	r.Body = b
	w.send(r)
}

func sideOf(s *tcp.Snapside) event.StreamSide {
	return event.StreamSide{
		ISN: s.ISN, Next: s.Next, Acked: s.Acked, WindowEnd: s.WindowEnd, Base: s.Base, Edge: s.Edge, Window: s.Window, Scale: s.Scale,
		Notes: s.Notes,
	}
}
