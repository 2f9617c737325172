package engine

import (
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
)

// TunnelOf returns what a record tells of the tunnel that packet p was in: of the captured packet, however many tunnels there
// are. It reports whether there is one; fragments are none.
func TunnelOf(p *packet.Packet) (t event.Tunnel, ok bool) {
	if p.Depth == 0 {
		return t, false
	}
	r := p.Root()
	t = event.Tunnel{
		Src: r.SourceAddr(), Dst: r.DestAddr(), Protocol: r.Protocol, Depth: p.Depth, Number: r.Number, PacketSource: r.Origin.String(),
	}
	if r.Flags&(packet.HasTCP|packet.HasUDP|packet.HasSCTP) != 0 {
		t.SrcPort, t.DstPort = r.SrcPort, r.DstPort
	}
	return t, true
}
