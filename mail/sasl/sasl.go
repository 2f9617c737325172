// Package sasl reads what a client answers in an exchange of SASL (RFC 4422), as far as it tells a user or a password. SMTP, POP3
// and IMAP send each answer as a line of base64.
package sasl

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// MaxMechanism is the length of a mechanism's name (RFC 4422, section 3.1).
const MaxMechanism = 20

// Decode decodes an answer as it is sent. Missing padding is accepted.
func Decode(text []byte) (message []byte, ok bool) {
	text = bytes.TrimRight(bytes.Trim(text, " \t"), "=")
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(out, text)
	return out[:n], err == nil
}

// Credentials returns what an answer tells; mechanism is in upper case, and step counts answers from 0. A nil slice says that it
// tells nothing. Known are PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), XOAUTH2, OAUTHBEARER (RFC 7628) and SCRAM (RFC 5802).
func Credentials(mechanism string, step uint8, message []byte) (user, password []byte) {
	if len(message) == 0 {
		return nil, nil
	}
	switch {
	case mechanism == "PLAIN":
		if user, password, ok := parsePlain(message); ok && step == 0 {
			return user, password
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
	case mechanism == "OAUTHBEARER": // RFC 7628, section 3.1: the GS2 header names the user
		return attribute(message, "a=", ','), nil
	case strings.HasPrefix(mechanism, "SCRAM-"): // RFC 5802, section 7
		if step == 0 {
			return attribute(message, "n=", ','), nil
		}
	}
	return nil, nil
}

// parsePlain reads the message of the PLAIN mechanism: [authzid] NUL authcid NUL passwd (RFC 4616, section 2). The user
// is the authcid.
func parsePlain(message []byte) (user, password []byte, ok bool) {
	_, rest, ok1 := bytes.Cut(message, []byte{0})
	user, password, ok2 := bytes.Cut(rest, []byte{0})
	return user, password, ok1 && ok2
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
