package analysis

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
)

// view is a rule as rules.json shows it.
type view struct {
	Raw           string             `json:"raw"`
	ID            uint32             `json:"id"`
	GID           uint32             `json:"gid"`
	Rev           uint32             `json:"rev"`
	Msg           string             `json:"msg,omitempty"`
	AppProto      string             `json:"app_proto"`
	Requirements  []string           `json:"requirements"`
	Type          string             `json:"type"`
	Flags         []string           `json:"flags"`
	PacketEngines []packetEngine     `json:"pkt_engines"`
	FrameEngines  []struct{}         `json:"frame_engines"`
	Engines       []engine           `json:"engines,omitempty"`
	Lists         map[string]matches `json:"lists"`
	MPM           *pattern           `json:"mpm,omitempty"`
	Prefilter     *prefilter         `json:"prefilter,omitempty"`
	Notes         []string           `json:"notes,omitempty"`
}

// matches are tests in the order in which they are made.
type matches struct {
	List []match `json:"matches"`
}

// pattern is the content that is looked for before the rule is evaluated.
type pattern struct {
	Buffer string `json:"buffer"`
	content
}

type prefilter struct {
	Buffer string `json:"buffer"`
	Name   string `json:"name"`
}

// WriteRules writes a line for each rule, a JSON object. protocols are those that the rules were read with.
func WriteRules(w io.Writer, rules []*rule.Rule, protocols []app.Protocol) error {
	known := map[string]*app.Protocol{}
	for i := range protocols {
		known[protocols[i].Name] = &protocols[i]
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range rules {
		if err := e.Encode(viewOf(r, known)); err != nil {
			return err
		}
	}
	return nil
}

// viewOf makes the view of a rule.
func viewOf(r *rule.Rule, known map[string]*app.Protocol) *view {
	v := &view{
		Raw: r.Text, ID: r.SID, GID: r.GID, Rev: r.Rev, Msg: r.Msg, AppProto: appProto(r), Requirements: requirements(r),
		Type: typeNames[r.Type], Flags: flags(r), FrameEngines: []struct{}{}, Engines: engines(r, known), Lists: lists(r), Notes: notes(r),
	}
	v.PacketEngines = packetEngines(r, v.Lists)
	if r.Fast != nil {
		v.MPM = &pattern{nameOf(r.Fast.Section.Buffer), contentOf(r, r.Fast.Section, r.Fast.Content)}
	}
	if r.Prefilter != nil {
		v.Prefilter = &prefilter{"packet", matchOf(r.Prefilter).name()}
	}
	return v
}

var typeNames = [...]string{
	rule.DecodeEventOnly: "de_only", rule.IPOnly: "ip_only", rule.LikeIPOnly: "like_ip_only", rule.DetectionOnly: "pd_only",
	rule.PacketRule: "pkt", rule.PacketStream: "pkt_stream", rule.StreamRule: "stream", rule.AppLayer: "app_layer", rule.Transaction: "app_tx",
}

// appProto returns the application protocol of a rule. That of rules for HTTP of any version is http_any.
func appProto(r *rule.Rule) string {
	switch {
	case len(r.App) == 0:
		return "unknown"
	case r.App[0] == "http" && !strings.HasPrefix(r.Protocol.Name, "http1"):
		return "http_any"
	}
	return r.App[0]
}

// looksAt are what a rule looks at, beside transactions.
type looksAt struct {
	payload, none, dsize bool // bytes as they are; payloads of no bytes; their size
	flow                 bool
	flowvar              bool
	events               bool
	begins, odd          bool // flags of TCP that begin or end a connection, or mean nothing
	packet               bool // properties of a packet
}

// Control bits of TCP.
const (
	beginOrEnd = 1<<0 | 1<<1 | 1<<2 // FIN, SYN, RST
	unusual    = 1<<5 | 1<<6 | 1<<7 // URG, ECE, CWR
)

func looks(r *rule.Rule) (l looksAt) {
	l.payload = r.Raw()
	l.flow = r.Protocol.App != nil || len(r.App) > 0 || r.Flow.Established || r.Flow.NotYet || r.Flow.Stateless
	for _, t := range r.Tests {
		switch t := t.(type) {
		case *rule.Flowbits:
			l.flow, l.flowvar = true, true
		case *rule.Flowint:
			l.flow = true
		case *rule.Event:
			l.events = true
		case *rule.AppEvent:
			l.events = l.events || t.Protocol == ""
		case *rule.Numeric:
			l.packet = l.packet || t.Name != "ip_proto" && !strings.HasPrefix(t.Name, "flow.")
			if t.Name == "dsize" {
				l.dsize = true
				l.none = t.Match(0) && !t.Match(1)
			}
		case *rule.Bits:
			l.packet = true
			if t.Name == "tcp.flags" {
				l.begins, l.odd = t.Set&beginOrEnd != 0, t.Set&unusual != 0
			}
		case *rule.Word, *rule.VLAN, *rule.StreamSize:
			l.packet = true
		}
	}
	for _, s := range r.Sections {
		l.packet = l.packet || s.Buffer.Source == rule.FromHeader
	}
	return l
}

// named lists the names whose condition is true.
type named struct {
	on   bool
	name string
}

func those(list []named) []string {
	names := []string{}
	for _, n := range list {
		if n.on {
			names = append(names, n.name)
		}
	}
	return names
}

// requirements returns what must be there before a rule is evaluated.
func requirements(r *rule.Rule) []string {
	l := looks(r)
	return those([]named{
		{l.payload, "payload"}, {l.none, "no_payload"}, {l.flow, "flow"}, {l.begins, "tcp_flags_init_deinit"},
		{l.odd && !l.begins, "tcp_flags_unusual"}, {l.events, "engine_event"}, {l.packet && r.Type == rule.PacketRule, "real_pkt"},
	})
}

// flags returns what is to be known of a rule in a word.
func flags(r *rule.Rule) []string {
	l := looks(r)
	var stores, bypasses bool
	for _, e := range r.Effects {
		switch e.(type) {
		case *rule.FileStore:
			stores = true
		case rule.Bypass:
			bypasses = true
		}
	}
	ofStream := r.Type == rule.StreamRule || r.Type == rule.PacketStream || r.Type == rule.Transaction && l.payload
	return those([]named{
		{r.Src.Any(), "src_any"}, {r.Dst.Any(), "dst_any"}, {r.SrcPort.Any(), "sp_any"}, {r.DstPort.Any(), "dp_any"},
		{r.NoAlert, "noalert"}, {l.dsize, "dsize"}, {len(r.App) > 0, "applayer"},
		{l.packet || r.Type == rule.PacketStream || r.Protocol.Packets, "need_packet"}, {ofStream, "need_stream"},
		{r.Fast != nil && r.Fast.Content.Negated, "negated_mpm"}, {stores, "filestore"}, {l.flowvar, "need_flowvar"},
		{r.Dirs&rule.ToServer != 0, "toserver"}, {r.Dirs&rule.ToClient != 0, "toclient"}, {bypasses, "bypass"},
		{r.Fast != nil || r.Prefilter != nil, "prefilter"},
		{r.Target == rule.SourceTarget, "src_is_target"}, {r.Target == rule.DestTarget, "dst_is_target"},
	})
}

// lists returns the tests that are of no transaction, and what happens when the rule matched.
func lists(r *rule.Rule) map[string]matches {
	all := map[string]matches{}
	add := func(list string, m match) { all[list] = matches{append(all[list].List, m)} }
	if r.Flow.Established || r.Flow.NotYet || r.Flow.Stateless || r.Flow.Fragments != rule.Either {
		add("packet", match{"name": "flow"})
	}
	for _, t := range r.Tests {
		if kindOf(t) == ofPackets {
			add("packet", matchOf(t))
		}
	}
	for _, s := range r.Sections {
		switch {
		case s.Buffer.Source == rule.FromPayload && r.Type != rule.Transaction:
			all["payload"] = matches{append(all["payload"].List, sectionOf(r, s)...)}
		case s.Buffer.Source == rule.FromDecoded:
			all["base64_data"] = matches{append(all["base64_data"].List, sectionOf(r, s)...)}
		}
	}
	for _, e := range r.Effects {
		if _, tags := e.(*rule.Tag); tags {
			add("tag", effectOf(e))
		} else {
			add("postmatch", effectOf(e))
		}
	}
	if r.Threshold != nil {
		add("threshold", match{"name": "threshold"})
	}
	if r.Filter != nil {
		add("threshold", match{"name": "detection_filter"})
	}
	return all
}

// sectionOf returns the tests of a section.
func sectionOf(r *rule.Rule, s *rule.Section) []match {
	list := make([]match, 0, len(s.Tests))
	for i, t := range s.Tests {
		list = append(list, payloadOf(r, s, i, t))
	}
	return list
}

// follows reports whether the test after number i looks from where that one left off.
func follows(s *rule.Section, i int) bool { return i+1 < len(s.Tests) && relative(s.Tests[i+1]) }

// relative reports whether a test looks from where the last one left off.
func relative(t payload.Test) bool {
	switch t := t.(type) {
	case *payload.Content:
		return t.Relative()
	case *payload.Regexp:
		return t.Relative
	case *payload.DataAt:
		return t.Relative
	case *payload.ByteTest:
		return t.Relative
	case *payload.ByteJump:
		return t.Relative
	case *payload.ByteExtract:
		return t.Relative
	case *payload.ByteMath:
		return t.Relative
	case *payload.Base64Decode:
		return t.Relative
	}
	return false
}
