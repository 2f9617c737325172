package packet

const greLen = 4

// Bits of the first two octets of a GRE header (RFC 1701, RFC 2637).
const (
	greChecksum  = 0x8000
	greRouting   = 0x4000
	greKey       = 0x2000
	greSequence  = 0x1000
	greStrict    = 0x0800 // strict source route
	greRecursion = 0x0700
	greAck       = 0x0080 // version 1
	greFlags0    = 0x00f8 // unassigned in version 0
	greFlags1    = 0x0078 // and in version 1
	greVersion   = 0x0007
)

// gre decodes a GRE header and notes the packet behind it.
func (d *Decoder) gre(p *Packet, b []byte, missing int) {
	d.Counters.GRE++
	if len(b) < greLen {
		d.short(p, b, missing, greLen, EventGREPacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	var n int
	var ok bool
	switch bits := be16(b[0:2]); bits & greVersion {
	case 0:
		n, ok = d.gre0(p, bits, b, missing)
	case 1:
		n, ok = d.gre1(p, bits, b, missing)
	default:
		d.invalid(p, EventGREWrongVersion)
	}
	if !ok {
		return
	}

	in := Inner{Origin: FromGRE, EtherType: be16(b[2:4]), Bytes: b[n:], Lost: missing}
	switch in.EtherType {
	case etherIPv4, etherIPv6, etherARP, etherBridge, etherVLAN, etherQinQ, etherMPLS, etherMPLSMulticast, etherNSH:
		d.tunnel(p, in)
	case etherPPP:
		if len(in.Bytes)+missing > 0 { // else a mere acknowledgement
			d.tunnel(p, in)
		}
	case etherERSPAN2:
		if be16(b[0:2]) == 0 { // type I has neither a sequence number nor a header of its own
			d.Counters.ERSPAN++
			in.EtherType = etherBridge
		}
		d.tunnel(p, in)
	case etherERSPAN3:
		d.tunnel(p, in)
	}
}

// gre0 returns the length of a header of version 0. Bits that RFC 2784, section 2.3, has receivers ignore are ignored:
// they raise an event, and the packet is decoded.
func (d *Decoder) gre0(p *Packet, bits uint16, b []byte, missing int) (n int, ok bool) {
	if bits&greRecursion != 0 {
		d.event(p, EventGREVersion0Recursion)
	}
	if bits&greFlags0 != 0 {
		d.event(p, EventGREVersion0Flags)
	}
	n = greLen
	for _, field := range [...]uint16{greChecksum | greRouting, greKey, greSequence} {
		if bits&field != 0 {
			n += 4
		}
	}
	if n > len(b) {
		d.short(p, b, missing, n, EventGREVersion0HeaderTooBig)
		return 0, false
	}
	if bits&greRouting == 0 {
		return n, true
	}
	// Source route entries: address family, offset, length, and as many octets; the last one is empty.
	const entryLen = 4
	for {
		if n+entryLen > len(b) {
			d.short(p, b, missing, n+entryLen, EventGREVersion0MalformedSREHeader)
			return 0, false
		}
		entry := b[n:]
		n += entryLen + int(entry[3])
		if n > len(b) {
			d.short(p, b, missing, n, EventGREVersion0MalformedSREHeader)
			return 0, false
		}
		if be16(entry[0:2]) == 0 && entry[3] == 0 {
			return n, true
		}
	}
}

// gre1 returns the length of a header of version 1, that of PPTP (RFC 2637, section 4.1).
func (d *Decoder) gre1(p *Packet, bits uint16, b []byte, missing int) (n int, ok bool) {
	for _, no := range [...]struct {
		bits  uint16
		event Event
	}{
		{greChecksum, EventGREVersion1Checksum},
		{greRouting, EventGREVersion1Route},
		{greStrict, EventGREVersion1SSR},
		{greRecursion, EventGREVersion1Recursion},
		{greFlags1, EventGREVersion1Flags},
	} {
		if bits&no.bits != 0 {
			d.invalid(p, no.event)
			return 0, false
		}
	}
	if be16(b[2:4]) != etherPPP {
		d.invalid(p, EventGREVersion1WrongProtocol)
		return 0, false
	}
	if bits&greKey == 0 {
		d.invalid(p, EventGREVersion1NoKey)
		return 0, false
	}
	n = greLen
	for _, field := range [...]uint16{greKey, greSequence, greAck} {
		if bits&field != 0 {
			n += 4
		}
	}
	if n > len(b) {
		d.short(p, b, missing, n, EventGREVersion1HeaderTooBig)
		return 0, false
	}
	return n, true
}
