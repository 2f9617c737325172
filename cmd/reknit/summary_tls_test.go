package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/ssh"
	"github.com/reknit/reknit/proto/tls"
)

func TestEncrypted(t *testing.T) {
	s, out := newTestSummary(false)
	s.peers.limit = 3
	server := netip.MustParseAddr("198.51.100.25")
	hello := func(name string) *tls.Handshake {
		return &tls.Handshake{Client: &tls.Hello{ServerName: name}, Server: &tls.Hello{Version: tls.TLS13}}
	}
	for _, name := range []string{"www.example.org", "b.example\x1b[2J", "www.example.org", ""} {
		s.Event(&event.Record{Type: "tls", Dst: server, Body: hello(name)})
	}
	x := &ssh.Exchange{Side: [2]ssh.Side{{Version: "2.0", Software: "PuTTY"}, {Version: "2.0", Software: "OpenSSH_9.6"}}}
	s.Event(&event.Record{Type: "ssh", Dst: server, Body: x})
	s.print()
	const want = `Encrypted
  Times  Version  Server              Certificate or software
      2  TLS 1.3  www.example.org
      1  SSH 2.0  198.51.100.25       OpenSSH_9.6
      1  TLS 1.3  198.51.100.25
  1 server more; -v shows all.
`
	if got := out.String(); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("the summary is\n%s, want\n%s", got, want)
	}
}
