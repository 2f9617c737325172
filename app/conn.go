package app

import (
	"net/netip"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// PeerWaits reports whether the other direction waits for this one. A parser that has read what the other direction may
// wait for calls WaitPeer and returns, so that the other goes on before this one reads more.
func (c *Conn) PeerWaits() bool {
	s := (*Session)(c)
	return s.dir[s.turning().Opposite()]&waiting != 0
}

// Switch asks for another protocol from here on.
type Switch struct {
	Expect string // name of the protocol that should follow; empty: any
	Port   uint16 // to probe with; 0: the connection's own
	State  any    // carried to the successor's Conn
}

// Expectation announces a connection to come.
type Expectation struct {
	// Client and Server are its ends. One that is not valid is that of this connection, or of its other end with Back.
	Client, Server netip.Addr
	Back           bool          // this connection's server opens it
	Also           netip.Addr    // another address that its server may have; not valid: none
	Port           uint16        // of the server; 0: any
	Transport      Transport     // 0: TCP
	Protocol       string        // which it has if nothing else is found in its bytes
	Lifetime       time.Duration // 0: 30 s
	// State is for the successor, Conn.State. Its session may belong to another goroutine: nobody changes it any more.
	State any
}

// Conn is the parser's view of its connection: the session, with other methods.
type Conn Session

// Begin makes tx known: it gets its number and is told to the Logger once both directions are complete, or at the end
// of the flow. It tells those that are complete. With Config.KeepForRules, a method Forget() of tx is called when rules will not look
// at it any more.
func (c *Conn) Begin(tx Transaction) { (*Session)(c).begin(tx) }

// Raise tells of an oddity of tx, or of the connection when tx is nil. Parsing goes on.
func (c *Conn) Raise(e EventID, tx Transaction) {
	s := (*Session)(c)
	info := &s.gateway.kind(s.parsed).Events[e]
	a := Anomaly{Layer: event.LayerParser, Name: info.Name, EVE: info.EVE, Tx: tx}
	if a.EVE == "" {
		a.EVE = a.Name
	}
	if tx != nil {
		a.Layer = event.LayerProtoParser
		tx.Head().raised(e)
		tx.Head().state |= txDirty << s.turning()
	}
	s.tell(a)
}

// OpenFile says that a file began in tx, with bytes in direction d, and that rules may find something new there; it is called before
// the file has any. f writes the members of its record. If it has a method Release(), that is called when it was told, or nobody will be told of it any more;
// with Config.KeepForRules, a method Forget() when rules will not look at it any more.
func (c *Conn) OpenFile(tx Transaction, d stream.Dir, f event.Appender) {
	t := tx.Head()
	if t.owner == nil {
		return
	}
	if t.extra == nil {
		t.extra = new(txExtra)
	}
	t.extra.files = append(t.extra.files, openFile{d, f})
	s := (*Session)(c)
	if s.state&forRules != 0 {
		t.extra.known = append(t.extra.known, openFile{d, f})
		t.state |= txDirty << d
	}
	few := s.few()
	few.files++
	if s.gateway.opener != nil {
		s.gateway.opener.OpenFile(s, d, f, few.files)
	}
}

// CloseFile says that nothing will be added to f: it is told to the Logger. Files that are open when their transaction
// is told go before it.
func (c *Conn) CloseFile(tx Transaction, f event.Appender) {
	t := tx.Head()
	if t.owner == nil || t.extra == nil {
		return
	}
	for i, o := range t.extra.files {
		if o.body == f {
			t.state |= txDirty << o.dir
			t.extra.files = append(t.extra.files[:i], t.extra.files[i+1:]...)
			(*Session)(c).tellFile(tx, o)
			release(o)
			return
		}
	}
}

// WaitPeer says that nothing more is read from this direction until the other has moved. The parser returns and is
// called again when the other direction's method has read something, or when PeerLost is true.
func (c *Conn) WaitPeer() {
	s := (*Session)(c)
	if d := s.turning(); s.dir[d]&peerLost == 0 {
		s.dir[d] |= waiting
	}
}

// PeerLost reports whether a wait of this direction ended without the other having moved, which it has not done since:
// it has a gap, ended or will not be seen, this direction has a gap or too many bytes were held for it, or both waited
// (the server's bytes are then read first). The parser must decide alone.
func (c *Conn) PeerLost() bool {
	s := (*Session)(c)
	return s.dir[s.turning()]&peerLost != 0
}

// Switch asks for another protocol from here on, in both directions. The parser returns and reads no more; it is dropped
// when a protocol was found. It reports false, and nothing changes, when it was asked for already or the flow has changed
// its protocol too often.
func (c *Conn) Switch(w Switch) bool {
	s := (*Session)(c)
	if s.state&(asked|switching) != 0 || int(s.switches) >= s.gateway.config.MaxSwitches {
		s.gateway.counters.SwitchesRefused++
		return false
	}
	s.few().request = w
	s.state |= asked
	return true
}

// State returns what the predecessor left: Switch.State, or Expectation.State.
func (c *Conn) State() any {
	if c.rare == nil {
		return nil
	}
	return c.rare.state
}

// Missing returns how many bytes at the end of direction d nobody saw although their receiver acknowledged them, as far as
// that is known. No gap was told of them, as nothing came behind them so far. In Ender.End it tells that the end is not that of
// what was sent; before, that the sender of the other direction had more than was seen, unless it is only late.
func (c *Conn) Missing(d stream.Dir) int64 {
	if c.gateway.missing == nil {
		return 0
	}
	return c.gateway.missing.Missing((*Session)(c), d)
}

// Opaque says that what follows in direction d is encrypted. Parsing goes on; the bytes as they are are inspected up to here
// and no more.
func (c *Conn) Opaque(d stream.Dir) {
	if c.dir[d]&opaque == 0 {
		c.dir[d] |= opaque
		(*Session)(c).flushes()
	}
}

// Bypass says that the rest of the flow need not be seen. Parsing ends when the parser returns.
func (c *Conn) Bypass() { c.state |= bypassed }

// Drop says that the packet whose bytes were just read, and the rest of the flow, must not reach the receiver. Only inline
// can that be done. Parsing goes on as far as bytes come.
func (c *Conn) Drop() { c.state |= dropped }

// Report tells of an error of the peer at an offset of the direction that is being read. It is counted, and the error
// policy applies, as with an error that a parser returns; but parsing goes on. A GapError is no error of the peer, but of
// what was seen.
func (c *Conn) Report(offset int64, err error) {
	s, cause := (*Session)(c), CauseParser
	if _, gap := err.(GapError); gap {
		cause = CauseGap
	}
	s.report(cause, s.turning(), offset, err, nil)
}

// Original returns the protocol that the flow had before it changed, or nothing.
func (c *Conn) Original() string { return (*Session)(c).Original() }

// ForRules reports whether rules inspect transactions: they may want more of them than records show, until the flow ends.
func (c *Conn) ForRules() bool { return c.state&forRules != 0 }

// Expect announces a connection to come.
func (c *Conn) Expect(e Expectation) {
	s := (*Session)(c)
	if e.Lifetime <= 0 {
		e.Lifetime = 30 * time.Second
	}
	if e.Transport == 0 {
		e.Transport = TCP
	}
	if s.gateway.expecter != nil {
		s.gateway.expecter.Expect(s, e)
	}
}

// Inline reports whether bytes are seen before the receiver has them. A parser then does not wait for the other
// direction: PeerLost is true as soon as it does.
func (c *Conn) Inline() bool { return c.gateway.config.Inline }

// Now returns the time of the packet.
func (c *Conn) Now() time.Time { return time.Unix(0, c.gateway.now) }

// Addresses returns those of client and server; they are not valid when nobody knows them.
func (c *Conn) Addresses() (client, server netip.Addr) {
	if c.gateway.address == nil {
		return client, server
	}
	return c.gateway.address.Addresses((*Session)(c))
}

// Ports returns the ports of client and server.
func (c *Conn) Ports() (client, server uint16) { return c.clientPort, c.serverPort }
