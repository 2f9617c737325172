package tcp

// Snapshot is what is known of a connection at one moment, for those who look into how it is followed.
type Snapshot struct {
	State State
	Notes []string    // facts about the connection, in Suricata's words
	Sides [2]Snapside // of the client, of the server
}

// Snapside is what is known of one end as a sender. Numbers are those on the wire.
type Snapside struct {
	ISN, Next, Acked, WindowEnd uint32
	Base, Edge                  uint32 // of the first byte that was not read; behind the last that arrived, 0: none did
	Window                      uint32 // that the other end announced, scaled
	Scale                       uint8
	Notes                       []string
}

// note is a word for something that is so.
type note struct {
	is   bool
	word string
}

// Snapshot fills in s, whose slices are used again.
func (c *Conn) Snapshot(s *Snapshot) {
	s.State = c.state
	s.Notes = words(s.Notes[:0], []note{
		{c.flags&midstream != 0, "midstream"}, {c.flags&midstreamReply != 0, "midstream_synack"}, {c.flags&timestamps != 0, "timestamp"},
		{c.flags&synScaled != 0, "server_wscale"}, {c.flags&closedByRST != 0, "closed_by_rst"}, {c.flags&fourWay != 0, "4whs"},
		{c.flags&evasion != 0, "detect_evasion_attempt"}, {c.flags&synSACK != 0, "client_sackok"}, {c.flags&sacks != 0, "sackok"},
		{c.flags&confirmed != 0, "3whs_confirmed"}, {c.flags&fastOpen != 0, "tcp_fast_open"},
		{c.flags&earlyIgnored != 0, "tfo_data_ignored"}, {c.flags&async != 0, "async"},
	})
	for d := range s.Sides {
		e, o, bytes := &s.Sides[d], &c.sides[d], &c.streams[d]
		*e = Snapside{
			ISN: uint32(o.isn), Next: uint32(o.next), Acked: uint32(o.lastAck), WindowEnd: uint32(o.nextWin), Window: o.window, Scale: o.scale,
			Notes: words(e.Notes[:0], []note{
				{bytes.Deep(), "depth_reached"}, {o.flags&keepAlive != 0, "keepalive"}, {o.flags&sentTimestamp != 0, "timestamp"},
				{o.flags&zeroTimestamp != 0, "zero_timestamp"},
			}),
		}
		if o.bits == 0 && o.isn == 0 {
			continue
		}
		e.Base = uint32(o.isn.Add(1) + Seq(min(bytes.App(), bytes.Edge())))
		if bytes.Seen() {
			e.Edge = uint32(o.isn.Add(1) + Seq(bytes.Edge()))
		}
	}
}

// words appends those that are so.
func words(list []string, notes []note) []string {
	for _, n := range notes {
		if n.is {
			list = append(list, n.word)
		}
	}
	return list
}
