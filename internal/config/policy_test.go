package config

import "testing"

func TestResolve(t *testing.T) {
	for _, test := range []struct {
		name              string
		given             Policies
		inline, midstream bool
		want              Policies
		changes           int
	}{
		{"nothing, watching", Policies{}, false, false, Policies{"", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore"}, 0},
		{"nothing, inline", Policies{}, true, false, Policies{"", "drop-flow", "drop-flow", "drop-flow", "drop-packet", "drop-packet", "drop-flow", "drop-packet"}, 0},
		{"nothing, inline, midstream", Policies{}, true, true, Policies{"", "drop-flow", "ignore", "drop-flow", "drop-packet", "drop-packet", "drop-flow", "drop-packet"}, 0},
		{"auto, inline, midstream", Policies{Default: "auto"}, true, true, Policies{"", "drop-flow", "ignore", "drop-flow", "drop-packet", "drop-packet", "drop-flow", "drop-packet"}, 0},
		{"drop, watching", Policies{Default: "drop-packet"}, false, false, Policies{"", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore"}, 0},
		{"pass for all", Policies{Default: "pass-flow"}, false, true, Policies{"", "pass-flow", "pass-flow", "pass-flow", "pass-packet", "pass-packet", "pass-flow", "pass-packet"}, 0},
		{"bypass for all", Policies{Default: "bypass"}, true, true, Policies{"", "bypass", "bypass", "bypass", "ignore", "ignore", "bypass", "ignore"}, 0},
		{"one of its own, watching", Policies{Default: "ignore", Midstream: "drop-flow"}, false, false,
			Policies{"", "ignore", "drop-flow", "ignore", "ignore", "ignore", "ignore", "ignore"}, 0},
		{"one auto", Policies{Default: "ignore", Stream: "auto"}, true, true,
			Policies{"", "drop-flow", "ignore", "ignore", "ignore", "ignore", "ignore", "ignore"}, 0},
		{"of flows for packets", Policies{Default: "ignore", Flow: "drop-flow", Defrag: "bypass"}, true, false,
			Policies{"", "ignore", "ignore", "ignore", "drop-packet", "ignore", "ignore", "ignore"}, 2},
	} {
		got, changes := test.given.Resolve(test.inline, test.midstream)
		if got != test.want || len(changes) != test.changes {
			t.Errorf("%s: %v, changes %q, want %v and %d", test.name, got, changes, test.want, test.changes)
		}
	}
}
