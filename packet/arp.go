package packet

// Lengths of an ARP packet (RFC 826): its fixed part, and the whole for Ethernet and IPv4.
const (
	arpFixedLen = 8
	arpLen      = 28
)

// arp checks an ARP packet.
func (d *Decoder) arp(p *Packet, b []byte, cut int) {
	d.Counters.ARP++
	if len(b) < arpFixedLen {
		d.invalid(p, EventARPPacketTooSmall)
		return
	}
	operation := be16(b[6:8])
	switch {
	case be16(b[0:2]) != 1: // Ethernet
		d.invalid(p, EventARPUnsupportedHardware)
	case be16(b[2:4]) != etherIPv4:
		d.invalid(p, EventARPUnsupportedProtocol)
	case len(b)+cut < arpLen:
		d.invalid(p, EventARPInvalidPacket)
	case b[4] != 6:
		d.invalid(p, EventARPInvalidHardwareSize)
	case b[5] != 4:
		d.invalid(p, EventARPInvalidProtocolSize)
	case operation == 0, operation > 4 && operation != 8 && operation != 9: // (R)ARP, InARP (RFC 2390)
		d.invalid(p, EventARPUnsupportedOpcode)
	default:
		p.Flags |= HasARP
		p.ARP = b[:min(len(b), arpLen)]
	}
}
