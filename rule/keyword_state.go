package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// stateKeywords look at what rules keep, and change it.
var stateKeywords = []keyword{
	{name: "flowbits", read: readFlowbits},
	{name: "flowint", read: readFlowint},
	{name: "xbits", read: readXbits},
	{name: "hostbits", read: readHostbits},
	{name: "tag", traits: afterMatch, read: readTag},
	{name: "bypass", traits: afterMatch, value: noValue, read: func(c *compiler, _ string) error {
		c.rule.Effects = append(c.rule.Effects, Bypass{})
		return nil
	}},
	{name: "config", traits: afterMatch, read: readConfig},
	{name: "threshold", traits: afterMatch, read: func(c *compiler, value string) error {
		if err := c.onlyLimit("threshold"); err != nil {
			return err
		}
		t, err := parseThreshold(value, false)
		c.rule.Threshold = t
		return err
	}},
	{name: "detection_filter", traits: afterMatch, read: func(c *compiler, value string) error {
		if err := c.onlyLimit("detection_filter"); err != nil {
			return err
		}
		t, err := parseThreshold(value, true)
		c.rule.Filter = t
		return err
	}},
}

// onlyLimit checks that the rule has no limit yet.
func (c *compiler) onlyLimit(name string) error {
	switch {
	case name == "threshold" && c.rule.Threshold != nil, name == "detection_filter" && c.rule.Filter != nil:
		return conflict("multiple %q options are not allowed in the same rule", name)
	case c.rule.Threshold != nil, c.rule.Filter != nil:
		return conflict("a rule has one of threshold and detection_filter")
	}
	return nil
}

// BitOp is what is done with a bit.
type BitOp uint8

const (
	BitSet BitOp = iota
	BitUnset
	BitToggle
	BitIsSet
	BitIsNotSet
)

var bitOps = []string{"set", "unset", "toggle", "isset", "isnotset"}

// String returns the operation as rules write it.
func (o BitOp) String() string { return bitOps[o] }

// tests reports whether the operation looks at the bit and does not change it.
func (o BitOp) tests() bool { return o >= BitIsSet }

// Flowbits looks at bits of the flow, or changes one.
type Flowbits struct {
	Op    BitOp
	Names []string // one, or for tests alternatives
}

// String returns the test as a rule writes it.
func (f *Flowbits) String() string {
	return "flowbits:" + f.Op.String() + "," + strings.Join(f.Names, "|") + ";"
}

func parseBitOp(text string) (BitOp, error) {
	i := slices.Index(bitOps, strings.ToLower(strings.TrimSpace(text)))
	if i < 0 {
		return 0, fmt.Errorf("want one of %s, not %q", strings.Join(bitOps, ", "), text)
	}
	return BitOp(i), nil
}

func readFlowbits(c *compiler, value string) error {
	op, name, has := strings.Cut(bare(value), ",")
	if strings.EqualFold(strings.TrimSpace(op), "noalert") {
		if has {
			return fmt.Errorf("noalert has no name")
		}
		c.rule.NoAlert = true
		return nil
	}
	o, err := parseBitOp(op)
	if err != nil {
		return err
	}
	f := &Flowbits{Op: o}
	for n := range strings.SplitSeq(name, "|") {
		if n = strings.TrimSpace(n); n == "" || strings.ContainsAny(n, " \t") {
			return fmt.Errorf("%q is not the name of a bit", n)
		}
		f.Names = append(f.Names, n)
	}
	if len(f.Names) > 1 && !o.tests() {
		return conflict("only isset and isnotset take alternatives")
	}
	if o.tests() {
		c.rule.traits |= needsState
		c.test(f)
	} else {
		c.rule.Effects = append(c.rule.Effects, f)
	}
	return nil
}

// Flowint compares a number of the flow with a value, or changes it.
type Flowint struct {
	Name   string
	Op     string // + - = < > <= >= == != isset isnotset
	Number uint32
	Other  string // another number of the flow; empty: Number
}

// String returns the test as a rule writes it.
func (f *Flowint) String() string {
	s := "flowint:" + f.Name + "," + f.Op
	switch {
	case f.Other != "":
		s += "," + f.Other
	case f.Op != "isset" && f.Op != "isnotset":
		s += fmt.Sprintf(",%d", f.Number)
	}
	return s + ";"
}

func readFlowint(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 2 || parts[0] == "" {
		return fmt.Errorf("want a name, an operator and a value")
	}
	f := &Flowint{Name: parts[0], Op: parts[1]}
	if f.Op == "notset" {
		f.Op = "isnotset"
	}
	switch {
	case f.Op == "isset" || f.Op == "isnotset":
		// Some rules have a value here, which means nothing.
	case !slices.Contains([]string{"+", "-", "=", "<", ">", "<=", ">=", "==", "!="}, f.Op):
		return fmt.Errorf("unknown operator %q", f.Op)
	case len(parts) != 3 || parts[2] == "":
		return fmt.Errorf("want a name, an operator and a value")
	default:
		n, err := atoi(parts[2], 0, 1<<32-1)
		if f.Number = uint32(n); err != nil {
			if parts[2][0] >= '0' && parts[2][0] <= '9' || parts[2][0] == '-' {
				return err
			}
			f.Other = parts[2]
		}
	}
	if f.Op == "+" || f.Op == "-" || f.Op == "=" {
		c.rule.Effects = append(c.rule.Effects, f)
	} else {
		c.rule.traits |= needsState
		c.test(f)
	}
	return nil
}

// Xbits looks at bits that hosts, pairs of hosts or transactions have, or changes one.
type Xbits struct {
	Op     BitOp
	Name   string
	Track  string // ip_src, ip_dst, ip_pair or tx
	Expire time.Duration
}

// String returns the test as a rule writes it.
func (x *Xbits) String() string {
	return fmt.Sprintf("xbits:%s,%s,track %s,expire %d;", x.Op, x.Name, x.Track, x.Expire/time.Second)
}

func readXbits(c *compiler, value string) error {
	if bare(value) == "noalert" {
		c.rule.NoAlert = true
		return nil
	}
	parts := strings.Split(bare(value), ",")
	if len(parts) < 3 {
		return fmt.Errorf("want an operation, a name and track")
	}
	op, err := parseBitOp(parts[0])
	if err != nil {
		return err
	}
	x := &Xbits{Op: op, Name: strings.TrimSpace(parts[1]), Expire: 30 * time.Second}
	for _, p := range parts[2:] {
		key, arg, _ := strings.Cut(strings.TrimSpace(p), " ")
		switch arg = strings.TrimSpace(arg); key {
		case "track":
			if !slices.Contains([]string{"ip_src", "ip_dst", "ip_pair", "tx"}, arg) {
				return fmt.Errorf("track wants ip_src, ip_dst, ip_pair or tx, not %q", arg)
			}
			x.Track = arg
		case "expire":
			n, err := atoi(arg, 1, 1<<31)
			if err != nil {
				return err
			}
			x.Expire = time.Duration(n) * time.Second
		default:
			return fmt.Errorf("unknown word %q", key)
		}
	}
	if x.Track == "" || x.Name == "" {
		return fmt.Errorf("want an operation, a name and track")
	}
	if x.Track == "tx" {
		c.rule.traits |= needsTx
	}
	c.bits(op, x)
	return nil
}

func (c *compiler) bits(op BitOp, t Test) {
	if op.tests() {
		c.rule.traits |= needsState
		c.test(t)
	} else {
		c.rule.Effects = append(c.rule.Effects, t)
	}
}

// Hostbits looks at bits of a host, or changes one.
type Hostbits struct {
	Op   BitOp
	Name string
	Host string // src, dst or both
}

// String returns the test as a rule writes it.
func (h *Hostbits) String() string {
	return "hostbits:" + h.Op.String() + "," + h.Name + "," + h.Host + ";"
}

func readHostbits(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	if strings.TrimSpace(parts[0]) == "noalert" {
		c.rule.NoAlert = true
		return nil
	}
	op, err := parseBitOp(parts[0])
	if err != nil {
		return err
	}
	if len(parts) < 2 || len(parts) > 3 || strings.TrimSpace(parts[1]) == "" {
		return fmt.Errorf("want an operation, a name, and maybe src, dst or both")
	}
	h := &Hostbits{Op: op, Name: strings.TrimSpace(parts[1]), Host: "src"}
	if len(parts) == 3 {
		h.Host = strings.TrimSpace(parts[2])
		if !slices.Contains([]string{"src", "dst", "both"}, h.Host) {
			return fmt.Errorf("want src, dst or both, not %q", h.Host)
		}
	}
	c.bits(op, h)
	return nil
}

// NoRecord has the transaction that matched leave no record.
type NoRecord struct{}

// String returns the effect as a rule writes it.
func (NoRecord) String() string { return "config:logging disable,type tx,scope tx;" }

// NoFlow has the packet that matched belong to no flow.
type NoFlow struct{}

// String returns the effect as a rule writes it.
func (NoFlow) String() string { return "config:tracking disable,type flow,scope packet;" }

// readConfig reads what a rule changes: "logging disable, type tx, scope tx".
func readConfig(c *compiler, value string) error {
	words := strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
	switch r := c.rule; strings.Join(words, " ") {
	case "logging disable type tx scope tx":
		r.traits |= needsTx
		r.Effects = append(r.Effects, NoRecord{})
	case "tracking disable type flow scope packet":
		if r.Protocol != nil && r.Protocol.Hook != PreFlow {
			return conflict("tracking is decided before there is a flow: the rule needs the hook pre_flow")
		}
		r.Effects = append(r.Effects, NoFlow{})
	default:
		return fmt.Errorf("want logging disable, type tx, scope tx or tracking disable, type flow, scope packet, not %q", value)
	}
	return nil
}

// Bypass lets the rest of the flow pass unseen.
type Bypass struct{}

// String returns the effect as a rule writes it.
func (Bypass) String() string { return "bypass;" }

// Tag writes packets of the flow or the host after an alert.
type Tag struct {
	Host   bool   // packets of a host; else of the flow
	Dst    bool   // the destination
	Metric string // packets, bytes or seconds
	Count  uint32
}

// String returns the effect as a rule writes it.
func (t *Tag) String() string {
	if t.Host {
		return fmt.Sprintf("tag:host,%d,%s,%s;", t.Count, t.Metric, map[bool]string{false: "src", true: "dst"}[t.Dst])
	}
	return fmt.Sprintf("tag:session,%d,%s;", t.Count, t.Metric)
}

func readTag(c *compiler, value string) error {
	parts := strings.Split(strings.ToLower(value), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	t := &Tag{Host: parts[0] == "host", Metric: "packets", Count: 256}
	if parts[0] != "session" && parts[0] != "host" {
		return fmt.Errorf("want session or host, not %q", parts[0])
	}
	if n := len(parts); n == 2 || n > 4 || n == 4 && !t.Host {
		return fmt.Errorf("want a number and packets, bytes or seconds")
	}
	if len(parts) >= 3 {
		n, err := atoi(parts[1], 0, 1<<32-1)
		if err != nil {
			return err
		}
		if t.Count, t.Metric = uint32(n), parts[2]; !slices.Contains([]string{"packets", "bytes", "seconds"}, t.Metric) {
			return fmt.Errorf("want packets, bytes or seconds, not %q", t.Metric)
		}
	}
	if len(parts) == 4 {
		if t.Dst = parts[3] == "dst"; !t.Dst && parts[3] != "src" {
			return fmt.Errorf("want src or dst, not %q", parts[3])
		}
	}
	c.rule.Effects = append(c.rule.Effects, t)
	return nil
}
