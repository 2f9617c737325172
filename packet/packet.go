package packet

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
	EtherType        uint16    // of the innermost payload; 0 without a link header that has one
	Src, Dst         Addr
	SrcPort, DstPort uint16 // TCP and UDP
	ICMPType         uint8
	ICMPCode         uint8
	Flags            Flags
	TCP              TCP    // valid when Flags has HasTCP
	Payload          []byte // transport payload (TCP, UDP, ICMP), captured part
	Lost             int    // bytes of the payload that the snap length cut off
	Network          []byte // from the first byte of the innermost IP header to the end of the IP datagram as captured
	Transport        []byte // from the first byte of the transport header to the end of the datagram as captured

	events [maxEvents]Event
	nevent uint8
}

// TCP is a decoded TCP header.
type TCP struct {
	Seq, Ack        uint32
	Flags           uint8 // FIN 0x01, SYN 0x02, RST 0x04, PSH 0x08, ACK 0x10, URG 0x20, ECE 0x40, CWR 0x80
	WindowScale     uint8 // valid with OptWindowScale; above 14 is stored as 0
	Window          uint16
	Urgent          uint16
	MSS             uint16
	Options         TCPOptions // which options were present and valid
	SACKs           uint8      // number of SACK blocks
	TSVal, TSEcr    uint32
	SACK            [4][2]uint32
	FastOpenPayload []byte // cookie of the TCP fast open option
}

// TCPOptions is a set of TCP options.
type TCPOptions uint16

const (
	OptMSS TCPOptions = 1 << iota
	OptWindowScale
	OptSACKPermitted
	OptSACK
	OptTimestamp
	OptFastOpen
	OptMD5
	OptAO
)

// Flags is a set of facts about a packet.
type Flags uint16

const (
	HasTCP   Flags = 1 << iota // TCP is valid
	HasUDP                     // a valid UDP header
	HasICMP                    // ICMPType and ICMPCode are valid
	Fragment                   // an IP fragment: no transport header was read
	Invalid                    // decoding ended with an invalid header: no flow
	Offload                    // the IP length was 0: taken from the frame
)

const maxEvents = 8

// Event is an oddity that decoding found.
type Event uint8

// Verdict is what is to become of a packet.
type Verdict uint8

const (
	Pass Verdict = iota
	Drop
)
