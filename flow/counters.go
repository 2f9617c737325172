package flow

// Counters of a Table.
type Counters struct {
	Total  uint64 `stat:"flow.total"`
	Active uint64 `stat:"flow.active,gauge"` // now
	TCP    uint64 `stat:"flow.tcp"`
	UDP    uint64 `stat:"flow.udp"`
	ICMPv4 uint64 `stat:"flow.icmpv4"`
	ICMPv6 uint64 `stat:"flow.icmpv6"`

	TCPReuse uint64 `stat:"flow.tcp_reuse"`

	// When there is no memory for a new flow, the place of an idle one is taken.
	Taken         uint64 `stat:"flow.get_used"`
	TakenLooked   uint64 `stat:"flow.get_used_eval"`        // flows considered
	TakenRejected uint64 `stat:"flow.get_used_eval_reject"` // … and found too active
	TakenNone     uint64 `stat:"flow.get_used_failed"`      // none was idle
	Memcap        uint64 `stat:"flow.memcap"`               // packets that got no flow
	Memory        uint64 `stat:"flow.memuse,gauge"`         // bytes, now
	Spare         uint64 `stat:"flow.spare,gauge"`          // places that are free, without more memory

	Synced  uint64    `stat:"flow.wrk.spare_sync"`         // blocks of places that were had
	PerSync [2]uint64 `stat:"flow.wrk.spare_sync_avg,avg"` // places in them
	Unmet   uint64    `stat:"flow.wrk.spare_sync_empty"`   // blocks for which there was no memory

	EmergencyEntered uint64 `stat:"flow.emerg_mode_entered"`
	EmergencyOver    uint64 `stat:"flow.emerg_mode_over"`

	LookupEvicted uint64 `stat:"flow.wrk.flows_evicted"` // found by a packet, but timed out
	Passes        uint64 `stat:"flow.mgr.full_hash_pass"`
	Checked       uint64 `stat:"flow.mgr.flows_checked"` // by the hand
	NotTimedOut   uint64 `stat:"flow.mgr.flows_notimeout"`
	TimedOut      uint64 `stat:"flow.mgr.flows_timeout"`
	HandEvicted   uint64 `stat:"flow.mgr.flows_evicted"`
	Recycled      uint64 `stat:"flow.recycler.recycled"`
	Longest       uint64 `stat:"flow.mgr.rows_maxlen,max"`    // most flows in a bucket so far
	Rate          uint64 `stat:"flow.mgr.rows_per_sec,gauge"` // places that the hand passes in a second

	EndNew             uint64 `stat:"flow.end.state.new"`
	EndEstablished     uint64 `stat:"flow.end.state.established"`
	EndClosed          uint64 `stat:"flow.end.state.closed"`
	EndLocalBypassed   uint64 `stat:"flow.end.state.local_bypassed"`
	EndCaptureBypassed uint64 `stat:"flow.end.state.capture_bypassed"`
}

func (c *Counters) began(k *Key) {
	c.Total++
	c.Active++
	switch k.Protocol() {
	case protocolTCP:
		c.TCP++
	case protocolUDP:
		c.UDP++
	case protocolICMP:
		c.ICMPv4++
	case protocolICMPv6:
		c.ICMPv6++
	}
}

func (c *Counters) ended(s State, r Reason) {
	c.Active--
	c.Recycled++
	if r == TCPReuse {
		c.TCPReuse++
	}
	switch s {
	case New:
		c.EndNew++
	case Established:
		c.EndEstablished++
	case Closed:
		c.EndClosed++
	case LocalBypassed:
		c.EndLocalBypassed++
	case CaptureBypassed:
		c.EndCaptureBypassed++
	}
}
