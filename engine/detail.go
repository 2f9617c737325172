package engine

import (
	"slices"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// detail is what is kept of a flow only when a record is to tell it: netflow records, link-layer addresses, elephants.
type detail struct {
	rate *rate       // nil: nobody wants to know
	ttl  [2]ttlRange // of what the client sent, the server
	macs [2][]event.MAC
}

type ttlRange struct{ min, max uint8 }

// maxMACs is the number of link-layer addresses that are kept of an end. Beyond a router redundancy it is hardly ever
// more than one.
const maxMACs = 10

// note keeps the details of a packet of the flow.
func (w *Worker) note(h flow.Handle, d stream.Dir, p *packet.Packet) {
	t := w.details[h]
	if t == nil {
		t = &detail{}
		w.details[h] = t
	}
	if l := &t.ttl[d]; *l == (ttlRange{}) {
		*l = ttlRange{p.TTL, p.TTL}
	} else {
		l.min, l.max = min(l.min, p.TTL), max(l.max, p.TTL)
	}
	if w.config.Elephants.Bytes > 0 {
		w.weigh(t, d, len(p.Frame))
	}
	if !w.config.Ethernet {
		return
	}
	if src, dst, _, ok := addressesOf(p); ok {
		t.addMAC(d, src)
		t.addMAC(d.Opposite(), dst)
		c := &w.counters
		c.ClientMACs = max(c.ClientMACs, uint64(len(t.macs[0])))
		c.ServerMACs = max(c.ServerMACs, uint64(len(t.macs[1])))
	}
}

func (t *detail) addMAC(d stream.Dir, m event.MAC) {
	if len(t.macs[d]) < maxMACs && !slices.Contains(t.macs[d], m) {
		t.macs[d] = append(t.macs[d], m)
	}
}

// reverse exchanges client and server.
func (w *Worker) reverseDetail() {
	if t := w.details[w.handle]; t != nil {
		t.ttl[0], t.ttl[1] = t.ttl[1], t.ttl[0]
		t.macs[0], t.macs[1] = t.macs[1], t.macs[0]
		if r := t.rate; r != nil {
			r.dirs[0], r.dirs[1] = r.dirs[1], r.dirs[0]
		}
	}
}

// addressesOf returns the addresses and the EtherType of an Ethernet frame.
func addressesOf(p *packet.Packet) (src, dst event.MAC, kind uint16, ok bool) {
	if p.Link != packet.LinkEthernet || len(p.Frame) < 14 {
		return src, dst, 0, false
	}
	b := (*[14]byte)(p.Frame)
	return event.MAC(b[6:12]), event.MAC(b[:6]), uint16(b[12])<<8 | uint16(b[13]), true
}

// ether gives a record its link-layer addresses: those of the packet, or what the flow's first packet had.
func (w *Worker) ether(r *event.Record) {
	if p := w.packet; p != nil {
		src, dst, kind, ok := addressesOf(p)
		if !ok {
			return
		}
		if r.Src.IsValid() && r.Src != p.SourceAddr() {
			src, dst = dst, src
		}
		r.Ether.Type = kind
		w.macs = [2]event.MAC{src, dst}
		r.Ether.Src, r.Ether.Dst = w.macs[:1], w.macs[1:]
		return
	}
	t := w.details[w.handle]
	if t == nil || len(t.macs[0]) == 0 || len(t.macs[1]) == 0 {
		return
	}
	w.macs = [2]event.MAC{t.macs[0][0], t.macs[1][0]}
	if r.Src.IsValid() && r.Src != address(w.entry.Key().Tuple().Src, w.entry.Key().Tuple().Version) {
		w.macs[0], w.macs[1] = w.macs[1], w.macs[0]
	}
	r.Ether.Src, r.Ether.Dst = w.macs[:1], w.macs[1:]
}

// etherOfFlow gives the record of a flow the addresses of all its packets.
func (w *Worker) etherOfFlow(r *event.Record, h flow.Handle, d stream.Dir) {
	if t := w.details[h]; t != nil && w.config.Ethernet {
		r.Ether.Src, r.Ether.Dst = t.macs[d], t.macs[d.Opposite()]
	}
}

// netflowRecords writes a record of each direction of a flow that ends, that to the client only if it has packets. It
// uses what the flow's record found out.
func (w *Worker) netflowRecords(h flow.Handle, e *flow.Entry[flowState], reversed bool) {
	f := &w.ended
	for d := stream.ToServer; d <= stream.ToClient; d++ {
		n := &w.netflow
		*n = event.Netflow{
			Traffic: f.ToServer, AppProto: f.AppProto.ToServer, Start: f.Start, End: f.End,
			SPI: f.SPI, Transactions: f.Transactions, TCPFlags: f.TCP.ClientFlags,
		}
		if d == stream.ToClient {
			n.Traffic, n.AppProto, n.TCPFlags = f.ToClient, f.AppProto.ToClient, f.TCP.ServerFlags
		}
		if d == stream.ToClient && n.Packets == 0 {
			return
		}
		if n.AppProto == "" {
			n.AppProto = f.AppProto.Name
		}
		side := d
		if reversed {
			side = d.Opposite()
		}
		if t := w.details[h]; t != nil {
			n.MinTTL, n.MaxTTL = t.ttl[side].min, t.ttl[side].max
		}
		r := &w.record
		*r = event.Record{Type: "netflow", Layout: event.LayoutNetflow, Time: w.now, FlowID: e.ID(), ParentID: w.parent(), Body: n}
		switch e.Key().Protocol() {
		case protocolICMP, protocolICMPv6:
			if r.ICMPType, r.ICMPCode = e.Value.icmp(); d == stream.ToClient {
				r.ICMPType, r.ICMPCode = e.Value.reply()
			}
		}
		w.orient(r, d, reversed)
		w.etherOfFlow(r, h, side)
		w.send(r)
	}
}
