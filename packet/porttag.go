package packet

// Lengths of what switches insert between an EtherType of their own and the next one, which is included.
const (
	vnTagLen    = 6
	eTagLen     = 8
	macInMACLen = 18 // flags and service, addresses, EtherType
	dceLen      = 2
)

// portTag decodes a VN tag or an E tag (802.1BR), which name ports of a switch. n is its length.
func (d *Decoder) portTag(p *Packet, b []byte, cut, n int) {
	count, tooSmall, unknown := &d.Counters.VNTag, EventVNTagHeaderTooSmall, EventVNTagUnknownType
	if n == eTagLen {
		count, tooSmall, unknown = &d.Counters.ETag, EventETagHeaderTooSmall, EventETagUnknownType
	}
	*count++
	if len(b) < n {
		d.invalid(p, tooSmall)
		return
	}
	if d.deeper(p) && !d.network(p, be16(b[n-2:n]), b[n:], cut) {
		d.invalid(p, unknown)
	}
}

// macInMAC decodes the service tag of a provider backbone bridge (802.1ah) and the customer's Ethernet header.
func (d *Decoder) macInMAC(p *Packet, b []byte, cut int) {
	d.Counters.IEEE8021ah++
	if len(b) < macInMACLen {
		d.invalid(p, EventIEEE8021ahHeaderTooSmall)
		return
	}
	if d.deeper(p) {
		d.network(p, be16(b[macInMACLen-2:macInMACLen]), b[macInMACLen:], cut)
	}
}

// dce decodes the tag of a FabricPath frame, behind which the Ethernet header stands again.
func (d *Decoder) dce(p *Packet, b []byte, cut int) {
	if len(b) < dceLen+ethernetLen {
		d.invalid(p, EventDCEPacketTooSmall)
		return
	}
	d.ethernet(p, b[dceLen:], cut)
}
