package packet

const (
	erspan2Len = 8
	erspan3Len = 12
	erspanSub  = 8 // platform specific subheader of type III
)

// erspan2 decodes a header of ERSPAN type II, which has version 1 (draft-foschiano-erspan-03, section 4.2), and the frame
// behind it. The header is the first part of the packet that GRE carries.
func (d *Decoder) erspan2(p *Packet, b []byte, cut int) {
	d.Counters.ERSPAN++
	if len(b) < erspan2Len {
		d.invalid(p, EventERSPANHeaderTooSmall)
		return
	}
	if b[0]>>4 != 1 {
		d.invalid(p, EventERSPANUnsupportedVersion)
		return
	}
	if d.deeper(p) {
		p.mirroredVLAN(b)
		d.ethernet(p, b[erspan2Len:], cut)
	}
}

// erspan3 decodes a header of ERSPAN type III, which has version 2 (section 4.3).
func (d *Decoder) erspan3(p *Packet, b []byte, cut int) {
	d.Counters.ERSPAN++
	if len(b) < erspan3Len {
		d.invalid(p, EventERSPANHeaderTooSmall)
		return
	}
	if b[0]>>4 != 2 {
		d.invalid(p, EventERSPANUnsupportedVersion)
		return
	}
	n := erspan3Len
	if b[11]&1 != 0 {
		n += erspanSub
	}
	if len(b) < n {
		d.invalid(p, EventERSPANHeaderTooSmall)
		return
	}
	if !d.deeper(p) {
		return
	}
	p.mirroredVLAN(b)
	if frameType := b[10] >> 2 & 0x1f; frameType == 0 {
		d.ethernet(p, b[n:], cut)
	} else { // an IP packet
		d.ip(p, b[n:], cut)
	}
}

// mirroredVLAN notes the VLAN from which the frame was mirrored, if the header tells: it is none of the frame's own tags.
func (p *Packet) mirroredVLAN(b []byte) {
	if id := be16(b[0:2]) & 0x0fff; id != 0 {
		p.VLAN[0], p.VLANs = id, 1
	}
}
