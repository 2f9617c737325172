package rule

import (
	"slices"
	"strings"
)

// Action is what a rule does when it matches.
type Action uint8

const (
	Alert Action = iota
	Pass
	Drop
	Reject // to the source
	RejectDst
	RejectBoth
	Configure
)

var actionNames = [...]string{"alert", "pass", "drop", "reject", "rejectdst", "rejectboth", "config"}

// String returns the action as rules write it.
func (a Action) String() string { return actionNames[a] }

// Rejects reports whether the action ends the connection.
func (a Action) Rejects() bool { return a == Reject || a == RejectDst || a == RejectBoth }

// ParseAction reads an action. Upper case will do.
func ParseAction(text string) (Action, error) {
	lower := strings.ToLower(text)
	if lower == "rejectsrc" {
		return Reject, nil
	}
	if i := slices.Index(actionNames[:], lower); i >= 0 {
		return Action(i), nil
	}
	if lower == "accept" {
		return 0, notYet("action accept", "firewall rules are not supported yet")
	}
	return 0, &fault{kind: Syntax, text: "unknown action " + text}
}

// Scope says what an action is for.
type Scope uint8

const (
	UsualScope  Scope = iota // what the rule's type says
	PacketScope              // the packet
	FlowScope                // the flow
)

var scopeNames = [...]string{"", "packet", "flow"}

// String returns the scope as rules write it; the usual one is empty.
func (s Scope) String() string { return scopeNames[s] }

// parseAction reads an action, and what it is for if it says so: drop:packet.
func parseAction(text string) (Action, Scope, error) {
	name, scope, given := strings.Cut(text, ":")
	a, err := ParseAction(name)
	if err != nil || !given {
		return a, UsualScope, err
	}
	scope = strings.ToLower(scope)
	i := slices.Index(scopeNames[:], scope)
	switch {
	case a == Configure:
		return a, UsualScope, notYet("action config with a scope", "scopes of config are not supported yet")
	case a == Alert:
		return a, UsualScope, &fault{kind: Syntax, text: "an alert is for nothing that a scope could say"}
	case scope == "hook" || scope == "tx":
		return a, UsualScope, notYet("action "+a.String()+" with a scope", "the scope %s is for firewall rules, which are not supported yet", scope)
	case i <= 0:
		return a, UsualScope, &fault{kind: Syntax, text: "unknown scope " + scope + " of " + a.String() + "; want packet or flow"}
	case a.Rejects() && Scope(i) == PacketScope:
		return a, UsualScope, &fault{kind: Conflict, text: "a " + a.String() + " ends the flow: it cannot be for a packet"}
	}
	return a, Scope(i), nil
}
