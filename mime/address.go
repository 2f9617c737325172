package mime

import (
	"bytes"
	"strings"
)

// Address is a mailbox (RFC 5322, section 3.4).
type Address struct {
	Name string // display name, or the comment behind the address; decoded; may be empty
	Addr string // local-part@domain as sent
}

// String returns the address as people write it.
func (a Address) String() string {
	if a.Name == "" {
		return a.Addr
	}
	return a.Name + " <" + a.Addr + ">"
}

// ParseAddresses reads an address list. Groups give their members; what is no address is left out.
func ParseAddresses(value []byte) []Address {
	var list []Address
	add := func(item []byte) {
		if a := parseAddress(item); a.Addr != "" {
			list = append(list, a)
		}
	}
	closing := bytes.LastIndexByte(value, '>')
	start, angle, literal := 0, false, false
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '"':
			i += quotedLen(value[i:]) - 1
		case '(':
			i += commentLen(value[i:]) - 1
		case '<':
			angle = i < closing
		case '>':
			angle = false
		case '[':
			literal = true
		case ']':
			literal = false
		case ':':
			if !angle && !literal { // the name of a group ends
				start = i + 1
			}
		case ',', ';':
			if !angle {
				add(value[start:i])
				start, literal = i+1, false
			}
		}
	}
	add(value[start:])
	return list
}

// parseAddress reads one mailbox: "name <addr>", "addr (name)" or "addr".
func parseAddress(b []byte) Address {
	var phrase, comment, addr []byte // phrase keeps the quotes: they may be those of a local part
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := quotedLen(b[i:])
			phrase = append(phrase, b[i:i+n]...)
			i += n - 1
		case '(':
			n := commentLen(b[i:])
			comment = bytes.TrimSuffix(b[i+1:i+n], []byte{')'})
			i += n - 1
		case '<':
			end := bytes.IndexByte(b[i:], '>')
			if end < 0 {
				end = len(b) - i
			}
			addr = b[i+1 : i+end]
			i += end
		default:
			phrase = append(phrase, b[i])
		}
	}
	name := comment
	if addr == nil {
		addr = phrase
	} else if p := bytes.TrimSpace(removeQuotes(phrase)); len(p) > 0 {
		name = p
	}
	addr = bytes.TrimSpace(addr)
	if len(addr) > 0 && addr[0] == '@' { // a source route: @relay,@relay:local-part@domain
		if i := bytes.IndexByte(addr, ':'); i >= 0 {
			addr = addr[i+1:]
		}
	}
	return Address{Name: strings.TrimSpace(DecodeHeader(name)), Addr: strings.ToValidUTF8(string(addr), "\uFFFD")}
}

func removeQuotes(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] != '"' {
			out = append(out, b[i])
			continue
		}
		text, n := unquote(b[i:])
		out = append(out, text...)
		i += n - 1
	}
	return out
}
