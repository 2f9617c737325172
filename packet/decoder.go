package packet

import "encoding/binary"

// maxLayers bounds the headers below the transport header of one packet. No real packet comes near it.
const maxLayers = 15

// Decoder decodes packets and counts what it meets. The zero value is ready. It belongs to one goroutine.
type Decoder struct {
	Counters Counters
}

// Decode fills in what p.Frame holds. It keeps nothing of p and allocates nothing.
//
// Decoders of layers take the bytes from their header on and cut, the number of bytes that the snap length took from
// the end of the frame. A decoder that finds its layer invalid notes an event and returns: what was found so far stays.
func (d *Decoder) Decode(p *Packet) {
	p.reset()
	c := &d.Counters
	c.Packets++
	c.Bytes += uint64(len(p.Frame))
	c.MaxPacketSize = max(c.MaxPacketSize, uint64(len(p.Frame)))

	cut := max(p.WireLen-len(p.Frame), 0)
	if p.Link == LinkEthernet {
		d.ethernet(p, p.Frame, cut)
	} else {
		d.link(p, p.Frame, cut)
	}
	if p.Flags&Invalid != 0 {
		c.Invalid++
	}
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
	}
}

// EtherTypes that have a decoder.
const (
	etherIPv4          = 0x0800
	etherARP           = 0x0806
	etherVLAN          = 0x8100
	etherIPv6          = 0x86dd
	etherMPLS          = 0x8847
	etherMPLSMulticast = 0x8848
	etherPPPoEDiscover = 0x8863
	etherPPPoESession  = 0x8864
	etherQinQ          = 0x88a8 // 802.1ad
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
	default:
		return false
	}
	return true
}

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
	if p.layers == maxLayers {
		d.invalid(p, EventTooManyLayers)
		return false
	}
	p.layers++
	return true
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
