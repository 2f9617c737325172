package flow

import (
	"encoding/binary"
	"math/bits"
)

// Dir is a direction of a flow.
type Dir uint8

const (
	ToServer Dir = iota // from the sender of the first packet
	ToClient
)

// Opposite returns the other direction.
func (d Dir) Opposite() Dir { return d ^ 1 }

// Tuple is what a Key is made of, in the order of one packet.
type Tuple struct {
	// Src and Dst are the addresses as they stood in the header; an IPv4 address fills the first four bytes and the
	// rest is zero.
	Src, Dst         [16]byte
	SrcPort, DstPort uint16 // for ICMP, what ICMPPorts returns
	VLAN             [3]uint16
	Protocol         uint8 // IP protocol number
	Version          uint8 // 4 or 6
	Recursion        uint8 // number of tunnels around the packet, at most 15
}

// Key identifies a flow. Packets of both directions have the same key, but for the direction bit. The table that
// looks it up writes its hash into it.
type Key struct {
	// addr is the address of the lower endpoint, then that of the higher one. Lower is a matter of the words as
	// they are loaded here, not of the addresses as numbers.
	addr  [4]uint64
	tail  uint64 // VLAN identifiers (48 bits), protocol (8), version (4), recursion (4)
	ports uint32 // of the lower endpoint, then (shifted by 16) of the higher one
	// word is the hash in the upper 31 bits; the lowest bit is set when the source (in an Entry: the client) is the
	// higher endpoint.
	word uint32
}

const (
	vlanBits      = 1<<48 - 1
	protocolShift = 48
	versionShift  = 56
	recursionBits = 0xf << 60
)

// Set makes k the key of a packet with the endpoints src and dst. vlan holds VLAN identifiers, zero where there is
// none; version is 4 or 6; recursion is the number of tunnels around the packet.
//
// The endpoints are exchanged without a branch: which of the two is lower is as good as random, and a mispredicted
// branch costs as much as the rest.
func (k *Key) Set(src, dst *[16]byte, srcPort, dstPort uint16, vlan *[3]uint16, protocol, version, recursion uint8) {
	a0, a1 := binary.LittleEndian.Uint64(src[:8]), binary.LittleEndian.Uint64(src[8:])
	b0, b1 := binary.LittleEndian.Uint64(dst[:8]), binary.LittleEndian.Uint64(dst[8:])
	pa, pb := uint64(srcPort), uint64(dstPort)

	_, higher := bits.Sub64(pb, pa, 0)
	_, higher = bits.Sub64(b1, a1, higher)
	_, higher = bits.Sub64(b0, a0, higher) // 1: the source is the higher endpoint
	swap := -higher
	x0, x1, xp := (a0^b0)&swap, (a1^b1)&swap, (pa^pb)&swap

	k.addr = [4]uint64{a0 ^ x0, a1 ^ x1, b0 ^ x0, b1 ^ x1}
	k.ports = uint32(pa^xp) | uint32(pb^xp)<<16
	k.tail = uint64(vlan[0]) | uint64(vlan[1])<<16 | uint64(vlan[2])<<32 |
		uint64(protocol)<<protocolShift | uint64(version&0xf)<<versionShift | uint64(recursion)<<60
	k.word = uint32(higher)
}

// MakeKey returns the key of a packet with tuple t.
func MakeKey(t *Tuple) Key {
	var k Key
	k.Set(&t.Src, &t.Dst, t.SrcPort, t.DstPort, &t.VLAN, t.Protocol, t.Version, t.Recursion)
	return k
}

// Tuple returns what k was made of; Src is the source of the packet or, in the key of an Entry, the client.
func (k *Key) Tuple() Tuple {
	t := Tuple{Protocol: k.Protocol(), Version: k.Version(), Recursion: uint8(k.tail >> 60)}
	for i := range t.VLAN {
		t.VLAN[i] = uint16(k.tail >> (16 * i))
	}
	t.Src, t.SrcPort = k.endpoint(k.word & 1)
	t.Dst, t.DstPort = k.endpoint(k.word&1 ^ 1)
	return t
}

// endpoint returns the lower endpoint (i = 0) or the higher one (i = 1).
func (k *Key) endpoint(i uint32) (addr [16]byte, port uint16) {
	binary.LittleEndian.PutUint64(addr[:8], k.addr[2*i&2])
	binary.LittleEndian.PutUint64(addr[8:], k.addr[2*i&2+1])
	return addr, uint16(k.ports >> (16 * i))
}

// Protocol returns the IP protocol number.
func (k *Key) Protocol() uint8 { return uint8(k.tail >> protocolShift) }

// Version returns 4 or 6.
func (k *Key) Version() uint8 { return uint8(k.tail>>versionShift) & 0xf }

// differs returns 0 when k and l are the keys of the same flow, hash and direction bit aside. Of the tails, the bits in
// mask count.
func (k *Key) differs(l *Key, mask uint64) uint64 {
	return (k.addr[0] ^ l.addr[0]) | (k.addr[1] ^ l.addr[1]) | (k.addr[2] ^ l.addr[2]) | (k.addr[3] ^ l.addr[3]) |
		(k.tail^l.tail)&mask | uint64(k.ports^l.ports)
}

// hashKey is what a hash is keyed with.
type hashKey [6]uint64

// fixedHashKey is for FlowID, which must be the same in every run. (The first digits of pi's fraction.)
var fixedHashKey = hashKey{
	0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
	0x082efa98ec4e6c89, 0x452821e638d01377, 0xbe5466cf34e90c6c,
}

// hash multiplies and folds, as wyhash does. Of the tail, the bits in mask count.
func (k *Key) hash(s *hashKey, mask uint64) uint64 {
	x := fold(k.addr[0]^s[0], k.addr[1]^s[1])
	y := fold(k.addr[2]^s[2], k.addr[3]^s[3])
	h := fold(x^k.tail&mask^s[4], bits.RotateLeft64(y, 32)^uint64(k.ports)^s[5])
	return fold(h^s[0], s[5]|1) // where little varies, one multiplication leaves a pattern
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// noCounterpart stands for the reply to a type of ICMP message that has none.
const noCounterpart = 0xffff

// ICMPPorts returns what stands for the ports in the key of an ICMP packet: its type, and the type of the message that
// answers it or that it answers. So a request and its reply belong to the same flow. version is 4 or 6.
func ICMPPorts(version, icmpType uint8) (src, dst uint16) {
	if version == 6 {
		switch icmpType {
		case 128, 133, 135, 139: // echo, router solicitation, neighbour solicitation, node information query
			return uint16(icmpType), uint16(icmpType) + 1
		case 129, 134, 136, 140:
			return uint16(icmpType), uint16(icmpType) - 1
		}
		return uint16(icmpType), noCounterpart
	}
	switch icmpType {
	case 8: // echo
		return 8, 0
	case 0:
		return 0, 8
	case 13, 15, 17: // timestamp, information, address mask
		return uint16(icmpType), uint16(icmpType) + 1
	case 14, 16, 18:
		return uint16(icmpType), uint16(icmpType) - 1
	}
	return uint16(icmpType), noCounterpart
}
