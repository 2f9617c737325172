package packet

// Counters counts what a Decoder met. The tags are the names in stats records; "max" after a name tells that the values
// of several decoders are not added, "avg" that the value is the quotient of two others.
type Counters struct {
	Packets uint64 `stat:"decoder.pkts"`
	Bytes   uint64 `stat:"decoder.bytes"` // captured
	Invalid uint64 `stat:"decoder.invalid"`

	IPv4       uint64 `stat:"decoder.ipv4"`
	IPv6       uint64 `stat:"decoder.ipv6"`
	Ethernet   uint64 `stat:"decoder.ethernet"`
	ARP        uint64 `stat:"decoder.arp"`
	Raw        uint64 `stat:"decoder.raw"`
	Null       uint64 `stat:"decoder.null"`
	SLL        uint64 `stat:"decoder.sll"`
	SLL2       uint64 `stat:"decoder.sll2"`
	TCP        uint64 `stat:"decoder.tcp"`
	UDP        uint64 `stat:"decoder.udp"`
	SCTP       uint64 `stat:"decoder.sctp"`
	ESP        uint64 `stat:"decoder.esp"`
	ICMPv4     uint64 `stat:"decoder.icmpv4"`
	ICMPv6     uint64 `stat:"decoder.icmpv6"`
	PPP        uint64 `stat:"decoder.ppp"`
	PPPoE      uint64 `stat:"decoder.pppoe"`
	VLAN       uint64 `stat:"decoder.vlan"`
	QinQ       uint64 `stat:"decoder.vlan_qinq"`
	QinQinQ    uint64 `stat:"decoder.vlan_qinqinq"`
	MPLS       uint64 `stat:"decoder.mpls"`
	UnknownEth uint64 `stat:"decoder.unknown_ethertype"`
	CHDLC      uint64 `stat:"decoder.chdlc"`
	GRE        uint64 `stat:"decoder.gre"`
	Geneve     uint64 `stat:"decoder.geneve"`
	VXLAN      uint64 `stat:"decoder.vxlan"`
	VNTag      uint64 `stat:"decoder.vntag"`
	IEEE8021ah uint64 `stat:"decoder.ieee8021ah"`
	Teredo     uint64 `stat:"decoder.teredo"`
	ERSPAN     uint64 `stat:"decoder.erspan"`
	NSH        uint64 `stat:"decoder.nsh"`
	IPv4InIPv4 uint64 `stat:"decoder.ipv4_in_ipv4"`
	IPv6InIPv4 uint64 `stat:"decoder.ipv6_in_ipv4"`
	IPv4InIPv6 uint64 `stat:"decoder.ipv4_in_ipv6"`
	IPv6InIPv6 uint64 `stat:"decoder.ipv6_in_ipv6"`
	ETag       uint64 `stat:"decoder.etag"`
	GTP        uint64 // not in stats records: the schema of EVE does not have it

	_             struct{} `stat:"decoder.avg_pkt_size,avg=decoder.bytes/decoder.pkts"`
	MaxPacketSize uint64   `stat:"decoder.max_pkt_size,max"`

	SYN    uint64 `stat:"tcp.syn"`    // without ACK
	SYNACK uint64 `stat:"tcp.synack"` // with ACK
	RST    uint64 `stat:"tcp.rst"`
	URG    uint64 `stat:"tcp.urg"`

	Events EventCounts `stat:"decoder.event"`
}

// EventCounts counts events, by number.
type EventCounts [NumEvents]uint64

// StatName returns the name that the count of event i has in stats records.
func (c *EventCounts) StatName(i int) string { return eventStats[i] }

// eventStats are the names of the event counters. The one event without a protocol is counted outside the object of
// events, where EVE consumers expect it.
var eventStats = func() (names [NumEvents]string) {
	for i, name := range eventNames {
		names[i] = "decoder.event." + name
	}
	names[EventTooManyLayers] = "decoder.too_many_layers"
	return names
}()
