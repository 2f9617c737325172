package config

// StreamLog are the options of the type stream.
type StreamLog struct {
	All, Events, Changes, Spurious bool
}

func (l *StreamLog) table() []row {
	return []row{
		{"all", boolean(&l.All), "no", "", "Write a record, stream_tcp, of each segment of a connection that is followed."},
		{"event-set", boolean(&l.Events), "no", "", "Write it of those with an oddity."},
		{"state-update", boolean(&l.Changes), "no", "", "Write it of those that changed the state of their connection."},
		{"spurious-retransmission", boolean(&l.Spurious), "no", "", "Write it of those that repeat what was acknowledged."},
	}
}
