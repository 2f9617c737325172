package event

// Anomaly is the body of an anomaly record: something that is not as the standards have it.
type Anomaly struct {
	AppProto string // of the flow; only for AnomalyApplayer
	Type     AnomalyType
	Event    string // name; empty: Code is written
	Code     uint64
	Layer    string // who saw it; only for AnomalyApplayer

	Frame *Frame // the packet, for AnomalyDecode and AnomalyStream; nil: not written
}

// AnomalyType says which part of the engine saw an anomaly.
type AnomalyType uint8

const (
	AnomalyUnknown  AnomalyType = iota
	AnomalyDecode               // headers; events are named decoder.…
	AnomalyStream               // TCP; events are named stream.…
	AnomalyApplayer             // protocol detection and parsers
)

// Layers of AnomalyApplayer.
const (
	LayerDetect      = "proto_detect" // protocol detection
	LayerParser      = "parser"       // the parser, about the connection
	LayerProtoParser = "proto_parser" // the parser, about a transaction
)

// String is the type's name in EVE.
func (t AnomalyType) String() string {
	switch t {
	case AnomalyDecode:
		return "decode"
	case AnomalyStream:
		return "stream"
	case AnomalyApplayer:
		return "applayer"
	}
	return "unknown"
}

var _ Appender = (*Anomaly)(nil)

// AppendJSON writes the object anomaly, and the packet if there is one.
func (a *Anomaly) AppendJSON(o *Object) {
	app := a.Type == AnomalyApplayer
	o.Open("anomaly")
	if app && a.AppProto != "" {
		o.Str("app_proto", a.AppProto)
	}
	o.Str("type", a.Type.String())
	if a.Event != "" {
		o.Str("event", a.Event)
	} else {
		o.Uint("code", a.Code)
	}
	if app && a.Layer != "" {
		o.Str("layer", a.Layer)
	}
	o.Close()
	if a.Frame != nil {
		a.Frame.AppendJSON(o)
	}
}

// Frame is a captured frame, or the beginning of one.
type Frame struct {
	Data     []byte
	LinkType uint32 // LINKTYPE_ value of capture files
	LinkName string // "EN10MB"; empty: unknown
}

// AppendJSON writes packet and packet_info.
func (f *Frame) AppendJSON(o *Object) {
	o.Base64("packet", f.Data)
	o.Open("packet_info")
	o.Uint("linktype", uint64(f.LinkType))
	name := f.LinkName
	if name == "" {
		name = "n/a"
	}
	o.Str("linktype_name", name)
	o.Close()
}
