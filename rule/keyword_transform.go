package rule

import (
	"fmt"
	"strings"

	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/rule/pcre"
)

// transformKeywords change the sticky buffer before its tests.
var transformKeywords = []keyword{
	transform("dotprefix"), transform("strip_whitespace"), transform("compress_whitespace"), transform("to_lowercase"),
	transform("to_uppercase"), transform("to_md5"), transform("to_sha1"), transform("to_sha256"), transform("url_decode"),
	transform("header_lowercase"), transform("strip_pseudo_headers"),
	transform("domain"), transform("tld"), inflating("gunzip"), inflating("zlib_deflate"),
	{name: "xor", read: readXor},
	{name: "subslice", read: readSubslice},
	{name: "pcrexform", read: readPcrexform},
	{name: "from_base64", value: mayHaveValue, read: readFromBase64},
}

// Transform changes a buffer before it is looked at.
type Transform struct {
	Name   string
	Key    []byte       // of xor; nil: it is in the buffer
	KeyAt  int          // of xor: where in the buffer the key of so many Bytes is
	Slice  *Slice       // of subslice
	Regexp *pcre.Regexp // of pcrexform
	Bytes  int          // of from_base64; 0: all. Of gunzip and zlib_deflate: of the result, at most
	Offset int          // of from_base64 and xor: where what they are for begins
	Mode   string       // rfc4648, rfc2045 or strict
}

// String returns the transform as a rule writes it.
func (t Transform) String() string {
	switch t.Name {
	case "xor":
		if t.Key == nil {
			return fmt.Sprintf("xor:offset %d, extract %d %d;", t.Offset, t.Bytes, t.KeyAt)
		}
		return fmt.Sprintf(`xor:offset %d, "%x";`, t.Offset, t.Key)
	case "subslice":
		return "subslice:" + t.Slice.String() + ";"
	case "pcrexform":
		return `pcrexform:"` + t.Regexp.String() + `";`
	case "gunzip", "zlib_deflate":
		return fmt.Sprintf("%s: max-size %d;", t.Name, t.Bytes)
	case "from_base64":
		return fmt.Sprintf("from_base64: bytes %d, offset %d, mode %s;", t.Bytes, t.Offset, t.Mode)
	}
	return t.Name + ";"
}

// transform makes the row of a transform without arguments.
func transform(name string) keyword {
	return keyword{name: name, value: noValue, read: func(c *compiler, _ string) error { return c.transforms(Transform{Name: name}) }}
}

// transforms adds a transform to the sticky buffer.
func (c *compiler) transforms(t Transform) error {
	switch {
	case c.sticky == nil:
		return conflict("a transform needs a sticky buffer before it")
	case len(c.sticky.Tests) > 0: // another use of the buffer
		c.sticky = &Section{Buffer: c.sticky.Buffer, Dirs: c.sticky.Dirs}
		c.rule.Sections = append(c.rule.Sections, c.sticky)
	}
	c.sticky.Transforms = append(c.sticky.Transforms, t)
	return nil
}

func readPcrexform(c *compiler, value string) error {
	text, err := payload.Quoted(value)
	if err != nil {
		return err
	}
	re, err := pcre.Parse(text, 0)
	if err != nil {
		return err
	}
	if len(re.Groups()) != 1 {
		return fmt.Errorf("the expression must have one group, not %d", len(re.Groups()))
	}
	return c.transforms(Transform{Name: "pcrexform", Regexp: re})
}

func readFromBase64(c *compiler, value string) error {
	t := Transform{Name: "from_base64", Mode: "rfc4648"}
	for part := range strings.SplitSeq(value, ",") {
		name, arg, _ := strings.Cut(strings.TrimSpace(part), " ")
		var n int64
		var err error
		switch arg = strings.TrimSpace(arg); name {
		case "":
		case "bytes":
			n, err = atoi(arg, 1, 1<<16-1)
			t.Bytes = int(n)
		case "offset":
			n, err = atoi(arg, 0, 1<<16-1)
			t.Offset = int(n)
		case "mode":
			t.Mode = strings.ToLower(arg)
			if t.Mode != "rfc4648" && t.Mode != "rfc2045" && t.Mode != "strict" {
				err = fmt.Errorf("want the mode rfc4648, rfc2045 or strict, not %q", arg)
			}
		default:
			err = fmt.Errorf("unknown word %q", name)
		}
		if err != nil {
			return err
		}
	}
	return c.transforms(t)
}
