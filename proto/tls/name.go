package tls

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// attributeNames are the names that Suricata gives to the types of attributes of a distinguished name, by the bytes of
// their object identifiers: 2.5.4 (X.520), 0.9.2342.19200300.100.1 (RFC 4519), 1.2.840.113549.1.9 (PKCS #9) and
// 1.3.6.1.4.1.311.60.2.1 (extended validation).
var attributeNames = map[string]string{
	"\x55\x04\x03": "CN",
	"\x55\x04\x04": "surname",
	"\x55\x04\x05": "serialNumber",
	"\x55\x04\x06": "C",
	"\x55\x04\x07": "L",
	"\x55\x04\x08": "ST",
	"\x55\x04\x09": "streetAddress",
	"\x55\x04\x0a": "O",
	"\x55\x04\x0b": "OU",
	"\x55\x04\x0c": "title",
	"\x55\x04\x0d": "description",
	"\x55\x04\x0e": "searchGuide",
	"\x55\x04\x0f": "businessCategory",
	"\x55\x04\x10": "postalAddress",
	"\x55\x04\x11": "postalCode",
	"\x55\x04\x29": "name",
	"\x55\x04\x2a": "givenName",
	"\x55\x04\x2b": "initials",
	"\x55\x04\x2c": "generationQualifier",
	"\x55\x04\x2d": "uniqueIdentifier",
	"\x55\x04\x2e": "dnQualifier",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01":     "uid",
	"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19":     "DC",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01":         "Email",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02":         "unstructuredName",
	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07":         "challengePassword",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01": "msJurisdictionLocality",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02": "msJurisdictionStateOrProvince",
	"\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03": "msJurisdictionCountry",
}

// appendDN writes a distinguished name (RFC 5280, section 4.1.2.4) as Suricata does: in the order of the certificate,
// with a comma between relative names, and a plus sign within one. It reports false when the name cannot be read.
func appendDN(b []byte, name der) ([]byte, bool) {
	for first := true; !name.empty(); first = false {
		relative := name.within(tagSet)
		for within := false; !relative.empty(); within = true {
			attribute := relative.within(tagSequence)
			typ := attribute.want(tagOID)
			tag, value := attribute.next()
			switch {
			case attribute.bad:
				return b, false
			case within:
				b = append(b, " + "...)
			case !first:
				b = append(b, ", "...)
			}
			b = appendValue(append(appendOID(b, typ), '='), tag, value)
		}
		if relative.bad {
			return b, false
		}
	}
	return b, !name.bad
}

// appendValue writes the value of an attribute: a string as it is, whatever its bytes, anything else in hexadecimal.
func appendValue(b []byte, tag byte, value []byte) []byte {
	switch tag {
	case tagUTF8String, tagNumericString, tagPrintableString, tagT61String, tagVideotexString, tagIA5String,
		tagGraphicString, tagVisibleString, tagGeneralString, tagObjectDescr:
		return append(b, value...)
	case tagBMPString:
		if text, ok := appendUTF16(b, value); ok {
			return text
		}
	}
	return append(b, strings.ToUpper(hex.EncodeToString(value))...)
}

// appendUTF16 writes UTF-16, the first byte first, as UTF-8. It reports false when value is not UTF-16.
func appendUTF16(b, value []byte) ([]byte, bool) {
	if len(value)%2 != 0 {
		return b, false
	}
	for i := 0; i < len(value); i += 2 {
		r := rune(binary.BigEndian.Uint16(value[i:]))
		if utf16.IsSurrogate(r) && i+4 <= len(value) {
			i += 2
			r = utf16.DecodeRune(r, rune(binary.BigEndian.Uint16(value[i:])))
		}
		if utf16.IsSurrogate(r) || r == utf8.RuneError {
			return b, false
		}
		b = utf8.AppendRune(b, r)
	}
	return b, true
}

// appendOID writes the name of an attribute's type, or OID() around the object identifier with dots.
func appendOID(b, oid []byte) []byte {
	if name, ok := attributeNames[string(oid)]; ok {
		return append(b, name...)
	}
	b = append(b, "OID("...)
	var v uint64
	for i, first := 0, true; i < len(oid); i++ {
		if v > math.MaxUint64>>7 {
			v = 0 // nobody's identifier
		}
		v = v<<7 | uint64(oid[i]&0x7f)
		if oid[i]&0x80 != 0 {
			continue
		}
		if first {
			top := min(v/40, 2)
			b = strconv.AppendUint(b, top, 10)
			v -= top * 40
			first = false
		}
		b = strconv.AppendUint(append(b, '.'), v, 10)
		v = 0
	}
	return append(b, ')')
}
