package rule

import (
	"strings"

	"github.com/reknit/reknit/app"
)

// Transports is a set of what IP carries.
type Transports uint8

const (
	TCP Transports = 1 << iota
	UDP
	ICMPv4
	ICMPv6
	SCTP
)

// Protocol is what a rule's second word says.
type Protocol struct {
	Name       string
	Version    uint8      // of IP: 4, 6 or 0 for both
	Transports Transports // 0: all, and packets without any
	Packets    bool       // tcp-pkt: only packets, not the stream
	Stream     bool       // tcp-stream: only the stream
	Headers    bool       // pkthdr: packets that could not be decoded as well
	ARP        bool       // only packets of ARP
	Ethernet   bool       // every frame of Ethernet
	App        []string   // application protocols, as EVE names them; nil: any
	Hook       Hook       // when its rules are evaluated, if they say so
	States     *States    // with StateHook: those at which they are
}

// protocols are those that are no application protocols.
var protocols = []Protocol{
	{Name: "ip"}, {Name: "ipv4", Version: 4}, {Name: "ip4", Version: 4}, {Name: "ipv6", Version: 6}, {Name: "ip6", Version: 6},
	{Name: "tcp", Transports: TCP}, {Name: "tcp-pkt", Transports: TCP, Packets: true},
	{Name: "tcp-stream", Transports: TCP, Stream: true}, {Name: "udp", Transports: UDP},
	{Name: "icmp", Transports: ICMPv4 | ICMPv6}, {Name: "icmpv4", Version: 4, Transports: ICMPv4},
	{Name: "icmpv6", Version: 6, Transports: ICMPv6}, {Name: "sctp", Transports: SCTP}, {Name: "pkthdr", Headers: true},
	{Name: "arp", ARP: true}, {Name: "ether", Ethernet: true},
}

// appProtocols are the application protocols of the language, under the names of rules, with those of EVE where they differ.
var appProtocols = map[string][]string{
	"http": {"http", "http2"}, "http1": {"http"}, "http2": {"http2"}, "doh2": {"doh2"}, "tls": nil, "ssl": {"tls"}, "ftp": nil,
	"ftp-data": nil, "smtp": nil, "ssh": nil, "imap": nil, "pop3": nil, "smb": nil, "dcerpc": {"dcerpc", "smb"}, "dns": {"dns", "doh2"},
	"mdns": nil, "llmnr": nil, "nfs": nil, "tftp": nil, "ike": nil, "ikev2": {"ike"}, "krb5": nil, "quic": nil, "dhcp": nil, "snmp": nil,
	"sip": nil, "rfb": nil, "mqtt": nil, "rdp": nil, "telnet": nil, "websocket": nil, "ldap": nil, "pgsql": nil, "ntp": nil,
	"bittorrent-dht": nil, "modbus": nil, "dnp3": nil, "enip": nil,
}

// appNames returns the names that EVE has for an application protocol of rules.
func appNames(name string) (names []string, ok bool) {
	names, ok = appProtocols[name]
	if ok && names == nil {
		names = []string{name}
	}
	return names, ok
}

// protocol finds a protocol by its name.
func (l *Language) protocol(text string) (*Protocol, error) {
	name := strings.ToLower(text)
	if p := l.protocols[name]; p != nil {
		return p, nil
	}
	base, point, hook := strings.Cut(name, ":")
	if b := l.protocols[base]; hook && b != nil {
		p, err := l.hooked(b, point, name)
		if err == nil {
			l.protocols[name] = p
		}
		return p, err
	}
	if _, ok := appNames(base); ok {
		return nil, notYet("protocol "+base, "the protocol %s has no parser yet", base)
	}
	switch {
	case base == "igmp":
		return nil, notYet("protocol "+base, "rules for %s are not supported yet", base)
	}
	return nil, &fault{kind: Syntax, text: "unknown protocol " + text}
}

// learnProtocols makes the table of what may be a rule's second word.
func (l *Language) learnProtocols(list []app.Protocol) {
	l.protocols = map[string]*Protocol{}
	for i := range protocols {
		l.protocols[protocols[i].Name] = &protocols[i]
	}
	l.parsed = map[string]*app.Protocol{}
	for i := range list {
		l.parsed[list[i].Name] = &list[i]
	}
	for name := range appProtocols {
		l.learnApp(name)
	}
	for name := range l.parsed {
		if l.protocols[name] == nil {
			l.learnApp(name)
		}
	}
}

// parses reports whether a protocol is known and has a parser, which gives what rules look at.
func (l *Language) parses(name string) bool {
	p := l.parsed[name]
	return p != nil && p.Parsed()
}

// learnApp adds an application protocol, if it has a parser.
func (l *Language) learnApp(name string) {
	names, ok := appNames(name)
	if !ok {
		names = []string{name}
	}
	p := &Protocol{Name: name}
	for _, n := range names {
		a := l.parsed[n]
		if a == nil {
			continue
		}
		p.App = append(p.App, n)
		p.Transports |= transportsOf(a)
	}
	if p.App != nil {
		l.protocols[name] = p
	}
}

// transportsOf returns over what a protocol is spoken.
func transportsOf(a *app.Protocol) (t Transports) {
	if a.NewStream != nil {
		t |= TCP
	}
	if a.NewDatagram != nil {
		t |= UDP
	}
	if t != 0 {
		return t
	}
	for _, p := range a.Ports { // it is only detected
		switch p.Transport {
		case app.TCP:
			t |= TCP
		case app.UDP:
			t |= UDP
		}
	}
	if t == 0 {
		return TCP | UDP
	}
	return t
}

// header reads the first seven words of a rule.
func (c *compiler) header(s *statement) {
	r := c.rule
	var err error
	if r.Action, r.Scope, err = parseAction(s.action.text); err != nil {
		c.report(s.action, "", err)
	}
	r.NoAlert = r.Action == Configure
	if r.Protocol, err = c.lang.protocol(s.proto.text); err != nil {
		c.report(s.proto, "", err)
	}
	if r.Src, err = c.lang.addresses(s.src.text); err != nil {
		c.report(s.src, "", err)
	}
	if r.SrcPort, err = c.lang.ports(s.srcPort.text); err != nil {
		c.report(s.srcPort, "", err)
	}
	if r.Dst, err = c.lang.addresses(s.dst.text); err != nil {
		c.report(s.dst, "", err)
	}
	if r.DstPort, err = c.lang.ports(s.dstPort.text); err != nil {
		c.report(s.dstPort, "", err)
	}
	switch s.direction.text {
	case "->":
	case "<>":
		r.BothWays = true
	case "=>":
		r.Transactional = true
	default:
		c.report(s.direction, "", &fault{kind: Syntax, text: "the direction is ->, <> or =>, not " + s.direction.text})
	}
}
