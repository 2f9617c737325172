package detect

import (
	"net/netip"

	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/rule"
)

// value returns a number of a packet, if it has it.
type value func(p *packet.Packet) (v uint64, ok bool)

// numbers are the keywords that compare a number of a packet.
var numbers = map[string]value{
	"ttl": func(p *packet.Packet) (uint64, bool) { return uint64(p.TTL), p.Version != 0 },
	"id": func(p *packet.Packet) (uint64, bool) {
		if p.Version != 4 {
			return 0, false
		}
		return uint64(p.Network[4])<<8 | uint64(p.Network[5]), true
	},
	"tos": func(p *packet.Packet) (uint64, bool) {
		if p.Version != 4 {
			return 0, false
		}
		return uint64(p.Network[1]), true
	},
	"ip_proto": func(p *packet.Packet) (uint64, bool) { return uint64(p.Protocol), p.Version != 0 },
	"fragoffset": func(p *packet.Packet) (uint64, bool) {
		switch {
		case p.Version == 4:
			return (uint64(p.Network[6])<<8 | uint64(p.Network[7])) & 0x1fff, true
		case p.Version == 6 && p.Flags&packet.Fragment != 0:
			return uint64(p.Frag.Offset / 8), true
		}
		return 0, false
	},
	"dsize":      func(p *packet.Packet) (uint64, bool) { return uint64(len(p.Payload)), p.Version != 0 },
	"tcp.seq":    func(p *packet.Packet) (uint64, bool) { return uint64(p.TCP.Seq), p.Flags&packet.HasTCP != 0 },
	"tcp.ack":    func(p *packet.Packet) (uint64, bool) { return uint64(p.TCP.Ack), p.Flags&packet.HasTCP != 0 },
	"tcp.window": func(p *packet.Packet) (uint64, bool) { return uint64(p.TCP.Window), p.Flags&packet.HasTCP != 0 },
	"tcp.mss": func(p *packet.Packet) (uint64, bool) {
		return uint64(p.TCP.MSS), p.Flags&packet.HasTCP != 0 && p.TCP.Options&packet.OptMSS != 0
	},
	"tcp.wscale": func(p *packet.Packet) (uint64, bool) {
		return uint64(p.TCP.WindowScale), p.Flags&packet.HasTCP != 0 && p.TCP.Options&packet.OptWindowScale != 0
	},
	"itype":       func(p *packet.Packet) (uint64, bool) { return uint64(p.ICMPType), p.Flags&packet.HasICMP != 0 },
	"icode":       func(p *packet.Packet) (uint64, bool) { return uint64(p.ICMPCode), p.Flags&packet.HasICMP != 0 },
	"icmp_id":     func(p *packet.Packet) (uint64, bool) { return echo(p, 4) },
	"icmp_seq":    func(p *packet.Packet) (uint64, bool) { return echo(p, 6) },
	"icmpv6.mtu":  mtu,
	"vlan.layers": func(p *packet.Packet) (uint64, bool) { return uint64(p.VLANs), true },
}

// ICMP messages that have an identifier and a sequence number: of version 4 (RFC 792), and of version 6 (RFC 4443).
func echo(p *packet.Packet, at int) (uint64, bool) {
	if p.Flags&packet.HasICMP == 0 || len(p.Transport) < 8 {
		return 0, false
	}
	switch t := p.ICMPType; {
	case p.Version == 4 && (t == 0 || t == 8 || t >= 13 && t <= 18):
	case p.Version == 6 && (t == 128 || t == 129):
	default:
		return 0, false
	}
	return uint64(p.Transport[at])<<8 | uint64(p.Transport[at+1]), true
}

// mtu returns that of a Packet Too Big message (RFC 4443, section 3.2).
func mtu(p *packet.Packet) (uint64, bool) {
	if p.Flags&packet.HasICMP == 0 || p.Version != 6 || p.ICMPType != 2 || len(p.Transport) < 8 {
		return 0, false
	}
	b := p.Transport[4:8]
	return uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3]), true
}

// numeric returns the check of a number, or nil.
func numeric(t *rule.Numeric) check {
	if t.Name == "flow.age" {
		return func(w *Worker) bool {
			f := w.flow
			return f != nil && t.Match(uint64(max(0, f.Last().Unix()-f.Start().Unix())))
		}
	}
	get, e := numbers[t.Name], t.Expr
	if get == nil {
		return nil
	}
	return func(w *Worker) bool {
		if w.packet == nil {
			return false
		}
		v, ok := get(w.packet)
		return ok && e.Match(v)
	}
}

// word returns the check of a test that is a word, or nil.
func word(t *rule.Word) check {
	var of func(p *packet.Packet) bool
	switch t.Name {
	case "sameip":
		of = func(p *packet.Packet) bool { return p.Version != 0 && p.Src == p.Dst }
	case "l3_proto":
		version := uint8(4)
		if t.Word == "ipv6" {
			version = 6
		}
		of = func(p *packet.Packet) bool { return p.Version == version }
	case "ipopts":
		of = ipOption(t.Word)
	case "ipv4-csum":
		valid := t.Word == "valid"
		of = func(p *packet.Packet) bool { return p.Version == 4 && p.HeaderChecksumOK() == valid }
	case "tcpv4-csum":
		of = checksum(4, packet.HasTCP, t.Word)
	case "tcpv6-csum":
		of = checksum(6, packet.HasTCP, t.Word)
	case "udpv4-csum":
		of = checksum(4, packet.HasUDP, t.Word)
	case "udpv6-csum":
		of = checksum(6, packet.HasUDP, t.Word)
	case "icmpv4-csum":
		of = checksum(4, packet.HasICMP, t.Word)
	case "icmpv6-csum":
		of = checksum(6, packet.HasICMP, t.Word)
	}
	if of == nil {
		return nil
	}
	return func(w *Worker) bool { return w.packet != nil && of(w.packet) }
}

func checksum(version uint8, has packet.Flags, word string) func(p *packet.Packet) bool {
	valid := word == "valid"
	return func(p *packet.Packet) bool {
		return p.Version == version && p.Flags&has != 0 && p.TransportChecksumOK() == valid
	}
}

// ipOptions are the numbers of options of IPv4.
var ipOptions = map[string]byte{"eol": 0, "nop": 1, "rr": 7, "ts": 68, "sec": 130, "lsrr": 131, "esec": 133, "satid": 136, "ssrr": 137,
	"rtralt": 148}

// ipOption returns whether a packet has an option of IPv4.
func ipOption(name string) func(p *packet.Packet) bool {
	want, one := ipOptions[name]
	return func(p *packet.Packet) bool {
		if p.Version != 4 {
			return false
		}
		b := p.Network[20:min(len(p.Network), int(p.Network[0]&0x0f)*4)]
		for len(b) > 0 {
			kind := b[0]
			if !one || kind == want {
				return true
			}
			n := 1
			if kind == 0 {
				return false
			}
			if kind != 1 {
				if len(b) < 2 {
					return false
				}
				n = max(2, int(b[1]))
			}
			b = b[min(n, len(b)):]
		}
		return false
	}
}

// bitsOf returns the check of bits of a header.
func bitsOf(t *rule.Bits) check {
	switch t.Name {
	case "tcp.flags":
		return func(w *Worker) bool {
			p := w.packet
			return p != nil && p.Flags&packet.HasTCP != 0 && t.Match(uint16(p.TCP.Flags))
		}
	case "fragbits":
		return func(w *Worker) bool {
			p := w.packet
			if p == nil || p.Version != 4 {
				return false
			}
			// the first bit of the header is reserved, then come DF and MF (RFC 791, section 3.1)
			var bits uint16
			if p.Network[6]&0x20 != 0 {
				bits |= rule.MoreFragments
			}
			if p.Network[6]&0x40 != 0 {
				bits |= rule.DontFragment
			}
			if p.Network[6]&0x80 != 0 {
				bits |= rule.Reserved
			}
			return t.Match(bits)
		}
	}
	return nil
}

// rpc returns the check of a call of Sun RPC.
func rpc(t *rule.RPC) check {
	return func(w *Worker) bool {
		return w.packet != nil && !w.aspect.NoPayload && (w.class == ofTCP || w.class == ofUDP) &&
			t.Match(w.packet.Payload, w.class == ofTCP)
	}
}

// vlan returns the check of an identifier of a VLAN.
func vlan(t *rule.VLAN) check {
	return func(w *Worker) bool {
		p := w.packet
		if p == nil || p.VLANs == 0 {
			return false
		}
		tags := p.VLAN[:min(int(p.VLANs), len(p.VLAN))]
		if t.Any {
			for _, id := range tags {
				if t.Match(uint64(id)) {
					return true
				}
			}
			return false
		}
		at := int(t.Layer)
		if at < 0 {
			at += len(tags)
		}
		return at >= 0 && at < len(tags) && t.Match(uint64(tags[at]))
	}
}

// headerOf are the buffers that are a header of the packet.
var headerOf = map[string]func(w *Worker) []byte{
	"ether.hdr":  func(w *Worker) []byte { return w.ethernet() },
	"ipv4.hdr":   func(w *Worker) []byte { return w.network(4) },
	"ipv6.hdr":   func(w *Worker) []byte { return w.network(6) },
	"tcp.hdr":    func(w *Worker) []byte { return w.transport(0, packet.HasTCP) },
	"udp.hdr":    func(w *Worker) []byte { return w.transport(0, packet.HasUDP) },
	"icmpv4.hdr": func(w *Worker) []byte { return w.transport(4, packet.HasICMP) },
	"icmpv6.hdr": func(w *Worker) []byte { return w.transport(6, packet.HasICMP) },
	"ip.src":     func(w *Worker) []byte { return w.end(w.src) },
	"ip.dst":     func(w *Worker) []byte { return w.end(w.dst) },
}

// network returns the IP header with what belongs to it.
func (w *Worker) network(version uint8) []byte {
	p := w.packet
	if p == nil || p.Version != version {
		return nil
	}
	if version == 4 {
		return p.Network[:min(len(p.Network), int(p.Network[0]&0x0f)*4)]
	}
	return p.Network[:len(p.Network)-len(p.Transport)]
}

// ethernetHeader is the length of a header of Ethernet, without tags.
const ethernetHeader = 14

// ethernet returns the header of the frame, or nil.
func (w *Worker) ethernet() []byte {
	p := w.packet
	if p == nil || p.Link != packet.LinkEthernet || len(p.Frame) < ethernetHeader {
		return nil
	}
	return p.Frame[:ethernetHeader]
}

// transport returns the transport header.
func (w *Worker) transport(version uint8, has packet.Flags) []byte {
	p := w.packet
	if p == nil || p.Flags&has == 0 || version != 0 && p.Version != version {
		return nil
	}
	n := 8
	switch {
	case has == packet.HasTCP:
		n = int(p.Transport[12]>>4) * 4
	case has == packet.HasICMP && p.Version == 4:
		n = icmpHeader(p)
	}
	return p.Transport[:min(len(p.Transport), n)]
}

// end returns the bytes of an address.
func (w *Worker) end(a netip.Addr) []byte {
	switch {
	case a.Is4():
		b := a.As4()
		return append(w.address[:0], b[:]...)
	case a.IsValid():
		w.address = a.As16()
		return w.address[:]
	}
	return nil
}

// icmpHeader returns the length of what belongs to an ICMP message itself (RFC 792, RFC 1256).
func icmpHeader(p *packet.Packet) int {
	switch b := p.Transport; p.ICMPType {
	case 9: // router advertisement: number of addresses, and their size in words
		return 8 + int(b[4])*int(b[5])*4
	case 13, 14: // timestamps
		return 20
	case 17, 18: // address mask
		return 12
	}
	return 8
}
