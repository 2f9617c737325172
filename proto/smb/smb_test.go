package smb_test

import (
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/smb"
	"github.com/reknit/reknit/stream"
)

func TestConversations(t *testing.T) { apptest.Run(t, smb.New(), "testdata") }

func TestProbe(t *testing.T) {
	const request = "\x81\x00\x00\x44" + " CKFDENECFDEFFCFGEFFCCACACACACACA\x00" + " EIEPFDFECACACACACACACACACACACACA\x00"
	for _, test := range []struct {
		name, head string
		want       app.Guess
	}{
		{"nothing", "", app.Unknown},
		{"header", "\x00\x00\x00\x45", app.Unknown},
		{"version 1", "\x00\x00\x00\x45\xffSMBr", app.Yes},
		{"version 2", "\x00\x00\x00\x6a\xfeSMB@", app.Yes},
		{"encrypted", "\x00\x00\x00\xa0\xfdSMB", app.Yes},
		{"long", "\x00\x40\x00\x45\xfeSMB", app.Yes},
		{"cut", "\x00\x00\x00\x45\xffSM", app.Unknown},
		{"other letters", "\x00\x00\x00\x45\xffSN", app.No},
		{"other version", "\x00\x00\x00\x45\xfcSMB", app.No},
		{"other version, at once", "\x00\x00\x00\x45\xfc", app.No},
		{"shorter than a header", "\x00\x00\x00\x22\xffSMB", app.No},
		{"shorter than a header of version 2", "\x00\x00\x00\x3f\xfeSMB", app.No},
		{"request", request[:4], app.Unknown},
		{"request, whole", request, app.Unknown},
		{"request and message", request + "\x00\x00\x00\x45\xffSMB", app.Yes},
		{"request and other", request + "\x00\x00\x00\x45GET ", app.No},
		{"long request", "\x81\x00\x02\x01", app.No},
		{"response and message", "\x82\x00\x00\x00\x00\x00\x00\x45\xffSMB", app.Yes},
		{"keep-alive and message", "\x85\x00\x00\x00\x00\x00\x00\x6a\xfeSMB", app.Yes},
		{"other type", "\x86", app.No},
		{"text", "GET / HTTP/1.1\r\n", app.No},
	} {
		for _, d := range []stream.Dir{stream.ToServer, stream.ToClient} {
			if got := smb.New().Probe(d, []byte(test.head)); got != test.want {
				t.Errorf("%s: %v, want %v", test.name, got, test.want)
			}
		}
	}
}

func FuzzProbe(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x45\xffSMBr"))
	f.Add([]byte("\x85\x00\x00\x00\x00\x00\x00\x6a\xfeSMB"))
	probe := smb.New().Probe
	f.Fuzz(func(t *testing.T, b []byte) {
		known := app.Unknown
		for n := range len(b) + 1 {
			got := probe(stream.ToServer, b[:n])
			if known != app.Unknown && got != known {
				t.Fatalf("of %x: %v, and with %d bytes %v", b, known, n, got)
			}
			known = got
		}
	})
}
