package event

import "net/netip"

// ARP is the body of an arp record: a packet that asks for or tells the link-layer address of an IPv4 address (RFC 826).
type ARP struct {
	Operation         uint16
	SrcMAC, DestMAC   MAC
	SrcAddr, DestAddr netip.Addr
}

var _ Appender = (*ARP)(nil)

var arpOperations = [...]string{1: "request", "reply", "request_reverse", "reply_reverse"}

// AppendJSON writes the object arp.
func (a *ARP) AppendJSON(o *Object) {
	operation := "unknown"
	if n := int(a.Operation); n > 0 && n < len(arpOperations) {
		operation = arpOperations[n]
	}
	o.Open("arp")
	o.Str("hw_type", "ethernet")
	o.Str("proto_type", "ipv4")
	o.Str("opcode", operation)
	o.MAC("src_mac", a.SrcMAC)
	o.Addr("src_ip", a.SrcAddr)
	o.MAC("dest_mac", a.DestMAC)
	o.Addr("dest_ip", a.DestAddr)
	o.Close()
}
