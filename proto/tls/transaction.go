package tls

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// Handshake is the transaction: what is known of a connection. There is one for each.
type Handshake struct {
	app.Tx
	// Client and Server are the hellos, the first of each side; nil: not seen. Without Config.Keep, and without
	// rules, they and the certificates go when the record was told.
	Client, Server *Hello

	// ClientKey and ServerKey are the bodies of the messages ClientKeyExchange and ServerKeyExchange, before TLS 1.3 (RFC
	// 5246, section 7.4). They are kept as the hellos are, and only with Keep or for OnHandshake, which is mostly called
	// before the client's comes.
	ClientKey, ServerKey []byte

	config  *Config
	chain   [2]Chain   // by the direction in which they were sent
	records [2]Version // of the first record of a side
	last    flight
	from    string // the protocol that the flow had before
	events  uint8
	echoed  bool // the server took the session identifier of the client
	torn    bool // a part of the handshake was lost
}

// Chain is what a Certificate message holds.
type Chain struct {
	DER   [][]byte     // the certificates, the end's own first
	First *Certificate // the end's own; nil: none

	seen bool
}

// Chain returns the certificates that were sent in a direction: those of the server are ToClient.
func (h *Handshake) Chain(d stream.Dir) *Chain { return &h.chain[d] }

// SNI returns the name of the server that the client asks for, or nothing.
func (h *Handshake) SNI() string { return hello(h.Client).ServerName }

// Version returns the version that the server chose; without it, that of the client's hello or records.
func (h *Handshake) Version() Version {
	switch {
	case h.Server != nil:
		return h.Server.Version
	case h.records[stream.ToClient] != 0 && h.Client == nil:
		return h.records[stream.ToClient]
	case h.Client != nil:
		return h.Client.Version
	}
	return h.records[stream.ToServer]
}

// Resumed reports whether the session seems to go on with the keys of an earlier one: it has no certificate although it
// is older than TLS 1.3, and the server takes up a session identifier, or the client may have a ticket.
func (h *Handshake) Resumed() bool {
	return h.mayResume() && h.Server != nil && h.chain[stream.ToClient].First == nil && !h.Server.Version.is13()
}

// mayResume reports whether there are signs of an earlier session.
func (h *Handshake) mayResume() bool { return h.echoed || hello(h.Client).Ticket }

// JA3 is the fingerprint of the client's hello, as JA3S of the server's and JA4; empty without one.
func (h *Handshake) JA3() Fingerprint {
	if h.Client == nil || h.Client.old {
		return Fingerprint{}
	}
	return h.Client.ja3()
}

// JA3S is the fingerprint of the server's hello.
func (h *Handshake) JA3S() Fingerprint {
	if h.Server == nil || h.Server.old {
		return Fingerprint{}
	}
	return h.Server.ja3s()
}

// JA4 is the newer fingerprint of the client's hello.
func (h *Handshake) JA4() string {
	if h.Client == nil || h.Client.old {
		return ""
	}
	return h.Client.ja4()
}

// known reports whether the server showed a certificate, however much of it can be read.
func (h *Handshake) known() bool { return h.chain[stream.ToClient].First != nil }

// worthy reports whether there is something to record: a certificate, a resumed session, a version that shows none; or
// what is left of a handshake of which a part was lost.
func (h *Handshake) worthy() bool {
	return h.known() || h.visible() || h.mayResume() && !h.config.EVE.NoResumed
}

// visible reports whether there is no certificate to be seen for another reason than an earlier session.
func (h *Handshake) visible() bool {
	return h.Server != nil && h.Server.Version.is13() || h.torn && (h.Client != nil || h.Server != nil)
}

// slim lets go of what only the record and rules need.
func (h *Handshake) slim() {
	h.records[stream.ToClient] = h.Version()
	h.Client, h.Server, h.ClientKey, h.ServerKey = nil, nil, nil, nil
	h.chain = [2]Chain{}
}

// certificate returns the own certificate of the side that sends in direction d, or an empty one.
func (h *Handshake) certificate(d stream.Dir) *Certificate {
	if c := h.chain[d].First; c != nil {
		return c
	}
	return &noCertificate
}

// hello returns h, or an empty one.
func hello(h *Hello) *Hello {
	if h == nil {
		return &noHello
	}
	return h
}

var (
	noHello       Hello
	noCertificate Certificate
)
