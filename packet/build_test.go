package packet

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/event"
)

// What follows builds frames from the inside out: eth(etherIPv4, ip4(protoTCP, tcp{...}.bytes())).

var (
	src4 = []byte{192, 0, 2, 1}
	dst4 = []byte{198, 51, 100, 2}
	src6 = []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	dst6 = []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}
)

// tsOption is the usual form of the timestamps option, with values 1000 and 2000.
var tsOption = []byte{1, 1, 8, 10, 0, 0, 0x03, 0xe8, 0, 0, 0x07, 0xd0}

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

func u16(v int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func eth(etherType int, payload []byte) []byte {
	return cat([]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}, u16(etherType), payload)
}

// tag is an 802.1Q tag without its own EtherType.
func tag(id, etherType int, payload []byte) []byte {
	return cat(u16(0x6000|id), u16(etherType), payload)
}

// labels is an MPLS stack.
func labels(payload []byte, ls ...uint32) []byte {
	var b []byte
	for i, l := range ls {
		entry := l<<12 | 64
		if i == len(ls)-1 {
			entry |= 0x100
		}
		b = append(b, u32(entry)...)
	}
	return append(b, payload...)
}

func pppoe(protocol []byte, payload []byte) []byte {
	return cat([]byte{0x11, 0, 0, 1}, u16(len(protocol)+len(payload)), protocol, payload)
}

// header4 is an IPv4 header to be.
type header4 struct {
	protocol int
	options  []byte
	frag     int // flags and offset field
	length   int // 0: the right one; -1: zero
}

func (h header4) bytes(payload []byte) []byte {
	headerLen := 20 + len(h.options)
	length := h.length
	switch length {
	case 0:
		length = headerLen + len(payload)
	case -1:
		length = 0
	}
	b := cat([]byte{0x40 | byte(headerLen/4), 0}, u16(length), u16(0x1234), u16(h.frag),
		[]byte{64, byte(h.protocol), 0, 0}, src4, dst4, h.options)
	binary.BigEndian.PutUint16(b[10:], slowSum(b))
	return append(b, payload...)
}

// ip4 makes a datagram, transport checksum included.
func ip4(protocol int, transport []byte) []byte {
	pseudo := cat(src4, dst4, u16(protocol), u16(len(transport)))
	return header4{protocol: protocol}.bytes(withSum(protocol, pseudo, transport))
}

// ip6 makes a datagram, transport checksum included. extensions are inserted as they are; the first is of type next.
func ip6(protocol int, transport []byte) []byte {
	return ip6ext(protocol, nil, protocol, transport)
}

func ip6ext(next int, extensions []byte, protocol int, transport []byte) []byte {
	pseudo := cat(src6, dst6, u32(uint32(len(transport))), u32(uint32(protocol)))
	transport = withSum(protocol, pseudo, transport)
	return cat([]byte{0x60, 0, 0, 0}, u16(len(extensions)+len(transport)), []byte{byte(next), 64}, src6, dst6,
		extensions, transport)
}

// withSum fills in the checksum of TCP, UDP and ICMP.
func withSum(protocol int, pseudo, b []byte) []byte {
	b = slices.Clone(b)
	at := map[int]int{protoTCP: 16, protoUDP: 6, protoICMP: 2, protoICMPv6: 2}[protocol]
	if protocol == protoICMP {
		pseudo = nil
	}
	if at == 0 || len(b) < at+2 {
		return b
	}
	b[at], b[at+1] = 0, 0
	s := slowSum(cat(pseudo, b))
	if s == 0 && protocol == protoUDP {
		s = 0xffff
	}
	binary.BigEndian.PutUint16(b[at:], s)
	return b
}

// slowSum is the checksum of RFC 1071, word by word.
func slowSum(b []byte) uint16 {
	var s uint32
	for i := 0; i < len(b); i += 2 {
		w := uint32(b[i]) << 8
		if i+1 < len(b) {
			w |= uint32(b[i+1])
		}
		s += w
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// segment is a TCP segment to be.
type segment struct {
	flags   byte
	options []byte
	offset  int // 0: the right one, in words
	payload []byte
}

func (s segment) bytes() []byte {
	offset := s.offset
	if offset == 0 {
		offset = (20 + len(s.options)) / 4
	}
	return cat(u16(40000), u16(25), u32(0x11223344), u32(0x55667788), []byte{byte(offset << 4), s.flags}, u16(8192),
		[]byte{0, 0}, u16(7), s.options, s.payload)
}

func udpDatagram(payload []byte) []byte {
	return cat(u16(5353), u16(53), u16(8+len(payload)), []byte{0, 0}, payload)
}

func icmpMessage(kind, code byte, rest ...byte) []byte { return cat([]byte{kind, code, 0, 0}, rest) }

// decode decodes a frame that was captured whole.
func decode(link LinkType, frame []byte) (*Packet, *Decoder) {
	return decodeCut(link, frame, len(frame))
}

// decodeCut decodes a frame of which only the first n bytes were captured.
func decodeCut(link LinkType, frame []byte, n int) (*Packet, *Decoder) {
	p := &Packet{Link: link, Frame: frame[:n:n], WireLen: len(frame)}
	d := &Decoder{}
	d.Decode(p)
	return p, d
}

// eventNamesOf lists the events of a packet.
func eventNamesOf(p *Packet) []string {
	var names []string
	for _, e := range p.Events() {
		names = append(names, e.String())
	}
	return names
}

// describe sums up what Decode found.
func describe(p *Packet) string {
	var b strings.Builder
	if p.Version == 0 {
		fmt.Fprintf(&b, "no IP, type %04x", p.EtherType)
	} else {
		fmt.Fprintf(&b, "IPv%d %s %v", p.Version, event.ProtocolName(p.Protocol), p.SourceAddr())
		if p.SrcPort != 0 {
			fmt.Fprintf(&b, ":%d", p.SrcPort)
		}
		fmt.Fprintf(&b, " %v", p.DestAddr())
		if p.DstPort != 0 {
			fmt.Fprintf(&b, ":%d", p.DstPort)
		}
		fmt.Fprintf(&b, " payload %d", len(p.Payload))
	}
	if p.Lost != 0 {
		fmt.Fprintf(&b, " lost %d", p.Lost)
	}
	if p.VLANs != 0 {
		fmt.Fprintf(&b, " vlan %v", p.VLAN[:p.VLANs])
	}
	for i, name := range []string{"tcp", "udp", "icmp", "fragment", "invalid", "offload", "sctp", "esp", "cut", "inner"} {
		if p.Flags&(1<<i) != 0 {
			b.WriteString(" +" + name)
		}
	}
	if p.WantsFlow() {
		b.WriteString(" flow")
	}
	for _, e := range p.Events() {
		b.WriteString(" !" + e.String())
	}
	return b.String()
}
