package packet

// IPv4 options (IANA ip-parameters).
const (
	ipv4OptionEnd       = 0
	ipv4OptionNop       = 1
	ipv4OptionRecord    = 7
	ipv4OptionQuick     = 25
	ipv4OptionTimestamp = 68
	ipv4OptionSecurity  = 130
	ipv4OptionLoose     = 131
	ipv4OptionExtended  = 133
	ipv4OptionCIPSO     = 134
	ipv4OptionStreamID  = 136
	ipv4OptionStrict    = 137
	ipv4OptionAlert     = 148
)

// ipv4Options checks the options. None of them changes how the datagram is read. It reports false when the length of one is
// such that no walk through them is possible.
func (d *Decoder) ipv4Options(p *Packet, b []byte) bool {
	if len(b)%8 != 0 {
		d.event(p, EventIPv4OptionPadRequired)
	}
	var seen uint16 // a bit per known option
	for len(b) > 0 {
		kind := b[0]
		if kind == ipv4OptionEnd {
			return true
		}
		if kind == ipv4OptionNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 {
			d.event(p, EventIPv4OptionEOLRequired)
			return true
		}
		n := int(b[1])
		if n < 2 || n > len(b) {
			d.invalid(p, EventIPv4OptionInvalidLen)
			return false
		}
		option := b[:n]
		b = b[n:]

		bit := ipv4OptionBit(kind)
		switch {
		case bit == 0:
			d.event(p, EventIPv4OptionInvalid)
		case seen&bit != 0:
			d.event(p, EventIPv4OptionDuplicate)
		default:
			seen |= bit
			d.ipv4Option(p, option)
		}
	}
	return true
}

// ipv4OptionBit returns a bit of its own for a known option, 0 for others.
func ipv4OptionBit(kind byte) uint16 {
	switch kind {
	case ipv4OptionRecord:
		return 1
	case ipv4OptionQuick:
		return 1 << 1
	case ipv4OptionTimestamp:
		return 1 << 2
	case ipv4OptionSecurity:
		return 1 << 3
	case ipv4OptionLoose:
		return 1 << 4
	case ipv4OptionExtended:
		return 1 << 5
	case ipv4OptionCIPSO:
		return 1 << 6
	case ipv4OptionStreamID:
		return 1 << 7
	case ipv4OptionStrict:
		return 1 << 8
	case ipv4OptionAlert:
		return 1 << 9
	}
	return 0
}

// ipv4Option checks one option, with its type and length.
func (d *Decoder) ipv4Option(p *Packet, o []byte) {
	switch o[0] {
	case ipv4OptionRecord, ipv4OptionLoose, ipv4OptionStrict: // RFC 791: type, length, pointer, addresses
		switch {
		case len(o) < 3:
			d.invalid(p, EventIPv4OptionInvalidLen)
		case o[2] < 4 || (int(o[2])-4)%4 != 0 || int(o[2]) > len(o)+1:
			d.invalid(p, EventIPv4OptionMalformed)
		}
	case ipv4OptionTimestamp: // type, length, pointer, overflow and flag, timestamps
		if len(o) < 4 {
			d.invalid(p, EventIPv4OptionInvalidLen)
			return
		}
		record := 4
		if flag := o[3] & 0x0f; flag == 1 || flag == 3 { // with addresses
			record = 8
		}
		if o[2] < 5 || (int(o[2])-5)%record != 0 || int(o[2]) > len(o)+1 {
			d.invalid(p, EventIPv4OptionMalformed)
		}
	case ipv4OptionQuick: // RFC 4782
		if len(o) != 8 {
			d.invalid(p, EventIPv4OptionInvalidLen)
		}
	case ipv4OptionSecurity, ipv4OptionExtended: // RFC 1108; RFC 791 had a fixed length of 11
		if len(o) < 3 {
			d.invalid(p, EventIPv4OptionInvalidLen)
		}
	case ipv4OptionStreamID, ipv4OptionAlert: // RFC 791, RFC 2113
		if len(o) != 4 {
			d.invalid(p, EventIPv4OptionInvalidLen)
		}
	case ipv4OptionCIPSO:
		d.cipso(p, o)
	}
}

// cipso checks the commercial IP security option (FIPS 188): a domain of interpretation, then tags.
func (d *Decoder) cipso(p *Packet, o []byte) {
	const fixed = 6
	if len(o) < fixed+4 {
		d.invalid(p, EventIPv4OptionInvalidLen)
		return
	}
	for tags := o[fixed:]; len(tags) > 0; {
		if len(tags) < 2 || tags[1] < 2 || int(tags[1]) > len(tags) {
			d.invalid(p, EventIPv4OptionMalformed)
			return
		}
		tags = tags[tags[1]:]
	}
}
