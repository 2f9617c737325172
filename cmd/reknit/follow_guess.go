package main

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/proto/all"
	"github.com/reknit/reknit/stream"
)

// guesser finds the protocols of streams by their first bytes, as the engine does before it parses them.
type guesser struct {
	gateway *app.Gateway
	store   *stream.Store
}

// guess is a stream whose protocol is not known yet.
type guess struct {
	session *app.Session
	pair    stream.Pair
}

// guessLimit is the number of bytes of a direction in which the protocol is looked for.
const guessLimit = 8 << 10

func newGuesser() (*guesser, error) {
	protocols := all.Protocols(all.Config{})
	settings := map[string]app.Settings{}
	for _, p := range protocols {
		settings[p.Name] = app.Settings{Mode: app.DetectOnly}
	}
	g, err := app.NewGateway(app.Config{Protocols: settings, Inline: true}, protocols, silent{})
	return &guesser{g, stream.NewStore(stream.Config{Immediate: true})}, err
}

// begin returns a stream between two ports.
func (g *guesser) begin(client, server uint16) *guess {
	return &guess{session: g.gateway.NewSession(app.Info{Transport: app.TCP, ClientPort: client, ServerPort: server})}
}

// data looks at bytes of x. It reports whether there is no need for more.
func (g *guesser) data(x *guess, d stream.Dir, at int64, b []byte) (enough bool) {
	g.store.Push(&x.pair, d, at, b, x.session)
	return x.session.Protocol() != "" || at > guessLimit
}

// end returns the protocol's name, or nothing. It must be called once.
func (g *guesser) end(x *guess) string {
	if x.session.Protocol() == "" {
		g.store.Close(&x.pair, x.session)
	}
	name := x.session.Protocol()
	for d := range x.pair {
		g.store.Release(&x.pair[d])
	}
	x.session.Close()
	if name == app.Failed {
		return ""
	}
	return name
}

// silent is a Logger that says nothing.
type silent struct{}

var _ app.Logger = silent{}

func (silent) Transaction(*app.Session, app.Transaction) {}
func (silent) Anomaly(*app.Session, *app.Anomaly)        {}
func (silent) Detected(*app.Session)                     {}
