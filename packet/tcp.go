package packet

const tcpLen = 20

// TCP is a decoded TCP header.
type TCP struct {
	Seq, Ack        uint32
	Flags           uint8 // FIN 0x01, SYN 0x02, RST 0x04, PSH 0x08, ACK 0x10, URG 0x20, ECE 0x40, CWR 0x80
	WindowScale     uint8 // valid with OptWindowScale; above 14 is stored as 0
	Window          uint16
	Urgent          uint16
	MSS             uint16     // valid with OptMSS
	Options         TCPOptions // which options were present and valid
	SACKs           uint8      // number of SACK blocks
	TSVal, TSEcr    uint32     // valid with OptTimestamp
	SACK            [4][2]uint32
	FastOpenPayload []byte // cookie of the TCP fast open option; empty when one is asked for
}

// Flags of the TCP header.
const (
	FIN = 0x01
	SYN = 0x02
	RST = 0x04
	PSH = 0x08
	ACK = 0x10
	URG = 0x20
	ECE = 0x40
	CWR = 0x80
)

// tcp decodes a TCP header, its options included (RFC 9293, section 3.1).
func (d *Decoder) tcp(p *Packet, b []byte, missing int) {
	d.Counters.TCP++
	if len(b) < tcpLen {
		d.short(p, b, missing, tcpLen, EventTCPPacketTooSmall)
		return
	}
	h := (*[tcpLen]byte)(b)
	headerLen := int(h[12]>>4) * 4
	if headerLen < tcpLen {
		d.invalid(p, EventTCPInvalidOptionLen)
		return
	}
	if headerLen > len(b)+missing {
		d.invalid(p, EventTCPHeaderLenTooSmall)
		return
	}

	p.SrcPort = be16(h[0:2])
	p.DstPort = be16(h[2:4])
	p.Flags |= HasTCP
	t := &p.TCP
	t.Seq = be32(h[4:8])
	t.Ack = be32(h[8:12])
	t.Flags = h[13]
	t.Window = be16(h[14:16])
	t.Urgent = be16(h[18:20])
	if t.Flags&(SYN|RST|URG) != 0 {
		d.countTCP(t.Flags)
	}

	t.Options = 0
	t.WindowScale, t.MSS, t.SACKs = 0, 0, 0
	t.TSVal, t.TSEcr = 0, 0
	t.FastOpenPayload = nil
	switch {
	case headerLen > len(b): // the snap length ends within the options
		p.Payload = b[len(b):]
		p.Lost = len(b) + missing - headerLen
		d.tcpOptions(p, b[tcpLen:], true)
		return
	case headerLen == tcpLen:
	case headerLen == tcpLen+12 && be32(b[tcpLen:]) == tsAligned: // most packets of most connections
		t.Options = OptTimestamp
		t.TSVal = be32(b[24:28])
		t.TSEcr = be32(b[28:32])
	default:
		d.tcpOptions(p, b[tcpLen:headerLen], false)
	}
	p.Payload = b[headerLen:]
	p.Lost = missing
}

// countTCP counts flags that are rare.
func (d *Decoder) countTCP(flags uint8) {
	switch flags & (SYN | ACK) {
	case SYN:
		d.Counters.SYN++
	case SYN | ACK:
		d.Counters.SYNACK++
	}
	if flags&RST != 0 {
		d.Counters.RST++
	}
	if flags&URG != 0 {
		d.Counters.URG++
	}
}
