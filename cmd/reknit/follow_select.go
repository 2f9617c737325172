package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/reknit/reknit/engine"
)

// selector says which streams are wanted. The zero selector wants all.
type selector struct {
	text   string
	number uint64 // of the list, or a flow_id; 0: it is by ends
	ends   []endpoint
}

// endpoint is one end of a stream, or what is said of it.
type endpoint struct {
	addr    netip.Addr // not valid: any
	port    uint16
	hasPort bool
}

// parseSelector reads FLOW.
func parseSelector(text string) (selector, error) {
	s := selector{text: text}
	bad := fmt.Errorf("FLOW is a number, a flow_id or CLIENT:PORT-SERVER:PORT, not %q", text)
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		if n == 0 {
			return s, fmt.Errorf("streams are numbered from 1")
		}
		s.number = n
		return s, nil
	}
	first, second, both := strings.Cut(text, "-")
	for _, t := range []string{first, second}[:1+min(len(second), 1)] {
		e, ok := parseEndpoint(t)
		if !ok {
			return s, bad
		}
		s.ends = append(s.ends, e)
	}
	if !both && first == "" {
		return s, bad
	}
	return s, nil
}

// parseEndpoint reads an address, ":PORT", both, or nothing.
func parseEndpoint(text string) (e endpoint, ok bool) {
	if text == "" {
		return e, true
	}
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return endpoint{addr: a.Unmap()}, true
	}
	at := strings.LastIndexByte(text, ':')
	if at < 0 {
		return e, false
	}
	port, err := strconv.ParseUint(text[at+1:], 10, 16)
	if err != nil {
		return e, false
	}
	e.port, e.hasPort = uint16(port), true
	if at == 0 {
		return e, true
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text[:at], "["), "]"))
	e.addr = a.Unmap()
	return e, err == nil
}

// single reports whether one stream at most can be wanted.
func (s *selector) single() bool { return s.number != 0 }

// wants reports whether f, which has that number in the list, is wanted. It is the same whoever is taken for the client.
func (s *selector) wants(number uint64, f *engine.Flow) bool {
	if s.number != 0 {
		return s.number == number || s.number == f.ID()
	}
	a, b := f.Client(), f.Server()
	switch len(s.ends) {
	case 0:
		return true
	case 1:
		return s.ends[0].fits(a) || s.ends[0].fits(b)
	}
	return s.ends[0].fits(a) && s.ends[1].fits(b) || s.ends[0].fits(b) && s.ends[1].fits(a)
}

func (e *endpoint) fits(a netip.AddrPort) bool {
	return (!e.addr.IsValid() || e.addr == a.Addr()) && (!e.hasPort || e.port == a.Port())
}
