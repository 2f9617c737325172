package dns

import (
	"strconv"
	"strings"
)

// Type is a resource record type, or a question's.
type Type uint16

// Types whose data is taken apart.
const (
	TypeA     Type = 1
	TypeNS    Type = 2
	TypeCNAME Type = 5
	TypeSOA   Type = 6
	TypeNULL  Type = 10
	TypePTR   Type = 12
	TypeMX    Type = 15
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeSRV   Type = 33
	TypeOPT   Type = 41
	TypeSSHFP Type = 44
)

// typeNames are the types that Suricata has a name for, under that name.
var typeNames = map[Type]string{
	1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS", 12: "PTR",
	13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP",
	23: "NSAPPTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 33: "SRV", 34: "ATMA",
	35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6", 39: "DNAME", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP",
	45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA",
	55: "HIP", 59: "CDS", 60: "CDNSKEY", 65: "HTTPS", 99: "SPF", 249: "TKEY", 250: "TSIG", 254: "MAILA", 255: "ANY",
	256: "URI",
}

// newerNames are the types for which Suricata writes the number.
var newerNames = map[Type]string{
	31: "EID", 32: "NIMLOC", 40: "SINK", 53: "SMIMEA", 56: "NINFO", 57: "RKEY", 58: "TALINK", 61: "OPENPGPKEY",
	62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 66: "DSYNC", 100: "UINFO", 101: "UID", 102: "GID", 103: "UNSPEC", 104: "NID",
	105: "L32", 106: "L64", 107: "LP", 108: "EUI48", 109: "EUI64", 251: "IXFR", 252: "AXFR", 253: "MAILB", 257: "CAA",
	258: "AVC", 259: "DOA", 260: "AMTRELAY", 261: "RESINFO", 32768: "TA", 32769: "DLV",
}

// String returns the type's mnemonic, or its number.
func (t Type) String() string {
	if name, ok := newerNames[t]; ok {
		return name
	}
	return t.eve()
}

// eve returns what EVE has for the type: its mnemonic if Suricata knows it, or else its number.
func (t Type) eve() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return strconv.Itoa(int(t))
}

// Flags are the second word of the header.
type Flags uint16

// Bits of Flags.
const (
	QR Flags = 1 << 15 // a response
	AA Flags = 1 << 10 // authoritative answer
	TC Flags = 1 << 9  // truncated
	RD Flags = 1 << 8  // recursion desired
	RA Flags = 1 << 7  // recursion available
	Z  Flags = 1 << 6  // must be zero
	AD Flags = 1 << 5  // authentic data
	CD Flags = 1 << 4  // checking disabled
)

// Response reports whether the message is a response.
func (f Flags) Response() bool { return f&QR != 0 }

// Opcode is the kind of request: 0 QUERY, 4 NOTIFY, 5 UPDATE.
func (f Flags) Opcode() uint8 { return uint8(f >> 11 & 15) }

// maxOpcode is the greatest opcode that is assigned: DSO.
const maxOpcode = 6

// Rcode is how the request fared, without the upper bits of EDNS.
func (f Flags) Rcode() Rcode { return Rcode(f & 15) }

// Rcode is a response code.
type Rcode uint8

var rcodeNames = [...]string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
}

// String returns the code's mnemonic, or its number.
func (r Rcode) String() string {
	if int(r) < len(rcodeNames) {
		return rcodeNames[r]
	}
	return strconv.Itoa(int(r))
}

// ParseType finds a type by its mnemonic, in either case, or its number.
func ParseType(name string) (Type, bool) {
	name = strings.ToUpper(name)
	for _, names := range [...]map[Type]string{typeNames, newerNames} {
		for t, n := range names {
			if n == name {
				return t, true
			}
		}
	}
	n, err := strconv.ParseUint(name, 10, 16)
	return Type(n), err == nil
}
