package tls

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// Fingerprint is a JA3 or JA3S: a text and its MD5.
type Fingerprint struct {
	Text string
	Hash string // hexadecimal
}

// ja3 makes a client's: version, ciphers, extensions, groups, point formats, as decimal numbers. GREASE is left out.
func (h *Hello) ja3() Fingerprint {
	b := make([]byte, 0, 512)
	b = strconv.AppendUint(b, uint64(h.Legacy), 10)
	b = appendNumbers(append(b, ','), h.Ciphers)
	b = appendNumbers(append(b, ','), h.Extensions)
	b = appendNumbers(append(b, ','), h.Groups)
	b = append(b, ',')
	for i, f := range h.PointFormats {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(f), 10)
	}
	return fingerprint(b)
}

// ja3s makes a server's: version, cipher, extensions.
func (h *Hello) ja3s() Fingerprint {
	b := make([]byte, 0, 64)
	b = strconv.AppendUint(b, uint64(h.Legacy), 10)
	b = appendNumbers(append(b, ','), h.Ciphers)
	b = appendNumbers(append(b, ','), h.Extensions)
	return fingerprint(b)
}

func fingerprint(b []byte) Fingerprint {
	sum := md5.Sum(b)
	return Fingerprint{Text: string(b), Hash: hex.EncodeToString(sum[:])}
}

func appendNumbers(b []byte, list []uint16) []byte {
	first := true
	for _, v := range list {
		if isGREASE(v) {
			continue
		}
		if !first {
			b = append(b, '-')
		}
		first = false
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

// ja4 makes a client's JA4: a part that can be read, a hash of the sorted ciphers, and one of the sorted extensions with
// the signature algorithms as they were sent.
func (h *Hello) ja4() string {
	ciphers := withoutGREASE(h.Ciphers)
	extensions := withoutGREASE(h.Extensions)
	b := append(make([]byte, 0, 36), 't')
	b = append(b, h.ja4Version()...)
	if slices.Contains(extensions, extServerName) {
		b = append(b, 'd')
	} else {
		b = append(b, 'i')
	}
	b = appendTwo(b, len(ciphers))
	b = appendTwo(b, len(extensions))
	b = appendEnds(b, h.ALPN)

	slices.Sort(ciphers)
	b = appendHash(append(b, '_'), appendHex(nil, ciphers))

	extensions = slices.DeleteFunc(extensions, func(t uint16) bool { return t == extServerName || t == extALPN })
	slices.Sort(extensions)
	text := append(appendHex(nil, extensions), '_') // also without signature algorithms, as in Suricata
	return string(appendHash(append(b, '_'), appendHex(text, withoutGREASE(h.Signatures))))
}

// ja4Version is the best version that the client offers.
func (h *Hello) ja4Version() string {
	best := h.Legacy
	if offered := withoutGREASE(h.Offered); len(offered) > 0 {
		best = Version(slices.Max(offered))
	}
	switch best {
	case TLS13:
		return "13"
	case TLS12:
		return "12"
	case TLS11:
		return "11"
	case TLS10:
		return "10"
	case SSL30:
		return "s3"
	case SSL20:
		return "s2"
	}
	return "00"
}

func withoutGREASE(list []uint16) []uint16 {
	kept := make([]uint16, 0, len(list))
	for _, v := range list {
		if !isGREASE(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// appendTwo appends n, at most 99, as two digits.
func appendTwo(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

// appendEnds appends the first and last character of the first protocol, or those of its hexadecimal form where one of
// them is neither letter nor digit.
func appendEnds(b []byte, protocols []string) []byte {
	if len(protocols) == 0 || protocols[0] == "" {
		return append(b, "00"...)
	}
	name := protocols[0]
	first, last := name[0], name[len(name)-1]
	if alphanumeric(first) && alphanumeric(last) {
		return append(b, first, last)
	}
	const digits = "0123456789abcdef"
	return append(b, digits[first>>4], digits[last&15])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// appendHex appends numbers of four digits with commas between them.
func appendHex(b []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(b, []byte{byte(v >> 8), byte(v)})
	}
	return b
}

// appendHash appends the first twelve digits of the SHA-256 of text, or zeros when there is none.
func appendHash(b, text []byte) []byte {
	if len(text) == 0 {
		return append(b, "000000000000"...)
	}
	sum := sha256.Sum256(text)
	return hex.AppendEncode(b, sum[:6])
}
