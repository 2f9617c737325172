package packet

import (
	"encoding/binary"
	"math/bits"
)

// ChecksumOK verifies the checksums of the IPv4 header and of TCP, UDP or ICMP. It is computed when asked for.
//
// What cannot be verified is taken to be right: a transport checksum of a fragment or of a datagram that the snap length
// cut, one of a transport that is not known here, and all of a packet with the flag Offload, whose checksums the network
// card was to fill in as well.
func (p *Packet) ChecksumOK() bool { return p.HeaderChecksumOK() && p.TransportChecksumOK() }

// HeaderChecksumOK is ChecksumOK for the IPv4 header alone.
func (p *Packet) HeaderChecksumOK() bool {
	return p.Version != 4 || p.Flags&Offload != 0 || verifies(sum(p.Network[:p.headerLen()], 0))
}

// TransportChecksumOK is ChecksumOK for TCP, UDP or ICMP alone.
func (p *Packet) TransportChecksumOK() bool {
	if p.Version == 0 || p.Flags&(Offload|Fragment|Cut) != 0 {
		return true
	}
	b := p.Transport
	switch {
	case p.Flags&HasTCP != 0:
	case p.Flags&HasUDP != 0:
		if b[6] == 0 && b[7] == 0 { // none was computed, which IPv6 does not allow (RFC 8200, section 8.1)
			return p.Version == 4
		}
		b = b[:udpLen+len(p.Payload)]
	case p.Flags&HasICMP != 0:
		if p.Version == 4 { // no pseudo header
			return verifies(sum(b, 0))
		}
	default:
		return true
	}
	s := sum(b, p.pseudoHeader(len(b)))
	return verifies(s) || p.Version == 6 && p.verifiesRouted(b)
}

// FixTCPChecksum writes the checksum that the segment has to have, after its payload was changed in place. The sum over
// the segment is then what it was before, if its checksum was right, and so are checksums of tunnels around it.
// FixTCPChecksum reports whether there is a whole segment.
func (p *Packet) FixTCPChecksum() bool {
	if p.Flags&HasTCP == 0 || p.Flags&(Fragment|Cut) != 0 {
		return false
	}
	b := p.Transport
	field := b[16:18]
	field[0], field[1] = 0, 0
	pseudo := p.pseudoHeader(len(b))
	if p.Version == 6 {
		if last := p.routed(b); last != nil {
			pseudo = sum(last, sum(p.Src[:], p.pseudoTail(len(b))))
		}
	}
	binary.LittleEndian.PutUint16(field, ^fold(sum(b, pseudo)))
	return true
}

// headerLen returns the length of the IPv4 header.
func (p *Packet) headerLen() int { return int(p.Network[0]&0x0f) * 4 }

// pseudoHeader returns the sum over the pseudo header of a transport datagram of n bytes.
func (p *Packet) pseudoHeader(n int) uint64 {
	s := p.pseudoTail(n)
	if p.Version == 4 {
		return sum(p.Network[12:20], s)
	}
	return sum(p.Network[8:40], s)
}

// pseudoTail is the sum over protocol and length of it, in memory order, as sum does.
func (p *Packet) pseudoTail(n int) uint64 {
	return uint64(bits.ReverseBytes32(uint32(n))) + uint64(p.Protocol)<<8
}

// verifiesRouted verifies a transport datagram behind a routing header that names further destinations: its checksum is
// made for the last of them (RFC 8200, section 8.1).
func (p *Packet) verifiesRouted(transport []byte) bool {
	last := p.routed(transport)
	return last != nil && verifies(sum(transport, sum(last, sum(p.Src[:], p.pseudoTail(len(transport))))))
}

// routed returns the last destination that a routing header before transport names; nil without further destinations.
func (p *Packet) routed(transport []byte) []byte {
	next := p.Network[6]
	for b := p.Network[ipv6Len : len(p.Network)-len(transport)]; len(b) >= 8; {
		n := 8 + int(b[1])*8
		switch next {
		case nextHopByHop, nextDestOptions:
		case nextRouting:
			if n > len(b) || n < 24 || b[3] == 0 { // no segments left
				return nil
			}
			if b[2] == 0 {
				return b[n-16 : n]
			}
			return b[8:24] // segments are listed backwards (RFC 8754), or there is but one (RFC 6275)
		case nextAuth:
			n = (int(b[1]) + 2) * 4
		case nextFragment:
			n = fragmentLen
		default:
			return nil
		}
		if n > len(b) {
			return nil
		}
		next = b[0]
		b = b[n:]
	}
	return nil
}

// verifies reports whether a sum that includes the checksum field comes out as all ones.
func verifies(s uint64) bool { return fold(s) == 0xffff }

// fold makes a sum one of 16 bits.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}

// sum adds b to s in ones' complement (RFC 1071), 64 bits at a time: the result depends neither on the width of the words
// nor on their byte order. The chain of additions with carry, eight to a round, is what makes it fast.
func sum(b []byte, s uint64) uint64 {
	var c uint64
	for len(b) >= 64 {
		w := (*[64]byte)(b)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[0:8]), 0)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[8:16]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[16:24]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[24:32]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[32:40]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[40:48]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[48:56]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[56:64]), c)
		s, c = bits.Add64(s, 0, c)
		s += c
		b = b[64:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s += c
		b = b[8:]
	}
	if len(b) >= 4 {
		s, c = bits.Add64(s, uint64(binary.LittleEndian.Uint32(b)), 0)
		s += c
		b = b[4:]
	}
	if len(b) >= 2 {
		s, c = bits.Add64(s, uint64(binary.LittleEndian.Uint16(b)), 0)
		s += c
		b = b[2:]
	}
	if len(b) == 1 {
		s, c = bits.Add64(s, uint64(b[0]), 0)
		s += c
	}
	return s
}
