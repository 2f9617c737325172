package tls

import "fmt"

// Version is a protocol version as it is sent: 0x0303 is TLS 1.2.
type Version uint16

const (
	SSL20 Version = 0x0002
	SSL30 Version = 0x0300
	TLS10 Version = 0x0301
	TLS11 Version = 0x0302
	TLS12 Version = 0x0303
	TLS13 Version = 0x0304
)

// draft16 is the first draft of TLS 1.3 that has a version of its own: 0x7f00 and the draft's number.
const (
	draft16    Version = 0x7f10
	draftLast  Version = 0x7fff
	draftFB    Version = 0xfb1a // Facebook's draft-26
	draftEarly Version = 0x7f00
)

// String returns the name that EVE shows.
func (v Version) String() string {
	switch v {
	case 0:
		return "UNDETERMINED"
	case SSL20:
		return "SSLv2"
	case SSL30:
		return "SSLv3"
	case TLS10:
		return "TLSv1"
	case TLS11:
		return "TLS 1.1"
	case TLS12:
		return "TLS 1.2"
	case TLS13:
		return "TLS 1.3"
	case draftFB:
		return "TLS 1.3 draft-fb"
	}
	switch {
	case v >= draftEarly && v < draft16:
		return "TLS 1.3 draft-<16"
	case v >= draft16 && v <= draftLast:
		return fmt.Sprintf("TLS 1.3 draft-%d", v&0xff)
	}
	return fmt.Sprintf("0x%04x", uint16(v))
}

// is13 reports whether v is TLS 1.3 or a draft of it.
func (v Version) is13() bool { return v == TLS13 || v >= draftEarly && v <= draftLast || v == draftFB }

// known reports whether v is a version of SSL or TLS.
func (v Version) known() bool { return v == SSL20 || v >= SSL30 && v <= TLS13 || v.is13() }

// isGREASE reports whether v is one of the values that clients send so that servers get used to unknown ones (RFC 8701).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }
