package packet

const (
	sllLen  = 16
	sll2Len = 20
)

// cooked decodes the header of captures on Linux's "any" device. Protocols that are not EtherTypes (CAN, 802.3, …) and
// those without a decoder are passed over.
func (d *Decoder) cooked(p *Packet, b []byte, cut int) {
	d.Counters.SLL++
	if len(b) < sllLen {
		d.invalid(p, EventSLLPacketTooSmall)
		return
	}
	if d.deeper(p) {
		d.network(p, be16(b[14:16]), b[sllLen:], cut)
	}
}

// cooked2 decodes version 2 of that header.
func (d *Decoder) cooked2(p *Packet, b []byte, cut int) {
	d.Counters.SLL2++
	if len(b) < sll2Len {
		d.invalid(p, EventSLL2PacketTooSmall)
		return
	}
	if d.deeper(p) {
		d.network(p, be16(b[0:2]), b[sll2Len:], cut)
	}
}
