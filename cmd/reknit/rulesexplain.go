package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/payload"
)

// explain prints what a rule looks for.
func (c *rulesCommand) explain(args []string) error {
	if len(args) == 0 {
		return usagef("explain wants the number of a rule")
	}
	gid, sid, err := ruleNumber(args[0])
	if err != nil {
		return err
	}
	l, err := c.load(args[1:])
	if err != nil {
		return err
	}
	if r := l.set.Find(gid, sid); r != nil {
		_, err := fmt.Fprint(c.std.out, explainRule(r))
		return err
	}
	for _, p := range l.set.Problems {
		if p.SID == sid && !p.Kind.Warning() {
			return fmt.Errorf("rule %d was not loaded: %s", sid, p)
		}
	}
	return fmt.Errorf("there is no rule %s", args[0])
}

// ruleNumber reads SID or GID:SID.
func ruleNumber(text string) (gid, sid uint32, err error) {
	g, s, both := strings.Cut(text, ":")
	if !both {
		g, s = "1", text
	}
	a, errG := strconv.ParseUint(g, 10, 32)
	b, errS := strconv.ParseUint(s, 10, 32)
	if errG != nil || errS != nil {
		return 0, 0, usagef("%q is not the number of a rule", text)
	}
	return uint32(a), uint32(b), nil
}

// explainRule describes a rule.
func explainRule(r *rule.Rule) string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-14s %s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	line("rule", "%d:%d, revision %d, at %s", r.GID, r.SID, r.Rev, r.Pos)
	line("message", "%s", r.Msg)
	if r.Class != nil {
		line("class", "%s, priority %d", r.Class.Name, r.Priority)
	} else {
		line("class", "none, priority %d", r.Priority)
	}
	for _, ref := range r.References {
		line("reference", "%s", ref)
	}
	line("action", "%s%s%s", r.Action, scopeText[r.Scope], map[bool]string{true: ", without a record"}[r.NoAlert])
	line("type", "%s", typeText[r.Type])
	if r.Protocol.Hook != rule.NoHook {
		line("hook", "%s", hookText(r.Protocol))
	}
	line("protocol", "%s%s", r.Protocol.Name, appText(r))
	line("direction", "%s", r.Dirs)
	line("source", "%s, %s", addressText(r.Src), portText(r.SrcPort))
	line("destination", "%s, %s", addressText(r.Dst), portText(r.DstPort))
	for _, t := range r.Tests {
		line("condition", "%s", t)
	}
	for _, s := range r.Sections {
		explainSection(line, s)
	}
	for _, e := range r.Effects {
		line("then", "%s", e)
	}
	if r.Threshold != nil {
		line("threshold", "%s", r.Threshold)
	}
	if r.Filter != nil {
		line("threshold", "%s", r.Filter)
	}
	if r.Fast != nil {
		line("fast pattern", "%q in %s", r.Fast.Content.FastText(), r.Fast.Section.Buffer.Name)
	} else {
		line("fast pattern", "none")
	}
	line("cost", "%s", r.Cost())
	return b.String()
}

var typeText = [...]string{
	rule.DecodeEventOnly: "decoder events only: packets that could not be decoded", rule.IPOnly: "addresses only: the first packet of each direction of a flow",
	rule.LikeIPOnly: "addresses only, some excluded: the first packet of each direction of a flow", rule.DetectionOnly: "protocol of the flow: once it is known",
	rule.PacketRule: "packets", rule.PacketStream: "packets, and the stream", rule.StreamRule: "the stream",
	rule.AppLayer: "packets of flows of a protocol", rule.Transaction: "transactions",
}

var scopeText = [...]string{rule.UsualScope: "", rule.PacketScope: " the packet", rule.FlowScope: " the flow"}

// hookText says when a rule with a hook is evaluated.
func hookText(p *rule.Protocol) string {
	switch p.Hook {
	case rule.PreFlow:
		return "each packet, before it is looked for its flow"
	case rule.PreStream:
		return "each TCP packet, before its connection takes it"
	case rule.FlowStart:
		return "the first packet of each direction of a flow"
	case rule.AllHook:
		return "each packet"
	}
	return fmt.Sprintf("transactions that come to %s, %s", p.States.Name, p.States.Dir)
}

func appText(r *rule.Rule) string {
	if len(r.App) == 0 {
		return ""
	}
	return ", that is " + strings.Join(r.App, " or ")
}

func addressText(a *rule.Addresses) string {
	if a.Any() {
		return "any address"
	}
	return plural(a.Len(), "range") + " of addresses"
}

func portText(p *rule.Ports) string {
	if p.Any() {
		return "any port"
	}
	return "ports " + clip(p.String(), 100)
}

// explainSection describes what is looked for in one buffer.
func explainSection(line func(name, format string, args ...any), s *rule.Section) {
	name := s.Buffer.Name
	if s.Buffer.Source == rule.FromPayload {
		name = "the bytes as they are"
	}
	text := ""
	for _, t := range s.Transforms {
		text += " after " + strings.TrimSuffix(t.String(), ";")
	}
	line("in", "%s%s", name, text)
	for _, t := range s.Tests {
		line("", "  %s%s", t, setText(t))
	}
}

// setText says how large the set is that a test looks into.
func setText(t payload.Test) string {
	switch t := t.(type) {
	case *rule.Dataset:
		return " of " + plural(t.Set.Len(), "value")
	case *rule.Datarep:
		return " of " + plural(t.Set.Len(), "value")
	}
	return ""
}
