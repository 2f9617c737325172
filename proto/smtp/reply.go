package smtp

// Reply is one line of a reply (RFC 5321, section 4.2.1).
type Reply struct {
	Code uint16 // 0: not a reply line of the RFC
	More bool   // another line of the same reply follows: "250-"
	Text []byte // behind the code and its separator; valid during the call
}

// parseReply reads one reply line. ok is false when it does not begin with three digits that are a code in use.
func parseReply(line []byte) (r Reply, ok bool) {
	if len(line) < 3 {
		return r, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return r, false
		}
		r.Code = r.Code*10 + uint16(c-'0')
	}
	if len(line) > 3 {
		r.More = line[3] == '-'
		r.Text = line[4:]
	}
	return r, knownCode(r.Code)
}

// knownCodes are the codes of RFC 5321, section 4.2.3, those of its extensions, and those that servers in the field add.
var knownCodes = [...]uint16{
	211, 214, 220, 221, 235, 250, 251, 252,
	334, 354,
	401, 402, 421, 435, 450, 451, 452, 454, 455,
	500, 501, 502, 503, 504, 511, 521, 522, 525, 530, 534, 535, 541, 543, 550, 551, 552, 553, 554, 555,
}

func knownCode(code uint16) bool {
	for _, c := range knownCodes {
		if c == code {
			return true
		}
	}
	return false
}

// fits reports whether a server that follows the RFCs could answer v with code. It is asked only when bytes are missing
// or replies came early; otherwise order alone decides.
func fits(v verb, code uint16) bool {
	if code >= 400 {
		return true
	}
	switch v {
	case data:
		return code == 354
	case startTLS:
		return code == 220
	case quit:
		return code == 221
	case auth, credential:
		return code == 334 || code == 235
	case helo, mailFrom, bdat, lastBDAT, rset, endOfData:
		return code == 250
	case rcptTo:
		return code >= 250 && code <= 252
	default:
		return code < 300 && code != 220 && code != 221
	}
}
