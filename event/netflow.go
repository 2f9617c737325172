package event

// Netflow is the body of a netflow record, whose Layout is LayoutNetflow: one direction of a flow. The record's source
// is who sent what it counts.
type Netflow struct {
	SPI      uint32 // of ESP; 0: none
	AppProto string // found in this direction, or the flow's; empty: unknown

	Traffic
	Start, End     int64 // time of the flow's first and last packet, nanoseconds since the Unix epoch
	MinTTL, MaxTTL uint8 // of the packets; not written when there are none
	// Transactions is the number of transactions that the flow's parser began; 0 is not written.
	Transactions uint64

	TCPFlags uint8 // all flags of the packets; written when the record's protocol is TCP
}

var _ Appender = (*Netflow)(nil)

// AppendJSON writes the objects netflow and tcp, and what belongs before them.
func (n *Netflow) AppendJSON(o *Object) {
	if n.SPI != 0 {
		o.Uint("spi", uint64(n.SPI))
	}
	proto := n.AppProto
	if proto == "" {
		proto = "unknown"
	}
	o.Str("app_proto", proto)

	o.Open("netflow")
	o.Uint("pkts", n.Packets)
	o.Uint("bytes", n.Bytes)
	o.Time("start", n.Start)
	o.Time("end", n.End)
	o.Int("age", seconds(n.End)-seconds(n.Start))
	if n.Packets > 0 {
		o.Uint("min_ttl", uint64(n.MinTTL))
		o.Uint("max_ttl", uint64(n.MaxTTL))
	}
	if n.Transactions > 0 {
		o.Uint("tx_cnt", n.Transactions)
	}
	o.Close()

	if o.record != nil && o.record.Protocol == protoTCP {
		o.Open("tcp")
		o.hexByte("tcp_flags", n.TCPFlags)
		appendTCPFlags(o, n.TCPFlags)
		o.Close()
	}
}
