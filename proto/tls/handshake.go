package tls

import (
	"bytes"
	"slices"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/wire"
)

// Handshake message types (RFC 8446, section 4, and RFC 5246, section 7.4).
const (
	typeHelloRequest       = 0
	typeClientHello        = 1
	typeServerHello        = 2
	typeNewSessionTicket   = 4
	typeCertificate        = 11
	typeServerKeyExchange  = 12
	typeCertificateRequest = 13
	typeServerHelloDone    = 14
	typeCertificateVerify  = 15
	typeClientKeyExchange  = 16
	typeFinished           = 20
	typeCertificateStatus  = 22
)

// messageHead is the length of a message's header: type and length.
const messageHead = 4

// handshake takes up b, the fragment of a record: messages begin and end in it wherever they like.
func (s *Session) handshake(d stream.Dir, b []byte) {
	h := &s.half[d]
	if h.torn {
		if !beginsMessage(b, s.config.MaxMessage) {
			return
		}
		h.torn = false
	}
	for len(b) > 0 {
		if h.passing > 0 {
			n := min(h.passing, len(b))
			h.passing, b = h.passing-n, b[n:]
			continue
		}
		if len(h.message) > 0 {
			b = s.resume(d, b)
			continue
		}
		if !inTheClear(b[0]) {
			s.raise(invalidHandshake)
			h.torn = true
			return
		}
		n := messageLength(b)
		switch {
		case n > s.config.MaxMessage:
			s.raise(handshakeInvalidLength)
			h.passing = n
		case n == 0 || n > len(b):
			h.message = append(make([]byte, 0, max(n, 64)), b...)
			return
		default:
			s.message(d, b[0], b[messageHead:n])
			b = b[n:]
		}
	}
}

// resume goes on with the message whose beginning came in an earlier record, and returns what is behind it.
func (s *Session) resume(d stream.Dir, b []byte) []byte {
	h := &s.half[d]
	if k := messageHead - len(h.message); k > 0 {
		k = min(k, len(b))
		h.message, b = append(h.message, b[:k]...), b[k:]
		if len(h.message) < messageHead {
			return nil
		}
	}
	n := messageLength(h.message)
	if n > s.config.MaxMessage {
		s.raise(handshakeInvalidLength)
		h.passing = n - len(h.message)
		h.message = nil
		return b
	}
	k := min(n-len(h.message), len(b))
	h.message, b = append(h.message, b[:k]...), b[k:]
	if len(h.message) == n {
		m := h.message
		h.message = nil
		s.message(d, m[0], m[messageHead:])
	}
	return b
}

// messageLength returns the length of the message at the beginning of b, header and all, or 0 if that is not known yet.
func messageLength(b []byte) int {
	if len(b) < messageHead {
		return 0
	}
	return messageHead + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
}

// inTheClear reports whether messages of a type come before all is encrypted. Behind another one nothing can be trusted to be a
// message.
func inTheClear(typ byte) bool {
	return typ <= typeServerHello || typ == typeNewSessionTicket || typ >= typeCertificate && typ <= typeClientKeyExchange ||
		typ >= typeFinished && typ <= typeCertificateStatus
}

// beginsMessage reports whether b may begin with a message: behind a gap nothing else tells.
func beginsMessage(b []byte, limit int) bool {
	n := messageLength(b)
	return n > 0 && n <= limit && inTheClear(b[0])
}

// message acts on a whole handshake message.
func (s *Session) message(d stream.Dir, typ byte, body []byte) {
	s.said(d, typ)
	switch typ {
	case typeClientHello:
		if d == stream.ToServer {
			s.clientHello(parseClientHello(body))
			return
		}
	case typeServerHello:
		if d == stream.ToClient {
			s.serverHello(parseServerHello(body))
			return
		}
	case typeCertificate:
		s.certificates(d, body)
		return
	case typeCertificateRequest:
		if d == stream.ToClient {
			s.flags |= certificateWanted
			return
		}
	case typeServerHelloDone:
		if d == stream.ToClient {
			s.serverHelloDone()
			return
		}
	case typeServerKeyExchange:
		if d == stream.ToClient {
			s.tx.ServerKey = s.key(s.tx.ServerKey, body)
			return
		}
	case typeClientKeyExchange:
		if d == stream.ToServer {
			s.tx.ClientKey = s.key(s.tx.ClientKey, body)
			return
		}
	default:
		return
	}
	s.raise(invalidHandshake)
}

// flight are the messages that a side sent since the other one did, as far as rules ask for them.
type flight struct {
	from        stream.Dir
	hello, keyx bool
}

// said notes what a side says. typ is 0 for what is not of the handshake in clear.
func (s *Session) said(d stream.Dir, typ byte) {
	f := &s.tx.last
	if f.from != d {
		*f = flight{from: d}
	}
	switch typ {
	case typeClientHello, typeServerHello:
		f.hello = true
	case typeClientKeyExchange, typeServerKeyExchange:
		f.keyx = true
	default:
		return
	}
	s.tx.Advance(d, 0) // it comes no further, and is inspected
}

// state returns what rules call message i of the last flight.
func (h *Handshake) state(i int) (name string, ok bool) {
	f := &h.last
	side := [...]string{"client", "server"}[f.from]
	switch {
	case f.hello && i == 0:
		return side + "_hello", true
	case f.keyx && (i == 0 || f.hello && i == 1):
		return side + "_keyx", true
	}
	return "", false
}

// key keeps the body of a key exchange message, if somebody wants it and there was none before.
func (s *Session) key(old, body []byte) []byte {
	if old != nil || !s.config.Keep && (s.config.OnHandshake == nil || s.flags&told != 0) {
		return old
	}
	return slices.Clone(body)
}

// clientHello takes the first hello of the client. A second one, after a HelloRetryRequest, changes nothing.
func (s *Session) clientHello(h *Hello) {
	s.faults(h)
	if first := s.tx.Client; first != nil && first.ServerName != "" && h.ServerName != "" && !hello(s.tx.Server).retry() {
		s.raise(multipleSNI) // as in Suricata
	}
	if s.tx.Client != nil || s.flags&told != 0 {
		return
	}
	s.tx.Client = h
	s.tx.Advance(stream.ToServer, clientHelloDone)
}

// serverHello takes the first hello of the server.
func (s *Session) serverHello(h *Hello) {
	s.faults(h)
	if s.tx.Server != nil || s.flags&told != 0 {
		return
	}
	s.tx.Server = h
	if c := s.tx.Client; c != nil && len(h.SessionID) > 0 && bytes.Equal(c.SessionID, h.SessionID) {
		s.tx.echoed = true
	}
	s.tx.Advance(stream.ToClient, serverHello)
	if s.half[stream.ToServer].opaque { // early data
		s.finishOpaque()
	}
}

// faults raises what is odd in a hello.
func (s *Session) faults(h *Hello) {
	for _, f := range [...]struct {
		fault helloFaults
		event app.EventID
	}{
		{severalNames, multipleSNI}, {badNameType, invalidSNIType}, {badNameLength, invalidSNILength}, {badHello, handshakeInvalidLength},
	} {
		if h.faults&f.fault != 0 {
			s.raise(f.event)
		}
	}
}

// certificates takes the body of a Certificate message (RFC 5246, section 7.4.2): the chain, the end's own first.
func (s *Session) certificates(d stream.Dir, body []byte) {
	if s.flags&told != 0 || s.tx.chain[d].seen {
		return
	}
	c := &s.tx.chain[d]
	c.seen = true
	message := wire.New(body)
	list := wire.New(slices.Clone(message.Vector24()))
	for message.OK() && !list.Empty() {
		der := list.Vector24()
		if !list.OK() {
			break
		}
		if len(c.DER) < maxChain {
			c.DER = append(c.DER, der)
		}
	}
	if !message.OK() || !list.OK() || !message.Empty() {
		s.raise(certificateLength)
	}
	if len(c.DER) > 0 {
		c.First = parseCertificate(c.DER[0])
		if e, bad := certificateEvents[c.First.fault]; bad {
			s.raise(e)
		}
	}
	if d == stream.ToServer {
		s.tx.Advance(d, clientCertDone)
		if c.First != nil && s.tx.Server != nil {
			s.finish()
		}
		return
	}
	s.tx.Advance(d, serverCertDone)
}

// maxChain bounds the certificates of a chain that are kept.
const maxChain = 128

// serverHelloDone ends what the server has to say for now. If it wants no certificate, nothing that is to be told can
// follow.
func (s *Session) serverHelloDone() {
	s.tx.Advance(stream.ToClient, serverHelloDone)
	if s.flags&certificateWanted == 0 && s.tx.known() {
		s.finish()
	}
}

// ssl2 reads one message of SSLv2.
func (s *Session) ssl2(d stream.Dir, in *stream.Cursor) (more bool, err error) {
	b, ok := in.Peek(3)
	if !ok {
		return false, nil
	}
	head, whole := ssl2Length(b)
	if whole == head {
		s.raise(invalidSSL2Header)
		return false, errSSL2
	}
	at := in.Offset()
	if b, ok = in.Next(whole); !ok {
		return false, nil
	}
	s.conn.Frame(d, frameSSL2Hdr, at, int64(head), s.tx)
	s.conn.Frame(d, frameSSL2PDU, at, int64(whole), s.tx)
	s.tx.records[d] = SSL20
	body := b[head+1:]
	switch typ := b[head]; {
	case typ == ssl2ClientHello && d == stream.ToServer:
		h := parseSSL2ClientHello(body)
		s.clientHello(h)
		if h.Legacy >= SSL30 {
			s.half[d].state = inRecords
			return true, nil
		}
	case typ == ssl2ServerHello && d == stream.ToClient:
		h, certificate := parseSSL2ServerHello(body)
		s.serverHello(h)
		if c := &s.tx.chain[d]; !c.seen && len(certificate) > 0 {
			c.seen = true
			c.DER = [][]byte{slices.Clone(certificate)}
			c.First = parseCertificate(c.DER[0])
		}
	case typ == ssl2Error:
		s.raise(errorMessage)
	}
	s.half[d].state = dead // keys and what they encrypt
	return true, nil
}
