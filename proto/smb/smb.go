// Package smb finds SMB, the file sharing of Windows, of all versions: over TCP alone (port 445) and in sessions of NetBIOS (RFC 1002,
// port 139). Nothing of it is parsed: a flow is known to be of this protocol, for rules and records, and that is all.
//
//	session request ─▶ response ─▶ messages          NetBIOS
//	                               messages          TCP alone
//
// Each is a packet of the session service: type, flags, length. A message begins with 0xff, 0xfe or, encrypted, 0xfd, and "SMB".
// Messages that begin a direction are found on every port; behind other packets of a session, and keep-alives, on those that SMB is
// looked for on.
package smb

import (
	"encoding/binary"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// New returns the protocol.
func New() app.Protocol {
	p := app.Protocol{
		Name: "smb",
		Ports: []app.Port{
			{Transport: app.TCP, Number: 139, Dir: stream.ToServer}, {Transport: app.TCP, Number: 139, Dir: stream.ToClient},
			{Transport: app.TCP, Number: 445, Dir: stream.ToServer}, {Transport: app.TCP, Number: 445, Dir: stream.ToClient},
		},
		Probe: probe,
	}
	for _, d := range []stream.Dir{stream.ToServer, stream.ToClient} {
		for _, text := range []string{"\xffSMB", "\xfeSMB", "\xfdSMB"} {
			p.Patterns = append(p.Patterns, app.Pattern{Dir: d, Text: text, Offset: packetHeaderLen, Check: probe, Transport: app.TCP})
		}
	}
	return p
}

// Packets of the session service (RFC 1002, section 4.3.1).
const (
	packetHeaderLen = 4
	// maxSetup is the longest of those that set up a session: two encoded names, each of at most 255 bytes.
	maxSetup = 512

	sessionMessage   = 0x00
	sessionRequest   = 0x81
	positiveResponse = 0x82
	negativeResponse = 0x83
	retargetResponse = 0x84
	keepAlive        = 0x85
)

// probe wants a message of SMB, perhaps behind packets that set up a session.
func probe(_ stream.Dir, head []byte) app.Guess {
	for len(head) > 0 {
		switch head[0] {
		case sessionMessage:
			return message(head)
		case sessionRequest, positiveResponse, negativeResponse, retargetResponse, keepAlive:
		default:
			return app.No
		}
		if len(head) < packetHeaderLen {
			return app.Unknown
		}
		n := packetHeaderLen + length(head)
		if n > packetHeaderLen+maxSetup {
			return app.No
		}
		if len(head) < n {
			return app.Unknown
		}
		head = head[n:]
	}
	return app.Unknown
}

// length is what the header of a packet says of its length: 24 bits over TCP alone, of which sessions of NetBIOS use 17.
func length(header []byte) int { return int(binary.BigEndian.Uint32(header) & 0xffffff) }

// message says whether a message of the session service is one of SMB, and no shorter than its header.
func message(head []byte) app.Guess {
	const magicLen = 4
	for i, c := range head[min(packetHeaderLen+1, len(head)):min(packetHeaderLen+magicLen, len(head))] {
		if c != "SMB"[i] {
			return app.No
		}
	}
	if len(head) <= packetHeaderLen {
		return app.Unknown
	}
	shortest := 0
	switch head[packetHeaderLen] {
	case 0xff: // [MS-CIFS], section 2.2.3: header, count of words, count of bytes
		shortest = 32 + 1 + 2
	case 0xfe: // [MS-SMB2], section 2.2.1
		shortest = 64
	case 0xfd: // [MS-SMB2], section 2.2.41
		shortest = 52
	default:
		return app.No
	}
	switch {
	case length(head) < shortest:
		return app.No
	case len(head) < packetHeaderLen+magicLen:
		return app.Unknown
	}
	return app.Yes
}
