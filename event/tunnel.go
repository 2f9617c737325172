package event

import "net/netip"

// Tunnel is the captured packet that carried the one a record is about.
type Tunnel struct {
	Src, Dst         netip.Addr // not valid: not an IP packet
	SrcPort, DstPort uint16     // 0: its protocol has none
	Protocol         uint8
	Depth            uint8  // number of tunnels around the packet of the record
	Number           uint64 // pcap_cnt; 0: not a packet of the capture
	PacketSource     string // where it comes from
}

var _ Appender = (*Tunnel)(nil)

// AppendJSON writes the object tunnel.
func (t *Tunnel) AppendJSON(o *Object) {
	o.Open("tunnel")
	if t.Src.IsValid() {
		o.Addr("src_ip", t.Src)
		o.Uint("src_port", uint64(t.SrcPort))
		o.Addr("dest_ip", t.Dst)
		o.Uint("dest_port", uint64(t.DstPort))
		o.Str("proto", ProtocolName(t.Protocol))
	}
	o.Uint("depth", uint64(t.Depth))
	if t.Number != 0 {
		o.Uint("pcap_cnt", t.Number)
	}
	o.Str("pkt_src", t.PacketSource)
	o.Close()
}
