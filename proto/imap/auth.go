package imap

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/reknit/reknit/stream"
)

// login takes the arguments of LOGIN: user and password.
func (s *Session) login(x *Exchange) {
	user, rest, ok := parseAstring(x.args)
	if !ok {
		return
	}
	x.User = clip(user)
	if password, _, ok := parseAstring(rest); ok {
		x.Password = clip(password)
	}
	s.tellLogin(x)
}

// beginAuth takes the arguments of AUTHENTICATE: a mechanism and, perhaps, the first answer (RFC 4959).
func (s *Session) beginAuth(x *Exchange) {
	mechanism, first, _ := parseAstring(x.args)
	x.Mechanism = strings.ToUpper(string(mechanism[:min(len(mechanism), maxMechanism)]))
	x.args = nil
	if len(first) > 0 {
		s.authAnswer(x, first)
	}
}

// maxMechanism is the length of a SASL mechanism's name (RFC 4422, section 3.1).
const maxMechanism = 20

// authLine takes a line of the client in an exchange of AUTHENTICATE.
func (s *Session) authLine(line []byte, e stream.Ending) {
	s.client = authSent
	if e == stream.None {
		s.client = inAuth // the rest of the line follows; it tells nothing
		return
	}
	for x := s.first; x != nil; x = x.later {
		if x.Command == "AUTHENTICATE" {
			s.authAnswer(x, bytes.TrimSpace(line))
			return
		}
	}
	s.client = commandLines // its end was seen
}

// authAnswer takes one answer of the client, as sent.
func (s *Session) authAnswer(x *Exchange, text []byte) {
	if string(text) == "*" { // the client gives up
		return
	}
	text = bytes.TrimRight(text, "=")
	message := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(message, text)
	if err != nil {
		return
	}
	user, password := credentials(x.Mechanism, x.step, message[:n])
	x.step = min(x.step+1, 250)
	if user != nil {
		x.User = clip(user)
	}
	if password != nil {
		x.Password = clip(password)
	}
	if user != nil || password != nil {
		s.tellLogin(x)
	}
}

// credentials returns what an answer of the client tells: the step counts from 0. A nil slice says that it tells nothing.
func credentials(mechanism string, step uint8, message []byte) (user, password []byte) {
	if len(message) == 0 {
		return nil, nil
	}
	switch {
	case mechanism == "PLAIN": // RFC 4616, section 2
		parts := bytes.SplitN(message, []byte{0}, 3)
		if len(parts) == 3 && step == 0 {
			return parts[1], parts[2]
		}
	case mechanism == "LOGIN":
		switch step {
		case 0:
			return message, nil
		case 1:
			return nil, message
		}
	case mechanism == "CRAM-MD5": // user, blank, digest (RFC 2195, section 2)
		if i := bytes.LastIndexByte(message, ' '); i > 0 {
			return message[:i], nil
		}
	case mechanism == "XOAUTH2":
		return attribute(message, "user=", 1), nil
	case mechanism == "OAUTHBEARER": // RFC 7628, section 3.1
		return attribute(message, "a=", ','), nil
	case strings.HasPrefix(mechanism, "SCRAM-"): // RFC 5802, section 7
		if step == 0 {
			return attribute(message, "n=", ','), nil
		}
	}
	return nil, nil
}

// attribute returns the value behind name, at the beginning of message or behind a separator, up to the next separator.
func attribute(message []byte, name string, separator byte) []byte {
	for len(message) > 0 {
		item, rest, _ := bytes.Cut(message, []byte{separator})
		if value, ok := bytes.CutPrefix(item, []byte(name)); ok {
			return value
		}
		message = rest
	}
	return nil
}
