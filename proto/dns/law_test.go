package dns_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/dns"
)

// escaped returns b as a conversation has it.
func escaped(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return s.String()
}

// prefixed returns b behind its length.
func prefixed(b []byte) string { return escaped([]byte{byte(len(b) >> 8), byte(len(b))}) + escaped(b) }

// floods are conversations of any length that must not cost more than their length.
var floods = func() []struct {
	name string
	text func(n int) string
} {
	request, response := exchange()
	evil := hostile(2000)
	return []struct {
		name string
		text func(n int) string
	}{
		{"requests", func(n int) string { return "udp\nport 53\n" + strings.Repeat(">| "+escaped(request)+"\n", n) }},
		{"responses", func(n int) string { return "udp\nport 53\n" + strings.Repeat("<| "+escaped(response)+"\n", n) }},
		{"hostile datagrams", func(n int) string {
			return "udp\nport 53\n>| " + escaped(request) + "\n" + strings.Repeat("<| "+escaped(evil)+"\n", n/100)
		}},
		{"what is no message", func(n int) string {
			return "udp\nport 53\n>| " + escaped(request) + "\n" + strings.Repeat(">| nothing of the kind, whatever it is\n", n)
		}},
		{"messages over TCP", func(n int) string {
			return "port 53\n" + strings.Repeat(">| "+prefixed(request)+"\n", n) + strings.Repeat("<| "+prefixed(response)+"\n", n)
		}},
		{"messages of no length", func(n int) string {
			return "port 53\n>| " + prefixed(request) + strings.Repeat(`\x00\x00`, 20*n) + "\n"
		}},
		{"a message that does not end", func(n int) string {
			return "port 53\n>| " + prefixed(request) + "\n" + `>| \xff\xff` + strings.Repeat("a", min(10*n, 60000)) + "\n"
		}},
		{"no message behind a gap", func(n int) string {
			return "port 53\n>| " + prefixed(request) + "\nlost > 100\n>| " + strings.Repeat("a", 50*n) + "\n"
		}},
	}
}()

func TestBounded(t *testing.T) {
	s := apptest.Suite{Protocol: dns.New(dns.Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestLinear(t *testing.T) {
	s := apptest.Suite{Protocol: dns.New(dns.Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}
