package ntp_test

import (
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/event"
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

// A message of each kind, field by field.
func TestMessage(t *testing.T) {
	answer := "\x1c\x02\x06\xe9" + "\x00\x00\x01\x02" + "\x00\x00\x03\x04" + "LOCL" + "01234567" + "abcdefgh" + "89abcdef" + "ijklmnop"
	for _, test := range []struct {
		name, datagram string
		dir            stream.Dir
		want           string
	}{
		{"answer", answer, stream.ToClient, `{"ntp":{"version":3,"mode":4,"stratum":2,"reference_id":"4c:4f:43:4c"}} 3 4 2 LOCL`},
		{"control", "\x26" + answer[1:], stream.ToServer, `{"ntp":{"version":4,"mode":6}} 4 6`},
	} {
		var got string
		p := ntp.New()
		g, err := app.NewGateway(app.Config{}, []app.Protocol{p}, seen(func(tx app.Transaction) {
			var o event.Object
			o.Start(nil, nil)
			tx.AppendJSON(&o)
			got = string(o.End())
			for _, f := range p.Fields {
				if text, ok := f.Get(tx, 0); ok {
					got += " " + string(text)
				}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		s := g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 123})
		s.Datagram(stream.ToServer, []byte("\x1b"+strings.Repeat("\x00", 47)))
		s.Datagram(test.dir, []byte(test.datagram))
		s.Close()
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// seen is a Logger that is told of transactions.
type seen func(tx app.Transaction)

func (s seen) Transaction(_ *app.Session, tx app.Transaction) { s(tx) }
func (seen) Anomaly(*app.Session, *app.Anomaly)               {}
func (seen) Detected(*app.Session)                            {}

func FuzzSession(f *testing.F) { (&apptest.Suite{Protocol: ntp.New()}).Fuzz(f) }

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
