// Package ntp finds NTP, the Network Time Protocol (RFC 5905), on its port. Nothing of it is parsed: a flow is known to be of this
// protocol, for rules and records, and that is all.
//
// A message begins with its version and its mode, and is at least 48 bytes long. Versions 3 and 4 are looked for, in all modes; of
// control messages (RFC 9327) only those that are as long. That is what Suricata finds. Older versions, whose bytes tell
// less, are not.
package ntp

import (
	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// New returns the protocol.
func New() app.Protocol {
	return app.Protocol{
		Name:          "ntp",
		Ports:         []app.Port{{Transport: app.UDP, Number: 123, Dir: stream.ToServer}},
		ProbeDatagram: probe,
	}
}

// headerLen is the length of a message without extensions (RFC 5905, section 7.3).
const headerLen = 48

// probe wants a whole header of version 3 or 4. In modes such as that of peers both sides say the same, so that the
// direction tells nothing.
func probe(_ stream.Dir, b []byte) app.Guess {
	if len(b) < headerLen {
		return app.No
	}
	if v := b[0] >> 3 & 7; v != 3 && v != 4 {
		return app.No
	}
	return app.Yes
}
