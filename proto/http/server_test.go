package http

import (
	"net/netip"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// at is a Logger that knows the address of the server.
type at struct {
	notes
	address netip.Addr
}

func (a *at) Addresses(*app.Session) (client, server netip.Addr) { return netip.Addr{}, a.address }

func TestServers(t *testing.T) {
	keep := Config{URI: URI{KeepBackslash: true}}
	lower := Config{URI: URI{Lower: true}}
	p := New(Config{Servers: []Server{
		{netip.MustParsePrefix("192.0.2.0/24"), keep}, {netip.MustParsePrefix("192.0.2.7/32"), lower},
	}})
	for address, want := range map[string]string{"192.0.2.1": `/A\B`, "192.0.2.7": "/a/b", "198.51.100.1": "/A/B"} {
		l := &at{address: netip.MustParseAddr(address)}
		g, err := app.NewGateway(app.Config{}, []app.Protocol{p}, l)
		if err != nil {
			t.Fatal(err)
		}
		v := &talk{store: stream.NewStore(stream.Config{Immediate: true}), session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})}
		v.client([]byte("GET /A\\B HTTP/1.0\r\n\r\n"))
		v.close()
		if got := string(l.last.URI()); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
