package packet

const chdlcLen = 4

// pppFrame decodes a PPP frame as captured or tunnelled: with the address and control fields of HDLC-like framing
// (RFC 1662, section 3.1) or without.
func (d *Decoder) pppFrame(p *Packet, b []byte, cut int) {
	d.Counters.PPP++
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		d.invalid(p, EventPPPPacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	if b[0]&1 == 1 { // the protocol field may be compressed, as in a PPPoE session
		d.ppp(p, uint16(b[0]), b[1:], cut)
	} else {
		d.ppp(p, be16(b[0:2]), b[2:], cut)
	}
}

// chdlc decodes the header of Cisco HDLC: address, control, EtherType.
func (d *Decoder) chdlc(p *Packet, b []byte, cut int) {
	d.Counters.CHDLC++
	if len(b) < chdlcLen {
		d.invalid(p, EventCHDLCPacketTooSmall)
		return
	}
	if d.deeper(p) {
		d.network(p, be16(b[2:4]), b[chdlcLen:], cut)
	}
}
