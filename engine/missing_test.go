package engine_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/file"
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

// Behind responses that are lost the next one belongs to the last request, as the client had the others before it asked on.
func TestResponsesMissing(t *testing.T) {
	const response = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
	s := newScript()
	v := s.talk(client, netip.AddrPortFrom(server.Addr(), 80)).open()
	for _, name := range []string{"aaa", "bbb", "ccc", "ddd", "eee"} {
		v.segment(0, psh|ack, "GET /"+name+" HTTP/1.1\r\nHost: a.example\r\n\r\n")
		if name == "bbb" || name == "ccc" {
			v.seq[1] += uint32(len(response + name))
			continue
		}
		v.segment(1, psh|ack, response+name)
	}
	v.close()
	f := s.play(t, engine.Config{Protocols: []app.Protocol{http.New(http.Config{Files: file.Config{MD5: true}})}})
	var got []string
	for _, r := range f.all("fileinfo") {
		got = append(got, fmt.Sprint(r.of("fileinfo", "filename"), " ", r.of("fileinfo", "md5")))
	}
	var want []string
	for _, name := range []string{"aaa", "ddd", "eee"} {
		sum := md5.Sum([]byte(name))
		want = append(want, "/"+name+" "+hex.EncodeToString(sum[:]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	if n := len(f.all("http")); n != 5 {
		t.Errorf("%d http records, want 5", n)
	}
}
