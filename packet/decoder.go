package packet

import "encoding/binary"

// maxLayers bounds the headers below the transport header of one packet, unless Decoder.SetMaxLayers says otherwise. No
// real packet comes near it.
const maxLayers = 15

// Decoder decodes packets and counts what it meets. The zero value is ready. It belongs to one goroutine.
type Decoder struct {
	Counters Counters

	ports *tunnelPorts // nil: those of the zero Tunnels
	more  int          // layers that are allowed beyond maxLayers, or fewer
}

// SetMaxLayers sets how many headers a packet has to have to be left, with EventTooManyLayers, at most 255. 0 stands for
// the default, 16: fifteen are decoded.
func (d *Decoder) SetMaxLayers(n int) {
	d.more = 0
	if n > 0 {
		d.more = min(n, 255) - 1 - maxLayers
	}
}

// Decode fills in what p.Frame holds. It keeps nothing of p and allocates nothing.
//
// Decoders of layers take the bytes from their header on and cut, the number of bytes that the snap length took from
// the end of the frame. A decoder that finds its layer invalid notes an event and returns: what was found so far stays.
func (d *Decoder) Decode(p *Packet) {
	c := &d.Counters
	c.Packets++
	c.Bytes += uint64(len(p.Frame))
	c.MaxPacketSize = max(c.MaxPacketSize, uint64(len(p.Frame)))
	if !d.usual(p) {
		d.general(p)
	}
}

// general decodes any packet.
func (d *Decoder) general(p *Packet) {
	p.reset()
	cut := max(p.WireLen-len(p.Frame), 0)
	if p.Link == LinkEthernet {
		d.ethernet(p, p.Frame, cut)
	} else {
		d.link(p, p.Frame, cut)
	}
	if p.Flags&Invalid != 0 {
		d.Counters.Invalid++
	}
}

// DecodeInner decodes the packet that outer, a tunnel, carries: it fills in all of p, including what a source sets.
// Number and time are those of outer, which must outlive p. The layers of outer count, so that tunnels in tunnels come to an end.
func (d *Decoder) DecodeInner(p, outer *Packet) {
	in := &outer.Inner
	d.derive(p, outer, in.Bytes, in.Lost)
	p.Depth, p.Origin = outer.Depth+1, in.Origin
	switch in.EtherType {
	case etherBridge:
		p.Link = LinkEthernet
		d.ethernet(p, in.Bytes, in.Lost)
	case etherPPP:
		p.Link = LinkPPP
		d.pppFrame(p, in.Bytes, in.Lost)
	case etherERSPAN2:
		d.erspan2(p, in.Bytes, in.Lost)
	case etherERSPAN3:
		d.erspan3(p, in.Bytes, in.Lost)
	default:
		d.network(p, in.EtherType, in.Bytes, in.Lost)
	}
	if p.Flags&Invalid != 0 {
		d.Counters.Invalid++
	}
}

// DecodeDatagram decodes an IP datagram that was put together of fragments, of which fragment was the last to come. It
// fills in all of p, including what a source sets: number, time and VLAN tags are those of fragment.
func (d *Decoder) DecodeDatagram(p, fragment *Packet, datagram []byte) {
	d.derive(p, fragment, datagram, 0)
	p.Depth, p.Origin = fragment.Depth, FromDefrag
	p.VLANs, p.VLAN = fragment.VLANs, fragment.VLAN
	if fragment.Version == 4 {
		p.EtherType = etherIPv4
		d.ipv4(p, datagram, 0)
	} else {
		p.EtherType = etherIPv6
		d.ipv6(p, datagram, 0)
	}
	if p.Flags&Invalid != 0 {
		d.Counters.Invalid++
	}
}

// derive sets what a source does in a packet that was found in another.
func (d *Decoder) derive(p, from *Packet, b []byte, lost int) {
	p.reset()
	p.Number, p.Time = from.Number, from.Time
	p.Link, p.Frame, p.WireLen = LinkRaw, b, len(b)+lost
	p.Outer, p.layers = from, from.layers
}

// link decodes the rarer link headers.
func (d *Decoder) link(p *Packet, b []byte, cut int) {
	switch p.Link {
	case LinkNull, LinkLoop:
		d.null(p, b, cut)
	case linkRawBSD, linkRawOpenBSD, LinkRaw, LinkIPv4, LinkIPv6:
		d.raw(p, b, cut)
	case LinkSLL:
		d.cooked(p, b, cut)
	case LinkSLL2:
		d.cooked2(p, b, cut)
	case LinkPPP:
		d.pppFrame(p, b, cut)
	case LinkCHDLC:
		d.chdlc(p, b, cut)
	}
}

// EtherTypes that have a decoder.
const (
	etherIPv4          = 0x0800
	etherARP           = 0x0806
	etherVLAN          = 0x8100
	etherIPv6          = 0x86dd
	etherBridge        = 0x6558 // an Ethernet frame, in a tunnel
	etherPPP           = 0x880b // in a tunnel
	etherMPLS          = 0x8847
	etherMPLSMulticast = 0x8848
	etherPPPoEDiscover = 0x8863
	etherPPPoESession  = 0x8864
	etherERSPAN2       = 0x88be // in GRE
	etherERSPAN3       = 0x22eb // in GRE
	etherQinQ          = 0x88a8 // 802.1ad
	etherMACinMAC      = 0x88e7 // 802.1ah
	etherDCE           = 0x8903 // FabricPath
	etherVNTag         = 0x8926 // what became 802.1BR
	etherETag          = 0x893f // 802.1BR
	etherNSH           = 0x894f // RFC 8300
	etherQinQOld       = 0x9100
)

// network decodes what an EtherType announces. It reports false for a type without a decoder.
func (d *Decoder) network(p *Packet, etherType uint16, b []byte, cut int) bool {
	p.EtherType = etherType
	switch etherType {
	case etherIPv4:
		d.ipv4(p, b, cut)
	case etherIPv6:
		d.ipv6(p, b, cut)
	case etherVLAN, etherQinQ, etherQinQOld:
		d.vlan(p, b, cut)
	case etherARP:
		d.arp(p, b, cut)
	case etherMPLS, etherMPLSMulticast:
		d.mpls(p, b, cut)
	case etherPPPoESession:
		d.pppoeSession(p, b, cut)
	case etherPPPoEDiscover:
		d.pppoeDiscovery(p, b, cut)
	case etherMACinMAC:
		d.macInMAC(p, b, cut)
	case etherDCE:
		d.dce(p, b, cut)
	case etherVNTag:
		d.portTag(p, b, cut, vnTagLen)
	case etherETag:
		d.portTag(p, b, cut, eTagLen)
	case etherNSH:
		d.nsh(p, b, cut)
	default:
		return false
	}
	return true
}

// Raise counts an oddity that was found in p after it was decoded, and notes it there.
func (d *Decoder) Raise(p *Packet, e Event) { d.event(p, e) }

// event counts and notes an oddity.
func (d *Decoder) event(p *Packet, e Event) {
	d.Counters.Events[e]++
	p.AddEvent(e)
}

// invalid notes an oddity that makes the packet invalid.
func (d *Decoder) invalid(p *Packet, e Event) {
	d.event(p, e)
	p.Flags |= Invalid
}

// deeper enters another layer, and reports false when there were too many.
func (d *Decoder) deeper(p *Packet) bool {
	if int(p.layers) >= maxLayers+d.more {
		d.invalid(p, EventTooManyLayers)
		return false
	}
	p.layers++
	return true
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
