package event

import "net/netip"

// MAC is a link-layer address.
type MAC [6]byte

// Addr writes an IP address: IPv4 as a dotted quad, IPv6 as eight groups of four hex digits, or in the short form of
// RFC 5952 when the Options ask for it.
func (o *Object) Addr(key string, v netip.Addr) {
	o.key(key)
	o.buf = appendAddr(o.buf, v, o.options != nil && o.options.CompressIPv6)
}

// ItemAddr writes an IP address in an array.
func (o *Object) ItemAddr(v netip.Addr) {
	o.comma()
	o.buf = appendAddr(o.buf, v, o.options != nil && o.options.CompressIPv6)
}

// MAC writes a link-layer address as six groups of two hex digits.
func (o *Object) MAC(key string, v MAC) {
	o.key(key)
	o.buf = appendMAC(o.buf, v)
}

// ItemMAC writes a link-layer address in an array.
func (o *Object) ItemMAC(v MAC) {
	o.comma()
	o.buf = appendMAC(o.buf, v)
}

const hexDigits = "0123456789abcdef"

func appendAddr(dst []byte, v netip.Addr, compress bool) []byte {
	dst = append(dst, '"')
	switch {
	case v.Is6() && !compress:
		for i, c := range v.As16() {
			if i > 0 && i%2 == 0 {
				dst = append(dst, ':')
			}
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
	case v.IsValid():
		dst = v.WithZone("").AppendTo(dst)
	}
	return append(dst, '"')
}

func appendMAC(dst []byte, v MAC) []byte {
	dst = append(dst, '"')
	for i, c := range v {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, '"')
}
