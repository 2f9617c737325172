package filter

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// protocolNumbers are the protocols in IP packets that have a name.
var protocolNumbers = map[string]uint32{"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "esp": 50, "ah": 51, "icmp6": 58, "pim": 103, "vrrp": 112,
	"sctp": 132}

// versionOf says which version of IP some of them belong to.
var versionOf = map[string]uint32{"icmp": 4, "igmp": 4, "icmp6": 6}

// etherTypes are the types of frames that have a name.
var etherTypes = map[string]uint32{"ip": typeIP, "ip6": typeIPv6, "arp": typeARP, "rarp": typeRARP}

// services are ports that have a name.
var services = map[string]uint64{"ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "tftp": 69, "http": 80, "www": 80,
	"kerberos": 88, "pop3": 110, "ntp": 123, "imap": 143, "imap2": 143, "snmp": 161, "bgp": 179, "ldap": 389, "https": 443, "microsoft-ds": 445,
	"submission": 587, "ldaps": 636, "imaps": 993, "pop3s": 995, "sip": 5060}

// primitive reads a test that is no comparison.
func (p *parser) primitive() test {
	at := p.pos
	if t := p.special(); t != nil {
		return t
	}
	q := qualifiers{}
	switch w := p.peek(); {
	case w == "ether" || etherTypes[w] != 0 || protocolNumbers[w] != 0:
		p.pos += len(w)
		q.protocol, q.given = w, true
	}
	if w := p.word("broadcast", "multicast"); w != "" {
		return p.castTest(at, q.protocol, w)
	}
	p.direction(&q)
	if w := p.word("host", "net", "portrange", "port", "proto"); w != "" {
		q.kind, q.given = w, true
	}
	if q.protocol != "" && q.dir == "" && q.kind == "" && (etherTypes[q.protocol] != 0 || protocolNumbers[q.protocol] != 0) && !p.address() {
		return p.protocol(q.protocol)
	}
	if !q.given {
		q = p.last
	}
	if !q.given {
		p.unknown()
	}
	p.last = q
	return p.value(q)
}

// address reports whether an address is next, which makes the protocol before it a qualifier.
func (p *parser) address() bool {
	w := p.peek()
	return w != "" && (w[0] >= '0' && w[0] <= '9' || strings.Contains(w, ":"))
}

// unknown fails because of the next word.
func (p *parser) unknown() {
	switch w := p.peek(); {
	case w == "" && p.pos == len(p.text):
		p.fail(p.pos, "something is missing at the end")
	case w == "":
		p.fail(p.pos, "%q is not expected here", p.text[p.pos:p.pos+1])
	case p.address():
		p.fail(p.pos, "%s: host, net or port before it?", w)
	default:
		p.fail(p.pos, "%q is not known or not supported", w)
	}
}

// special reads the primitives with words of their own, or returns nil.
func (p *parser) special() test {
	switch p.word("less", "greater", "vlan") {
	case "less":
		n := int(p.number(1 << 31))
		return func(f *frame) bool { return f.wire <= n }
	case "greater":
		n := int(p.number(1 << 31))
		return func(f *frame) bool { return f.wire >= n }
	case "vlan":
		tags, id := p.tags, int64(-1)
		if w := p.peek(); w != "" && w[0] >= '0' && w[0] <= '9' {
			id = int64(p.number(4095))
		}
		p.tags++
		return func(f *frame) bool {
			kind, at := f.network(tags)
			return (kind == typeVLAN || kind == 0x88a8 || kind == 0x9100) && (id < 0 || int64(f.load(at, 2)&0xfff) == id)
		}
	}
	return nil
}

// direction reads src, dst, "src or dst" and "src and dst".
func (p *parser) direction(q *qualifiers) {
	w := p.word("src", "dst")
	if w == "" {
		return
	}
	q.dir, q.given = w, true
	before := p.pos
	if op := p.word("or", "and"); op != "" {
		if other := p.word("src", "dst"); other != "" && other != w {
			q.dir = map[string]string{"or": "", "and": "both"}[op]
			return
		}
		p.pos = before
	}
}

// either returns a test of the source, the destination or both, as a direction says.
func either(dir string, src, dst test) test {
	switch dir {
	case "src":
		return src
	case "dst":
		return dst
	case "both":
		return func(f *frame) bool { return src(f) && dst(f) }
	}
	return func(f *frame) bool { return src(f) || dst(f) }
}

// protocol returns the test of a protocol alone.
func (p *parser) protocol(name string) test {
	tags := p.tags
	if kind := etherTypes[name]; kind != 0 {
		return func(f *frame) bool { _, ok := f.is(kind, tags); return ok }
	}
	n, version := protocolNumbers[name], versionOf[name]
	return func(f *frame) bool { return f.carries(version, n, tags) }
}

// castTest returns the test of an address for many.
func (p *parser) castTest(at int, protocol, word string) test {
	tags := p.tags
	switch {
	case word == "multicast" && protocol == "ip":
		return func(f *frame) bool { n, ok := f.is(typeIP, tags); return ok && f.load(n+16, 1) >= 224 }
	case word == "multicast" && protocol == "ip6":
		return func(f *frame) bool { n, ok := f.is(typeIPv6, tags); return ok && f.load(n+24, 1) == 0xff }
	case protocol != "" && protocol != "ether":
		p.fail(at, "%s %s is not supported", protocol, word)
	case word == "multicast":
		return func(f *frame) bool { return f.load(0, 1)&1 != 0 }
	}
	return func(f *frame) bool { return f.load(0, 4) == 0xffffffff && f.load(4, 2) == 0xffff }
}

// value reads what stands behind qualifiers.
func (p *parser) value(q qualifiers) test {
	w := p.peek()
	at := p.pos // behind blanks
	if w == "" {
		p.unknown()
	}
	switch q.kind {
	case "port", "portrange":
		return p.ports(q)
	case "proto":
		return p.byNumber(q)
	}
	p.pos += len(w)
	if q.protocol == "ether" {
		mac, err := net.ParseMAC(w)
		if err != nil || len(mac) != 6 || q.kind == "net" {
			p.fail(at, "%q is not an Ethernet address", w)
		}
		high, low := uint32(mac[0])<<8|uint32(mac[1]), uint32(mac[2])<<24|uint32(mac[3])<<16|uint32(mac[4])<<8|uint32(mac[5])
		has := func(where int) test {
			return func(f *frame) bool { return f.load(where, 2) == high && f.load(where+2, 4) == low }
		}
		return either(q.dir, has(6), has(0))
	}
	if q.kind == "net" {
		return p.hosts(at, q, p.network(at, w))
	}
	a, err := netip.ParseAddr(w)
	if err != nil || a.Zone() != "" {
		if strings.Contains(w, "/") {
			p.fail(at, "%q is not an address; net before it?", w)
		}
		p.fail(at, "%q is not an address; names of hosts are not looked up", w)
	}
	return p.hosts(at, q, netip.PrefixFrom(a, a.BitLen()))
}

// network reads the rest of a network: 10, 192.168, 10.0.0.0/8, 10.0.0.0 mask 255.0.0.0.
func (p *parser) network(at int, w string) netip.Prefix {
	base, length, has := strings.Cut(w, "/")
	bits := -1
	if !strings.Contains(base, ":") {
		n := strings.Count(base, ".") + 1
		if n < 4 && base != "" {
			bits = 8 * n
			base += strings.Repeat(".0", 4-n)
		}
	}
	a, err := netip.ParseAddr(base)
	if err != nil || a.Zone() != "" {
		p.fail(at, "%q is not a network; names of networks are not looked up", w)
	}
	switch {
	case has:
		if bits, err = strconv.Atoi(length); err != nil || bits < 0 || bits > a.BitLen() {
			p.fail(at, "%q is not the length of a prefix", length)
		}
	case p.word("mask") != "":
		m := p.peek()
		mask, err := netip.ParseAddr(m)
		if err != nil || !mask.Is4() || !a.Is4() {
			p.fail(p.pos, "%q is not a netmask", m)
		}
		four := mask.As4()
		var ok bool
		ones, size := net.IPMask(four[:]).Size()
		if ok = size == 32; !ok {
			p.fail(p.pos, "%q is not a netmask", m)
		}
		bits = ones
		p.pos += len(m)
	case bits < 0:
		bits = a.BitLen()
	}
	prefix := netip.PrefixFrom(a, bits)
	if prefix.Masked() != prefix {
		p.fail(at, "%s has bits set outside of the network", w)
	}
	return prefix
}

// hosts returns the test of addresses in a network.
func (p *parser) hosts(at int, q qualifiers, n netip.Prefix) test {
	tags := p.tags
	in := func(kind uint32, where int) test {
		return func(f *frame) bool {
			start, ok := f.is(kind, tags)
			if !ok {
				return false
			}
			size := n.Addr().BitLen() / 8
			if start+where+size > len(f.b) {
				f.short = true
				return false
			}
			a, _ := netip.AddrFromSlice(f.b[start+where : start+where+size])
			return n.Contains(a)
		}
	}
	if n.Addr().Is6() {
		if q.protocol != "" && q.protocol != "ip6" {
			p.fail(at, "%s has no such address", q.protocol)
		}
		return either(q.dir, in(typeIPv6, 8), in(typeIPv6, 24))
	}
	var all []test
	for _, k := range []struct {
		name     string
		kind     uint32
		src, dst int
	}{{"ip", typeIP, 12, 16}, {"arp", typeARP, 14, 24}, {"rarp", typeRARP, 14, 24}} {
		if q.protocol == "" || q.protocol == k.name {
			all = append(all, either(q.dir, in(k.kind, k.src), in(k.kind, k.dst)))
		}
	}
	if len(all) == 0 {
		p.fail(at, "%s has no such address", q.protocol)
	}
	return func(f *frame) bool {
		for _, t := range all {
			if t(f) {
				return true
			}
		}
		return false
	}
}

// ports reads a port or a range of them.
func (p *parser) ports(q qualifiers) test {
	at, w := p.pos, p.peek()
	p.pos += len(w)
	low, ok := portOf(w)
	high := low
	if a, b, cut := strings.Cut(w, "-"); q.kind == "portrange" && cut && !ok {
		var okHigh bool
		low, ok = portOf(a)
		high, okHigh = portOf(b)
		ok = ok && okHigh && low <= high
	}
	protocols := []uint32{6, 17, 132}
	switch n := protocolNumbers[q.protocol]; {
	case !ok:
		p.fail(at, "%q is not a %s", w, q.kind)
	case n == 6 || n == 17 || n == 132:
		protocols = []uint32{n}
	case q.protocol != "" && q.protocol != "ip" && q.protocol != "ip6":
		p.fail(at, "%s has no ports", q.protocol)
	}
	versions := []uint32{6, 4}
	switch q.protocol {
	case "ip":
		versions = versions[1:]
	case "ip6":
		versions = versions[:1]
	}
	tags := p.tags
	has := func(where int) test {
		return func(f *frame) bool {
			for _, v := range versions {
				for _, n := range protocols {
					if start, ok := f.transport(v, n, tags); ok {
						port := uint64(f.load(start+where, 2))
						return low <= port && port <= high
					}
				}
			}
			return false
		}
	}
	return either(q.dir, has(0), has(2))
}

// portOf reads a port.
func portOf(w string) (n uint64, ok bool) {
	if n, ok = services[w]; ok {
		return n, true
	}
	n, err := strconv.ParseUint(w, 0, 16)
	return n, err == nil
}

// byNumber reads a number, or the name, of a protocol.
func (p *parser) byNumber(q qualifiers) test {
	at, w := p.pos, strings.TrimPrefix(p.peek(), `\`)
	tags := p.tags
	if q.dir != "" {
		p.fail(at, "a protocol has no direction")
	}
	if q.protocol == "ether" {
		kind, ok := etherTypes[w]
		if p.pos += len(p.peek()); !ok {
			p.pos = at
			kind = uint32(p.number(65535))
		}
		return func(f *frame) bool { _, ok := f.is(kind, tags); return ok }
	}
	version, ok := map[string]uint32{"": 0, "ip": 4, "ip6": 6}[q.protocol]
	if !ok {
		p.fail(at, "%s has no protocols", q.protocol)
	}
	n, ok := protocolNumbers[w]
	if p.pos += len(p.peek()); !ok {
		p.pos = at
		n = uint32(p.number(255))
	}
	return func(f *frame) bool { return f.carries(version, n, tags) }
}

// number reads a number.
func (p *parser) number(most uint64) uint64 {
	w := p.peek()
	n, err := strconv.ParseUint(w, 0, 64)
	if err != nil || n > most {
		p.fail(p.pos, "%q is not a number up to %d", w, most)
	}
	p.pos += len(w)
	return n
}
