package dataset

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
)

// Type says what the values of a set are.
type Type uint8

const (
	NoType Type = iota
	String      // any bytes, at least one; Base64 in files
	MD5         // 16 bytes
	SHA256      // 32 bytes
	IPv4        // 4 bytes
	IP          // 4 bytes of IPv4, or 16 of IPv6
)

var typeNames = []string{"", "string", "md5", "sha256", "ipv4", "ip"}

// ParseType reads the name of a type.
func ParseType(name string) (Type, error) {
	if name == "ipv6" {
		name = "ip"
	}
	if i := slices.Index(typeNames, name); i > 0 {
		return Type(i), nil
	}
	return NoType, fmt.Errorf("bad type %s", name)
}

// String returns the name of the type.
func (t Type) String() string { return typeNames[t] }

// mapped is what an IPv4 address in 16 bytes begins with (RFC 4291, section 2.5.5.2).
const mapped = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff"

// value returns the value that the bytes of a buffer are, if they have its form. It is a part of b.
func (t Type) value(b []byte) (v []byte, ok bool) {
	switch t {
	case MD5:
		return b, len(b) == 16
	case SHA256:
		return b, len(b) == 32
	case IPv4:
		return b, len(b) == 4
	case IP:
		if len(b) == 16 && string(b[:len(mapped)]) == mapped {
			b = b[len(mapped):]
		}
		return b, len(b) == 4 || len(b) == 16
	}
	return b, len(b) > 0
}

// parse reads the text of a value.
func (t Type) parse(text string) (v []byte, err error) {
	switch t {
	case String:
		v, err = base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(v) == 0 {
			return nil, errBase64
		}
		return v, nil
	case MD5, SHA256:
		v, err = hex.DecodeString(text)
		if _, ok := t.value(v); err != nil || !ok {
			return nil, fmt.Errorf("%q is not the %s of anything", text, t)
		}
		return v, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return nil, fmt.Errorf("%q is not an address", text)
	}
	if a = a.Unmap(); t == IPv4 && !a.Is4() {
		return nil, fmt.Errorf("%q is not an IPv4 address", text)
	}
	return a.AsSlice(), nil
}

// appendText appends the text of a value.
func (t Type) appendText(dst []byte, v string) []byte {
	switch t {
	case String:
		return base64.StdEncoding.AppendEncode(dst, []byte(v))
	case MD5, SHA256:
		return hex.AppendEncode(dst, []byte(v))
	}
	a, _ := netip.AddrFromSlice([]byte(v))
	return a.AppendTo(dst)
}
