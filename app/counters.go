package app

import "github.com/reknit/reknit/stream"

// Counters count what is not counted by protocol.
type Counters struct {
	FailedTCP uint64 `stat:"app_layer.flow.failed_tcp"`
	FailedUDP uint64 `stat:"app_layer.flow.failed_udp"`

	Flushes uint64 `stat:"tcp.pseudo"` // directions inspected because their protocol changes, or they get encrypted

	Turns    uint64 // calls of Client, Server and Datagram
	Detects  uint64 // attempts to detect the protocol of a direction
	Examined uint64 // bytes that were there at those attempts

	WaitsLost          uint64 // waits that ended without the other direction
	TransactionsForced uint64 // ended because there were too many
	SwitchesRefused    uint64 // protocol changes: one was asked for already, or too many
	AnomaliesDropped   uint64 // not told, because the flow had too many
	Panics             uint64 // of parsers

	Frames         uint64 // kept
	FramesRefused  uint64 // not kept, because the flow had too many
	FrameBytesLost uint64 // let go of before they were looked at, because there were too many
}

// kindCounters count by protocol and transport.
type kindCounters struct {
	flow     [2]uint64 // TCP, UDP
	tx       [2]uint64
	gap      [2]uint64
	alloc    [2]uint64
	parser   [2]uint64
	internal [2]uint64
}

// Counters returns what was counted so far, by protocol excepted.
func (g *Gateway) Counters() *Counters { return &g.counters }

// Each calls yield for each counter of a protocol with its name, as in EVE stats records: "app_layer.flow.smtp". A
// protocol with two transports has its counters twice, with the suffixes _tcp and _udp.
func (g *Gateway) Each(yield func(name string, value uint64)) {
	for id := firstID; int(id) < len(g.kinds); id++ {
		k, c := &g.kinds[id], &g.perKind[id]
		if k.hidden() {
			continue
		}
		for t, suffix := range [2]string{"_tcp", "_udp"} {
			if k.transports&(1<<t) == 0 {
				continue
			}
			name := k.Name
			if k.transports == overTCP|overUDP {
				name += suffix
			}
			yield("app_layer.flow."+name, c.flow[t])
			if !k.parses(t) {
				continue
			}
			yield("app_layer.tx."+name, c.tx[t])
			if t == 0 {
				yield("app_layer.error."+name+".gap", c.gap[t])
			}
			yield("app_layer.error."+name+".alloc", c.alloc[t])
			yield("app_layer.error."+name+".parser", c.parser[t])
			yield("app_layer.error."+name+".internal", c.internal[t])
		}
	}
}

// hidden reports whether k is off, or a name that was only expected.
func (k *kind) hidden() bool { return k.off }

// parses reports whether there is a parser for transport t (0: TCP, 1: UDP).
func (k *kind) parses(t int) bool {
	if t == 0 {
		return k.NewStream != nil
	}
	return k.NewDatagram != nil
}

// transportIndex is the session's index into kindCounters and Gateway.detector.
func (s *Session) transportIndex() int {
	if s.transport == UDP {
		return 1
	}
	return 0
}

// countError counts err for the session's protocol.
func (s *Session) countError(c Cause) {
	k, t := &s.gateway.perKind[s.parsed], s.transportIndex()
	switch c {
	case CauseGap:
		k.gap[t]++
	case CauseParser:
		k.parser[t]++
	case CauseInternal:
		k.internal[t]++
	}
}

var _ stream.Reader = (*Session)(nil)
