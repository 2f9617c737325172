package config

import (
	"fmt"
	"slices"
)

// Policy says what becomes of traffic that cannot be followed or parsed.
type Policy string

const (
	PolicyAuto       Policy = "auto" // drop-flow in inline mode, ignore otherwise
	PolicyIgnore     Policy = "ignore"
	PolicyDropFlow   Policy = "drop-flow"
	PolicyDropPacket Policy = "drop-packet"
	PolicyReject     Policy = "reject"
	PolicyRejectBoth Policy = "rejectboth"
	PolicyPassFlow   Policy = "pass-flow"
	PolicyPassPacket Policy = "pass-packet"
	PolicyBypass     Policy = "bypass"
)

// Policies are the exception policies. One that is empty was not given: Default holds, and if that is empty too, what
// Suricata does without any.
type Policies struct {
	Default      Policy // exception-policy
	Stream       Policy // no memory for a connection
	Midstream    Policy // a packet of a connection whose start was not seen
	Reassembly   Policy // no memory for its data
	Flow         Policy // no memory for a flow
	Defrag       Policy // no memory for a fragment
	ParserErrors Policy // a parser gave up
	Overload     Policy // a worker cannot keep up with a live capture
}

// CheckMidstream says why the policy for connections whose start was not seen makes no sense, or returns nil: such a
// connection cannot be dropped by an engine that drops nothing, nor packet by packet, nor when it is to be followed.
func (p *Policies) CheckMidstream(midstream, inline bool) error {
	switch m := p.Midstream; {
	case m == "" || m == PolicyAuto || m == PolicyIgnore || m == PolicyPassFlow:
	case m == PolicyDropPacket || m == PolicyPassPacket:
		return fmt.Errorf("stream.midstream-policy: %s is not possible: it is for flows", m)
	case midstream:
		return fmt.Errorf("stream.midstream-policy: %s is not possible together with stream.midstream", m)
	case m == PolicyDropFlow && !inline:
		return fmt.Errorf("stream.midstream-policy: %s needs inline mode", m)
	}
	return nil
}

// Resolve returns what holds for each case, none of it auto or empty, and what had to be changed. inline: packets can be
// dropped; midstream: connections are followed whose start was not seen.
func (p *Policies) Resolve(inline, midstream bool) (r Policies, changes []string) {
	automatic := PolicyIgnore
	if inline {
		automatic = PolicyDropFlow
	}
	for _, c := range []struct {
		key      string
		from, to *Policy
		packets  bool // there is no flow
	}{
		{"stream.memcap-policy", &p.Stream, &r.Stream, false},
		{"stream.midstream-policy", &p.Midstream, &r.Midstream, false},
		{"stream.reassembly.memcap-policy", &p.Reassembly, &r.Reassembly, false},
		{"flow.memcap-policy", &p.Flow, &r.Flow, true},
		{"defrag.memcap-policy", &p.Defrag, &r.Defrag, true},
		{"app-layer.error-policy", &p.ParserErrors, &r.ParserErrors, false},
		{"threading.overload-policy", &p.Overload, &r.Overload, true},
	} {
		own, auto := *c.from, automatic
		if c.to == &r.Midstream && midstream {
			auto = PolicyIgnore
		}
		switch {
		case own == PolicyAuto:
			*c.to = auto
		case own != "":
			*c.to = own
		case p.Default == "" || p.Default == PolicyAuto:
			*c.to = auto
		case !inline && slices.Contains([]Policy{PolicyDropFlow, PolicyDropPacket}, p.Default):
			*c.to = PolicyIgnore
		default:
			*c.to = p.Default
		}
		if wanted := *c.to; c.packets && ofPackets[wanted] != "" {
			*c.to = ofPackets[wanted]
			if own == wanted {
				changes = append(changes, fmt.Sprintf("%s: %s is for flows: taken as %s", c.key, wanted, *c.to))
			}
		}
	}
	return r, changes
}

// ofPackets are the policies for single packets in place of those for flows.
var ofPackets = map[Policy]Policy{
	PolicyDropFlow: PolicyDropPacket,
	PolicyPassFlow: PolicyPassPacket,
	PolicyBypass:   PolicyIgnore,
}

func (p *Policies) table() []row {
	policy := func(to *Policy) binding {
		b := oneOf(to, PolicyAuto, PolicyIgnore, PolicyDropFlow, PolicyDropPacket, PolicyReject, PolicyRejectBoth,
			PolicyPassFlow, PolicyPassPacket, PolicyBypass)
		read := b.read
		return binding{"a policy", func(n *Node) error {
			if n.Kind == Null {
				*to = ""
				return nil
			}
			return read(n)
		}}
	}
	return []row{
		{"exception-policy", policy(&p.Default), "", "auto",
			"What becomes of traffic that cannot be followed or parsed, unless a key for the case says otherwise: " +
				"auto (drop-flow in inline mode, else ignore), ignore, drop-flow, drop-packet, reject, rejectboth, " +
				"pass-flow, pass-packet or bypass."},
		{"stream.memcap-policy", policy(&p.Stream), "", "", "The same when stream.memcap is reached."},
		{"stream.midstream-policy", policy(&p.Midstream), "", "", "The same for connections whose start was not seen."},
		{"stream.reassembly.memcap-policy", policy(&p.Reassembly), "", "",
			"The same when stream.reassembly.memcap is reached."},
		{"flow.memcap-policy", policy(&p.Flow), "", "", "The same when flow.memcap is reached."},
		{"defrag.memcap-policy", policy(&p.Defrag), "", "", "The same when memory for fragments runs out."},
		{"app-layer.error-policy", policy(&p.ParserErrors), "", "", "The same when a parser gives up."},
		{"threading.overload-policy", policy(&p.Overload), "", "",
			"The same for packets of a live capture with which a worker cannot keep up."},
	}
}
