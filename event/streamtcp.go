package event

// StreamTCP is the body of a stream_tcp record: a segment, and what its connection is behind it.
type StreamTCP struct {
	ToClient bool

	Len       int // of the datagram; of IPv6 without the header
	Version   uint8
	Class     uint8 // type of service, traffic class
	TTL       uint8
	ID        uint16 // IPv4
	FlowLabel uint32 // IPv6
	Seq, Ack  uint32
	Window    uint16
	Urgent    uint16
	Flags     uint8 // control bits
	Reserved  uint8

	// Spurious: it repeats what was acknowledged. Reused: it begins a connection on the addresses of another.
	Spurious, Reused bool

	State, Before  string // of the connection; Before is empty where the segment did not change it
	Notes          []string
	Client, Server StreamSide
	Events         []string // what was odd about the segment
	Rejected       bool     // it counts for nothing
}

// StreamSide is what is known of an end.
type StreamSide struct {
	ISN, Next, Acked, WindowEnd, Base, Edge uint32
	Window                                  uint32
	Scale                                   uint8
	Notes                                   []string
}

var _ Appender = (*StreamTCP)(nil)

// AppendJSON writes direction and the object stream_tcp.
func (s *StreamTCP) AppendJSON(o *Object) {
	direction := "to_server"
	if s.ToClient {
		direction = "to_client"
	}
	o.Str("direction", direction)
	o.Open("stream_tcp")
	s.packet(o)
	o.Open("session")
	o.Str("state", s.State)
	if s.Before != "" {
		o.Str("pstate", s.Before)
	}
	o.Open("flags")
	items(o, "flags", s.Notes)
	o.Close()
	s.Client.appendJSON(o, "client")
	s.Server.appendJSON(o, "server")
	o.Close()
	if len(s.Events) > 0 {
		items(o, "events", s.Events)
	}
	if s.Rejected {
		o.Str("reason", "stream error")
	}
	o.Close()
}

// packet writes what is in the headers.
func (s *StreamTCP) packet(o *Object) {
	o.Open("packet")
	o.Int("len", int64(s.Len))
	if s.Version == 4 {
		o.Uint("tos", uint64(s.Class))
		o.Uint("ttl", uint64(s.TTL))
		o.Uint("ipid", uint64(s.ID))
	} else {
		o.Uint("tc", uint64(s.Class))
		o.Uint("hoplimit", uint64(s.TTL))
		o.Uint("flowlbl", uint64(s.FlowLabel))
	}
	o.Uint("tcpseq", uint64(s.Seq))
	o.Uint("tcpack", uint64(s.Ack))
	o.Uint("tcpwin", uint64(s.Window))
	for _, f := range [...]struct {
		name string
		bit  uint8
	}{{"syn", 2}, {"ack", 16}, {"psh", 8}, {"rst", 4}, {"urg", 32}, {"fin", 1}} {
		o.Bool(f.name, s.Flags&f.bit != 0)
	}
	o.Uint("tcpres", uint64(s.Reserved))
	o.Uint("tcpurgp", uint64(s.Urgent))
	o.OpenArray("flags")
	for _, f := range [...]struct {
		is   bool
		name string
	}{
		{s.Spurious, "spurious_retransmission"}, {len(s.Events) > 0, "event_set"}, {s.Before != "", "state_update"},
		{s.Reused, "tcp_port_reuse"},
	} {
		if f.is {
			o.ItemStr(f.name)
		}
	}
	o.CloseArray()
	o.Close()
}

func (e *StreamSide) appendJSON(o *Object, key string) {
	o.Open(key)
	o.Uint("isn", uint64(e.ISN))
	o.Uint("next_seq", uint64(e.Next))
	o.Uint("last_ack", uint64(e.Acked))
	o.Uint("next_win", uint64(e.WindowEnd))
	o.Uint("base_seq", uint64(e.Base))
	o.Uint("segs_right_edge", uint64(e.Edge))
	o.Uint("window", uint64(e.Window))
	o.Uint("wscale", uint64(e.Scale))
	items(o, "flags", e.Notes)
	o.Close()
}

func items(o *Object, key string, list []string) {
	o.OpenArray(key)
	for _, v := range list {
		o.ItemStr(v)
	}
	o.CloseArray()
}
