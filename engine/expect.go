package engine

import (
	"net/netip"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/expect"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/stream"
)

// foretold is what a flow left for one that it announced.
type foretold struct {
	protocol string
	state    any
	parent   uint64 // identifier of the flow
}

// expectations are what the workers' flows announced.
type expectations = expect.Table[foretold]

// Expect remembers a connection that the parser of the current flow announced.
func (l *logger) Expect(s *app.Session, e app.Expectation) {
	w := (*Worker)(l)
	client, server := w.ends(s)
	if e.Back {
		client, server = server, client
	}
	c := expect.Connection{
		Client: client.Addr(), Server: server.Addr(), ServerPort: e.Port, Transport: uint8(e.Transport),
	}
	if e.Client.IsValid() {
		c.Client = e.Client.Unmap()
	}
	if e.Server.IsValid() {
		c.Server = e.Server.Unmap()
	}
	f := foretold{e.Protocol, e.State, w.entry.ID()}
	w.expectations.Announce(w.now, e.Lifetime, c, f)
	if also := e.Also.Unmap(); also.IsValid() && also != c.Server {
		c.Server = also
		w.expectations.Announce(w.now, e.Lifetime, c, f)
	}
}

// Expected returns what was announced for the current flow.
func (l *logger) Expected(s *app.Session) (protocol string, state any) {
	w := (*Worker)(l)
	if w.lane != nil && w.lane.gate != nil {
		w.lane.gate.wait(w.lane)
	}
	client, server := w.ends(s)
	f, ok := w.expectations.Meet(w.now, expect.Connection{
		Client: client.Addr(), Server: server.Addr(), ClientPort: client.Port(), ServerPort: server.Port(),
		Transport: uint8(s.Transport()),
	})
	if !ok {
		return "", nil
	}
	if w.parents == nil {
		w.parents = make(map[flow.Handle]uint64)
	}
	w.parents[w.handle] = f.parent
	return f.protocol, f.state
}

// Addresses returns those of the ends of the current flow.
func (l *logger) Addresses(s *app.Session) (client, server netip.Addr) {
	a, b := (*Worker)(l).ends(s)
	return a.Addr(), b.Addr()
}

// Window returns the window that the sender of direction d announced last.
func (l *logger) Window(s *app.Session, d stream.Dir) int {
	w := (*Worker)(l)
	if v := &w.entry.Value; v.conn != 0 && s.Transport() == app.TCP {
		return int(w.conns.at(v.conn).Window(d))
	}
	return 0
}

// Missing returns how many bytes at the end of direction d nobody saw, although the receiver acknowledged them. Where no FIN
// was seen, the last one that was acknowledged is taken for it.
func (l *logger) Missing(s *app.Session, d stream.Dir) int64 {
	w := (*Worker)(l)
	v := &w.entry.Value
	if v.conn == 0 || s.Transport() != app.TCP {
		return 0
	}
	if s.Reversed() {
		d = d.Opposite()
	}
	st := w.conns.at(v.conn).Stream(d)
	end, known := st.Finished()
	if !known {
		end = st.Acked() - 1
	}
	return max(0, min(end, st.Acked())-max(st.Edge(), st.App()))
}

// ends returns client and server of the current flow, the right way round.
func (w *Worker) ends(s *app.Session) (client, server netip.AddrPort) {
	f := Flow{w}
	client, server = f.Client(), f.Server()
	if s.Reversed() {
		client, server = server, client
	}
	return client, server
}

// parent returns the identifier of the flow that announced the current one, or 0.
func (w *Worker) parent() uint64 {
	if len(w.parents) == 0 {
		return 0
	}
	return w.parents[w.handle]
}
