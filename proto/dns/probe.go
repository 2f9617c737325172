package dns

import (
	"encoding/binary"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

func guess(yes bool) app.Guess {
	if yes {
		return app.Yes
	}
	return app.No
}

// sends reports whether a message with this header is what the sender of direction d says: requests or responses.
func sends(d stream.Dir, header []byte) bool {
	return Flags(binary.BigEndian.Uint16(header[2:])).Response() == (d == stream.ToClient)
}

// probeDatagram wants a whole message, or one that is cut off.
func probeDatagram(d stream.Dir, b []byte) app.Guess {
	return guess(len(b) >= headerLen && sends(d, b) && check(b) != bad)
}

// longName is where a name that has no end is taken for one all the same: nobody sends such.
const longName = 512

// probe wants a header that fits the length before it, and a first question, as far as it is not compressed.
func probe(d stream.Dir, head []byte) app.Guess {
	if len(head) < prefixLen+headerLen {
		return app.Unknown
	}
	n, b := int(binary.BigEndian.Uint16(head)), head[prefixLen:]
	if n < headerLen || !plausible(b, n) || !sends(d, b) {
		return app.No
	}
	if binary.BigEndian.Uint16(b[4:]) == 0 {
		return app.Yes
	}
	for off := headerLen; ; {
		switch {
		case off > longName:
			return app.Yes
		case off >= len(b):
			return app.Unknown
		case b[off] == 0 || b[off] >= 0xc0:
			return guess(off+minQuestionLen <= n)
		case b[off] >= 0x40 || off > n:
			return app.No
		}
		off += 1 + int(b[off])
	}
}

// likely reports whether a message begins with the prefix and the first bytes b, behind a gap, where any bytes may be:
// it is stricter than probe. It wants one question and a usual header.
func likely(d stream.Dir, b []byte) bool {
	n, b := int(binary.BigEndian.Uint16(b)), b[prefixLen:]
	f := Flags(binary.BigEndian.Uint16(b[2:]))
	return n >= headerLen+minQuestionLen && plausible(b, n) && sends(d, b) && binary.BigEndian.Uint16(b[4:]) == 1 &&
		f.Opcode() <= maxOpcode && f&Z == 0 && b[headerLen] < 0x40
}
