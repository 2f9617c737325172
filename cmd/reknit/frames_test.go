package main

import "testing"

func TestSameFrames(t *testing.T) {
	before := map[string][]string{"smtp": {"data", "stream"}, "dns": {"pdu"}}
	for _, test := range []struct {
		now  map[string][]string
		want bool
	}{
		{nil, true},
		{map[string][]string{"smtp": {"data"}}, true},
		{map[string][]string{"smtp": {"data", "command_line"}}, false},
		{map[string][]string{"tls": {"pdu"}}, false},
	} {
		if got := sameFrames(test.now, before); got != test.want {
			t.Errorf("sameFrames(%v) = %v, want %v", test.now, got, test.want)
		}
	}
}
