package event

import "net/netip"

// Appender writes the members that a record has of its own, after the common header.
type Appender interface{ AppendJSON(o *Object) }

// Sink is where records go. Event is called by one goroutine at a time, unless the Sink is a ConcurrentSink.
type Sink interface{ Event(r *Record) }

// ConcurrentSink is a Sink that may allow several goroutines to call Event at once, each with a record of its own.
type ConcurrentSink interface {
	Sink
	// Concurrent reports whether it does.
	Concurrent() bool
}

// Concurrent reports whether several goroutines may call s.Event at once.
func Concurrent(s Sink) bool {
	c, ok := s.(ConcurrentSink)
	return s == nil || ok && c.Concurrent()
}

// Record is one thing worth telling: an EVE record before it is written. The engine reuses it, so a Sink must not
// keep it or anything it points to after Event returns.
type Record struct {
	Type      string // event_type
	Layout    Layout // which common fields there are, and in what order
	Time      int64  // nanoseconds since the Unix epoch
	FlowID    uint64 // 0: no flow
	ParentID  uint64 // 0: none
	Interface string // in_iface; empty: not a live capture
	Number    uint64 // pcap_cnt; 0: not a packet of the capture
	VLANs     uint8  // number of VLAN tags
	VLAN      [3]uint16

	Src, Dst         netip.Addr // not valid: not an IP packet
	SrcPort, DstPort uint16     // written for TCP, UDP and SCTP
	Protocol         uint8      // IP protocol number
	ICMPType         uint8      // written for ICMP and ICMPv6, as is ICMPCode
	ICMPCode         uint8
	PacketSource     string // pkt_src; empty: not written
	Ether            Ether  // written when Options.Ethernet is set

	TxID  uint64
	HasTx bool // write tx_id

	// Variables are the objects traffic and metadata, which every record of a flow shows that has some; nil: none.
	Variables Appender

	Body Appender // the event object or objects; a sink may look at its type

	CaptureFile string // pcap_filename, when Options.CaptureFile is set; empty: not written

	object Object // here so that giving it to Body allocates nothing
}

// Layout is the arrangement of a record's common fields.
type Layout uint8

const (
	LayoutPacket  Layout = iota // packets, transactions, files: everything that a packet triggers
	LayoutFlow                  // flow: neither pcap_cnt nor pkt_src, ip_v before proto, options inside the body
	LayoutNetflow               // netflow: as flow, without ip_v, options after the body
	LayoutBare                  // stats, engine: only timestamp and event_type
)

// Ether is what the link layer says about a record.
type Ether struct {
	Type uint16 // EtherType; 0: unknown
	// Src and Dst are oriented like the record. A record of a packet has one of each; that of a flow has all that
	// its packets had.
	Src, Dst []MAC
}

// AppendJSON appends the record as one JSON object, without a line end. o may be nil. It allocates nothing when dst
// has room, and must not be called concurrently on the same record.
func (r *Record) AppendJSON(dst []byte, o *Options) []byte {
	w := &r.object
	w.Start(dst, o)
	w.record = r
	switch r.Layout {
	case LayoutBare:
		w.Time("timestamp", r.Time)
		w.Str("event_type", r.Type)
		w.body()
	case LayoutFlow:
		w.flowHeader()
		w.body() // writes the options after the object that they follow
	case LayoutNetflow:
		w.flowHeader()
		w.body()
		w.common()
	default:
		w.packetHeader()
		w.common()
		if r.HasTx {
			w.Uint("tx_id", r.TxID)
		}
		w.body()
	}
	if name := w.options.SensorName; name != "" {
		w.Str("host", name)
	}
	if w.options.CaptureFile && r.CaptureFile != "" {
		w.Str("pcap_filename", r.CaptureFile)
	}
	dst = w.End()
	*w = Object{}
	return dst
}

func (o *Object) body() {
	if b := o.record.Body; b != nil {
		b.AppendJSON(o)
	}
}

func (o *Object) packetHeader() {
	r := o.record
	o.identity()
	if o.options.HasSensorID {
		o.Uint("sensor_id", o.options.SensorID)
	}
	if r.Interface != "" {
		o.Str("in_iface", r.Interface)
	}
	if r.Number != 0 {
		o.Uint("pcap_cnt", r.Number)
	}
	o.Str("event_type", r.Type)
	o.vlan()
	o.addresses()
	if r.Src.IsValid() {
		o.protocol()
		o.version()
		o.icmp()
	}
	if r.PacketSource != "" {
		o.Str("pkt_src", r.PacketSource)
	}
}

func (o *Object) flowHeader() {
	r := o.record
	o.identity()
	if r.Interface != "" {
		o.Str("in_iface", r.Interface)
	}
	o.Str("event_type", r.Type)
	o.vlan()
	o.addresses()
	if r.Src.IsValid() {
		if r.Layout == LayoutFlow {
			o.version()
		}
		o.protocol()
		o.icmp()
	}
}

func (o *Object) identity() {
	r := o.record
	o.Time("timestamp", r.Time)
	if r.FlowID != 0 {
		o.Uint("flow_id", r.FlowID)
	}
	if r.ParentID != 0 {
		o.Uint("parent_id", r.ParentID)
	}
}

func (o *Object) vlan() {
	r := o.record
	if r.VLANs == 0 {
		return
	}
	o.OpenArray("vlan")
	for _, id := range r.VLAN[:min(int(r.VLANs), len(r.VLAN))] {
		o.ItemUint(uint64(id))
	}
	o.CloseArray()
}

func (o *Object) addresses() {
	r := o.record
	if !r.Src.IsValid() {
		return
	}
	ports := r.Protocol == protoTCP || r.Protocol == protoUDP || r.Protocol == protoSCTP
	o.Addr("src_ip", r.Src)
	if ports {
		o.Uint("src_port", uint64(r.SrcPort))
	}
	o.Addr("dest_ip", r.Dst)
	if ports {
		o.Uint("dest_port", uint64(r.DstPort))
	}
}

func (o *Object) protocol() { o.Str("proto", ProtocolName(o.record.Protocol)) }

func (o *Object) version() {
	v := uint64(6)
	if o.record.Src.Is4() {
		v = 4
	}
	o.Uint("ip_v", v)
}

func (o *Object) icmp() {
	r := o.record
	if r.Protocol == protoICMP || r.Protocol == protoICMPv6 {
		o.Uint("icmp_type", uint64(r.ICMPType))
		o.Uint("icmp_code", uint64(r.ICMPCode))
	}
}

// common writes the members that Options add to every record that is about a packet or a flow.
func (o *Object) common() {
	if o.record == nil {
		return
	}
	if v := o.options.Version; v != "" {
		o.Str("suricata_version", v)
	}
	if v := o.record.Variables; v != nil && !o.options.NoVariables {
		v.AppendJSON(o)
	}
	if o.options.Ethernet {
		o.ether()
	}
	if o.options.CommunityID {
		o.communityID()
	}
}

func (o *Object) ether() {
	r := o.record
	e := &r.Ether
	if len(e.Src) == 0 || len(e.Dst) == 0 {
		return
	}
	o.Open("ether")
	if r.Layout == LayoutPacket {
		if e.Type != 0 {
			o.Uint("ether_type", uint64(e.Type))
		}
		o.MAC("src_mac", e.Src[0])
		o.MAC("dest_mac", e.Dst[0])
	} else {
		o.macs("dest_macs", e.Dst)
		o.macs("src_macs", e.Src)
	}
	o.Close()
}

func (o *Object) macs(key string, v []MAC) {
	o.OpenArray(key)
	for _, m := range v {
		o.ItemMAC(m)
	}
	o.CloseArray()
}
