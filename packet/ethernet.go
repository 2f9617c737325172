package packet

const ethernetLen = 14

// ethernet decodes an Ethernet II header. A frame with an 802.3 length in place of the type is of unknown type.
func (d *Decoder) ethernet(p *Packet, b []byte, cut int) {
	d.Counters.Ethernet++
	if len(b) < ethernetLen {
		d.invalid(p, EventEthernetPacketTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	etherType := be16(b[12:14])
	if etherType == etherIPv4 { // the common case, without the detour
		p.EtherType = etherType
		d.ipv4(p, b[ethernetLen:], cut)
		return
	}
	if !d.network(p, etherType, b[ethernetLen:], cut) {
		d.Counters.UnknownEth++
		d.event(p, EventEthernetUnknownEtherType)
	}
}
