package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/proto/ssh"
	"github.com/reknit/reknit/proto/tls"
	"github.com/reknit/reknit/stream"
)

// Limits of what is kept and shown of encrypted connections.
const (
	maxPeers      = 20000 // that are counted one by one
	maxShownPeers = 15
	maxShownPeer  = 60 // characters
)

// peer is a server that encrypts, and what tells it from others.
type peer struct {
	protocol string // version of TLS or SSH
	server   string // name that was asked for, or address
	note     string // what the server says of itself
}

// peers are the servers of encrypted connections.
type peers struct {
	kept  map[peer]uint64 // connections
	other uint64          // to those that are not kept
	limit int             // that are shown
}

// tls takes a handshake.
func (p *peers) tls(r *event.Record, h *tls.Handshake) {
	k := peer{protocol: h.Version().String(), server: h.SNI()}
	if k.server == "" {
		k.server = r.Dst.String()
	}
	c := h.Chain(stream.ToClient).First
	switch {
	case h.Resumed():
		k.note = "resumed"
	case c == nil:
	case c.NotAfter.Before(time.Unix(0, r.Time)):
		k.note = c.Subject + " (expired)"
	case c.Subject == c.Issuer:
		k.note = c.Subject + " (self-signed)"
	default:
		k.note = c.Subject
	}
	p.take(k)
}

// ssh takes an exchange.
func (p *peers) ssh(r *event.Record, x *ssh.Exchange) {
	server := &x.Side[stream.ToClient]
	p.take(peer{protocol: "SSH " + server.Version, server: r.Dst.String(), note: server.Software})
}

func (p *peers) take(k peer) {
	if p.kept == nil {
		p.kept = map[peer]uint64{}
	}
	if _, known := p.kept[k]; !known && len(p.kept) >= maxPeers {
		p.other++
		return
	}
	p.kept[k]++
}

// print prints the servers with the most connections.
func (p *peers) print(b *strings.Builder, bold func(string) string) {
	if len(p.kept) == 0 {
		return
	}
	keys := make([]peer, 0, len(p.kept))
	for k := range p.kept {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y peer) int {
		return cmp.Or(cmp.Compare(p.kept[y], p.kept[x]), cmp.Compare(x.server, y.server), cmp.Compare(x.protocol, y.protocol),
			cmp.Compare(x.note, y.note))
	})
	fmt.Fprintf(b, "%s\n", bold("Encrypted"))
	var t columns
	t.add(right("Times"), left("Version"), left("Server"), left("Certificate or software"))
	for _, k := range keys[:min(len(keys), p.limit)] {
		t.add(right(count(p.kept[k])), left(printable(k.protocol)), left(clip(printable(k.server), maxShownPeer)),
			left(clip(printable(k.note), maxShownPeer)))
	}
	t.write(b)
	if more := len(keys) - p.limit; more > 0 || p.other > 0 {
		fmt.Fprintf(b, "  %s more; -v shows all.\n", plural(uint64(max(more, 0))+p.other, "server"))
	}
	b.WriteByte('\n')
}
