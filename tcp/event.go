package tcp

import "slices"

// Event is an oddity of a segment or a connection. Its name is what rules write behind stream-event.
type Event uint8

const (
	SynAckWrongDirection Event = iota
	AckWrongDirection
	AckDataInject
	AsyncWrongSeq
	RightSeqWrongAck
	WrongSeqWrongAck
	SynAckResendDiffAck
	SynAckToServerOnSynRecv
	SynAckWithWrongAck
	SynResendDiffSeqOnSynRecv
	SynToClientOnSynRecv
	SynFlood
	SynAckFlood
	SynAckDataIgnored
	FourWaySynAckWrongAck
	FourWaySynAckWrongSyn
	FourWayWrongSeq
	FourWayInvalidAck
	EstPacketOutOfWindow
	EstBeforeLastAck
	EstInvalidAck
	EstAckZeroWindowProbe
	EstSynAckResend
	EstSynAckResendDiffAck
	EstSynAckResendDiffSeq
	EstSynAckToServer
	EstSynResend
	EstSynResendDiffSeq
	EstSynToClient
	FinInvalidAck
	FinOutOfWindow
	FinSyn
	FinNoSession
	Fin1AckWrongSeq
	Fin1FinWrongSeq
	Fin1InvalidAck
	Fin2AckWrongSeq
	Fin2FinWrongSeq
	Fin2InvalidAck
	CloseWaitAckOutOfWindow
	CloseWaitFinOutOfWindow
	CloseWaitBeforeLastAck
	CloseWaitInvalidAck
	ClosingAckWrongSeq
	ClosingInvalidAck
	LastAckAckWrongSeq
	LastAckInvalidAck
	TimeWaitAckWrongSeq
	TimeWaitInvalidAck
	ShutdownSynResend
	RstNoSession
	RstInvalidAck
	RstWithData
	SuspectedReset
	SuspectedFin // not one of Suricata's
	InvalidTimestamp
	InvalidAck
	BrokenAck
	Retransmission
	SpuriousRetransmission
	BadWindowUpdate
	SeqGap
	NoSegment
	OverlapDifferentData
	DepthReached
	InsertLimit
	UrgentLimitReached
	WrongThread
	NumEvents
)

var eventNames = [NumEvents]string{
	"3whs_synack_in_wrong_direction", "3whs_ack_in_wrong_dir", "3whs_ack_data_inject", "3whs_async_wrong_seq",
	"3whs_right_seq_wrong_ack_evasion", "3whs_wrong_seq_wrong_ack", "3whs_synack_resend_with_diff_ack",
	"3whs_synack_toserver_on_syn_recv", "3whs_synack_with_wrong_ack", "3whs_syn_resend_diff_seq_on_syn_recv",
	"3whs_syn_toclient_on_syn_recv", "3whs_syn_flood", "3whs_synack_flood", "3whs_synack_tfo_data_ignored", "4whs_synack_with_wrong_ack",
	"4whs_synack_with_wrong_syn", "4whs_wrong_seq", "4whs_invalid_ack", "est_packet_out_of_window", "est_pkt_before_last_ack", "est_invalid_ack",
	"est_ack_zwp_data", "est_synack_resend", "est_synack_resend_with_diff_ack", "est_synack_resend_with_diff_seq",
	"est_synack_toserver", "est_syn_resend", "est_syn_resend_diff_seq", "est_syn_toclient", "fin_invalid_ack",
	"fin_out_of_window", "fin_syn", "fin_but_no_session", "fin1_ack_wrong_seq", "fin1_fin_wrong_seq", "fin1_invalid_ack",
	"fin2_ack_wrong_seq", "fin2_fin_wrong_seq", "fin2_invalid_ack", "closewait_ack_out_of_window",
	"closewait_fin_out_of_window", "closewait_pkt_before_last_ack", "closewait_invalid_ack", "closing_ack_wrong_seq",
	"closing_invalid_ack", "lastack_ack_wrong_seq", "lastack_invalid_ack", "timewait_ack_wrong_seq",
	"timewait_invalid_ack", "shutdown_syn_resend", "rst_but_no_session", "rst_invalid_ack", "rst_with_data",
	"suspected_rst_inject", "suspected_fin_inject", "pkt_invalid_timestamp", "pkt_invalid_ack", "pkt_broken_ack", "pkt_retransmission", "pkt_spurious_retransmission",
	"pkt_bad_window_update", "reassembly_seq_gap", "reassembly_no_segment", "reassembly_overlap_different_data",
	"reassembly_depth_reached", "reassembly_insert_limit", "reassembly_urgent_oob_limit_reached", "wrong_thread",
}

func (e Event) String() string { return eventNames[e] }

// Events is what is odd about one segment, in the order in which it was found, each event once.
type Events struct {
	list [15]Event // more than a segment can have
	n    uint8
}

// Len returns the number of events.
func (s *Events) Len() int { return int(s.n) }

// Has reports whether e is among them.
func (s *Events) Has(e Event) bool { return slices.Contains(s.list[:s.n], e) }

// Each calls f for every event.
func (s *Events) Each(f func(Event)) {
	for _, e := range s.list[:s.n] {
		f(e)
	}
}

func (s *Events) add(e Event) {
	if int(s.n) < len(s.list) && !s.Has(e) {
		s.list[s.n] = e
		s.n++
	}
}

// EventCounters counts events by name: stream.<name>, or reknit.<name> for one that Suricata does not have.
type EventCounters [NumEvents]uint64

// Each calls f with every counter, in the order of the events.
func (c *EventCounters) Each(f func(name string, v uint64)) {
	for e, v := range c {
		group := "stream."
		if Event(e) == SuspectedFin {
			group = "reknit."
		}
		f(group+eventNames[e], v)
	}
}
