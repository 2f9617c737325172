package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/payload"
)

// metaKeywords tell of the rule itself.
var metaKeywords = []keyword{
	{name: "msg", traits: isMeta, read: readMsg},
	{name: "sid", traits: isMeta, read: readSID},
	{name: "rev", traits: isMeta, read: func(c *compiler, v string) (err error) {
		c.rule.Rev, err = parseID(v)
		return err
	}},
	{name: "gid", traits: isMeta, read: func(c *compiler, v string) (err error) {
		c.rule.GID, err = parseID(v)
		return err
	}},
	{name: "classtype", traits: isMeta, read: readClass},
	{name: "priority", traits: isMeta, read: readPriority},
	{name: "reference", traits: isMeta, read: readReference},
	{name: "metadata", traits: isMeta, value: mayHaveValue, read: readMetadata},
	{name: "target", traits: isMeta, read: readTarget},
	{name: "noalert", traits: isMeta, value: noValue, read: func(c *compiler, _ string) error {
		c.rule.NoAlert = true
		return nil
	}},
	{name: "alert", traits: isMeta, value: noValue, read: readAlert},
	{name: "requires", traits: isMeta, read: func(*compiler, string) error { return nil }}, // looked at before all others
	{name: "prefilter", traits: isMeta, value: noValue, read: readPrefilter},
}

// defaultPriority is that of rules without a class.
const defaultPriority = 3

// unquote returns the text of a quoted value, in which a backslash may stand before ; " \ and :.
func unquote(value string) (string, error) {
	inner, err := payload.Quoted(value)
	if err != nil || strings.IndexByte(inner, '\\') < 0 {
		return inner, err
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) && strings.IndexByte(`;"\:`, inner[i+1]) >= 0 {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String(), nil
}

// bare returns the text of a value that may be quoted.
func bare(value string) string {
	if inner, err := payload.Quoted(value); err == nil {
		return inner
	}
	return value
}

func readMsg(c *compiler, value string) (err error) {
	if c.rule.Msg != "" {
		return conflict("given twice")
	}
	c.rule.Msg, err = unquote(value)
	return err
}

func readSID(c *compiler, value string) (err error) {
	if c.hasSID {
		return conflict("given twice")
	}
	c.rule.SID, err = parseID(value)
	if err == nil && c.rule.SID == 0 {
		return errors.New("a sid is above 0")
	}
	c.hasSID = true
	return err
}

func parseID(value string) (uint32, error) {
	n, err := strconv.ParseUint(bare(value), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number from 0 to %d", value, uint32(1<<32-1))
	}
	return uint32(n), nil
}

func readClass(c *compiler, value string) error {
	class, ok := c.lang.classes.find(value)
	if c.rule.Class != nil {
		return nil // the first one counts
	}
	c.rule.Class = class
	if !c.seen["priority"] {
		c.rule.Priority = class.Priority
	}
	if !ok {
		return doubtful(UnknownClass, "unknown classtype %s: its priority is %d", value, class.Priority)
	}
	return nil
}

func readPriority(c *compiler, value string) error {
	n, err := strconv.ParseUint(bare(value), 10, 8)
	if err != nil || n == 0 {
		return fmt.Errorf("%q is not a number from 1 to 255", value)
	}
	c.rule.Priority = uint8(n)
	return nil
}

func readReference(c *compiler, value string) error {
	name, what, ok := strings.Cut(bare(value), ",")
	name, what = strings.TrimSpace(name), strings.TrimSpace(what)
	if !ok || name == "" || what == "" {
		return errors.New("want a type and a value, separated by a comma")
	}
	prefix, known := c.lang.references.find(name)
	c.rule.References = append(c.rule.References, Reference{Type: name, Prefix: prefix, Value: what})
	if !known {
		return doubtful(UnknownReference, "unknown reference key %q", name)
	}
	return nil
}

func readMetadata(c *compiler, value string) error {
	for item := range strings.SplitSeq(value, ",") {
		key, what, _ := strings.Cut(strings.TrimSpace(item), " ")
		if key != "" {
			c.rule.Metadata = append(c.rule.Metadata, Pair{key, strings.TrimSpace(what)})
		}
	}
	return nil
}

func readTarget(c *compiler, value string) error {
	switch value {
	case "src_ip":
		c.rule.Target = SourceTarget
	case "dest_ip":
		c.rule.Target = DestTarget
	default:
		return fmt.Errorf("want src_ip or dest_ip, not %q", value)
	}
	return nil
}

func readAlert(c *compiler, _ string) error {
	if c.rule.NoAlert {
		return conflict("alert and noalert exclude each other")
	}
	c.rule.Effects = append(c.rule.Effects, AlertAnyway{})
	return nil
}

// AlertAnyway is alert: the rule alerts, although its action does not.
type AlertAnyway struct{}

// String returns the effect as a rule writes it.
func (AlertAnyway) String() string { return "alert;" }

func readPrefilter(c *compiler, _ string) error {
	switch t := c.previous.(type) {
	case nil:
		return conflict("there is no keyword before it that it could mean")
	case *payload.Content:
		if t.Fast {
			return conflict("the content is the fast pattern already")
		}
		t.Fast = true
	}
	if c.rule.Prefilter != nil {
		return conflict("given twice")
	}
	c.rule.Prefilter = c.previous
	return nil
}
