package rule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/rule/number"
)

// headerKeywords look at the headers of a packet.
var headerKeywords = []keyword{
	{name: "ttl", traits: needsPacket, read: numeric("ttl", 8)},
	{name: "id", traits: needsPacket, read: numeric("id", 16)},
	{name: "tos", traits: needsPacket, read: readTOS},
	{name: "ip_proto", traits: needsAddress, read: readIPProto},
	{name: "ipopts", traits: needsPacket, read: choice("ipopts", "rr", "eol", "nop", "ts", "sec", "esec", "lsrr", "ssrr", "satid", "rtralt", "any")},
	{name: "sameip", traits: needsPacket, value: noValue, read: func(c *compiler, _ string) error {
		c.test(&Word{"sameip", ""})
		return nil
	}},
	{name: "fragbits", traits: needsPacket, read: readFragBits},
	{name: "fragoffset", traits: needsPacket, read: numeric("fragoffset", 16)},
	{name: "tcp.flags", old: "flags", traits: needsPacket, read: readFlags},
	{name: "tcp.seq", old: "seq", traits: needsPacket, read: numeric("tcp.seq", 32)},
	{name: "tcp.ack", old: "ack", traits: needsPacket, read: numeric("tcp.ack", 32)},
	{name: "tcp.window", old: "window", traits: needsPacket, read: numeric("tcp.window", 16)},
	{name: "tcp.mss", traits: needsPacket, read: numeric("tcp.mss", 16)},
	{name: "tcp.wscale", traits: needsPacket, read: numeric("tcp.wscale", 8)},
	{name: "itype", traits: needsPacket, read: numeric("itype", 8)},
	{name: "icode", traits: needsPacket, read: numeric("icode", 8)},
	{name: "icmp_id", traits: needsPacket, read: numeric("icmp_id", 16)},
	{name: "icmp_seq", traits: needsPacket, read: numeric("icmp_seq", 16)},
	{name: "icmpv6.mtu", traits: needsPacket, read: numeric("icmpv6.mtu", 32)},
	{name: "l3_proto", traits: needsPacket, read: choice("l3_proto", "ipv4", "ipv6")},
	{name: "ipv4-csum", traits: needsPacket, read: choice("ipv4-csum", "valid", "invalid")},
	{name: "tcpv4-csum", traits: needsPacket, read: choice("tcpv4-csum", "valid", "invalid")},
	{name: "tcpv6-csum", traits: needsPacket, read: choice("tcpv6-csum", "valid", "invalid")},
	{name: "udpv4-csum", traits: needsPacket, read: choice("udpv4-csum", "valid", "invalid")},
	{name: "udpv6-csum", traits: needsPacket, read: choice("udpv6-csum", "valid", "invalid")},
	{name: "icmpv4-csum", traits: needsPacket, read: choice("icmpv4-csum", "valid", "invalid")},
	{name: "icmpv6-csum", traits: needsPacket, read: choice("icmpv6-csum", "valid", "invalid")},
	{name: "vlan.id", traits: needsPacket, read: readVLAN},
	{name: "vlan.layers", traits: needsPacket, read: numeric("vlan.layers", 8)},
}

// Numeric compares a number of the packet or the flow.
type Numeric struct {
	Name string // the keyword
	number.Expr
}

// String returns the test as a rule writes it.
func (n *Numeric) String() string { return n.Name + ":" + n.Expr.String() + ";" }

// numeric makes the function of a keyword that compares a number of so many bits.
func numeric(name string, bits int) func(*compiler, string) error {
	return func(c *compiler, value string) error {
		e, err := number.Parse(bare(value), bits)
		if err == nil {
			c.test(&Numeric{name, e})
		}
		return err
	}
}

// Word is a test that is one of a few words.
type Word struct {
	Name string // the keyword
	Word string
}

// String returns the test as a rule writes it.
func (w *Word) String() string {
	if w.Word == "" {
		return w.Name + ";"
	}
	return w.Name + ":" + w.Word + ";"
}

// choice makes the function of a keyword that takes one of a few words.
func choice(name string, words ...string) func(*compiler, string) error {
	return func(c *compiler, value string) error {
		w := strings.ToLower(bare(value))
		if !slices.Contains(words, w) {
			return fmt.Errorf("want one of %s, not %q", strings.Join(words, ", "), value)
		}
		c.test(&Word{name, w})
		return nil
	}
}

// readTOS reads tos: [!]n, n decimal or x and hexadecimal digits.
func readTOS(c *compiler, value string) error {
	text, negated := strings.CutPrefix(bare(value), "!")
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "x"); ok {
		text, base = hex, 16
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), base, 8)
	if err != nil {
		return fmt.Errorf("%q is not a number from 0 to 255", value)
	}
	t := &Numeric{"tos", number.Expr{A: n}}
	if negated {
		t.Op = number.NotEqual
	}
	c.test(t)
	return nil
}

// ipProtocols are the names that ip_proto takes: those of IANA, as they are, in lower and in upper case, and a few others.
var ipProtocols = func() map[string]int {
	names := map[string]int{}
	add := func(name string, n int) {
		names[name], names[strings.ToLower(name)], names[strings.ToUpper(name)] = n, n, n
	}
	for n := range 256 {
		if name := event.ProtocolName(uint8(n)); name != "Any" {
			add(name, n)
		}
	}
	for name, n := range map[string]int{"ipip": 4, "ipencap": 4, "icmpv6": 58} {
		add(name, n)
	}
	return names
}()

func readIPProto(c *compiler, value string) error {
	value = bare(value)
	op, name := value[:len(value)-len(strings.TrimLeft(value, "!<>="))], strings.TrimLeft(value, "!<>= ")
	text := value
	if n, ok := ipProtocols[name]; ok {
		text = op + strconv.Itoa(n)
	} else if name != "" && (name[0] < '0' || name[0] > '9') {
		return fmt.Errorf("unknown protocol %q", name)
	}
	e, err := number.Parse(text, 8)
	if err == nil {
		c.test(&Numeric{"ip_proto", e})
	}
	return err
}

// Bits compares bits of a header.
type Bits struct {
	Name   string // the keyword
	Mode   BitMode
	Set    uint16
	Ignore uint16 // bits that do not matter
}

// BitMode says how Bits compares.
type BitMode uint8

const (
	Exactly BitMode = iota
	AllOf           // + these and maybe others
	AnyOf           // * one of them
	NotAll          // ! not these
)

// Match reports whether bits fit.
func (b *Bits) Match(bits uint16) bool {
	bits &^= b.Ignore
	switch b.Mode {
	case AllOf:
		return bits&b.Set == b.Set
	case AnyOf:
		return bits&b.Set != 0
	case NotAll:
		return bits&b.Set != b.Set
	}
	return bits == b.Set
}

// String returns the test as a rule writes it, with numbers for letters.
func (b *Bits) String() string {
	return fmt.Sprintf("%s:%s%#x,%#x;", b.Name, [...]string{"", "+", "*", "!"}[b.Mode], b.Set, b.Ignore)
}

// The bits of fragbits.
const (
	MoreFragments uint16 = 1 << iota
	DontFragment
	Reserved
)

var fragLetters = map[byte]uint16{'M': MoreFragments, 'D': DontFragment, 'R': Reserved}

var flagLetters = map[byte]uint16{'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, 'E': 64, 'C': 128, '1': 128, '2': 64, '0': 0}

func readFragBits(c *compiler, value string) error {
	b := &Bits{Name: "fragbits"}
	if err := b.read(bare(value), fragLetters); err != nil {
		return err
	}
	c.test(b)
	return nil
}

func readFlags(c *compiler, value string) error {
	b := &Bits{Name: "tcp.flags"}
	set, ignore, has := strings.Cut(bare(value), ",")
	if err := b.read(set, flagLetters); err != nil {
		return err
	}
	if has {
		var i Bits
		if err := i.read(ignore, flagLetters); err != nil {
			return err
		}
		b.Ignore = i.Set
	}
	c.test(b)
	return nil
}

// read reads letters with an operator before or behind them.
func (b *Bits) read(text string, letters map[byte]uint16) error {
	found := false
	for _, ch := range []byte(strings.ToUpper(text)) {
		bit, ok := letters[ch]
		switch {
		case ok:
			b.Set |= bit
			found = true
		case ch == '+':
			b.Mode = AllOf
		case ch == '*':
			b.Mode = AnyOf
		case ch == '!':
			b.Mode = NotAll
		case ch == '=' || ch == ' ' || ch == ',':
		default:
			return fmt.Errorf("unknown bit %q", ch)
		}
	}
	if !found {
		return errors.New("no bit is named")
	}
	return nil
}

// VLAN compares the identifier of a layer of VLANs.
type VLAN struct {
	number.Expr
	Layer int8 // from the outermost, 0; negative: from the innermost, -1
	Any   bool // any layer
}

// String returns the test as a rule writes it.
func (v *VLAN) String() string {
	if v.Any {
		return "vlan.id:" + v.Expr.String() + ";"
	}
	return fmt.Sprintf("vlan.id:%s,%d;", v.Expr, v.Layer)
}

func readVLAN(c *compiler, value string) error {
	text, layer, has := strings.Cut(value, ",")
	v := &VLAN{Any: !has}
	var err error
	if v.Expr, err = number.Parse(text, 12); err != nil {
		return err
	}
	if layer = strings.TrimSpace(layer); has && layer == "any" {
		v.Any = true
	} else if has {
		n, err := strconv.ParseInt(layer, 10, 8)
		if err != nil || n < -3 || n > 2 {
			return fmt.Errorf("%q is not a layer from -3 to 2, or any", layer)
		}
		v.Layer = int8(n)
	}
	c.test(v)
	return nil
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+len(sep):]), true
	}
	return s, "", false
}
