package packet

const vlanLen = 4

// vlan decodes an 802.1Q or 802.1ad tag, behind its EtherType.
func (d *Decoder) vlan(p *Packet, b []byte, cut int) {
	switch p.VLANs {
	case 0:
		d.Counters.VLAN++
	case 1:
		d.Counters.QinQ++
	case 2:
		d.Counters.QinQinQ++
	default:
		d.event(p, EventVLANTooManyLayers)
		return
	}
	if len(b) < vlanLen {
		d.invalid(p, EventVLANHeaderTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	p.VLAN[p.VLANs] = be16(b[0:2]) & 0x0fff
	p.VLANs++
	if !d.network(p, be16(b[2:4]), b[vlanLen:], cut) {
		d.invalid(p, EventVLANUnknownType)
	}
}
