package event

// Flow is the body of a flow record, whose Layout is LayoutFlow. The record's addresses are client and server.
type Flow struct {
	// ResponseType and ResponseCode are those of the ICMP packets that came back, when HasResponse is set.
	ResponseType, ResponseCode uint8
	HasResponse                bool

	SPI uint32 // of ESP; 0: none

	AppProto AppProto

	ToServer, ToClient Traffic
	// Bypassed is the part of the traffic that the capture saw and did not show, when HasBypassed is set.
	BypassedToServer, BypassedToClient Traffic
	HasBypassed                        bool

	Start, End  int64 // time of the first and the last packet, nanoseconds since the Unix epoch
	Emergency   bool  // ended early for want of memory
	State       string
	Bypass      string // who lets the flow pass unseen: local, capture; empty: nobody
	Reason      string // why the flow ended
	Alerted     bool
	WrongThread bool   // packets of one direction came in on more than one queue
	Elephant    bool   // it had a high rate once
	Action      string // verdict on the whole flow: drop, pass, accept; empty: none
	Exceptions  []Exception
	// Transactions is the number of transactions that the flow's parser began; 0 is not written.
	Transactions uint64

	TCP TCP // written when the record's protocol is TCP
}

// States of a flow.
const (
	FlowNew         = "new"
	FlowEstablished = "established"
	FlowClosed      = "closed"
	FlowBypassed    = "bypassed"
)

// Reasons why a flow ended.
const (
	ReasonReuse    = "tcp_reuse" // a new connection with the same addresses and ports
	ReasonForced   = "forced"
	ReasonShutdown = "shutdown"
	ReasonTimeout  = "timeout"
	ReasonUnknown  = "unknown"
)

// Traffic counts what one direction sent.
type Traffic struct {
	Packets uint64
	Bytes   uint64 // whole packets, link header included
}

// Exception is an exception policy that was applied to a flow.
type Exception struct {
	Target string // what called for it: stream_midstream, flow_memcap, …
	Policy string // what was done: drop_flow, pass_packet, bypass, …
}

// Age is the difference of the whole-second parts of End and Start, in seconds: 28.11 - 27.79 gives 1.
func (f *Flow) Age() int64 { return seconds(f.End) - seconds(f.Start) }

// seconds rounds a time down to seconds.
func seconds(unixNano int64) int64 {
	s := unixNano / 1e9
	if unixNano%1e9 < 0 {
		s--
	}
	return s
}

var _ Appender = (*Flow)(nil)

// AppendJSON writes the objects flow and tcp, and what belongs before and between them.
func (f *Flow) AppendJSON(o *Object) {
	if f.HasResponse {
		o.Uint("response_icmp_type", uint64(f.ResponseType))
		o.Uint("response_icmp_code", uint64(f.ResponseCode))
	}
	if f.SPI != 0 {
		o.Uint("spi", uint64(f.SPI))
	}
	f.AppProto.AppendJSON(o)

	o.Open("flow")
	appendTraffic(o, f.ToServer, f.ToClient)
	if f.HasBypassed {
		o.Open("bypassed")
		appendTraffic(o, f.BypassedToServer, f.BypassedToClient)
		o.Close()
	}
	o.Time("start", f.Start)
	o.Time("end", f.End)
	o.Int("age", f.Age())
	o.True("emergency", f.Emergency)
	o.Str("state", f.State)
	if f.Bypass != "" {
		o.Str("bypass", f.Bypass)
	}
	o.Str("reason", f.Reason)
	o.Bool("alerted", f.Alerted)
	o.True("wrong_thread", f.WrongThread)
	o.True("elephant", f.Elephant)
	if f.Action != "" {
		o.Str("action", f.Action)
	}
	if len(f.Exceptions) > 0 {
		o.OpenArray("exception_policy")
		for _, e := range f.Exceptions {
			o.OpenItem()
			o.Str("target", e.Target)
			o.Str("policy", e.Policy)
			o.Close()
		}
		o.CloseArray()
	}
	if f.Transactions > 0 {
		o.Uint("tx_cnt", f.Transactions)
	}
	o.Close()

	o.common()
	if o.record != nil && o.record.Protocol == protoTCP {
		f.TCP.appendJSON(o)
	}
}

func appendTraffic(o *Object, toServer, toClient Traffic) {
	o.Uint("pkts_toserver", toServer.Packets)
	o.Uint("pkts_toclient", toClient.Packets)
	o.Uint("bytes_toserver", toServer.Bytes)
	o.Uint("bytes_toclient", toClient.Bytes)
}

// TCP is what a flow record tells about the connection.
type TCP struct {
	ClientFlags, ServerFlags   uint8  // all flags that the packets of that end carried
	State                      string // of the connection; empty: none was tracked
	ServerGap, ClientGap       bool   // what that end sent has a gap
	ClientRegions              uint64 // most runs that what that end sent lay in at a time
	ServerRegions              uint64
	ClientUrgent, ServerUrgent uint64 // bytes that were taken out of band; 0 is not written
}

func (t *TCP) appendJSON(o *Object) {
	flags := t.ClientFlags | t.ServerFlags
	o.Open("tcp")
	o.hexByte("tcp_flags", flags)
	o.hexByte("tcp_flags_ts", t.ClientFlags)
	o.hexByte("tcp_flags_tc", t.ServerFlags)
	appendTCPFlags(o, flags)
	if t.State != "" {
		o.Str("state", t.State)
		o.True("tc_gap", t.ServerGap)
		o.True("ts_gap", t.ClientGap)
		o.Uint("ts_max_regions", t.ClientRegions)
		o.Uint("tc_max_regions", t.ServerRegions)
		if t.ClientUrgent > 0 {
			o.Uint("ts_urgent_oob_data", t.ClientUrgent)
		}
		if t.ServerUrgent > 0 {
			o.Uint("tc_urgent_oob_data", t.ServerUrgent)
		}
	}
	o.Close()
}

// tcpFlags are the names of the flags, in the order of EVE.
var tcpFlags = [...]struct {
	name string
	bit  uint8
}{
	{"syn", 0x02}, {"fin", 0x01}, {"rst", 0x04}, {"psh", 0x08},
	{"ack", 0x10}, {"urg", 0x20}, {"ecn", 0x40}, {"cwr", 0x80},
}

func appendTCPFlags(o *Object, flags uint8) {
	for _, f := range tcpFlags {
		o.True(f.name, flags&f.bit != 0)
	}
}

func (o *Object) hexByte(key string, v uint8) {
	o.key(key)
	o.buf = append(o.buf, '"', hexDigits[v>>4], hexDigits[v&15], '"')
}
