package tls

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/stream"
)

// Fields says which members a record has.
type Fields uint32

const (
	ShowSubject Fields = 1 << iota
	ShowIssuer
	ShowAltNames
	ShowResumed
	ShowSerial
	ShowSHA1
	ShowSNI
	ShowVersion
	ShowNotBefore
	ShowNotAfter
	ShowCertificate
	ShowChain
	ShowJA3
	ShowJA3S
	ShowJA4
	ShowClientALPNs
	ShowServerALPNs
	ShowClientHandshake
	ShowServerHandshake
	ShowClient
	ShowClientCertificate
	ShowClientChain
)

const (
	// Basic are the members without any option.
	Basic = ShowSubject | ShowIssuer | ShowAltNames | ShowResumed
	// Extended are those of the option extended.
	Extended = Basic | ShowSerial | ShowSHA1 | ShowSNI | ShowVersion | ShowNotBefore | ShowNotAfter | ShowJA3 | ShowJA3S | ShowJA4 | ShowClientALPNs | ShowServerALPNs | ShowClient
)

// FieldNames are the names of Fields in the option custom, by bit.
var FieldNames = [...]string{"subject", "issuer", "subjectaltname", "session_resumed", "serial", "fingerprint", "sni", "version",
	"not_before", "not_after", "certificate", "chain", "ja3", "ja3s", "ja4", "client_alpns", "server_alpns",
	"client_handshake", "server_handshake", "client", "client_certificate", "client_chain"}

// ParseField returns the field of a name.
func ParseField(name string) (Fields, error) {
	for i, n := range FieldNames {
		if n == name {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("no field of TLS has the name %q", name)
}

// AppendJSON writes the record's member tls, in the form of Config.EVE.
func (h *Handshake) AppendJSON(o *event.Object) { h.append(o, h.config.EVE.Fields) }

// As returns the handshake's record in another form; its fingerprints are those of the Config. It is nil if in that form
// there is none.
func (h *Handshake) As(e *EVE) event.Appender {
	if e.NoResumed && !h.known() && !h.visible() {
		return nil
	}
	return form{h, e.Fields}
}

// form is a handshake in a form.
type form struct {
	*Handshake
	fields Fields
}

// AppendJSON writes the record's member tls.
func (f form) AppendJSON(o *event.Object) { f.append(o, f.fields) }

func (h *Handshake) append(o *event.Object, f Fields) {
	o.Open("tls")
	c := h.chain[stream.ToClient].First
	if c != nil {
		c.appendNames(o, f&ShowSubject != 0, f&ShowIssuer != 0)
		appendList(o, "subjectaltname", c.Names, f&ShowAltNames != 0)
	}
	if f&ShowResumed != 0 {
		o.True("session_resumed", h.Resumed())
	}
	if c != nil {
		appendText(o, "serial", c.Serial, f&ShowSerial != 0)
		appendText(o, "fingerprint", c.Fingerprint, f&ShowSHA1 != 0)
	}
	appendText(o, "sni", h.SNI(), f&ShowSNI != 0)
	if f&ShowVersion != 0 {
		o.Str("version", h.Version().String())
	}
	if c != nil {
		appendDate(o, "notbefore", c.NotBefore, f&ShowNotBefore != 0)
		appendDate(o, "notafter", c.NotAfter, f&ShowNotAfter != 0)
	}
	h.chain[stream.ToClient].append(o, f&ShowCertificate != 0, f&ShowChain != 0)
	h.appendFingerprints(o, f)
	appendList(o, "client_alpns", hello(h.Client).ALPN, f&ShowClientALPNs != 0)
	appendList(o, "server_alpns", hello(h.Server).ALPN, f&ShowServerALPNs != 0)
	h.appendHellos(o, f)
	h.appendClient(o, f)
	appendText(o, "from_proto", h.from, true)
	o.Close()
}

func (h *Handshake) appendFingerprints(o *event.Object, f Fields) {
	appendJA3(o, "ja3", h.JA3, h.config.JA3 && f&ShowJA3 != 0)
	appendJA3(o, "ja3s", h.JA3S, h.config.JA3 && f&ShowJA3S != 0)
	if h.config.JA4 && f&ShowJA4 != 0 {
		appendText(o, "ja4", h.JA4(), true)
	}
}

func appendJA3(o *event.Object, key string, get func() Fingerprint, wanted bool) {
	if !wanted {
		return
	}
	if p := get(); p.Hash != "" {
		o.Open(key)
		o.Str("hash", p.Hash)
		o.Str("string", p.Text)
		o.Close()
	}
}

// appendHellos writes what the hellos offer and choose, as numbers.
func (h *Handshake) appendHellos(o *event.Object, f Fields) {
	if c := h.Client; c != nil && f&ShowClientHandshake != 0 {
		o.Open("client_handshake")
		o.Str("version", c.Version.String())
		appendCodes(o, "ciphers", c.Ciphers)
		appendCodes(o, "exts", c.Extensions)
		appendCodes(o, "sig_algs", c.Signatures)
		o.Close()
	}
	if s := h.Server; s != nil && f&ShowServerHandshake != 0 {
		o.Open("server_handshake")
		o.Str("version", s.Version.String())
		if len(s.Ciphers) > 0 {
			o.Uint("cipher", uint64(s.Ciphers[0]))
		}
		appendCodes(o, "exts", s.Extensions)
		o.Close()
	}
}

// appendClient writes the certificate of the client.
func (h *Handshake) appendClient(o *event.Object, f Fields) {
	chain := &h.chain[stream.ToServer]
	if chain.First == nil || f&(ShowClient|ShowClientCertificate|ShowClientChain) == 0 {
		return
	}
	o.Open("client")
	if c := chain.First; f&ShowClient != 0 {
		c.appendNames(o, true, true)
		appendText(o, "fingerprint", c.Fingerprint, true)
		appendText(o, "serial", c.Serial, true)
		appendDate(o, "notbefore", c.NotBefore, true)
		appendDate(o, "notafter", c.NotAfter, true)
	}
	chain.append(o, f&ShowClientCertificate != 0, f&ShowClientChain != 0)
	o.Close()
}

// appendNames writes subject and issuer, also where they are empty.
func (c *Certificate) appendNames(o *event.Object, subject, issuer bool) {
	if subject && c.named {
		o.Str("subject", c.Subject)
	}
	if issuer && c.named {
		o.Str("issuerdn", c.Issuer)
	}
}

// append writes the certificates as they were sent: the first, and all.
func (c *Chain) append(o *event.Object, first, all bool) {
	if len(c.DER) == 0 {
		return
	}
	if first {
		o.Base64("certificate", c.DER[0])
	}
	if all {
		o.OpenArray("chain")
		for _, der := range c.DER {
			o.ItemStr(base64.StdEncoding.EncodeToString(der))
		}
		o.CloseArray()
	}
}

func appendText(o *event.Object, key, text string, wanted bool) {
	if wanted && text != "" {
		o.Str(key, text)
	}
}

func appendList(o *event.Object, key string, list []string, wanted bool) {
	if !wanted || len(list) == 0 {
		return
	}
	o.OpenArray(key)
	for _, item := range list {
		o.ItemStr(item)
	}
	o.CloseArray()
}

// appendCodes writes a list of numbers without GREASE.
func appendCodes(o *event.Object, key string, list []uint16) {
	o.OpenArray(key)
	for _, v := range list {
		if !isGREASE(v) {
			o.ItemUint(uint64(v))
		}
	}
	o.CloseArray()
}

// appendDate writes a time of a certificate: UTC, without a zone.
func appendDate(o *event.Object, key string, t time.Time, wanted bool) {
	if wanted && !t.IsZero() {
		o.Str(key, t.Format("2006-01-02T15:04:05"))
	}
}
