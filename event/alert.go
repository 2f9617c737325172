package event

import "net/netip"

// Alert is the body of an alert record: a rule that matched.
type Alert struct {
	Rule    *Signature
	Blocked bool // what matched is not let through

	// Source and Target are the ends that the rule names attacker and victim, if HasTarget is set. A port that is 0 is not
	// written.
	HasTarget              bool
	Source, Target         netip.Addr
	SourcePort, TargetPort uint16

	Context []Captured // what the rule took out of what it looked at, and what lists say of it

	TxGuessed bool // the transaction is the only one, and not what the rule looked at
	Tunnel    *Tunnel
	App       Appender // objects of the transaction that the rule is about; nil: none
	Files     []Appender
	Protocol  AppProto
	Direction string // to_server, to_client; empty: the packet has no flow
	Flow      *AlertFlow

	Payload []byte   // what the rule looked at, or the payload of the packet
	Stream  bool     // Payload comes from a stream
	Frame   Appender // the part of the stream that the rule looked at, with a name; nil: none
	Packet  Frame
	Verdict Verdict

	XFF []byte // for whom a proxy asked; nil: it is not known, or not shown

	Options *AlertOptions // set by who writes the record; nil: all objects and no bytes
}

// AlertOptions say what is written of an alert.
type AlertOptions struct {
	Payload, PayloadPrintable, PayloadLength bool
	PayloadLimit                             int // bytes; 0: no limit
	Packet                                   bool
	Verdict                                  bool
	NoApp, NoFlow, NoMetadata                bool
	RuleText, References                     bool
}

// Captured is a piece of what a rule looked at, or what a list says of it, under a name that the rule gives it.
type Captured struct {
	Name, Text string
	JSON       bool // Text is a JSON value
}

// Signature is what records tell of a rule. It is read-only.
type Signature struct {
	GID, ID, Rev uint32
	Message      string
	Category     string
	Severity     uint8
	References   []string
	Metadata     []SignatureKey
	Text         string
}

// SignatureKey is a key of a rule's metadata with all of its values.
type SignatureKey struct {
	Key    string
	Values []string
}

// AlertFlow is what an alert tells of its flow.
type AlertFlow struct {
	ToServer, ToClient   Traffic
	Start                int64 // nanoseconds since the Unix epoch
	Client, Server       netip.Addr
	ClientPort, ServPort uint16 // 0: not written
}

var _ Appender = (*Alert)(nil)

var plainAlert AlertOptions

// AppendJSON writes the object alert and what belongs around it.
func (a *Alert) AppendJSON(o *Object) {
	p := a.Options
	if p == nil {
		p = &plainAlert
	}
	o.True("tx_guessed", a.TxGuessed)
	a.alert(o, p)
	if a.Tunnel != nil {
		a.Tunnel.AppendJSON(o)
	}
	if !p.NoApp {
		a.app(o)
	}
	a.Protocol.AppendJSON(o)
	if a.Direction != "" {
		o.Str("direction", a.Direction)
	}
	if a.Flow != nil && !p.NoFlow {
		a.Flow.appendJSON(o)
	}
	a.payload(o, p)
	if a.Frame != nil {
		a.Frame.AppendJSON(o)
	}
	if p.Packet && len(a.Packet.Data) > 0 {
		a.Packet.AppendJSON(o)
	}
	if p.Verdict && a.Verdict.Action != "" {
		a.Verdict.appendJSON(o)
	}
}

func (a *Alert) alert(o *Object, p *AlertOptions) {
	s := a.Rule
	o.Open("alert")
	action := "allowed"
	if a.Blocked {
		action = "blocked"
	}
	o.Str("action", action)
	o.Uint("gid", uint64(s.GID))
	o.Uint("signature_id", uint64(s.ID))
	o.Uint("rev", uint64(s.Rev))
	o.Str("signature", s.Message)
	o.Str("category", s.Category)
	o.Uint("severity", uint64(s.Severity))
	if a.HasTarget {
		end(o, "source", a.Source, a.SourcePort)
		end(o, "target", a.Target, a.TargetPort)
	}
	if p.References && len(s.References) > 0 {
		o.OpenArray("references")
		for _, r := range s.References {
			o.ItemStr(r)
		}
		o.CloseArray()
	}
	if !p.NoMetadata && len(s.Metadata) > 0 {
		o.Open("metadata")
		for i := range s.Metadata {
			o.OpenArray(s.Metadata[i].Key)
			for _, v := range s.Metadata[i].Values {
				o.ItemStr(v)
			}
			o.CloseArray()
		}
		o.Close()
	}
	if len(a.Context) > 0 {
		o.Open("context")
		for _, c := range a.Context {
			if c.JSON {
				o.Raw(c.Name, []byte(c.Text))
				continue
			}
			o.Str(c.Name, c.Text)
		}
		o.Close()
	}
	if p.RuleText {
		o.Str("rule", s.Text)
	}
	if a.XFF != nil {
		o.Bytes("xff", a.XFF)
	}
	o.Close()
}

func end(o *Object, key string, a netip.Addr, port uint16) {
	o.Open(key)
	o.Addr("ip", a)
	if port != 0 {
		o.Uint("port", uint64(port))
	}
	o.Close()
}

// Forwarded returns for whom the transaction's client asked, if its protocol tells that in a field of a header; first says that the
// first address of several counts.
func (a *Alert) Forwarded(header string, first bool) []byte {
	if x, ok := a.App.(interface {
		Forwarded(header string, first bool) []byte
	}); ok {
		return x.Forwarded(header, first)
	}
	return nil
}

func (a *Alert) app(o *Object) {
	if a.App != nil {
		a.App.AppendJSON(o)
	}
	if len(a.Files) == 0 {
		return
	}
	o.OpenArray("files")
	for _, f := range a.Files {
		o.OpenItem()
		f.AppendJSON(o)
		o.Close()
	}
	o.CloseArray()
}

func (f *AlertFlow) appendJSON(o *Object) {
	o.Open("flow")
	appendTraffic(o, f.ToServer, f.ToClient)
	o.Time("start", f.Start)
	o.Addr("src_ip", f.Client)
	o.Addr("dest_ip", f.Server)
	if f.ClientPort != 0 {
		o.Uint("src_port", uint64(f.ClientPort))
	}
	if f.ServPort != 0 {
		o.Uint("dest_port", uint64(f.ServPort))
	}
	o.Close()
}

// payload writes the bytes.
func (a *Alert) payload(o *Object, p *AlertOptions) {
	if !p.Payload && !p.PayloadPrintable && !p.PayloadLength {
		return
	}
	b := a.Payload
	if p.PayloadLimit > 0 && a.Stream {
		b = b[:min(len(b), p.PayloadLimit)]
	}
	if len(b) > 0 {
		if p.Payload {
			o.Base64("payload", b)
		}
		if p.PayloadLength {
			o.Uint("payload_length", uint64(len(b)))
		}
		if p.PayloadPrintable {
			o.Printable("payload_printable", b)
		}
	}
	n := int64(0)
	if a.Stream {
		n = 1
	}
	o.Int("stream", n)
}
