package app

import "github.com/reknit/reknit/event"

// Anomaly is an oddity of a peer.
type Anomaly struct {
	Layer    string      // event.LayerDetect, LayerParser or LayerProtoParser
	Protocol string      // EVE app_proto, "unknown" when none was found
	Name     string      // as rules write it, without the protocol
	EVE      string      // as EVE writes it
	Tx       Transaction // nil: not of a transaction
}

// AppendJSON writes the "anomaly" member of an EVE record.
func (a *Anomaly) AppendJSON(o *event.Object) {
	e := event.Anomaly{AppProto: a.Protocol, Type: event.AnomalyApplayer, Event: a.EVE, Layer: a.Layer}
	e.AppendJSON(o)
}

// detectionEvents are the anomalies of protocol detection.
var detectionEvents = [...]EventInfo{
	mismatch:            {"applayer_mismatch_protocol_both_directions", "APPLAYER_MISMATCH_PROTOCOL_BOTH_DIRECTIONS"},
	wrongFirstDirection: {"applayer_wrong_direction_first_data", "APPLAYER_WRONG_DIRECTION_FIRST_DATA"},
	onlyOneDirection:    {"applayer_detect_protocol_only_one_direction", "APPLAYER_DETECT_PROTOCOL_ONLY_ONE_DIRECTION"},
	detectionSkipped:    {"applayer_proto_detection_skipped", "APPLAYER_PROTO_DETECTION_SKIPPED"},
	noTLSAfterStartTLS:  {"applayer_no_tls_after_starttls", "APPLAYER_NO_TLS_AFTER_STARTTLS"},
	unexpectedProtocol:  {"applayer_unexpected_protocol", "APPLAYER_UNEXPECTED_PROTOCOL"},
}

type detectionEvent uint8

const (
	mismatch detectionEvent = iota
	wrongFirstDirection
	onlyOneDirection
	detectionSkipped
	noTLSAfterStartTLS
	unexpectedProtocol
)

// DetectionEvents returns the names of the anomalies that protocol detection can raise.
func DetectionEvents() []EventInfo { return detectionEvents[:] }

// tooManyTx is the name of the event that the oldest transaction is given when there are too many.
const tooManyTx = "too_many_transactions"

// odd tells the Logger of an anomaly of protocol detection.
func (s *Session) odd(e detectionEvent) {
	info := &detectionEvents[e]
	s.tell(Anomaly{Layer: event.LayerDetect, Name: info.Name, EVE: info.EVE})
}

// tell tells the Logger of an anomaly, unless the flow had too many.
func (s *Session) tell(a Anomaly) {
	g := s.gateway
	if int(s.anomalies) >= g.config.MaxAnomalies {
		g.counters.AnomaliesDropped++
		return
	}
	s.anomalies++
	a.Protocol = s.Protocol()
	if a.Protocol == "" {
		a.Protocol = "unknown"
	}
	g.anomaly = a
	g.logger.Anomaly(s, &g.anomaly)
	g.anomaly = Anomaly{}
}
