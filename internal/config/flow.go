package config

import "math"

// Flow is the section flow: the table of flows.
type Flow struct {
	Memcap            Size
	HashSize          int
	EmergencyRecovery int   // percent
	RateBytes         Size  // 0: rates are not looked at
	RateInterval      int64 // seconds
}

func (f *Flow) table() []row {
	return []row{
		{"flow.memcap", size(&f.Memcap), "32 MiB", "128 MiB", "Memory for flows."},
		{"flow.hash-size", number(&f.HashSize, 1, math.MaxInt32), "65536", "", "Rows of the flow table at the start."},
		{"flow.emergency-recovery", number(&f.EmergencyRecovery, 0, 100), "30", "",
			"The emergency ends when that many percent of the memory are free again."},
		{"flow.rate-tracking.bytes", size(&f.RateBytes), "0", "",
			"A flow is an elephant once a direction has that many bytes of packets in rate-tracking.interval; 0: none is."},
		{"flow.rate-tracking.interval", number(&f.RateInterval, 1, 3600), "10", "", "Seconds over which these bytes are added up."},
	}
}

// Timeouts is the section flow-timeouts: after how many seconds without a packet a flow ends.
type Timeouts struct {
	Default, TCP, UDP, ICMP Timeout
}

// Timeout are the times of one protocol, for normal days and for when memory is short.
type Timeout struct {
	Normal, Emergency Ages
}

// Ages are seconds, by the state of the flow.
type Ages struct {
	New, Established, Closed, Bypassed int64
}

func (t *Timeouts) table() []row {
	var rows []row
	add := func(protocol string, to *Timeout, built, without [8]string) {
		a, e := &to.Normal, &to.Emergency
		for i, r := range []row{
			{"new", seconds(&a.New), "", "", "Seconds before a flow ends that saw one side only (TCP: no full handshake)."},
			{"established", seconds(&a.Established), "", "", "The same for a flow that saw both."},
			{"closed", seconds(&a.Closed), "", "", "The same for a connection that was closed."},
			{"bypassed", seconds(&a.Bypassed), "", "", "The same for a flow that is ignored."},
			{"emergency-new", seconds(&e.New), "", "", "new, when memory is short."},
			{"emergency-established", seconds(&e.Established), "", "", "established, when memory is short."},
			{"emergency-closed", seconds(&e.Closed), "", "", "closed, when memory is short."},
			{"emergency-bypassed", seconds(&e.Bypassed), "", "", "bypassed, when memory is short."},
		} {
			if built[i] == "" {
				continue
			}
			r.path = "flow-timeouts." + protocol + "." + r.path
			r.builtin, r.without = built[i], without[i]
			rows = append(rows, r)
		}
	}
	same := [8]string{}
	add("default", &t.Default, [8]string{"30", "300", "0", "100", "10", "100", "0", "50"}, same)
	add("tcp", &t.TCP, [8]string{"30", "300", "10", "100", "10", "100", "5", "50"},
		[8]string{"60", "600", "60", "", "5", "", "10", ""})
	connectionless := [8]string{"30", "300", "", "100", "10", "100", "", "50"}
	add("udp", &t.UDP, connectionless, same)
	add("icmp", &t.ICMP, connectionless, same)
	return rows
}

// limit sees to it that flows do not live longer in an emergency.
func (t *Timeouts) limit(root *Node, ps *Problems) {
	for _, p := range []struct {
		name string
		of   *Timeout
	}{{"default", &t.Default}, {"tcp", &t.TCP}, {"udp", &t.UDP}, {"icmp", &t.ICMP}} {
		for _, a := range []struct {
			name              string
			normal, emergency *int64
		}{
			{"new", &p.of.Normal.New, &p.of.Emergency.New},
			{"established", &p.of.Normal.Established, &p.of.Emergency.Established},
			{"closed", &p.of.Normal.Closed, &p.of.Emergency.Closed},
			{"bypassed", &p.of.Normal.Bypassed, &p.of.Emergency.Bypassed},
		} {
			if *a.emergency <= *a.normal {
				continue
			}
			path := "flow-timeouts." + p.name + ".emergency-" + a.name
			var at Pos
			if n := root.Find(path); n != nil {
				at = n.Pos
			}
			ps.add(Adjusted, at, path, "%s is longer than %s (%d > %d seconds): taken as %d",
				path, a.name, *a.emergency, *a.normal, *a.normal/10)
			*a.emergency = *a.normal / 10
		}
	}
}
