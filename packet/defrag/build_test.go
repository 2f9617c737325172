package defrag

import (
	"encoding/binary"
	"slices"

	"github.com/reknit/reknit/packet"
)

// piece is a fragment to be.
type piece struct {
	off  int
	more bool
	data []byte
}

// sender makes fragments. The zero value sends IPv4.
type sender struct {
	version  int // 4 when 0
	id       uint32
	protocol byte
	source   byte   // last octet of the source address
	header   []byte // IPv4 options, or IPv6 extension headers behind the one for hop-by-hop options
	vlan     uint16
	depth    uint8
}

// fragment returns a decoded fragment.
func (s sender) fragment(d *packet.Decoder, f piece) *packet.Packet {
	protocol := s.protocol
	if protocol == 0 {
		protocol = 17
	}
	be := binary.BigEndian
	var b []byte
	if s.version != 6 {
		field := uint16(f.off / 8)
		if f.more {
			field |= 0x2000
		}
		b = append(b, 0x45+byte(len(s.header)/4), 0)
		b = be.AppendUint16(b, uint16(20+len(s.header)+len(f.data)))
		b = be.AppendUint16(b, uint16(s.id))
		b = be.AppendUint16(b, field)
		b = append(b, 64, protocol, 0, 0, 192, 0, 2, s.source, 198, 51, 100, 2)
		b = append(b, s.header...)
	} else {
		field := uint16(f.off)
		if f.more {
			field |= 1
		}
		next := byte(44)
		if len(s.header) > 0 {
			next = 0
		}
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, uint16(len(s.header)+8+len(f.data)))
		b = append(b, next, 64)
		b = append(append(b, make([]byte, 15)...), s.source)
		b = append(append(b, make([]byte, 15)...), 2)
		b = append(b, s.header...)
		b = append(b, protocol, 0)
		b = be.AppendUint16(b, field)
		b = be.AppendUint32(b, s.id)
	}
	b = append(b, f.data...)
	p := &packet.Packet{Link: packet.LinkRaw, Frame: b, WireLen: len(b)}
	d.Decode(p)
	p.VLAN[0], p.Depth = s.vlan, s.depth
	return p
}

// text returns n bytes that tell who sent them.
func text(c byte, n int) []byte { return slices.Repeat([]byte{c}, n) }

// fragments cuts data.
func fragments(data []byte, n int) []piece {
	var all []piece
	for off := 0; off < len(data); off += n {
		end := min(off+n, len(data))
		all = append(all, piece{off, end < len(data), data[off:end]})
	}
	return all
}

func events(p *packet.Packet) []string {
	var names []string
	for _, e := range p.Events() {
		names = append(names, e.String())
	}
	return names
}
