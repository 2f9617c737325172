package packet

// Inner is the packet that a tunnel carries, for DecodeInner.
type Inner struct {
	Origin    Origin // the kind of tunnel
	EtherType uint16 // what Bytes begin with: an IP header, an Ethernet frame (0x6558), PPP (0x880b), …
	Bytes     []byte // a part of the outer packet's frame
	Lost      int    // bytes behind them that the snap length cut off
}

// Origin tells how a packet was found. Its String is what EVE records have as pkt_src.
type Origin uint8

// The origins.
const (
	FromWire   Origin = iota // captured
	FromIPv4                 // right behind an IPv4 header
	FromIPv6                 // right behind an IPv6 header
	FromGRE                  // ERSPAN and PPTP included
	FromTeredo               // RFC 4380
	FromGeneve               // RFC 8926
	FromVXLAN                // RFC 7348
	FromGTP                  // 3GPP TS 29.281
	FromDefrag               // put together of fragments
)

var originNames = [...]string{
	FromWire:   "wire/pcap",
	FromIPv4:   "ipv4 tunnel",
	FromIPv6:   "ipv6 tunnel",
	FromGRE:    "gre tunnel",
	FromTeredo: "teredo tunnel",
	FromGeneve: "geneve encapsulation",
	FromVXLAN:  "vxlan encapsulation",
	FromGTP:    "gtp tunnel",
	FromDefrag: "defrag",
}

func (o Origin) String() string {
	if int(o) < len(originNames) {
		return originNames[o]
	}
	return "unknown"
}

// tunnel notes the packet in p.
func (d *Decoder) tunnel(p *Packet, in Inner) {
	if d.deeper(p) {
		p.Inner = in
		p.Flags |= HasInner
	}
}

// inIPv6 decodes what an IPv6 header announces as IPv4 or IPv6 (RFC 2473).
func (d *Decoder) inIPv6(p *Packet, etherType uint16, b []byte, missing int) {
	headerLen, version := ipv4Len, byte(4)
	count := &d.Counters.IPv4InIPv6
	tooSmall, wrongVersion := EventIPv6IPv4InIPv6TooSmall, EventIPv6IPv4InIPv6WrongVersion
	if etherType == etherIPv6 {
		headerLen, version = ipv6Len, 6
		count = &d.Counters.IPv6InIPv6
		tooSmall, wrongVersion = EventIPv6IPv6InIPv6TooSmall, EventIPv6IPv6InIPv6WrongVersion
	}
	switch {
	case len(b) < headerLen:
		d.short(p, b, missing, headerLen, tooSmall)
	case b[0]>>4 != version:
		d.invalid(p, wrongVersion)
	default:
		*count++
		d.tunnel(p, Inner{Origin: FromIPv6, EtherType: etherType, Bytes: b, Lost: missing})
	}
}
