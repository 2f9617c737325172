package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
)

// eventKeywords look at what packets, streams and protocols raised.
var eventKeywords = []keyword{
	{name: "app-layer-event", traits: needsTx, read: readAppEvent},
	{name: "stream-event", traits: needsPacket, read: readStreamEvent},
	{name: "decode-event", traits: needsPacket, read: readDecodeEvent},
	{name: "engine-event", traits: needsPacket, read: readEngineEvent},
	{name: "app-layer-state", traits: needsTx, read: readAppState},
	{name: "app-layer-protocol", traits: needsDetected, read: readAppProtocol},
}

// AppEvent is an anomaly of a protocol.
type AppEvent struct {
	Protocol string // of EVE; empty: protocol detection
	Name     string
}

// String returns the test as a rule writes it.
func (e *AppEvent) String() string {
	if e.Protocol == "" {
		return "app-layer-event:" + e.Name + ";"
	}
	return "app-layer-event:" + e.Protocol + "." + e.Name + ";"
}

func readAppEvent(c *compiler, value string) error {
	value = strings.ToLower(value)
	protocol, name, has := strings.Cut(value, ".")
	if !has {
		for _, e := range app.DetectionEvents() {
			if e.Name == value {
				c.test(&AppEvent{"", value})
				return nil
			}
		}
		return fmt.Errorf("unknown event %s", value)
	}
	names, known := appNames(protocol)
	if !known {
		names = []string{protocol}
	}
	if now, old := oldEvents[value]; old {
		name = now
	}
	var parsed bool
	for _, n := range names {
		events := c.lang.events[n]
		parsed = parsed || c.lang.parses(n)
		if events[name] || events != nil && slices.Contains(unraised[n], name) {
			c.test(&AppEvent{n, name})
			return c.restrict(names, "app-layer-event")
		}
	}
	switch {
	case parsed:
		return fmt.Errorf("the protocol %s has no event %s", protocol, name)
	case known:
		return notYet("protocol "+protocol, "the protocol %s has no parser yet", protocol)
	}
	return fmt.Errorf("unknown protocol %s", protocol)
}

// oldEvents are names that events had once.
var oldEvents = map[string]string{"dns.not_a_request": "not_request", "dns.not_a_response": "not_response"}

// unraised are events of protocols that exist, and that nothing raises any more.
var unraised = map[string][]string{
	"tls": {"certificate_missing_element", "certificate_unknown_element", "certificate_invalid_string"},
}

// Event is something odd about a packet, or the segment that it is.
type Event struct {
	Stream bool // of the connection
	Name   string
}

// String returns the test as a rule writes it.
func (e *Event) String() string {
	if e.Stream {
		return "stream-event:" + e.Name + ";"
	}
	return "decode-event:" + e.Name + ";"
}

func readStreamEvent(c *compiler, value string) error {
	name := strings.TrimPrefix(strings.ToLower(value), "stream.")
	name = strings.Replace(name, "_with_different_ack", "_with_diff_ack", 1)
	if !slices.Contains(neverRaised, name) && !slices.Contains(c.lang.streamEvents, name) {
		return fmt.Errorf("unknown event %s", value)
	}
	c.test(&Event{true, name})
	return nil
}

// neverRaised are stream events that exist, and that nothing raises any more.
var neverRaised = []string{"3whs_synack_resend_with_diff_seq", "reassembly_segment_before_base_seq", "reassembly_insert_memcap",
	"reassembly_insert_invalid"}

func readDecodeEvent(c *compiler, value string) error {
	name := strings.TrimPrefix(strings.ToLower(value), "decoder.")
	if !slices.Contains(c.lang.decodeEvents, name) {
		return fmt.Errorf("unknown event %s", value)
	}
	c.test(&Event{false, name})
	if slices.Contains(retiredEvents, name) {
		return &fault{kind: RetiredEvent, from: "detect", text: fmt.Sprintf("decode-event keyword no longer supports event %q", "decoder."+name)}
	}
	return nil
}

// retiredEvents are decoder events that Suricata does not take any more when rules are read strictly.
var retiredEvents = []string{"udp.hlen_invalid"}

func readEngineEvent(c *compiler, value string) error {
	if strings.HasPrefix(value, "stream.") {
		return readStreamEvent(c, value)
	}
	return readDecodeEvent(c, value)
}

// AppProtocol compares the protocol of the flow.
type AppProtocol struct {
	Names   []string // of EVE; "failed" when none was found
	Negated bool
	Mode    string // "" the rule's direction; to_server, to_client, either, final, original, direction
}

// String returns the test as a rule writes it.
func (a *AppProtocol) String() string {
	s := "app-layer-protocol:"
	if a.Negated {
		s += "!"
	}
	s += strings.Join(a.Names, "|")
	if a.Mode != "" {
		s += "," + a.Mode
	}
	return s + ";"
}

func readAppProtocol(c *compiler, value string) error {
	name, mode, _ := strings.Cut(strings.ToLower(value), ",")
	a := &AppProtocol{Mode: strings.TrimSpace(mode)}
	if !slices.Contains([]string{"", "direction", "to_server", "toserver", "to_client", "toclient", "either", "final", "original"}, a.Mode) {
		return fmt.Errorf("unknown mode %q", mode)
	}
	name, a.Negated = strings.CutPrefix(strings.TrimSpace(name), "!")
	if name == "" {
		return errors.New("want the name of a protocol")
	}
	for n := range strings.SplitSeq(name, "|") {
		n = strings.TrimSpace(n)
		names, ok := appNames(n)
		if !ok && c.lang.parsed[n] == nil && n != "failed" && n != "unknown" {
			return fmt.Errorf("unknown protocol %s", n)
		}
		if !ok {
			names = []string{n}
		}
		a.Names = append(a.Names, names...)
	}
	if a.Negated && len(c.rule.Protocol.appOrNil()) > 0 {
		return conflict("the rule's own protocol says which it is")
	}
	c.test(a)
	return nil
}

func (p *Protocol) appOrNil() []string {
	if p == nil {
		return nil
	}
	return p.App
}
