package ntp_test

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/ntp"
	"github.com/reknit/reknit/stream"
)

func TestConversations(t *testing.T) { apptest.Run(t, ntp.New(), "testdata") }

func TestProbe(t *testing.T) {
	message := func(version, mode byte, n int) []byte {
		b := make([]byte, n)
		b[0] = version<<3 | mode
		return b
	}
	for _, test := range []struct {
		name string
		b    []byte
		want app.Guess
	}{
		{"client", message(4, 3, 48), app.Yes},
		{"leap second", append([]byte{0xc0 | 4<<3 | 3}, make([]byte, 47)...), app.Yes},
		{"server", message(4, 4, 48), app.Yes},
		{"version 3", message(3, 3, 48), app.Yes},
		{"with a digest", message(4, 3, 68), app.Yes},
		{"control, as long", message(4, 6, 48), app.Yes},
		{"control", message(4, 6, 12), app.No},
		{"version 2", message(2, 3, 48), app.No},
		{"version 5", message(5, 3, 48), app.No},
		{"cut", message(4, 3, 47), app.No},
		{"nothing", nil, app.No},
	} {
		if got := ntp.New().ProbeDatagram(stream.ToServer, test.b); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func FuzzProbe(f *testing.F) {
	f.Add([]byte("\x23"))
	f.Add(make([]byte, 48))
	probe := ntp.New().ProbeDatagram
	f.Fuzz(func(t *testing.T, b []byte) {
		if probe(stream.ToServer, b) == app.Yes && (len(b) < 48 || b[0]&0x38 != 3<<3 && b[0]&0x38 != 4<<3) {
			t.Errorf("found in %x", b)
		}
	})
}
