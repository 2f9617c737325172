package engine

import (
	"fmt"
	"net/netip"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// fromTimeout is what EVE has as the source of a packet where there is none. Other sources are named by packet.Origin.
const (
	fromTimeout = "stream (flow timeout)"
	fromFlush   = "stream (detect/log)"
)

// logger turns what sessions tell into records.
type logger Worker

var (
	_ app.Logger      = (*logger)(nil)
	_ app.FileLogger  = (*logger)(nil)
	_ app.FileOpener  = (*logger)(nil)
	_ app.ErrorLogger = (*logger)(nil)
	_ app.FrameLogger = (*logger)(nil)
	_ app.Expecter    = (*logger)(nil)
	_ app.Windower    = (*logger)(nil)
	_ app.Missinger   = (*logger)(nil)
	_ app.Addresser   = (*logger)(nil)
)

func (l *logger) Transaction(s *app.Session, tx app.Transaction) {
	w := (*Worker)(l)
	r := w.begin()
	d := stream.ToServer
	if x, ok := tx.(app.Director); ok {
		d = x.Direction()
	}
	w.orient(r, d, s.Reversed())
	app.TransactionRecord(r, s, tx)
	w.send(r)
}

func (l *logger) Anomaly(s *app.Session, a *app.Anomaly) {
	w := (*Worker)(l)
	if w.anomalist != nil && a.Tx == nil {
		w.anomalist.Anomaly(&w.flow, a)
	}
	r := w.begin()
	w.orient(r, w.dir, false)
	app.AnomalyRecord(r, a)
	w.send(r)
}

func (l *logger) File(s *app.Session, tx app.Transaction, d stream.Dir, f event.Appender) {
	w := (*Worker)(l)
	r := w.begin()
	w.orient(r, d, s.Reversed())
	app.FileRecord(r, s, tx, f)
	w.send(r)
}

// OpenFile tells a file where it was found.
func (l *logger) OpenFile(_ *app.Session, d stream.Dir, f event.Appender, number uint32) {
	if p, ok := f.(interface {
		Place(flow uint64, d stream.Dir, number uint32)
	}); ok {
		p.Place((*Worker)(l).entry.ID(), d, number)
	}
}

// maxFaults is the number of parser faults that the user is told of.
const maxFaults = 10

// Error acts on the end of a parser, and tells the user if it is a fault of ours, with what is needed to find it. Errors of
// the traffic are counted by the gateway.
func (l *logger) Error(s *app.Session, err *app.Error) {
	w := (*Worker)(l)
	w.exceptionOfParser(err)
	if err.Cause != app.CauseInternal || w.faults > maxFaults {
		return
	}
	if w.faults++; w.faults > maxFaults {
		w.notice("more parsers failed; they are only counted from here on")
		return
	}
	where := "when the flow ended"
	if err.Number != 0 {
		where = fmt.Sprintf("packet %d", err.Number)
	}
	text := fmt.Sprintf("%s, flow %s: %v; this is a bug of reknit, please report it", where, &Flow{w}, err)
	if len(err.Stack) > 0 {
		text += "\n" + string(err.Stack)
	}
	w.notice(text)
}

// Detected lets the streams of the flow be as deep as its protocol wants.
func (l *logger) Detected(s *app.Session) {
	w := (*Worker)(l)
	w.announces(s)
	w.holdFrames(s)
	if depth := s.Depth(); depth > 0 && w.config.Stream.Depth > 0 && s.Transport() == app.TCP && w.entry.Value.conn != 0 {
		c := w.conns.at(w.entry.Value.conn)
		w.store.Deepen(c.Stream(stream.ToServer), depth)
		w.store.Deepen(c.Stream(stream.ToClient), depth)
	}
}

// begin returns the worker's record with the header of the packet, or of the flow that ends.
func (w *Worker) begin() *event.Record {
	r := &w.record
	*r = event.Record{Time: w.now, FlowID: w.entry.ID(), ParentID: w.parent()}
	if p := w.packet; p != nil {
		r.Number, r.PacketSource = p.Number, p.Origin.String()
	} else {
		r.PacketSource = fromTimeout
		if w.flushed {
			r.PacketSource = fromFlush
		}
	}
	return r
}

// orient gives r the addresses of the flow, in direction d.
func (w *Worker) orient(r *event.Record, d stream.Dir, reversed bool) {
	t := w.entry.Key().Tuple()
	r.Protocol = t.Protocol
	r.VLAN = t.VLAN
	for r.VLANs < 3 && r.VLAN[r.VLANs] != 0 {
		r.VLANs++
	}
	r.Src, r.SrcPort = address(t.Src, t.Version), t.SrcPort
	r.Dst, r.DstPort = address(t.Dst, t.Version), t.DstPort
	if (d == stream.ToClient) != reversed {
		r.Src, r.Dst = r.Dst, r.Src
		r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
	}
}

func address(a [16]byte, version uint8) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(a[:4]))
	}
	return netip.AddrFrom16(a)
}

func (w *Worker) send(r *event.Record) {
	if w.config.Sink == nil {
		return
	}
	if w.config.Ethernet && r.Layout == event.LayoutPacket {
		w.ether(r)
	}
	if w.keeper != nil && w.entry != nil {
		r.Variables = w.keeper.Variables(&w.flow)
	}
	w.config.Sink.Event(r)
}

// oddities makes records of what was odd in decoding p, with its flow if that is known by now.
func (w *Worker) oddities(p *packet.Packet) {
	if w.config.DecodeEvents {
		w.decodeEvents(p, p.Events())
	}
}

// decodeEvents makes records of what was odd in decoding p.
func (w *Worker) decodeEvents(p *packet.Packet, events []packet.Event) {
	for _, e := range events {
		w.packetAnomaly(p, event.AnomalyDecode, "decoder."+e.String())
	}
}

// streamEvents makes records of what was odd in the segment.
func (w *Worker) streamEvents() {
	w.tracker.Events().Each(func(e tcp.Event) {
		w.packetAnomaly(w.packet, event.AnomalyStream, "stream."+e.String())
	})
}

// frameStart is how much of a packet the record of an anomaly shows.
const frameStart = 32

func (w *Worker) packetAnomaly(p *packet.Packet, kind event.AnomalyType, name string) {
	r := w.ofPacket(p, "anomaly")
	w.anomaly = event.Anomaly{Type: kind, Event: name}
	if w.config.PacketHeader {
		w.frame = event.Frame{Data: p.Frame[:min(len(p.Frame), frameStart)], LinkType: uint32(p.Link), LinkName: p.Link.String()}
		w.anomaly.Frame = &w.frame
	}
	r.Body = &w.anomaly
	w.send(r)
}

// ofPacket returns the worker's record with the header of a packet.
func (w *Worker) ofPacket(p *packet.Packet, kind string) *event.Record {
	r := &w.record
	*r = event.Record{
		Type: kind, Time: p.Time, Number: p.Number, PacketSource: p.Origin.String(), VLANs: p.VLANs, VLAN: p.VLAN,
		Src: p.SourceAddr(), Dst: p.DestAddr(), SrcPort: p.SrcPort, DstPort: p.DstPort, Protocol: p.Protocol,
		ICMPType: p.ICMPType, ICMPCode: p.ICMPCode,
	}
	if w.entry != nil {
		r.FlowID, r.ParentID = w.entry.ID(), w.parent()
	}
	if p.Version == 6 && p.Flags&packet.Fragment != 0 {
		r.Protocol = protocolFragment // whatever is in it
	}
	return r
}
