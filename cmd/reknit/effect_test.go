package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/internal/config"
)

// others are values that differ from any default, by what a key takes according to docs/configuration.md.
func others(takes string) []string {
	switch {
	case strings.HasPrefix(takes, "yes or no"), strings.HasPrefix(takes, "auto, yes or no"):
		return []string{"yes", "no"}
	case takes == "yes, no or detection-only":
		return []string{"detection-only"}
	case takes == "a size":
		return []string{"54321"}
	case takes == "seconds":
		return []string{"3"}
	case strings.HasPrefix(takes, "a number"):
		return []string{"7"}
	case takes == "a policy":
		return []string{"drop-packet", "drop-flow", "pass-packet"}
	case takes == "a list of networks":
		return []string{"10.0.0.0/8", "10.0.0.1/32"}
	case takes == "a list of schemes":
		return []string{"gopher"}
	case strings.HasPrefix(takes, "ports"):
		return []string{"1234"}
	}
	return strings.FieldsFunc(takes, func(r rune) bool { return r == ',' || r == ' ' })
}

// needs are keys that count only beside another value.
var needs = map[string]string{
	"host-os-policy.linux-6":                  "host-os-policy.linux=[10.0.0.0/8]", // it is the default
	"flow-timeouts.default.emergency-closed":  "flow-timeouts.default.closed=9",
	"stream.reassembly.randomize-chunk-range": "stream.reassembly.randomize-chunk-size=yes",
	"app-layer.protocols.smtp.raw-extraction": "app-layer.protocols.smtp.mime.decode-mime=no",
}

// Every key that the documentation lists changes what the engine is told, with one of its values.
func TestKeysTakeEffect(t *testing.T) {
	text, err := os.Open("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	row := regexp.MustCompile("^\\| `([a-z0-9.-]+)` \\| ([^|]+) \\|")
	sections := map[string]bool{"Streams": true, "Target systems": true, "Tunnels": true, "Fragments": true, "Flows": true,
		"Exception policies": true, "SMTP": true, "TLS": true, "SSH": true, "Counters": true}
	without := waiting(t)
	section, keys := "", 0
	for lines := bufio.NewScanner(text); lines.Scan(); {
		if title, ok := strings.CutPrefix(lines.Text(), "## "); ok {
			section = title
		}
		m := row.FindStringSubmatch(lines.Text())
		if m == nil || !sections[section] || without[m[1]] {
			continue
		}
		keys++
		changes := false
		for _, value := range others(strings.TrimSpace(m[2])) {
			with := needs[m[1]]
			changes = changes || told(t, with, m[1]+"="+value) != told(t, with)
		}
		if !changes {
			t.Errorf("%s (%s) changes nothing", m[1], m[2])
		}
	}
	if keys < 80 {
		t.Errorf("only %d keys were found", keys)
	}
}

// waiting returns the keys of the tables whose values are read and reported as without effect, or need none.
func waiting(t *testing.T) map[string]bool {
	w := map[string]bool{"flow.hash-size": true, "stream.reassembly.max-regions": true,
		"stats.enabled": true, "stats.interval": true} // for the outputs
	for _, key := range []string{"mime.header-value-depth=1", "inspected-tracker.content-limit=1",
		"inspected-tracker.content-inspect-min-size=1", "inspected-tracker.content-inspect-window=1"} {
		key = "app-layer.protocols.smtp." + key
		if _, ps := config.Load(config.Options{Set: []string{key}}); len(ps.Of(config.NotYet)) > 0 {
			name, _, _ := strings.Cut(key, "=")
			w[name] = true
		}
	}
	return w
}

// told returns all that the engine is told, as text.
func told(t *testing.T, set ...string) string {
	set = slices.DeleteFunc(set, func(s string) bool { return s == "" })
	c, ps := config.Load(config.Options{Set: set})
	for _, p := range ps {
		if p.Kind != config.Adjusted {
			t.Fatalf("%v: %v", set, p)
		}
	}
	all := ""
	for _, inline := range []bool{false, true} {
		e := engineConfig(c, &options{inline: inline, chance: func(n int) int { return n - 1 }}, wishes{})
		all += fmt.Sprint(e.Policy(netip.MustParseAddr("10.0.0.1")), " ")
		if of := e.Defrag.TimeoutOf; of != nil {
			all += fmt.Sprint(of(netip.MustParseAddr("10.0.0.1")), " ")
		}
		e.Protocols, e.Policy, e.Defrag.TimeoutOf = nil, nil, nil
		all += fmt.Sprintf("%+v %+v %+v %+v\n", e, smtpConfig(c, wishes{}), tlsConfig(&c.Protocols.TLS, wishes{}), sshConfig(&c.Protocols.SSH))
	}
	return all
}

// A rule about data that differs has it compared.
func TestOverlapRule(t *testing.T) {
	for text, want := range map[string]bool{
		"alert tcp any any -> any any (stream-event:reassembly_overlap_different_data; sid:1;)": true,
		"alert tcp any any -> any any (stream-event:est_invalid_ack; sid:1;)":                   false,
	} {
		file := filepath.Join(t.TempDir(), "a.rules")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c, _ := config.Load(config.Options{})
		l := &ruleLoader{conf: c, only: file, warn: func(_, format string, args ...any) { t.Errorf(format, args...) }}
		if err := l.load(); err != nil || l.compiled.Len() != 1 {
			t.Fatalf("%d rules, %v", l.compiled.Len(), err)
		}
		var w wishes
		w.addRules(l.compiled)
		if got := engineConfig(c, &options{}, w).Stream.CheckOverlap; got != want {
			t.Errorf("%s: data is compared: %t", text, got)
		}
	}
}

// What mails say is found out when a record shows it, or rules may have one show it.
func TestMessages(t *testing.T) {
	for kind, want := range map[string]bool{"alert": false, "flow": false, "http": false, "anomaly": false, "smtp": true, "pop3": true, "imap": true, "files": true} {
		c, ps := config.Load(config.Options{Set: []string{"outputs.0.eve-log.enabled=yes", "outputs.0.eve-log.types.0." + kind + ".enabled=yes"}})
		if len(ps) > 0 || len(c.EVE) != 1 {
			t.Fatalf("%s: %v, %d outputs", kind, ps, len(c.EVE))
		}
		check := func(w wishes, want bool) {
			t.Helper()
			p := protocols(c, w)
			for name, unwanted := range map[string]bool{"SMTP": p.SMTP.Email.Unwanted, "POP3": p.POP3.Email.Unwanted, "IMAP": p.IMAP.Email.Unwanted,
				"files": p.Files.Unwanted} {
				if unwanted == want {
					t.Errorf("%s: %s: unwanted: %t", kind, name, unwanted)
				}
			}
		}
		var w wishes
		w.add(&c.EVE[0])
		check(w, want)
		w.addRules(new(detect.Set))
		check(w, true)
	}
}

// Inline nothing is lost unseen, so that an acknowledgement of it is not believed.
func TestTrustAfterLoss(t *testing.T) {
	c, _ := config.Load(config.Options{})
	for _, inline := range []bool{false, true} {
		if got := engineConfig(c, &options{inline: inline}, wishes{}).TCP.TrustAfterLoss; got == inline {
			t.Errorf("inline %v: TrustAfterLoss %v", inline, got)
		}
	}
}
