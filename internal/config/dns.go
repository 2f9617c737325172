package config

import (
	"cmp"
	"fmt"
	"strings"
)

// DNS is the section app-layer.protocols.dns.
type DNS struct {
	Enabled  string // yes, no or detection-only; empty: as TCP and UDP say
	DetectOn DetectionPorts
	TCP, UDP DNSTransport
}

// DNSTransport is the section app-layer.protocols.dns.tcp or udp.
type DNSTransport struct {
	Enabled  string
	DetectOn DetectionPorts // unless DNS has some
}

// EnabledTCP returns yes, no or detection-only.
func (d *DNS) EnabledTCP() string { return cmp.Or(d.Enabled, d.TCP.Enabled) }

// EnabledUDP is EnabledTCP for UDP.
func (d *DNS) EnabledUDP() string { return cmp.Or(d.Enabled, d.UDP.Enabled) }

func (d *DNS) table() []row {
	at := func(key string) string { return "app-layer.protocols.dns." + key }
	rows := []row{{at("enabled"), enabledOr(&d.Enabled), "", "", "For both tcp.enabled and udp.enabled."}}
	rows = append(rows, detectionRows(at(""), &d.DetectOn, "those of tcp and udp")...)
	rows = append(rows, row{at("tcp.enabled"), enabled(&d.TCP.Enabled), "yes", "", "Find and parse DNS over TCP; detection-only: find it."})
	rows = append(rows, detectionRows(at("tcp."), &d.TCP.DetectOn, "53")...)
	rows = append(rows, row{at("udp.enabled"), enabled(&d.UDP.Enabled), "yes", "", "The same over UDP."})
	return append(rows, detectionRows(at("udp."), &d.UDP.DetectOn, "53")...)
}

// enabledOr is enabled for a key that may be left out.
func enabledOr(to *string) binding {
	b := enabled(to)
	read := b.read
	b.read = func(n *Node) error {
		if n.Kind == Null {
			return nil
		}
		return read(n)
	}
	return b
}

// DNSLog are the options of the type dns.
type DNSLog struct {
	Version             string // 3, 2, or empty: the environment or the default says
	Requests, Responses bool
	Formats             []string // detailed, grouped
	Types               []string // of questions, in lower case; none: all
}

func (l *DNSLog) table() []row {
	return []row{
		{"version", scalar("2 or 3", func(t string) error {
			if t != "" && t != "2" && t != "3" {
				return fmt.Errorf("want 2 or 3, not %q", t)
			}
			l.Version = t
			return nil
		}), "", "", "3: a record for each message. 2: the older form, one for each " +
			"question and one for each response. Without it: `SURICATA_EVE_DNS_VERSION` of the environment, or 3."},
		{"requests", boolean(&l.Requests), "yes", "", "Log requests."},
		{"responses", boolean(&l.Responses), "yes", "", "Log responses."},
		{"formats", list("a list of detailed and grouped", &l.Formats, func(w string) error {
			return oneWord(w, "detailed", "grouped")
		}), "[detailed, grouped]", "", "How answers are listed: one by one, by their type, or both."},
		{"types", list("a list of types", &l.Types, checkDNSType), "[]", "",
			"Types of which one must be asked for, or the message is not logged; none: all."},
	}
}

func checkDNSType(word string) error {
	for _, c := range []byte(strings.ToLower(word)) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return fmt.Errorf("want types such as a, aaaa or 257, not %q", word)
		}
	}
	return nil
}
