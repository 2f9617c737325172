package packet

// Frag tells where the data of an IP fragment belongs. The data itself is Packet.Transport, and what it is of in an IPv4
// datagram or in the first fragment of an IPv6 datagram, Packet.Protocol.
type Frag struct {
	ID     uint32 // identification
	Offset int    // of the data in the datagram, in bytes
	More   bool   // fragments are to follow

	// Header is the length of what precedes the data in every fragment: the IPv4 header, or the IPv6 header with the
	// extension headers before the fragment header.
	Header int
	// Named is the offset in Network of the octet that says what follows those headers.
	Named int
}

const (
	ipv4Protocol   = 9 // offset of the protocol in the IPv4 header
	ipv6NextHeader = 6 // offset of the next header value in the IPv6 header
	fragmentLen    = 8 // of the IPv6 fragment header
)

// fragment4 notes an IPv4 fragment. field holds flags and offset.
func (p *Packet) fragment4(id, field uint16, headerLen int) {
	p.Flags |= Fragment
	p.Transport = p.Network[headerLen:]
	p.Frag = Frag{
		ID: uint32(id), Offset: int(field&0x1fff) * 8, More: field&0x2000 != 0,
		Header: headerLen, Named: ipv4Protocol,
	}
}

// fragment6 notes an IPv6 fragment. b begins with its fragment header (RFC 8200, section 4.5); the offset of the octet
// that announced it is named.
func (d *Decoder) fragment6(p *Packet, b []byte, missing, named int) {
	h := (*[fragmentLen]byte)(b)
	if h[1] != 0 {
		d.event(p, EventIPv6FragNonZeroReservedField)
	}
	data := b[fragmentLen:]
	more := h[3]&1 != 0
	if more && (len(data)+missing)%8 != 0 {
		d.event(p, EventIPv6FragInvalidLength)
	}
	p.Flags |= Fragment
	p.Protocol = h[0]
	p.Transport = data
	p.Frag = Frag{
		ID: be32(h[4:8]), Offset: int(be16(h[2:4]) &^ 7), More: more,
		Header: len(p.Network) - len(b), Named: named,
	}
}
