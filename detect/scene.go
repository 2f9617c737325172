package detect

import (
	"net/netip"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/stream"
)

// scene is what a worker is at.
type scene struct {
	flow       *engine.Flow   // nil: none
	packet     *packet.Packet // nil: the flow ends
	aspect     engine.Aspect
	dir        stream.Dir   // of the packet, as the flow's parser has it
	session    *app.Session // nil: none
	tx         app.Transaction
	txProtocol int // the number of its protocol
	reach      reach
	kept       *kept // of the flow; nil: nothing yet

	class            class
	version          uint8
	src, dst         netip.Addr
	srcPort, dstPort uint16
	icmp             rule.Transports
}

// look makes the scene of a packet.
func (w *Worker) look(f *engine.Flow, p *packet.Packet, a engine.Aspect) {
	s := &w.scene
	*s = scene{flow: f, packet: p, aspect: a, dir: a.Dir}
	if f != nil {
		if s.session = f.Session(); s.session != nil && s.session.Reversed() {
			s.dir = s.dir.Opposite()
		}
		s.kept = w.flows[f.Handle()]
	}
	if p == nil {
		from, to := f.Client(), f.Server()
		if a.Dir == stream.ToClient {
			from, to = to, from
		}
		s.src, s.srcPort, s.dst, s.dstPort = from.Addr(), from.Port(), to.Addr(), to.Port()
		s.class, s.version = ofTCP, versionOf(s.src)
		return
	}
	s.version = p.Version
	s.src, s.dst, s.srcPort, s.dstPort = p.SourceAddr(), p.DestAddr(), p.SrcPort, p.DstPort
	s.class = classOf(p)
	switch {
	case s.class != ofICMP:
	case p.Version == 4:
		s.icmp = rule.ICMPv4
	default:
		s.icmp = rule.ICMPv6
	}
}

func versionOf(a netip.Addr) uint8 {
	if a.Is4() {
		return 4
	}
	return 6
}

func classOf(p *packet.Packet) class {
	switch {
	case p.Flags&packet.HasTCP != 0:
		return ofTCP
	case p.Flags&packet.HasUDP != 0:
		return ofUDP
	case p.Flags&packet.HasICMP != 0:
		return ofICMP
	case p.Flags&packet.HasSCTP != 0:
		return ofSCTP
	case p.Version != 0:
		return ofOther
	}
	return ofNone
}

// header reports whether the packet is one that the rule's header and its keyword flow mean.
func (g *signature) header(w *Worker) bool {
	s := &w.scene
	r := g.Rule
	switch {
	case g.classes&(1<<s.class) == 0:
		return false
	case r.Protocol.ARP:
		return s.packet != nil && s.packet.Flags&packet.HasARP != 0
	case r.Protocol.Ethernet && (s.packet == nil || s.packet.Link != packet.LinkEthernet):
		return false
	case r.Protocol.Version != 0 && r.Protocol.Version != s.version:
		return false
	case s.class == ofICMP && r.Protocol.Transports != 0 && r.Protocol.Transports&s.icmp == 0:
		return false
	case s.flow != nil && r.Dirs&(rule.ToServer<<s.dir) == 0 && !r.Transactional:
		return false
	case r.Flow.Given && !g.flows(w):
		return false
	case s.class == ofNone:
		return r.Protocol.Headers || r.Protocol.Ethernet
	}
	return g.ends(s.src, s.srcPort, s.dst, s.dstPort, s.class) ||
		(r.BothWays || r.Transactional) && g.ends(s.dst, s.dstPort, s.src, s.srcPort, s.class)
}

// ends compares addresses and ports. Packets without ports are only for rules that name none.
func (g *signature) ends(src netip.Addr, srcPort uint16, dst netip.Addr, dstPort uint16, c class) bool {
	if !c.hasPorts() {
		if !g.SrcPort.Any() || !g.DstPort.Any() {
			return false
		}
	} else if !g.SrcPort.Contains(srcPort) || !g.DstPort.Contains(dstPort) {
		return false
	}
	return g.Src.Contains(src) && g.Dst.Contains(dst)
}

// flows tests what the keyword flow says.
func (g *signature) flows(w *Worker) bool {
	s, f := &w.scene, &g.Flow
	if s.flow == nil && (f.Dirs != 0 || f.Established || f.NotYet) {
		return false
	}
	if f.Established && !s.aspect.Established || f.NotYet && s.aspect.Established {
		return false
	}
	if f.Fragments != rule.Either {
		rebuilt := s.packet != nil && s.packet.Origin == packet.FromDefrag
		return rebuilt == (f.Fragments == rule.OnlyIt)
	}
	return true
}
