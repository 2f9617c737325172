package packet

const udpLen = 8

// udp decodes a UDP header (RFC 768). Bytes behind the length it gives are ignored.
func (d *Decoder) udp(p *Packet, b []byte, missing int) {
	d.Counters.UDP++
	if len(b) < udpLen {
		d.short(p, b, missing, udpLen, EventUDPHeaderLenTooSmall)
		return
	}
	h := (*[udpLen]byte)(b)
	length := int(be16(h[4:6]))
	if length == 0 && p.Flags&Offload != 0 {
		length = len(b) + missing
	}
	if length > len(b)+missing {
		d.invalid(p, EventUDPPacketTooSmall)
		return
	}
	if length < udpLen {
		d.invalid(p, EventUDPLenInvalid)
		return
	}
	p.SrcPort = be16(h[0:2])
	p.DstPort = be16(h[2:4])
	p.Flags |= HasUDP
	p.Payload = b[udpLen:min(length, len(b))]
	p.Lost = max(length-len(b), 0)

	ports := d.ports
	if ports == nil {
		ports = &defaultPorts
	}
	if ports.filter&(portBit(p.SrcPort)|portBit(p.DstPort)) != 0 {
		d.inUDP(p, ports)
	}
}
