package packet

// TCPOptions is a set of TCP options.
type TCPOptions uint16

// The options that are read.
const (
	OptMSS TCPOptions = 1 << iota
	OptWindowScale
	OptSACKPermitted
	OptSACK
	OptTimestamp
	OptFastOpen
	OptMD5
	OptAO
	// OptUnreadable tells that an option cannot be, and that it or one before it may hide a signature: a current Linux
	// receiver drops the segment.
	OptUnreadable
)

// Kinds of TCP options (IANA tcp-parameters).
const (
	kindEnd           = 0
	kindNop           = 1
	kindMSS           = 2
	kindWindowScale   = 3
	kindSACKPermitted = 4
	kindSACK          = 5
	kindTimestamp     = 8
	kindMD5           = 19
	kindAO            = 29
	kindFastOpen      = 34
	kindExperiment1   = 253
	kindExperiment2   = 254
)

const (
	// tsAligned is the start of an option area that holds nothing but timestamps: NOP, NOP, kind 8, length 10
	// (RFC 7323, appendix A).
	tsAligned = 0x0101080a

	// fastOpenMagic marks an experimental option as fast open (RFC 7413, section 4.1.1, before it had a kind).
	fastOpenMagic = 0xf989

	// md5Len is the length of an MD5 signature: Linux looks for one where at least so much of the option area is left.
	md5Len = 18

	maxWindowScale = 14 // RFC 7323, section 2.3
)

// tcpOptions reads the option area b. cut tells that the snap length ended it, so that a last option beyond its end is
// not an error.
//
// An option whose length cannot be ends the walk and makes the packet invalid. An option of a length that its kind does
// not have is passed over.
func (d *Decoder) tcpOptions(p *Packet, b []byte, cut bool) {
	for len(b) > 0 {
		kind := b[0]
		if kind == kindEnd {
			return
		}
		if kind == kindNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || cut && len(b) < int(b[1]) {
			return
		}
		if b[1] < 2 || len(b) < int(b[1]) {
			if len(b) >= md5Len {
				p.TCP.Options |= OptUnreadable
			}
			d.invalid(p, EventTCPOptionInvalidLen)
			return
		}
		n := int(b[1])
		d.tcpOption(p, kind, b[2:n], len(b))
		b = b[n:]
	}
}

// tcpOption takes in one option, of which v is the value, and n the length of the option area from the option on. The first of a kind wins, but for timestamps.
func (d *Decoder) tcpOption(p *Packet, kind uint8, v []byte, n int) {
	t := &p.TCP
	switch kind {
	case kindMSS:
		if d.tcpOptionOK(p, OptMSS, len(v) == 2) {
			t.MSS = be16(v)
		}
	case kindWindowScale:
		if d.tcpOptionOK(p, OptWindowScale, len(v) == 1) && v[0] <= maxWindowScale {
			t.WindowScale = v[0]
		}
	case kindSACKPermitted:
		d.tcpOptionOK(p, OptSACKPermitted, len(v) == 0)
	case kindSACK:
		if d.tcpOptionOK(p, OptSACK, len(v)%8 == 0 && len(v) <= 32) {
			for ; len(v) >= 8; v = v[8:] {
				t.SACK[t.SACKs] = [2]uint32{be32(v), be32(v[4:])}
				t.SACKs++
			}
		}
	case kindTimestamp:
		if d.tcpOptionOK(p, OptTimestamp, len(v) == 8) || len(v) == 8 { // receivers overwrite what they read before
			t.TSVal = be32(v)
			t.TSEcr = be32(v[4:])
		}
	case kindFastOpen:
		d.fastOpen(p, v)
	case kindExperiment1, kindExperiment2:
		if len(v) >= 2 && be16(v) == fastOpenMagic {
			d.fastOpen(p, v[2:])
		}
	case kindMD5:
		if len(v) == 16 {
			t.Options |= OptMD5
		} else {
			if n >= md5Len {
				p.TCP.Options |= OptUnreadable
			}
			d.invalid(p, EventTCPOptionInvalidLen)
		}
	case kindAO:
		if len(v) >= 2 {
			t.Options |= OptAO
		} else {
			d.invalid(p, EventTCPOptionInvalidLen)
		}
	}
}

// fastOpen takes in a fast open option: a cookie, or none to ask for one (RFC 7413, section 4.1.1).
func (d *Decoder) fastOpen(p *Packet, cookie []byte) {
	n := len(cookie)
	if d.tcpOptionOK(p, OptFastOpen, n == 0 || n >= 4 && n <= 16 && n%2 == 0) {
		p.TCP.FastOpenPayload = cookie
	}
}

// tcpOptionOK notes an option as present and reports whether it is to be read: not when its length is wrong, nor when it
// is there already.
func (d *Decoder) tcpOptionOK(p *Packet, o TCPOptions, lengthOK bool) bool {
	if !lengthOK {
		d.event(p, EventTCPOptionInvalidLen)
		return false
	}
	if p.TCP.Options&o != 0 {
		d.event(p, EventTCPOptionDuplicate)
		return false
	}
	p.TCP.Options |= o
	return true
}
