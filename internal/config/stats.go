package config

import "math"

// Stats is the section stats.
type Stats struct {
	Enabled             bool
	Interval            int64 // seconds
	DecoderEvents       bool
	DecoderEventsPrefix string
	StreamEvents        bool
	PolicyTotals        bool
	PolicyPerProtocol   bool
}

func (s *Stats) table() []row {
	return []row{
		{"stats.enabled", boolean(&s.Enabled), "yes", "", "Count, for outputs that write counters."},
		{"stats.interval", number(&s.Interval, 1, math.MaxInt32), "8", "", "Seconds between two records of counters."},
		{"stats.decoder-events", boolean(&s.DecoderEvents), "yes", "", "Count the oddities of packets one by one."},
		{"stats.decoder-events-prefix", text(&s.DecoderEventsPrefix), "decoder.event", "", "Under which name."},
		{"stats.stream-events", boolean(&s.StreamEvents), "no", "", "Count the oddities of TCP connections one by one."},
		{"stats.exception-policy.global-stats", boolean(&s.PolicyTotals), "yes", "", "Count what exception policies did."},
		{"stats.exception-policy.per-app-proto-errors", boolean(&s.PolicyPerProtocol), "no", "",
			"Count what exception policies did after parser errors for each protocol."},
	}
}
