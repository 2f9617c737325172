package main

import (
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/packet"
)

// layers makes each layer by its name.
var layers = map[string]func() layer{
	"read":     func() layer { return readLayer{} },
	"decode":   func() layer { return &decodeLayer{} },
	"flow":     func() layer { return newFlowLayer() },
	"assemble": func() layer { return newAssembleLayer() },
	"parse":    func() layer { return newParseLayer() },
}

// readLayer does nothing.
type readLayer struct{}

func (readLayer) packet(*packet.Packet) {}
func (readLayer) finish(*result)        {}

// decodeLayer reads the headers.
type decodeLayer struct {
	decoder             packet.Decoder
	tcpPackets, payload int64
}

func (l *decodeLayer) packet(p *packet.Packet) {
	l.decoder.Decode(p)
	if p.Flags.Has(packet.HasTCP) {
		l.tcpPackets++
		l.payload += int64(len(p.Payload))
	}
}

func (l *decodeLayer) finish(r *result) { r.TCPPackets, r.TCPPayload = l.tcpPackets, l.payload }

// flowLayer finds the flow, too.
type flowLayer struct {
	decodeLayer
	table *flow.Table[[24]byte]
}

// tableMemory is enough for all flows of the captures measured, so that no flow ends early.
const tableMemory = 1 << 30

func newFlowLayer() *flowLayer {
	return &flowLayer{table: flow.NewTable[[24]byte](flow.Config{Memory: tableMemory}, nil)}
}

func (l *flowLayer) packet(p *packet.Packet) {
	l.decodeLayer.packet(p)
	if !p.WantsFlow() {
		return
	}
	src, dst := p.SrcPort, p.DstPort
	if p.Flags.Has(packet.HasICMP) {
		src, dst = flow.ICMPPorts(p.Version, p.ICMPType)
	}
	var k flow.Key
	k.Set((*[16]byte)(&p.Src), (*[16]byte)(&p.Dst), src, dst, &p.VLAN, p.Protocol, p.Version, 0)
	if h, d, _ := l.table.Lookup(&k, p.Time); h != 0 {
		l.table.Entry(h).Count(d, len(p.Frame))
	}
}

func (l *flowLayer) finish(r *result) {
	l.decodeLayer.finish(r)
	r.Flows = int64(l.table.Counters().Total)
	l.table.Close()
}
