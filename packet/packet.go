package packet

import (
	"encoding/binary"
	"net/netip"
)

// Addr is an IP address as it stood in the header. An IPv4 address fills the first four bytes, the rest is zero;
// Packet.Version tells which it is.
type Addr [16]byte

// Packet is one captured frame and what Decode found in it. It is reused for every packet: all slices point into
// Frame and are valid only as long as Frame is.
type Packet struct {
	// Set by the source.

	Number  uint64   // 1-based position in the input; 0 for a packet the engine made itself
	Time    int64    // capture time, nanoseconds since the Unix epoch
	Link    LinkType // of Frame
	Frame   []byte   // the captured bytes; they belong to the source and are valid until it reads the next packet
	WireLen int      // length on the wire, at least len(Frame)

	// Set by Decode.

	Version          uint8     // 4, 6, or 0 when there is no valid IP header
	Protocol         uint8     // transport protocol number (after IPv6 extension headers)
	TTL              uint8     // or hop limit
	VLANs            uint8     // number of VLAN tags
	VLAN             [3]uint16 // VLAN identifiers, outermost first
	EtherType        uint16    // the last one read, behind VLAN tags; 0 without a link header that has one
	Src, Dst         Addr
	SrcPort, DstPort uint16 // TCP, UDP and SCTP
	ICMPType         uint8
	ICMPCode         uint8
	SPI              uint32 // ESP
	Flags            Flags
	TCP              TCP     // valid when Flags has HasTCP
	Payload          []byte  // transport payload (TCP, UDP, SCTP, ICMP), captured part
	Lost             int     // bytes of the payload that the snap length cut off
	Network          []byte  // from the first byte of the IP header to the end of the IP datagram as captured
	Transport        []byte  // from the first byte of the transport header (of a fragment: of its data) to the end of the datagram as captured
	ARP              []byte  // the ARP packet as captured, valid when Flags has HasARP
	Frag             Frag    // valid when Flags has Fragment
	Inner            Inner   // valid when Flags has HasInner
	Outer            *Packet // the tunnel or the last fragment that the packet was found in; nil for a captured packet
	Depth            uint8   // number of tunnels around the packet
	Origin           Origin  // how the packet was found

	events [maxEvents]Event
	nevent uint8
	layers uint8 // headers entered so far
}

// Flags is a set of facts about a packet.
type Flags uint16

// What Flags can tell.
const (
	HasTCP   Flags = 1 << iota // TCP is valid
	HasUDP                     // a valid UDP header
	HasICMP                    // ICMPType and ICMPCode are valid
	Fragment                   // an IP fragment: no transport header was read
	Invalid                    // an invalid header was met; WantsFlow tells whether the packet is of use
	Offload                    // the IP length was 0: taken from the frame
	HasSCTP                    // a valid SCTP common header
	HasESP                     // a valid ESP header
	Cut                        // the snap length cut the IP datagram
	HasInner                   // a tunnel: Inner is the packet in it
	HasARP                     // a valid ARP packet for Ethernet and IPv4
)

// Has reports whether all flags of f are set.
func (s Flags) Has(f Flags) bool { return s&f == f }

// Verdict is what is to become of a packet.
type Verdict uint8

// The verdicts.
const (
	Pass      Verdict = iota
	Drop              // do not send it on
	Rewritten         // send on what is in Frame now, which is not what was captured
)

// SourceAddr returns the source address. It is not valid when the packet has no valid IP header.
func (p *Packet) SourceAddr() netip.Addr { return p.Src.netip(p.Version) }

// DestAddr returns the destination address. It is not valid when the packet has no valid IP header.
func (p *Packet) DestAddr() netip.Addr { return p.Dst.netip(p.Version) }

func (a *Addr) netip(version uint8) netip.Addr {
	switch version {
	case 4:
		return netip.AddrFrom4([4]byte(a[:4]))
	case 6:
		return netip.AddrFrom16(*a)
	}
	return netip.Addr{}
}

// set4 makes a an IPv4 address. It writes words, as the key of a flow reads them: a read that a narrower write has to be
// merged into waits for it.
func (a *Addr) set4(b *[4]byte) {
	binary.LittleEndian.PutUint64(a[:8], uint64(binary.LittleEndian.Uint32(b[:])))
	binary.LittleEndian.PutUint64(a[8:], 0)
}

// Root returns the captured packet that p was found in, or p itself when it was captured.
func (p *Packet) Root() *Packet {
	for p.Outer != nil {
		p = p.Outer
	}
	return p
}

// Events returns the oddities found, in order of appearance. The slice is valid until the packet is decoded again.
func (p *Packet) Events() []Event { return p.events[:p.nevent] }

// AddEvent notes an oddity. A packet keeps the first fifteen; AddEvent reports whether there was room.
func (p *Packet) AddEvent(e Event) bool {
	if p.nevent == maxEvents {
		return false
	}
	p.events[p.nevent] = e
	p.nevent++
	return true
}

// WantsFlow reports whether the packet belongs in the flow table: it has a valid IP header, is not a fragment, and its
// transport header could be read. ICMP errors have no flow of their own: they belong to the one they quote. A packet
// may be Invalid for a lesser reason, such as a malformed TCP option, and still want a flow.
func (p *Packet) WantsFlow() bool {
	const transport = HasTCP | HasUDP | HasSCTP | HasESP
	if p.Flags&transport != 0 {
		return true
	}
	if p.Flags&HasICMP != 0 {
		return !p.IsICMPError()
	}
	if p.Version == 0 || p.Flags&(Fragment|Invalid) != 0 {
		return false
	}
	return p.Protocol == protoIPv4 || p.Protocol == protoIPv6 // tunnels
}

// reset clears what Decode sets. VLAN, TCP and events are cleared by who fills them, except for the parts that callers
// compare without asking how much is valid.
func (p *Packet) reset() {
	p.Version, p.Protocol, p.TTL = 0, 0, 0
	p.VLANs, p.VLAN = 0, [3]uint16{}
	p.EtherType = 0
	p.Src, p.Dst = Addr{}, Addr{}
	p.SrcPort, p.DstPort = 0, 0
	p.ICMPType, p.ICMPCode, p.SPI = 0, 0, 0
	p.Flags = 0
	p.Payload, p.Network, p.Transport = nil, nil, nil
	p.Lost = 0
	p.Outer, p.Depth, p.Origin = nil, 0, FromWire
	p.nevent, p.layers = 0, 0
}
