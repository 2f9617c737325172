package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/number"
)

// flowKeywords look at the flow of a packet.
var flowKeywords = []keyword{
	{name: "flow", read: readFlow},
	{name: "stream_size", traits: needsState, read: readStreamSize},
	{name: "flow.age", traits: needsState, read: numeric("flow.age", 32)},
	{name: "flow.pkts", traits: needsState, read: directed("flow.pkts", 32)},
	{name: "flow.bytes", traits: needsState, read: directed("flow.bytes", 64)},
	{name: "flow.pkts_toserver", traits: needsState, read: oneWay("flow.pkts", "toserver", 32)},
	{name: "flow.pkts_toclient", traits: needsState, read: oneWay("flow.pkts", "toclient", 32)},
	{name: "flow.bytes_toserver", traits: needsState, read: oneWay("flow.bytes", "toserver", 64)},
	{name: "flow.bytes_toclient", traits: needsState, read: oneWay("flow.bytes", "toclient", 64)},
}

// Flow is what flow says.
type Flow struct {
	Given       bool
	Dirs        Dirs // 0: both
	Established bool
	NotYet      bool // not_established
	Stateless   bool
	Stream      Only // only_stream, no_stream
	Fragments   Only // only_frag, no_frag
}

// Only says whether a rule is for one thing alone, or for all but it.
type Only uint8

const (
	Either Only = iota
	OnlyIt
	NotIt
)

func readFlow(c *compiler, value string) error {
	f := &c.rule.Flow
	if f.Given {
		return conflict("given twice")
	}
	f.Given = true
	for w := range strings.SplitSeq(value, ",") {
		w = strings.ToLower(strings.TrimSpace(w))
		if err := f.word(w); err != nil {
			return err
		}
	}
	if f.Established || f.NotYet {
		c.rule.traits |= needsState
	}
	return nil
}

// word takes one word of flow.
func (f *Flow) word(w string) error {
	switch w {
	case "to_server", "from_client":
		return f.direction(ToServer)
	case "to_client", "from_server":
		return f.direction(ToClient)
	case "established":
		f.Established = true
	case "not_established":
		f.NotYet = true
	case "stateless":
		f.Stateless = true
	case "only_stream":
		return only(&f.Stream, OnlyIt, w)
	case "no_stream":
		return only(&f.Stream, NotIt, w)
	case "only_frag":
		return only(&f.Fragments, OnlyIt, w)
	case "no_frag":
		return only(&f.Fragments, NotIt, w)
	default:
		return fmt.Errorf("unknown word %q", w)
	}
	if f.Established && (f.NotYet || f.Stateless) || f.NotYet && f.Stateless {
		return conflict("established, not_established and stateless exclude each other")
	}
	return nil
}

func (f *Flow) direction(d Dirs) error {
	if f.Dirs != 0 {
		return conflict("more than one direction")
	}
	f.Dirs = d
	return nil
}

func only(to *Only, v Only, w string) error {
	if *to != Either {
		return conflict("%s and what was said before exclude each other", w)
	}
	*to = v
	return nil
}

// StreamSize compares how many bytes the ends of a connection sent.
type StreamSize struct {
	Side Side
	number.Expr
}

// Side says whose number is compared.
type Side uint8

const (
	ServerSide Side = iota
	ClientSide
	BothSides
	EitherSide
)

var sides = map[string]Side{"server": ServerSide, "client": ClientSide, "both": BothSides, "either": EitherSide, "toserver": ClientSide,
	"toclient": ServerSide}

// String returns the test as a rule writes it.
func (s *StreamSize) String() string {
	return "stream_size:" + [...]string{"server", "client", "both", "either"}[s.Side] + "," + s.Expr.String() + ";"
}

func readStreamSize(c *compiler, value string) error {
	side, rest, _ := strings.Cut(value, ",")
	s, ok := sides[strings.TrimSpace(side)]
	if !ok {
		return fmt.Errorf("want server, client, both or either, not %q", side)
	}
	e, err := number.Parse(strings.Replace(rest, ",", "", 1), 32)
	if err == nil {
		c.test(&StreamSize{s, e})
	}
	return err
}

// Directed compares a number that a flow has for each direction.
type Directed struct {
	Name string // flow.pkts or flow.bytes
	Side Side   // ClientSide: to server
	number.Expr
}

// String returns the test as a rule writes it.
func (d *Directed) String() string {
	return d.Name + ":" + [...]string{"toclient", "toserver", "both", "either"}[d.Side] + "," + d.Expr.String() + ";"
}

// directed makes the function of a keyword that compares a number of one direction.
func directed(name string, bits int) func(*compiler, string) error {
	return func(c *compiler, value string) error {
		side, rest, _ := strings.Cut(value, ",")
		s, ok := sides[strings.TrimSpace(side)]
		if !ok {
			return fmt.Errorf("want toserver, toclient, both or either, not %q", side)
		}
		e, err := number.Parse(rest, bits)
		if err == nil {
			c.test(&Directed{name, s, e})
		}
		return err
	}
}

func oneWay(name, side string, bits int) func(*compiler, string) error {
	read := directed(name, bits)
	return func(c *compiler, value string) error { return read(c, side+","+value) }
}

// atoi reads a number from low to high.
func atoi(text string, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is not a number from %d to %d", text, low, high)
	}
	return n, nil
}
