package packet

const (
	sctpLen = 12
	espLen  = 8
)

// sctp decodes the common header of SCTP (RFC 9260, section 3.1). Chunks are its payload.
func (d *Decoder) sctp(p *Packet, b []byte, missing int) {
	d.Counters.SCTP++
	if len(b) < sctpLen {
		d.short(p, b, missing, sctpLen, EventSCTPPacketTooSmall)
		return
	}
	p.SrcPort = be16(b[0:2])
	p.DstPort = be16(b[2:4])
	p.Flags |= HasSCTP
	p.Payload = b[sctpLen:]
	p.Lost = missing
}

// esp decodes the clear part of an ESP packet (RFC 4303, section 2).
func (d *Decoder) esp(p *Packet, b []byte, missing int) {
	d.Counters.ESP++
	if len(b) < espLen {
		d.short(p, b, missing, espLen, EventESPPacketTooSmall)
		return
	}
	p.SPI = be32(b[0:4])
	p.Flags |= HasESP
	p.Payload = b[espLen:]
	p.Lost = missing
}
