package engine

import (
	"encoding/binary"
	"net/netip"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/packet"
)

// arpRecord makes the record of an ARP packet for Ethernet and IPv4: 8 octets, then the addresses of sender and target.
func (w *Worker) arpRecord(p *packet.Packet) {
	if len(p.ARP) < 28 {
		return
	}
	b := (*[28]byte)(p.ARP)
	r := w.ofPacket(p, "arp")
	w.arp = event.ARP{
		Operation: binary.BigEndian.Uint16(b[6:]),
		SrcMAC:    event.MAC(b[8:14]), SrcAddr: netip.AddrFrom4([4]byte(b[14:18])),
		DestMAC: event.MAC(b[18:24]), DestAddr: netip.AddrFrom4([4]byte(b[24:28])),
	}
	r.Body = &w.arp
	w.send(r)
}
