package tls

import (
	"crypto/sha256"
	"slices"

	"github.com/reknit/reknit/wire"
)

// Extension types (RFC 8446, section 4.2 and IANA's registry).
const (
	extServerName          = 0
	extSupportedGroups     = 10
	extPointFormats        = 11
	extSignatureAlgorithms = 13
	extALPN                = 16
	extSessionTicket       = 35
	extEarlyData           = 42
	extSupportedVersions   = 43
	extKeyShare            = 51
)

// Hello is what a ClientHello or ServerHello says (RFC 8446, section 4.1). Lists have no more than maxList items.
type Hello struct {
	Legacy    Version  // of the message; since TLS 1.3 the true one is in an extension
	Version   Version  // the true one: the best that the client offers, or the server's choice
	Random    [32]byte // in SSLv2 the challenge, at its end
	SessionID []byte
	Ciphers   []uint16 // of a ServerHello, one
	// Extensions are their types in the order in which they were sent.
	Extensions []uint16

	ServerName   string
	ALPN         []string
	Groups       []uint16
	PointFormats []uint8
	Signatures   []uint16 // signature_algorithms
	Ticket       bool     // there is a session_ticket extension
	EarlyData    bool
	Offered      []uint16 // supported_versions of a client
	KeyShare     []byte   // key_share, as it is sent (RFC 8446, section 4.2.8)

	old    bool // in the form of SSLv2
	faults helloFaults
}

// helloFaults are oddities of a hello.
type helloFaults uint8

const (
	badHello      helloFaults = 1 << iota // a length does not fit
	severalNames                          // server_name occurs twice
	badNameType                           // of the server name
	badNameLength                         // likewise
)

// retry reports whether a ServerHello is a HelloRetryRequest: its random is the SHA-256 of that word (RFC 8446, section
// 4.1.3).
func (h *Hello) retry() bool { return h.Random == retryRandom }

var retryRandom = sha256.Sum256([]byte("HelloRetryRequest"))

// maxList and maxProtocols bound what is kept of the lists of a hello.
const (
	maxList      = 512
	maxProtocols = 64
)

// parseClientHello reads the body of a ClientHello. What stands before a fault is kept.
func parseClientHello(body []byte) *Hello {
	h := new(Hello)
	r := wire.New(body)
	h.Legacy = Version(r.Uint16())
	copy(h.Random[:], r.Bytes(len(h.Random)))
	h.SessionID = slices.Clone(r.Vector8())
	h.Ciphers = numbers(r.Vector16())
	r.Vector8() // compression methods
	h.Version = h.Legacy
	h.extensions(&r, true)
	return h
}

// parseServerHello reads the body of a ServerHello. Drafts of TLS 1.3 before the 22nd have neither a session identifier
// nor a compression method.
func parseServerHello(body []byte) *Hello {
	h := new(Hello)
	r := wire.New(body)
	h.Legacy = Version(r.Uint16())
	copy(h.Random[:], r.Bytes(len(h.Random)))
	h.Version = h.Legacy
	if h.Legacy == TLS13 { // the final one is not told here
		h.Version = draftEarly
	}
	if h.Legacy.is13() {
		h.Ciphers = []uint16{r.Uint16()}
	} else {
		h.SessionID = slices.Clone(r.Vector8())
		h.Ciphers = []uint16{r.Uint16()}
		r.Uint8()
	}
	h.extensions(&r, false)
	return h
}

// extensions reads the extensions, which may be missing altogether.
func (h *Hello) extensions(r *wire.Reader, client bool) {
	if r.OK() && r.Empty() {
		return
	}
	block := wire.New(r.Vector16())
	for r.OK() && !block.Empty() {
		typ := block.Uint16()
		data := block.Vector16()
		if !block.OK() {
			break
		}
		if len(h.Extensions) < maxList {
			h.Extensions = append(h.Extensions, typ)
		}
		h.extension(typ, data, client)
	}
	if !r.OK() || !block.OK() {
		h.faults |= badHello
	}
}

func (h *Hello) extension(typ uint16, data []byte, client bool) {
	r := wire.New(data)
	switch typ {
	case extServerName:
		if client {
			h.serverName(&r, data)
		}
		return
	case extSupportedGroups:
		h.Groups = numbers(r.Vector16())
	case extPointFormats:
		h.PointFormats = slices.Clone(r.Vector8())
	case extSignatureAlgorithms:
		h.Signatures = numbers(r.Vector16())
	case extALPN:
		h.protocols(r.Vector16())
	case extSessionTicket:
		h.Ticket = true
	case extEarlyData:
		h.EarlyData = true
	case extKeyShare:
		h.KeyShare = slices.Clone(r.Rest())
	case extSupportedVersions:
		if client {
			h.Offered = numbers(r.Vector8())
			h.best()
		} else if v := Version(r.Uint16()); v.known() {
			h.Version = v
		}
	}
	if !r.OK() {
		h.faults |= badHello
	}
}

// best takes the first version of those offered that is one: clients name the best first.
func (h *Hello) best() {
	for _, v := range h.Offered {
		if Version(v).known() {
			h.Version = Version(v)
			return
		}
	}
}

// serverName reads a server_name extension (RFC 6066, section 3): a list of names with a type. Only host names exist.
func (h *Hello) serverName(r *wire.Reader, data []byte) {
	for _, t := range h.Extensions[:len(h.Extensions)-1] {
		if t == extServerName {
			h.faults |= severalNames
			return
		}
	}
	if len(data) == 0 { // as if it came from a server
		return
	}
	list := wire.New(r.Vector16())
	typ := list.Uint8()
	name := list.Vector16()
	switch {
	case !r.OK() || !list.OK() || len(name) == 0:
		h.faults |= badNameLength
	case typ != 0:
		h.faults |= badNameType
	default:
		h.ServerName = string(name)
	}
}

// protocols reads the list of an ALPN extension (RFC 7301, section 3.1).
func (h *Hello) protocols(list []byte) {
	r := wire.New(list)
	for !r.Empty() && len(h.ALPN) < maxProtocols {
		if name := r.Vector8(); r.OK() {
			h.ALPN = append(h.ALPN, string(name))
		}
	}
	if !r.OK() {
		h.faults |= badHello
	}
}

// numbers reads a list of 16-bit numbers.
func numbers(b []byte) []uint16 {
	n := min(len(b)/2, maxList)
	if n == 0 {
		return nil
	}
	list := make([]uint16, n)
	for i := range list {
		list[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return list
}
