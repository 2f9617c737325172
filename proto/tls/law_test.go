package tls

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/stream"
)

// line writes bytes as a line of a conversation.
func line(mark string, b []byte) string { return conversation([]said{{dirOf[mark], b}}) }

var dirOf = map[string]stream.Dir{">": stream.ToServer, "<": stream.ToClient}

// floods are conversations of any length that must not take memory, or more time than their length is worth.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"application data", func(n int) string {
		return opening + strings.Repeat(line("<", fragmentOf(applicationData, 0x0303, strings.Repeat("x", 500))), n/10)
	}},
	{"empty records", func(n int) string { return opening + strings.Repeat(line(">", fragmentOf(handshake, 0x0303, "")), n) }},
	{"message in bytes", func(n int) string {
		return opening + line(">", fragmentOf(handshake, 0x0303, "\x0b\x0f\x00\x00")) +
			strings.Repeat(line(">", fragmentOf(handshake, 0x0303, "x")), n)
	}},
	{"messages", func(n int) string {
		return opening + strings.Repeat(line("<", fragmentOf(handshake, 0x0303, "\x04\x00\x00\x01x")), n)
	}},
	{"heartbeats", func(n int) string {
		return opening + strings.Repeat(line(">", fragmentOf(heartbeat, 0x0303, "\x01")), n)
	}},
	{"hellos", func(n int) string { return strings.Repeat(opening, n/10) }},
	{"behind a gap", func(n int) string {
		return opening + "lost > 10\n" + strings.Repeat(line(">", []byte("\x17\x03\x03\x20\x00\x17\x03")), n)
	}},
}

var opening = line(">", fragmentOf(handshake, 0x0303, "\x01\x00\x00\x2b\x03\x03"+strings.Repeat("r", 32)+"\x00\x00\x02\x13\x01\x01\x00\x00\x00"))

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestTimeIsLinear(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}
