package filter

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/reknit/reknit/packet"
)

// ipv4 makes a packet with a payload of a protocol.
func ipv4(src, dst string, protocol byte, fragment uint16, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[8], b[9] = 0x45, 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(b[6:], fragment)
	s, d := netip.MustParseAddr(src).As4(), netip.MustParseAddr(dst).As4()
	copy(b[12:], s[:])
	copy(b[16:], d[:])
	return append(b, payload...)
}

func ipv6(src, dst string, next byte, payload []byte) []byte {
	b := make([]byte, 40, 40+len(payload))
	b[0], b[6], b[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	s, d := netip.MustParseAddr(src).As16(), netip.MustParseAddr(dst).As16()
	copy(b[8:], s[:])
	copy(b[24:], d[:])
	return append(b, payload...)
}

// ports makes the beginning of a TCP segment or a UDP datagram, with SYN and ACK where TCP has its flags.
func ports(src, dst uint16) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	b[12], b[13] = 0x50, 0x12
	return b
}

// ethernet puts headers of Ethernet around a packet, with VLAN tags.
func ethernet(kind uint16, payload []byte, tags ...uint16) []byte {
	b := []byte{0, 1, 2, 3, 4, 5, 2, 0, 0, 0, 0, 7}
	for _, id := range tags {
		b = binary.BigEndian.AppendUint16(b, typeVLAN)
		b = binary.BigEndian.AppendUint16(b, id)
	}
	b = binary.BigEndian.AppendUint16(b, kind)
	return append(b, payload...)
}

var (
	mail    = ethernet(typeIP, ipv4("192.0.2.1", "198.51.100.25", 6, 0, ports(40000, 25)))
	later   = ethernet(typeIP, ipv4("192.0.2.1", "198.51.100.25", 6, 100, ports(40000, 25)))
	mail6   = ethernet(typeIPv6, ipv6("2001:db8::1", "2001:db8::2", 6, ports(40000, 25)))
	lookup  = ethernet(typeIP, ipv4("192.0.2.1", "203.0.113.53", 17, 0, ports(5353, 53)))
	ping    = ethernet(typeIP, ipv4("192.0.2.1", "224.0.0.1", 1, 0, []byte{8, 0, 0, 0, 0, 1, 0, 1}))
	frag6   = ethernet(typeIPv6, ipv6("2001:db8::1", "ff02::1", fragmentHeader, []byte{17, 0, 0, 8, 0, 0, 0, 1}))
	tagged  = ethernet(typeIP, ipv4("192.0.2.1", "198.51.100.25", 6, 0, ports(40000, 25)), 7)
	arp     = ethernet(typeARP, append([]byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 7, 192, 0, 2, 1}, 0, 0, 0, 0, 0, 0, 192, 0, 2, 9))
	cut     = mail[:30]
	samples = map[string][]byte{"mail": mail, "later": later, "mail6": mail6, "lookup": lookup, "ping": ping, "frag6": frag6,
		"tagged": tagged, "arp": arp, "cut": cut}
	order = []string{"mail", "later", "mail6", "lookup", "ping", "frag6", "tagged", "arp", "cut"}
)

// matching lists the samples that an expression matches.
func matching(t *testing.T, text string) string {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	var names []string
	for _, name := range order {
		if b := samples[name]; f.Match(packet.LinkEthernet, b, len(b)) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestMatch(t *testing.T) {
	const all = "mail later mail6 lookup ping frag6 tagged arp cut"
	for _, c := range []struct{ text, want string }{
		{"", all}, {"  ", all},
		{"ip", "mail later lookup ping cut"}, {"ip6", "mail6 frag6"}, {"arp", "arp"}, {"rarp", ""},
		{"tcp", "mail later mail6 cut"}, {"udp", "lookup frag6"}, {"icmp", "ping"}, {"icmp6", ""}, {"sctp", ""},
		{"ip proto 6", "mail later cut"}, {"ip proto \\tcp", "mail later cut"}, {"proto 6", "mail later mail6 cut"}, {"ip6 proto 0x11", "frag6"},
		{"ether proto 0x806", "arp"}, {"ether proto \\ip6", "mail6 frag6"},
		{"port 25", "mail mail6"}, {"tcp port smtp", "mail mail6"}, {"udp port 25", ""}, {"src port 25", ""}, {"dst port 25", "mail mail6"},
		{"ip port 25", "mail"}, {"ip6 port 25", "mail6"}, {"portrange 20-53", "mail mail6 lookup"}, {"src portrange 1-6000", "lookup"},
		{"port 25 or 53", "mail mail6 lookup"}, {"dst port 25 or 53", "mail mail6 lookup"}, {"src port 25 or 53", ""},
		{"host 192.0.2.1", "mail later lookup ping arp cut"}, {"src host 192.0.2.1", "mail later lookup ping arp cut"}, {"dst host 192.0.2.9", "arp"},
		{"ip host 192.0.2.1", "mail later lookup ping cut"}, {"arp host 192.0.2.9", "arp"}, {"src or dst host 192.0.2.9", "arp"},
		{"src and dst host 192.0.2.1", ""}, {"src 192.0.2.1", "mail later lookup ping arp cut"}, {"host 2001:db8::2", "mail6"},
		{"ip6 host 2001:db8::2", "mail6"}, {"host 198.51.100.25 or 203.0.113.53", "mail later lookup"},
		{"net 192.0.2.0/24", "mail later lookup ping arp cut"}, {"net 192.0.2", "mail later lookup ping arp cut"}, {"dst net 203", "lookup"},
		{"dst net 198.51.100.0 mask 255.255.255.0", "mail later"}, {"net 2001:db8::/32", "mail6 frag6"}, {"dst net ff00::/8", "frag6"},
		{"ether host 00:01:02:03:04:05", all}, {"ether src 02:00:00:00:00:07", all}, {"ether dst 02:00:00:00:00:07", ""},
		{"broadcast", ""}, {"ether multicast", ""}, {"ip multicast", "ping"}, {"ip6 multicast", "frag6"},
		{"vlan", "tagged"}, {"vlan 7", "tagged"}, {"vlan 8", ""}, {"vlan and tcp port 25", "tagged"}, {"tcp port 25 or vlan 7 and host 192.0.2.1", "tagged"},
		{"vlan 7 and vlan", ""}, {"not vlan", "mail later mail6 lookup ping frag6 arp cut"},
		{"not tcp", "lookup ping frag6 tagged arp"}, {"!tcp and ! udp", "ping tagged arp"}, {"not (tcp or udp)", "ping tagged arp"},
		{"icmp or tcp and port 25", "mail mail6"}, {"icmp or (tcp and port 25)", "mail mail6 ping"}, {"icmp || udp && port 53", "lookup"},
		{"less 42", "ping arp cut"}, {"greater 74", "mail6"}, {"len > 60", "mail6 frag6"}, {"len = 30", "cut"},
		{"ip[8] = 64", "mail later lookup ping cut"}, {"ip[2:2] < 30", "ping"}, {"tcp[13] & 2 != 0", "mail"}, {"tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn|tcp-ack", "mail"},
		{"tcp[tcpflags] & tcp-rst != 0", ""}, {"icmp[icmptype] = icmp-echo", "ping"}, {"ip[0] & 0xf = 5", "mail later lookup ping cut"},
		{"ether[0:4] = 0x10203", all}, {"ip6[6] = 44", "frag6"}, {"(ip[0] - 0x40) * 4 = 20", "mail later lookup ping cut"},
		{"ip[(1+1):2] >> 2 = 7", "ping"}, {"1 = 1", all}, {"1 / 0 = 1", ""}, {"not 1 / 0 = 1", ""}, {"-1 = 0xffffffff", all},
		{"ip[500] = 1", "mail6 frag6 arp tagged"[:0]}, {"not ip[500] = 1", "mail6 frag6 tagged arp"}, {"udp[0:2] = 5353 && ip", "lookup"},
		{"((((tcp))))", "mail later mail6 cut"},
	} {
		if got := matching(t, c.text); got != c.want {
			t.Errorf("%q matches %q, want %q", c.text, got, c.want)
		}
	}
}

func TestLinks(t *testing.T) {
	raw := ipv4("192.0.2.1", "198.51.100.25", 6, 0, ports(40000, 25))
	raw6 := ipv6("2001:db8::1", "2001:db8::2", 6, ports(40000, 25))
	head := func(n, at int, kind uint16) []byte {
		b := make([]byte, n)
		binary.BigEndian.PutUint16(b[at:], kind)
		return b
	}
	f, err := Parse("tcp dst port 25")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		link    packet.LinkType
		before  []byte
		before6 []byte
	}{
		{packet.LinkRaw, nil, nil}, {packet.LinkIPv4, nil, nil}, {packet.LinkNull, make([]byte, 4), make([]byte, 4)}, {packet.LinkLoop, make([]byte, 4), make([]byte, 4)},
		{packet.LinkSLL, head(16, 14, typeIP), head(16, 14, typeIPv6)}, {packet.LinkSLL2, head(20, 0, typeIP), head(20, 0, typeIPv6)},
		{packet.LinkCHDLC, head(4, 2, typeIP), head(4, 2, typeIPv6)}, {packet.LinkPPP, head(2, 0, 0x21), head(2, 0, 0x57)},
		{packet.LinkPPP, []byte{0xff, 3, 0, 0x21}, []byte{0xff, 3, 0, 0x57}},
	} {
		for i, b := range [][]byte{append(c.before, raw...), append(c.before6, raw6...)} {
			if !f.Match(c.link, b, len(b)) {
				t.Errorf("link type %v, packet %d does not match", c.link, i)
			}
			if cut := b[:len(b)-19]; f.Match(c.link, cut, len(b)) {
				t.Errorf("link type %v, packet %d matches without a port", c.link, i)
			}
		}
	}
	if !(*Filter)(nil).Match(packet.LinkRaw, nil, 0) {
		t.Error("no filter does not match")
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		want   string
	}{
		{"port", 4, "missing"}, {"tcp and", 7, "missing"}, {"prot 25", 0, `"prot" is not known`}, {"tcp prt 25", 4, "want and, or or the end"},
		{"(tcp", 0, "without its )"}, {"tcp)", 3, "want and, or"}, {"port 70000", 5, "not a port"}, {"portrange 5-1", 10, "not a portrange"},
		{"host mail.example", 5, "not looked up"}, {"host 192.0.2.0/24", 5, "net before it?"}, {"net 192.0.2.1/24", 4, "outside of the network"},
		{"net 10.0.0.0/33", 4, "length of a prefix"}, {"net 10.0.0.0 mask 255.0.255.0", 18, "netmask"}, {"192.0.2.1", 0, "host, net or port before it?"},
		{"icmp port 1", 10, "no ports"}, {"arp host 2001:db8::1", 9, "no such address"}, {"ether host 1", 11, "Ethernet address"},
		{"ip broadcast", 0, "not supported"}, {"vlan 5000", 5, "up to 4095"}, {"foo[1] = 2", 0, "not known"}, {"less x", 5, "not a number"},
		{"gateway x", 0, "not known or not supported"}, {"src proto 1", 10, "no direction"}, {"tcp proto 1", 10, "no protocols"},
		{strings.Repeat("(", 200) + "tcp", 100, "nested"}, {strings.Repeat("not ", 200) + "tcp", 400, "nested"}, {strings.Repeat(" ", maxText+1), maxText, "more than"},
		{"#", 0, "not expected"},
	} {
		_, err := Parse(c.text)
		var s *SyntaxError
		if !errors.As(err, &s) || s.Offset != c.offset || !strings.Contains(s.Text, c.want) {
			t.Errorf("Parse(%.20q) = %v, want %q at %d", c.text, err, c.want, c.offset)
		}
	}
}

// FuzzFilter parses any text, and has it look at any bytes: what is left of a frame decides nothing but that it is too short.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{"tcp port 25 and not host 192.0.2.1", "vlan 7 and net 10.0.0.0/8", "ip[2:2] & 0xff > len - 3", "portrange 1-5 or 9",
		"((tcp[13] & tcp-syn) != 0)", "ether host 0:1:2:3:4:5", "src and dst net 10 mask 255.0.0.0"} {
		f.Add(text, mail, uint16(packet.LinkEthernet))
	}
	f.Fuzz(func(t *testing.T, text string, b []byte, link uint16) {
		x, err := Parse(text)
		if err != nil {
			var s *SyntaxError
			if !errors.As(err, &s) || s.Offset < 0 || s.Offset > len(text) {
				t.Fatalf("Parse(%q) = %v", text, err)
			}
			return
		}
		got := x.Match(packet.LinkType(link), b, len(b))
		not, err := Parse("not (" + text + ")")
		if err != nil {
			return // empty, or nested too deeply
		}
		if got && not.Match(packet.LinkType(link), b, len(b)) {
			t.Fatalf("%q and its contrary match", text)
		}
	})
}

func TestNoAllocations(t *testing.T) {
	f, err := Parse("tcp port 25 and not net 10.0.0.0/8 and ip[2:2] > 20")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { f.Match(packet.LinkEthernet, mail, len(mail)) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
