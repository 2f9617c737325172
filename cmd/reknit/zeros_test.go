package main

import (
	"os"
	"strings"
	"testing"
)

// Counters that are 0 are written unless either of the keys for them says no.
func TestZeroCounters(t *testing.T) {
	for option, want := range map[string]bool{
		"{}": true, "{null-values: no}": false, "{zero-valued-counters: no}": false,
		"{null-values: yes, zero-valued-counters: yes}": true, "{null-values: no, zero-valued-counters: yes}": false,
	} {
		t.Run(option, func(t *testing.T) {
			mail := files(t, map[string]string{"log/.keep": "", "c.yaml": "outputs:\n- eve-log:\n    enabled: yes\n    types: [stats: " + option + "]\n"})
			if got := execute(t, "-r", mail, "-c", "c.yaml", "-l", "log"); got.code != 0 {
				t.Fatal(got)
			}
			text, err := os.ReadFile("log/eve.json")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(text), `"memcap":0`); got != want || !strings.Contains(string(text), `"pkts":`) {
				t.Errorf("%s: counters of 0 are written: %v, want %v", option, got, want)
			}
		})
	}
}
