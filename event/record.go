package event

import "net/netip"

// Appender writes the members that a record has of its own, after the common header.
type Appender interface{ AppendJSON(o *Object) }

// Record is one thing worth telling: an EVE record before it is written. The engine reuses it, so a Sink must not
// keep it or anything it points to after Event returns.
type Record struct {
	Type     string // event_type
	Time     int64  // nanoseconds since the Unix epoch
	FlowID   uint64 // 0: no flow
	ParentID uint64 // 0: none
	Number   uint64 // pcap_cnt; 0: not a packet of the capture
	VLANs    uint8
	VLAN     [3]uint16

	Src, Dst         netip.Addr // not valid: not an IP packet
	SrcPort, DstPort uint16     // written for TCP, UDP and SCTP
	Protocol         uint8      // IP protocol number
	ICMPType         uint8
	ICMPCode         uint8
	PacketSource     string // pkt_src; empty: not written

	TxID  uint64
	HasTx bool // write tx_id

	Body Appender // the event object or objects; a sink may look at its type
}

// Sink is where records go.
type Sink interface{ Event(r *Record) }
