package tls

import (
	"crypto/sha1"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"
)

// Certificate is what is read of an X.509 certificate (RFC 5280). A part that cannot be read is missing.
type Certificate struct {
	Subject, Issuer string // with the attributes in the certificate's order: "C=US, O=Example, CN=example.org"
	Serial          string // hexadecimal, upper case, with colons
	Fingerprint     string // SHA-1 of the whole, hexadecimal, lower case, with colons
	NotBefore       time.Time
	NotAfter        time.Time
	Names           []string // subjectAltName: host names and addresses

	named bool // subject and issuer were read, if only to be empty
	fault certificateFault
}

// certificateFault is the first part of a certificate that cannot be read.
type certificateFault uint8

const (
	soundCertificate certificateFault = iota
	badCertificate                    // not even a sequence
	badDER
	badVersion
	badSerial
	badAlgorithm
	badIssuer
	badValidity
	badDate
	badSubject
	badExtensions
)

// maxNames bounds the alternative names of a certificate that are kept.
const maxNames = 1024

// parseCertificate reads a certificate. What cannot be read is noted in fault; what stands before it is kept.
func parseCertificate(b []byte) *Certificate {
	sum := sha1.Sum(b)
	c := &Certificate{Fingerprint: colons(hex.EncodeToString(sum[:]))}
	outer := der{b: b}
	whole := outer.within(tagSequence)
	tbs := whole.within(tagSequence)
	if tbs.bad {
		c.fault = badCertificate
		return c
	}
	c.fault = c.read(&tbs)
	return c
}

// read reads a TBSCertificate.
func (c *Certificate) read(tbs *der) certificateFault {
	if tbs.is(tagContext) {
		version := tbs.within(tagContext)
		if v := version.want(tagInteger); version.bad || len(v) != 1 || v[0] > 2 {
			return badVersion
		}
	}
	serial := tbs.want(tagInteger)
	if tbs.bad || len(serial) == 0 {
		return badSerial
	}
	c.Serial = colons(strings.ToUpper(hex.EncodeToString(serial)))
	if tbs.want(tagSequence); tbs.bad { // signature algorithm
		return badAlgorithm
	}
	if name, ok := appendDN(nil, tbs.within(tagSequence)); ok {
		c.Issuer = string(name)
	} else {
		return badIssuer
	}
	if fault := c.validity(tbs.within(tagSequence)); fault != soundCertificate {
		return fault
	}
	if name, ok := appendDN(nil, tbs.within(tagSequence)); ok {
		c.Subject = string(name)
	} else {
		return badSubject
	}
	c.named = true
	tbs.want(tagSequence) // public key
	for tag := byte(tagImplicit + 1); tag <= tagImplicit+2; tag++ {
		if tbs.is(tag) || tbs.is(tag|0x20) { // unique identifiers
			tbs.next()
		}
	}
	if tbs.is(tagContext + 3) {
		list := tbs.within(tagContext + 3)
		if !c.extensions(list.within(tagSequence)) {
			return badExtensions
		}
	}
	if tbs.bad {
		return badDER
	}
	return soundCertificate
}

func (c *Certificate) validity(v der) certificateFault {
	var fault certificateFault
	c.NotBefore, fault = validityTime(&v, fault)
	c.NotAfter, fault = validityTime(&v, fault)
	return fault
}

func validityTime(v *der, fault certificateFault) (time.Time, certificateFault) {
	tag, b := v.next()
	if v.bad || tag != tagUTCTime && tag != tagGeneralizedTime {
		return time.Time{}, badValidity
	}
	t, ok := parseTime(tag, string(b))
	if !ok {
		return time.Time{}, badDate
	}
	return t, fault
}

// parseTime reads a UTCTime, whose years are from 1950 to 2049, or a GeneralizedTime. Seconds may be missing.
func parseTime(tag byte, s string) (t time.Time, ok bool) {
	if tag == tagUTCTime {
		if len(s) < 2 {
			return t, false
		}
		if s[0] >= '5' {
			s = "19" + s
		} else {
			s = "20" + s
		}
	}
	for _, layout := range [...]string{"20060102150405Z0700", "200601021504Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return t, false
}

// extensions looks for the alternative names.
func (c *Certificate) extensions(list der) bool {
	const subjectAltName = "\x55\x1d\x11"
	for !list.empty() {
		x := list.within(tagSequence)
		id := x.want(tagOID)
		if x.is(0x01) { // critical
			x.next()
		}
		value := x.want(tagOctetString)
		if x.bad {
			return false
		}
		if string(id) == subjectAltName {
			inner := der{b: value}
			if !c.names(inner.within(tagSequence)) {
				return false
			}
		}
	}
	return !list.bad
}

func (c *Certificate) names(list der) bool {
	const (
		dnsName   = tagImplicit + 2
		ipAddress = tagImplicit + 7
	)
	for !list.empty() {
		tag, b := list.next()
		if len(c.Names) >= maxNames {
			continue
		}
		switch tag {
		case dnsName:
			c.Names = append(c.Names, string(b))
		case ipAddress:
			if a, ok := netip.AddrFromSlice(b); ok {
				c.Names = append(c.Names, a.String())
			}
		}
	}
	return !list.bad
}

// colons puts a colon after every two digits.
func colons(s string) string {
	var b strings.Builder
	for i := 0; i+2 <= len(s); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(s[i : i+2])
	}
	return b.String()
}
