package ftp

import (
	"bytes"
	"net/netip"
	"strconv"
)

// endpoint is where a data connection will be opened to.
type endpoint struct {
	addr netip.Addr // not valid: that of the control connection
	port uint16     // 0: none is known
}

// parseHostPort reads h1,h2,h3,h4,p1,p2 (RFC 959, section 5.3.2) at the beginning of text.
func parseHostPort(text []byte) (e endpoint, ok bool) {
	var n [6]byte
	for i := range n {
		if i > 0 {
			if len(text) == 0 || text[0] != ',' {
				return e, false
			}
			text = bytes.TrimLeft(text[1:], " ")
		}
		digits := countDigits(text)
		if digits > 3 {
			return e, false
		}
		v, err := strconv.ParseUint(string(text[:digits]), 10, 8)
		if err != nil {
			return e, false
		}
		n[i], text = byte(v), text[digits:]
	}
	return endpoint{netip.AddrFrom4([4]byte(n[:4])), uint16(n[4])<<8 | uint16(n[5])}, true
}

// parsePassive reads the reply to PASV. The numbers are looked for in all of it, as not every server puts them in
// parentheses (RFC 1123, section 4.1.2.6).
func parsePassive(text []byte) (e endpoint, ok bool) {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		if e, ok = parseHostPort(text[i:]); ok {
			return e, true
		}
		i += countDigits(text[i:])
	}
	return endpoint{}, false
}

// parseExtended reads the argument of EPRT, "|1|192.0.2.1|6446|" (RFC 2428, section 2).
func parseExtended(arg []byte) (e endpoint, ok bool) {
	if len(arg) == 0 {
		return e, false
	}
	parts := bytes.SplitN(arg[1:], arg[:1], 4)
	if len(parts) < 3 {
		return e, false
	}
	addr, err := netip.ParseAddr(string(parts[1][:min(len(parts[1]), maxAddr)]))
	if err != nil {
		return e, false
	}
	e.addr = addr.Unmap().WithZone("")
	e.port, ok = parsePort(parts[2])
	return e, ok
}

// maxAddr is longer than any address in text.
const maxAddr = 64

// parseExtendedPassive reads the reply to EPSV, "Entering Extended Passive Mode (|||6446|)" (RFC 2428, section 3).
func parseExtendedPassive(text []byte) (e endpoint, ok bool) {
	i := bytes.IndexByte(text, '(')
	if i < 0 || len(text) < i+5 {
		return e, false
	}
	text = text[i+1:]
	delim := text[0]
	if isDigit(delim) || text[1] != delim || text[2] != delim {
		return e, false
	}
	digits := text[3:]
	digits = digits[:countDigits(digits)]
	e.port, ok = parsePort(digits)
	return e, ok
}

// parsePort reads a port, which is not 0.
func parsePort(digits []byte) (port uint16, ok bool) {
	if len(digits) == 0 || len(digits) > 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(digits), 10, 16)
	return uint16(n), err == nil && n != 0
}

// parseOffset reads the argument of REST in stream mode (RFC 3659, section 5.3).
func parseOffset(arg []byte) int64 {
	arg = trimRight(arg)
	n, err := strconv.ParseUint(string(arg[:min(len(arg), 20)]), 10, 63)
	if err != nil {
		return 0
	}
	return int64(n)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func countDigits(b []byte) int {
	n := 0
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}
