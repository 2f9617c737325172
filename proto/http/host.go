package http

import (
	"bytes"
	"net/netip"
	"slices"
)

// target reads the target of the request, and finds out for which host it is (RFC 9110, section 7.2).
func (s *Session) target(x *Exchange) {
	var u uri
	if string(x.Method()) == "CONNECT" {
		u = parseAuthority(x.Target())
	} else {
		u = parseURI(x.Target())
	}
	if len(u.host) > 0 && u.host[0] == '/' { // CONNECT with a path
		s.raise(requestURIHostInvalid, x)
		u.host = nil
	}
	if u.host != nil {
		x.Host, x.Port = bytes.ToLower(u.host), parsePort(u.port)
		if !validHost(u.host) || u.port != nil && x.Port == 0 {
			s.raise(requestURIHostInvalid, x)
		}
		if u.port != nil && x.Port == 0 {
			s.raise(invalidAuthorityPort, x)
		}
	}
	if _, twice := x.normalise(); twice {
		s.raise(doubleEncodedURI, x)
	}
	v := x.Request.value("Host")
	if v == nil {
		if isVersion(x.Protocol()) && !old(x.Protocol()) {
			s.raise(missingHostHeader, x)
		}
		return
	}
	s.hostField(x, v, u.host != nil)
}

// hostField takes the field Host.
func (s *Session) hostField(x *Exchange, v []byte, inTarget bool) {
	host, text := splitHost(v)
	port := parsePort(text)
	if !validHost(host) || len(text) > 0 && port == 0 {
		s.raise(requestHeaderHostInvalid, x)
	}
	if inTarget {
		if !bytes.EqualFold(host, x.Host) || port != 0 && x.Port != 0 && port != x.Port {
			s.raise(hostHeaderAmbiguous, x)
		}
		return
	}
	if x.Host, x.Port = host, port; text == nil {
		x.Host = lowered(host) // as libhtp: not when a port follows
	}
	if _, server := s.conn.Ports(); port != 0 && port != server {
		s.raise(requestServerPortTCPPortMismatch, x)
	}
}

// lowered returns b in lower case: b itself when it is.
func lowered(b []byte) []byte {
	for _, c := range b {
		if 'A' <= c && c <= 'Z' {
			return bytes.ToLower(b)
		}
	}
	return b
}

// notSeen stands for the target of a request that was not seen, as with libhtp.
const notSeen = "/libhtp::request_uri_not_seen"

// URI returns the normalised target: path, query and fragment.
func (x *Exchange) URI() []byte {
	x.normalise()
	return x.uri
}

// Path returns the path of the normalised target.
func (x *Exchange) Path() []byte {
	x.normalise()
	return x.uri[:x.path]
}

// normalise makes the normalised target, once, and reports whether something in it was encoded twice.
func (x *Exchange) normalise() (made, twice bool) {
	target := x.Target()
	if x.unseen {
		target = []byte(notSeen)
	}
	if x.normal || target == nil {
		return false, false
	}
	x.normal = true
	c := &x.config.URI
	if string(x.Method()) == "CONNECT" {
		x.uri, x.path = append(x.uri, target...), len(target)
		return true, false
	}
	u := parseURI(target)
	x.uri, twice = c.normal(slices.Grow(x.uri, len(target)), &u)
	x.path = len(x.uri)
	if u.hasQuery || u.hasFragment {
		if n := bytes.IndexAny(x.uri, "?#"); n >= 0 {
			x.path = n
		}
	}
	return true, twice
}

// Forwarded returns the address of the client for which a proxy asks, as a field of the request's header says: the first one
// of a list, or the last. It returns nil when there is none.
func (x *Exchange) Forwarded(header string, first bool) []byte {
	v := x.Request.value(header)
	if first {
		v, _, _ = bytes.Cut(v, []byte(","))
	} else if n := bytes.LastIndexByte(v, ','); n >= 0 {
		v = v[n+1:]
	}
	v = trim(v)
	if _, err := netip.ParseAddr(string(v)); err == nil {
		return v
	}
	host, _ := splitHost(v)
	host = bytes.Trim(host, "[]")
	if _, err := netip.ParseAddr(string(host)); err == nil {
		return host
	}
	return nil
}
