package engine_test

import (
	"net/netip"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/proto/http"
)

// A file that ends with its connection is whole only if nothing at the end is missing.
func TestMissingAtTheEnd(t *testing.T) {
	const seen, unseen = "some bytes", "and more"
	for _, test := range []struct {
		name  string
		end   func(v *talk) // what is left of unseen, and of the server's FIN behind it
		state string
		size  int
		gaps  bool
	}{
		{"nothing is missing", func(v *talk) { v.say(1, unseen); v.segment(1, fin|ack, "") }, "CLOSED", len(seen + unseen), false},
		{"bytes before the FIN", func(v *talk) {
			v.seq[1] += uint32(len(unseen))
			v.segment(1, fin|ack, "")
		}, "TRUNCATED", len(seen + unseen), true},
		{"bytes with the FIN", func(v *talk) { v.seq[1] += uint32(len(unseen)) + 1 }, "TRUNCATED", len(seen + unseen), true},
		{"the FIN alone", func(v *talk) { v.say(1, unseen); v.seq[1]++ }, "CLOSED", len(seen + unseen), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScript()
			v := s.talk(client, netip.AddrPortFrom(server.Addr(), 80)).open()
			v.say(0, "GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n")
			v.say(1, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+seen)
			test.end(v)
			v.segment(0, fin|ack, "")
			v.segment(1, ack, "")
			f := s.play(t, engine.Config{Protocols: []app.Protocol{http.New(http.Config{})}})
			f.check(f.one("fileinfo"), map[string]any{
				"fileinfo.state": test.state, "fileinfo.size": test.size, "fileinfo.gaps": test.gaps,
			})
		})
	}
}
