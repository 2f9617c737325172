package event

import "encoding/binary"

// Drop is the body of a drop record: a packet that was dropped.
type Drop struct {
	Direction string // to_server, to_client; empty: the packet has no flow
	// First says that it is the first record of its flow in this direction, which is all that most want to see.
	First bool

	Version   uint8  // of IP: 4, 6, or 0 without a valid header
	Protocol  uint8  // above IP
	Network   []byte // from the IP header on
	Transport []byte // from the transport header on; nil: there is no valid one

	Reason  string
	Rule    *Signature // for which it is dropped; nil: none
	Verdict Verdict    // an empty Action is not written
}

// Verdict is what is done with a packet.
type Verdict struct {
	Action string // drop, pass, alert
	Target string // who is told that the packet was rejected: to_client, to_server, both; empty: nobody
	Reject string // how: tcp-reset, icmp-prohib
}

var _ Appender = (*Drop)(nil)

// AppendJSON writes direction, the object drop with fields of the headers, and the verdict.
func (d *Drop) AppendJSON(o *Object) {
	if d.Direction != "" {
		o.Str("direction", d.Direction)
	}
	o.Open("drop")
	d.network(o)
	d.transport(o)
	if d.Reason != "" {
		o.Str("reason", d.Reason)
	}
	o.Close()
	if d.Rule != nil {
		a := Alert{Rule: d.Rule, Blocked: true}
		a.alert(o, &plainAlert)
	}
	if d.Verdict.Action != "" {
		d.Verdict.appendJSON(o)
	}
}

func (d *Drop) network(o *Object) {
	b := d.Network
	be := binary.BigEndian
	switch {
	case d.Version == 4 && len(b) >= 20:
		o.Uint("len", uint64(be.Uint16(b[2:])))
		o.Uint("tos", uint64(b[1]))
		o.Uint("ttl", uint64(b[8]))
		o.Uint("ipid", uint64(be.Uint16(b[4:])))
	case d.Version == 6 && len(b) >= 40:
		o.Uint("len", uint64(be.Uint16(b[4:])))
		o.Uint("tc", uint64(b[0]<<4|b[1]>>4))
		o.Uint("hoplimit", uint64(b[7]))
		o.Uint("flowlbl", uint64(be.Uint32(b)&0xfffff))
	}
}

func (d *Drop) transport(o *Object) {
	b := d.Transport
	be := binary.BigEndian
	switch {
	case d.Protocol == protoTCP && len(b) >= 20:
		o.Uint("tcpseq", uint64(be.Uint32(b[4:])))
		o.Uint("tcpack", uint64(be.Uint32(b[8:])))
		o.Uint("tcpwin", uint64(be.Uint16(b[14:])))
		o.Bool("syn", b[13]&0x02 != 0)
		o.Bool("ack", b[13]&0x10 != 0)
		o.Bool("psh", b[13]&0x08 != 0)
		o.Bool("rst", b[13]&0x04 != 0)
		o.Bool("urg", b[13]&0x20 != 0)
		o.Bool("fin", b[13]&0x01 != 0)
		o.Uint("tcpres", uint64(b[12]&0x0f))
		o.Uint("tcpurgp", uint64(be.Uint16(b[18:])))
	case d.Protocol == protoUDP && len(b) >= 8:
		o.Uint("udplen", uint64(be.Uint16(b[4:])))
	case (d.Protocol == protoICMP || d.Protocol == protoICMPv6) && len(b) >= 8:
		o.Uint("icmp_id", uint64(be.Uint16(b[4:])))
		o.Uint("icmp_seq", uint64(be.Uint16(b[6:])))
	}
}

func (v *Verdict) appendJSON(o *Object) {
	o.Open("verdict")
	o.Str("action", v.Action)
	if v.Target != "" {
		o.Str("reject_target", v.Target)
		o.OpenArray("reject")
		o.ItemStr(v.Reject)
		o.CloseArray()
	}
	o.Close()
}
