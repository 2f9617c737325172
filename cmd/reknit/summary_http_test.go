package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/http"
)

func TestHosts(t *testing.T) {
	h := hosts{limit: 1}
	r := &event.Record{}
	r.Dst = netip.MustParseAddr("192.0.2.1")
	for i := range 3 {
		x := &http.Exchange{Host: []byte("www.example.org")}
		x.Response.Length = int64(1000 * i)
		h.take(r, x)
	}
	h.take(r, &http.Exchange{})
	var b strings.Builder
	h.print(&b, func(s string) string { return s })
	for _, want := range []string{"HTTP\n", "www.example.org", "3 none", "1 host more"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
