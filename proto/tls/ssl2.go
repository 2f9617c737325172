package tls

import "github.com/reknit/reknit/wire"

// SSLv2 has no records of types, only a length of two or three bytes and a message. All that is read of it are the
// messages that have no encryption; the first of them is also sent by clients that speak SSLv3 or TLS (RFC 5246,
// appendix E.2), and what follows it is TLS then.

// Message types of SSLv2.
const (
	ssl2Error       = 0
	ssl2ClientHello = 1
	ssl2ServerHello = 4
)

// ssl2Length returns the length of an SSLv2 record, header and all, or -1 when b, of three bytes, does not begin one.
func ssl2Length(b []byte) (head, whole int) {
	if b[0]&0x80 != 0 {
		n := int(b[0]&0x7f)<<8 | int(b[1])
		return 2, 2 + n
	}
	n := int(b[0]&0x3f)<<8 | int(b[1])
	return 3, 3 + n
}

// parseSSL2ClientHello reads what follows the message type.
func parseSSL2ClientHello(body []byte) *Hello {
	h := &Hello{old: true}
	r := wire.New(body)
	h.Legacy = Version(r.Uint16())
	h.Version = h.Legacy
	ciphers, session, challenge := int(r.Uint16()), int(r.Uint16()), int(r.Uint16())
	list := r.Bytes(ciphers)
	h.SessionID = append(h.SessionID, r.Bytes(session)...)
	random := r.Bytes(challenge)
	for ; len(list) >= 3; list = list[3:] {
		if list[0] == 0 && len(h.Ciphers) < maxList { // others are SSLv2's own
			h.Ciphers = append(h.Ciphers, uint16(list[1])<<8|uint16(list[2]))
		}
	}
	if n := len(h.Random); len(random) <= n {
		copy(h.Random[n-len(random):], random)
	} else {
		copy(h.Random[:], random)
	}
	if !r.OK() {
		h.faults |= badHello
	}
	return h
}

// parseSSL2ServerHello reads what follows the message type, and returns the certificate.
func parseSSL2ServerHello(body []byte) (h *Hello, certificate []byte) {
	h = &Hello{old: true}
	r := wire.New(body)
	r.Skip(2) // session-id-hit, certificate-type
	h.Legacy = Version(r.Uint16())
	h.Version = h.Legacy
	n, ciphers, id := int(r.Uint16()), int(r.Uint16()), int(r.Uint16())
	certificate = r.Bytes(n)
	r.Skip(ciphers)
	r.Skip(id)
	if !r.OK() {
		h.faults |= badHello
	}
	return h, certificate
}
