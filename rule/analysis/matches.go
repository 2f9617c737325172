package analysis

import (
	"fmt"
	"strings"
	"time"

	"github.com/reknit/reknit/rule"
	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// match is a test or an effect: its name, and under that name what it is about.
type match map[string]any

func (m match) name() string { return m["name"].(string) }

// content is a content, as far as it is about what is looked for and where.
type content struct {
	Pattern         string `json:"pattern"` // what is no plain text is in hexadecimal digits
	Length          int    `json:"length"`
	NoCase          bool   `json:"nocase"`
	Negated         bool   `json:"negated"`
	StartsWith      bool   `json:"starts_with"`
	EndsWith        bool   `json:"ends_with"`
	IsMPM           bool   `json:"is_mpm"`            // it is the fast pattern
	NoDoubleInspect bool   `json:"no_double_inspect"` // never: a fast pattern that was found is looked for again, in its place
	Offset          *int64 `json:"offset,omitempty"`
	Depth           *int64 `json:"depth,omitempty"` // where it ends at the latest
	Distance        *int64 `json:"distance,omitempty"`
	Within          *int64 `json:"within,omitempty"`
	FastPattern     bool   `json:"fast_pattern"` // the rule says so
	RelativeNext    bool   `json:"relative_next"`
}

// contentOf makes the view of a content of section s.
func contentOf(r *rule.Rule, s *rule.Section, c *payload.Content) content {
	v := content{
		Pattern: patternText(c.Text), Length: len(c.Text), NoCase: c.Nocase, Negated: c.Negated, StartsWith: c.StartsWith,
		EndsWith: c.EndsWith, IsMPM: r.Fast != nil && r.Fast.Content == c, FastPattern: c.Fast,
	}
	for i, t := range s.Tests {
		if t == payload.Test(c) {
			v.RelativeNext = follows(s, i)
		}
	}
	number := func(has bool, n payload.Value, more int64) *int64 {
		if !has || n.Var != 0 {
			return nil
		}
		n.Number += more
		return &n.Number
	}
	v.Offset = number(c.HasOffset, c.Offset, 0)
	v.Depth = number(c.HasDepth, c.Depth, c.Offset.Number)
	if c.StartsWith && !c.HasDepth {
		v.Depth = number(true, payload.Value{Number: int64(len(c.Text))}, 0)
	}
	if c.Relative() && first(s, c) {
		v.Offset = number(c.HasDistance, c.Distance, 0)
		v.Depth = number(c.HasWithin, c.Within, c.Distance.Number)
		return v
	}
	v.Distance = number(c.HasDistance, c.Distance, 0)
	v.Within = number(c.HasWithin, c.Within, 0)
	return v
}

// first reports whether nothing that could have matched comes before c in its section, so that it is placed from the beginning.
func first(s *rule.Section, c *payload.Content) bool {
	for _, t := range s.Tests {
		switch t := t.(type) {
		case *payload.Content:
			if t == c {
				return true
			}
			if !t.Negated {
				return false
			}
		case *payload.Size, *payload.Absent:
		default:
			return false
		}
	}
	return false
}

// notes returns what of a rule means something else than it says.
func notes(r *rule.Rule) (list []string) {
	for _, s := range r.Sections {
		for _, t := range s.Tests {
			c, ok := t.(*payload.Content)
			if !ok || !c.Relative() || !first(s, c) {
				continue
			}
			if c.HasWithin {
				list = append(list, "'within' option for pattern w/o previous content was converted to 'depth'")
			}
			if c.HasDistance {
				list = append(list, "'distance' option for pattern w/o previous content was converted to 'offset'")
			}
		}
	}
	return list
}

// patternText returns a pattern as text. Bytes that are no letters and digits, and that a rule has to escape or a shell might
// take for something, are in hexadecimal digits.
func patternText(text []byte) string {
	const plain = "!#$%&()*+,-.<=>?@[]^_{}~"
	return payload.FormatBytesBut(text, func(c byte) bool {
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(plain, c) >= 0
	})
}

// payloadOf makes the view of test number i of section s.
func payloadOf(r *rule.Rule, s *rule.Section, i int, t payload.Test) match {
	switch t := t.(type) {
	case *payload.Content:
		return match{"name": "content", "content": contentOf(r, s, t)}
	case *payload.Regexp:
		return match{"name": "pcre", "pcre": match{
			"relative": t.Relative, "relative_next": follows(s, i), "nocase": t.Nocase(), "negated": t.Negated,
		}}
	case *payload.Absent:
		return match{"name": "absent", "absent": match{"or_else": t.OrElse}}
	case *payload.ByteTest:
		v := numberOf(&t.Number, nil)
		return match{"name": "byte_test", "byte_test": v}
	case *payload.ByteJump:
		v := numberOf(&t.Number, []named{{t.From == payload.FromBeginning, "from_beginning"}, {t.From == payload.FromEnd, "from_end"},
			{t.Align, "align"}})
		v["multiplier"], v["post_offset"] = max(t.Multiplier, 1), t.Post.Number
		return match{"name": "byte_jump", "byte_jump": v}
	}
	word, _, _ := strings.Cut(t.String(), ":")
	return match{"name": strings.TrimSuffix(word, ";")}
}

var bases = map[uint8]string{0: "unset", 8: "oct", 10: "dec", 16: "hex"}

// numberOf makes the view of how a number is read.
func numberOf(n *payload.Number, more []named) match {
	flags := those(append([]named{
		{n.Endian == payload.Little, "little_endian"}, {n.Base != 0, "string"}, {n.Relative, "relative"},
	}, append(more, named{n.Endian == payload.DCE, "dce"})...))
	return match{"nbytes": n.Bytes.Number, "offset": n.Offset.Number, "base": bases[n.Base], "flags": flags}
}

// keys are the names under which tests of numbers are shown, where that is not the last word of the keyword.
var keys = map[string]string{"icmp_id": "id", "icmp_seq": "seq", "icode": "code", "itype": "type"}

// exact are the keywords of which no more than a number can be given.
var exact = map[string]bool{"tcp.ack": true, "tcp.seq": true, "icmp_id": true, "icmp_seq": true}

// numeric makes the view of a test of a number.
func numeric(t *rule.Numeric) match {
	key := keys[t.Name]
	if key == "" {
		key = strings.ReplaceAll(t.Name[strings.LastIndexByte(t.Name, '.')+1:], "-", "_")
	}
	switch {
	case exact[t.Name] && t.Op == number.Equal:
		return match{"name": t.Name, key: match{"number": t.A}}
	case t.Name == "tcp.window" && (t.Op == number.Equal || t.Op == number.NotEqual):
		return match{"name": t.Name, key: match{"size": t.A, "negated": t.Op == number.NotEqual}}
	}
	return match{"name": t.Name, key: expression(t.Expr)}
}

// expression makes the view of what a number is compared with.
func expression(e number.Expr) match {
	switch e.Op {
	case number.Between:
		return match{"range": match{"min": e.A, "max": e.B}}
	case number.NotBetween:
		return match{"nrange": match{"min": e.A, "max": e.B}}
	case number.MaskEqual, number.MaskNotEqual:
		return match{"bitmask": match{"mask": e.A, "value": e.B, "negated": e.Op == number.MaskNotEqual}}
	}
	return match{map[number.Op]string{
		number.Equal: "equal", number.NotEqual: "diff", number.Less: "lt", number.LessEqual: "lte", number.Greater: "gt",
		number.GreaterEqual: "gte",
	}[e.Op]: e.A}
}

// intOps are the names of what is done with numbers of a flow.
var intOps = map[string]string{
	"+": "add", "-": "sub", "=": "set", "<": "lt", ">": "gt", "<=": "lte", ">=": "gte", "==": "eq", "!=": "ne",
	"isset": "isset", "isnotset": "isnotset",
}

// matchOf makes the view of a test that is of no buffer.
func matchOf(t rule.Test) match {
	switch t := t.(type) {
	case *rule.Flowbits:
		return flowbits(t)
	case *rule.Flowint:
		return flowint(t)
	case *rule.Xbits:
		return xbits(t)
	case *rule.Numeric:
		return numeric(t)
	case *rule.Word:
		if t.Name == "ipopts" {
			return match{"name": t.Name, "ipopts": match{"option": t.Word}}
		}
	case *rule.Event:
		if t.Stream {
			return match{"name": "stream-event"}
		}
		return match{"name": "decode-event"}
	case *rule.AppProtocol:
		mode := t.Mode
		if mode == "" {
			mode = "direction"
		}
		return match{"name": "app-layer-protocol", "app_layer_protocol": match{"protocols": t.Names, "negated": t.Negated, "mode": mode}}
	}
	return byWord(t)
}

// effectOf makes the view of what happens when the rule matched.
func effectOf(e rule.Effect) match {
	switch e := e.(type) {
	case *rule.Flowbits:
		return flowbits(e)
	case *rule.Flowint:
		return flowint(e)
	case *rule.Xbits:
		return xbits(e)
	}
	return byWord(e)
}

// byWord makes the view of something of which the keyword tells enough.
func byWord(t fmt.Stringer) match {
	word, _, _ := strings.Cut(t.String(), ":")
	return match{"name": strings.TrimSuffix(word, ";")}
}

func flowbits(f *rule.Flowbits) match {
	v := match{"cmd": f.Op.String(), "names": f.Names}
	if len(f.Names) > 1 {
		v["operator"] = "or"
	}
	return match{"name": "flowbits", "flowbits": v}
}

func flowint(f *rule.Flowint) match {
	v := match{"var": f.Name, "cmd": intOps[f.Op]}
	switch {
	case f.Other != "":
		v["value"] = f.Other
	case v["cmd"] != "isset" && v["cmd"] != "isnotset":
		v["value"] = f.Number
	}
	return match{"name": "flowint", "flowint": v}
}

func xbits(x *rule.Xbits) match {
	v := match{"cmd": x.Op.String(), "name": x.Name, "track": x.Track}
	if x.Op == rule.BitSet || x.Op == rule.BitToggle {
		v["expire"] = x.Expire / time.Second
	}
	return match{"name": "xbits", "xbits": v}
}
