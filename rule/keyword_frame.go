package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/app"
)

// frameKeywords look at parts of streams and datagrams that parsers name.
var frameKeywords = []keyword{{name: "frame", read: readFrame}}

// Frame is a part that a protocol has.
type Frame struct {
	Protocol string // as EVE writes it
	Name     string
}

// readFrame reads PROTOCOL.NAME, or NAME alone in a rule for a protocol.
func readFrame(c *compiler, value string) error {
	b, err := c.frame(strings.ToLower(bare(value)))
	if err != nil {
		return err
	}
	return c.selects(b, "")
}

// frame returns the buffer of a frame.
func (c *compiler) frame(value string) (*Buffer, error) {
	apps, name := c.rule.protocolApps(), value
	from := ""
	if c.rule.Protocol != nil {
		from = c.rule.Protocol.Name
	}
	prefix, rest, _ := strings.Cut(value, ".")
	if names, ok := appNames(prefix); ok && rest != "" {
		from, name = prefix, rest
		if apps = names; c.lang.parsed[apps[0]] == nil {
			return nil, notYet("frame:"+value, "the protocol %s has no parser yet", prefix)
		}
	}
	if len(apps) == 0 {
		return nil, fmt.Errorf("want PROTOCOL.NAME, or a rule for a protocol, not %q", value)
	}
	b := &Buffer{Dirs: Both, Source: FromFrame}
	for _, p := range apps {
		if a := c.lang.parsed[p]; a != nil && hasFrame(a, name) {
			b.App = append(b.App, p)
			b.Frames = append(b.Frames, Frame{p, name})
		}
	}
	if len(b.Frames) == 0 {
		return nil, &fault{kind: BadValue, from: "detect-frame", text: fmt.Sprintf("unknown frame '%s' for protocol '%s'", name, from)}
	}
	b.Name = "frame:" + b.App[0] + "." + name
	if known := c.lang.buffers[b.Name]; known != nil && slices.Equal(known.App, b.App) {
		return known, nil
	}
	c.lang.buffers[b.Name] = b
	return b, nil
}

// protocolApps returns the application protocols that the rule's header names.
func (r *Rule) protocolApps() []string {
	if r.Protocol == nil {
		return nil
	}
	return r.Protocol.App
}

// hasFrame reports whether a protocol has a frame.
func hasFrame(a *app.Protocol, name string) bool {
	return slices.Contains(a.Frames, name) || name == app.StreamFrame && a.NewStream != nil
}

// inFrame reports whether the rule looks at a frame.
func (r *Rule) inFrame() bool {
	return slices.ContainsFunc(r.Sections, func(s *Section) bool { return s.Buffer.Source == FromFrame })
}

// checkFrames keeps a frame apart from all else that is looked at, which is there at other times.
func (c *compiler) checkFrames() error {
	r := c.rule
	if !r.inFrame() {
		return nil
	}
	var frame *Buffer
	for _, s := range r.Sections {
		switch {
		case s.Buffer.Source == FromDecoded:
		case s.Buffer.Source != FromFrame:
			return conflict("a rule that looks at a frame cannot look at %s, too", s.Buffer.Name)
		case frame != nil && frame != s.Buffer:
			return conflict("a rule can look at one frame, not at %s and %s", frame.Name, s.Buffer.Name)
		default:
			frame = s.Buffer
		}
	}
	switch {
	case r.Protocol.Hook != NoHook:
		return conflict("%s is no place for a rule that looks at a frame", r.Protocol.Name)
	case r.traits&needsTx != 0:
		return conflict("a rule that looks at a frame cannot look at transactions, too")
	case r.Transactional:
		return conflict("=> is for transactions, and the rule looks at a frame")
	}
	return nil
}
