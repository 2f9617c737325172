package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// payloadKeywords look into the current buffer.
var payloadKeywords = []keyword{
	{name: "content", read: readContent},
	{name: "uricontent", read: readURIContent, traits: needsTx},
	{name: "nocase", value: noValue, read: modifier(func(c *payload.Content, _ string, _ *payload.Vars) error {
		c.Nocase = true
		return nil
	})},
	{name: "rawbytes", value: noValue, read: modifier(func(*payload.Content, string, *payload.Vars) error { return nil })},
	{name: "offset", read: modifier((*payload.Content).SetOffset)},
	{name: "depth", read: modifier((*payload.Content).SetDepth)},
	{name: "distance", read: modifier((*payload.Content).SetDistance)},
	{name: "within", read: modifier((*payload.Content).SetWithin)},
	{name: "startswith", value: noValue, read: modifier(func(c *payload.Content, _ string, _ *payload.Vars) error {
		return c.SetStartsWith()
	})},
	{name: "endswith", value: noValue, read: modifier(func(c *payload.Content, _ string, _ *payload.Vars) error {
		if c.EndsWith {
			return conflict("given twice for one content")
		}
		c.EndsWith = true
		return nil
	})},
	{name: "fast_pattern", value: mayHaveValue, read: readFastPattern},
	{name: "replace", read: modifier(setReplace)},
	{name: "isdataat", read: readDataAt},
	{name: "bsize", read: readBufferSize},
	{name: "absent", value: mayHaveValue, read: readAbsent},
	{name: "urilen", read: readURILen, traits: needsTx},
	{name: "byte_test", read: readByteTest},
	{name: "byte_jump", read: readByteJump},
	{name: "byte_extract", read: readByteExtract},
	{name: "byte_math", read: readByteMath},
	{name: "base64_decode", value: mayHaveValue, read: readBase64Decode},
	{name: "pcre", read: readRegexp},
	{name: "entropy", read: func(c *compiler, value string) error {
		t, err := payload.ParseEntropy(value)
		if err == nil {
			c.add(t, false)
		}
		return err
	}},
	{name: "asn1", read: func(c *compiler, value string) error {
		t, err := payload.ParseASN1(bare(value))
		if err == nil {
			c.add(t, t.Relative)
		}
		return err
	}},
	{name: "dsize", traits: needsPacket, read: numeric("dsize", 16)},
}

func readContent(c *compiler, value string) error {
	t, err := payload.ParseContent(value)
	if err != nil {
		return err
	}
	s := c.sticky
	if s == nil {
		s = c.section(c.lang.buffers[payloadBuffer])
	}
	s.Tests = append(s.Tests, t)
	c.content, c.home, c.previous = t, s, t
	return nil
}

func readURIContent(c *compiler, value string) error {
	k, err := c.lang.find("http_uri")
	if err != nil {
		return err
	}
	if err := readContent(c, value); err != nil {
		return err
	}
	return c.moves(k.buffer)
}

// modifier makes the function of a keyword that changes the previous content.
func modifier(set func(*payload.Content, string, *payload.Vars) error) func(*compiler, string) error {
	return func(c *compiler, value string) error {
		if c.content == nil {
			return lonely(strings.ToLower(c.option.name.text))
		}
		return set(c.content, value, &c.rule.Vars)
	}
}

// lonely says that a modifier has no content before it.
func lonely(name string) error {
	const buffers = "content, uricontent option, http_client_body, http_server_body, http_header option, http_raw_header option, " +
		"http_method option, http_cookie, http_raw_uri, http_stat_msg, http_stat_code, http_user_agent"
	switch name {
	case "depth":
		return conflict("depth needs preceding %s, http_host, http_raw_host or file_data/dce_stub_data sticky buffer options.", buffers)
	case "distance":
		return conflict("distance needs preceding %s or file_data/dce_stub_data sticky buffer option", buffers)
	}
	return conflict("%s needs preceding content option", name)
}

func readFastPattern(c *compiler, value string) error {
	if c.content == nil {
		return conflict("there is no content before it")
	}
	for _, s := range c.rule.Sections {
		for _, t := range s.Tests {
			if other, ok := t.(*payload.Content); ok && other.Fast {
				return conflict("fast_pattern can be used on only one content in a rule")
			}
		}
	}
	return c.content.SetFast(value)
}

func setReplace(t *payload.Content, value string, _ *payload.Vars) error {
	inner, err := payload.Quoted(value)
	if err != nil {
		return err
	}
	if t.Replace, err = payload.ParseBytes(inner); err != nil {
		return err
	}
	if len(t.Replace) != len(t.Text) {
		return fmt.Errorf("%d bytes cannot replace a content of %d", len(t.Replace), len(t.Text))
	}
	if t.Negated {
		return conflict("what must not be there cannot be replaced")
	}
	return nil
}

func readDataAt(c *compiler, value string) error {
	t, err := payload.ParseDataAt(value, &c.rule.Vars)
	if err != nil {
		return err
	}
	// Directly behind a content it says endswith, also of a negated one.
	if x, ok := c.previous.(*payload.Content); ok && t.AtEnd() && c.content == x {
		x.EndsWith = true
		return nil
	}
	c.add(t, t.Relative)
	return nil
}

func readBufferSize(c *compiler, value string) error {
	if c.sticky == nil {
		return conflict("bsize needs a sticky buffer before it")
	}
	t, err := payload.ParseSize(value)
	if err == nil {
		c.add(t, false)
	}
	return err
}

func readAbsent(c *compiler, value string) error {
	if c.sticky == nil {
		return conflict("absent needs a sticky buffer before it")
	}
	if len(c.sticky.Tests) > 0 {
		return conflict("absent comes before all other tests of its buffer")
	}
	t, err := payload.ParseAbsent(value)
	if err == nil {
		c.add(t, false)
	}
	return err
}

// readURILen reads urilen: a size of http.uri, or of http.uri.raw.
func readURILen(c *compiler, value string) error {
	text, kind, has := cutLast(value, ",")
	name := "http_uri"
	switch {
	case has && kind == "raw":
		name = "http_raw_uri"
	case has && kind != "norm":
		return fmt.Errorf("want raw or norm, not %q", kind)
	}
	k, err := c.lang.find(name)
	if err != nil {
		return err
	}
	e, err := number.Parse(text, 16)
	if err != nil {
		return err
	}
	s := c.section(k.buffer)
	s.Tests = append(s.Tests, &payload.Size{Expr: e})
	return nil
}

func readByteTest(c *compiler, value string) error {
	t, err := payload.ParseByteTest(value, &c.rule.Vars)
	if err != nil {
		return err
	}
	if err := c.inScope(t.Relative, t.Bytes, t.Value, t.Offset); err != nil {
		return err
	}
	c.add(t, t.Relative)
	return c.dce(t.Endian)
}

func readByteJump(c *compiler, value string) error {
	t, err := payload.ParseByteJump(value, &c.rule.Vars)
	if err != nil {
		return err
	}
	if err := c.inScope(t.Relative, t.Bytes, t.Offset, t.Post); err != nil {
		return err
	}
	c.add(t, t.Relative)
	c.home = c.current(t.Relative)
	return c.dce(t.Endian)
}

func readByteExtract(c *compiler, value string) error {
	t, err := payload.ParseByteExtract(value, &c.rule.Vars)
	if err != nil {
		return err
	}
	c.add(t, t.Relative)
	c.home = c.current(t.Relative)
	c.declared[t.Var] = c.home.Buffer
	return c.dce(t.Endian)
}

func readByteMath(c *compiler, value string) error {
	t, err := payload.ParseByteMath(value, &c.rule.Vars)
	if err != nil {
		return err
	}
	c.add(t, t.Relative)
	c.home = c.current(t.Relative)
	c.declared[t.Var] = c.home.Buffer
	return c.dce(t.Endian)
}

// inScope checks that variables were read when they are used: what is in packets and what is in transactions is looked at
// at different times.
func (c *compiler) inScope(relative bool, values ...payload.Value) error {
	inTx := func(b *Buffer) bool { return b.Source == FromField || b.Source == FromFile || b.Source == FromFrame }
	here := c.current(relative).Buffer
	for _, v := range values {
		if from := c.declared[v.Var]; from != nil && inTx(from) != inTx(here) {
			return &payload.UnknownVar{Name: c.rule.Vars[v.Var-1]}
		}
	}
	return nil
}

// dce checks that the order of bytes of DCERPC is known where a rule asks for it.
func (c *compiler) dce(e payload.Endian) error {
	if e == payload.DCE && c.lang.parsed["dcerpc"] == nil {
		return notYet("dce", "dce is not supported yet: the protocol dcerpc has no parser")
	}
	return nil
}

func readBase64Decode(c *compiler, value string) error {
	t, err := payload.ParseBase64Decode(value, &c.rule.Vars)
	if err == nil {
		c.add(t, true) // it belongs to what was looked for before
	}
	return err
}

func readRegexp(c *compiler, value string) error {
	t, buffer, err := payload.ParseRegexp(value)
	if err != nil {
		return err
	}
	s := c.current(t.Relative)
	if buffer != "" {
		k, err := c.lang.find(buffer)
		if err != nil {
			return err
		}
		c.need(k)
		switch {
		case c.sticky == nil:
			s = c.section(k.buffer)
		case c.sticky.Buffer != k.buffer && (buffer != "file.data" || c.sticky.Buffer.Name != "http.response_body"):
			return conflict("Expression seen with a sticky buffer still set; either (1) reset sticky buffer with pkt_data or "+
				"(2) use a sticky buffer providing %q.", describe(buffer))
		}
	}
	if t.Relative && s.Buffer.Source == FromPayload && !slices.ContainsFunc(s.Tests, moves) {
		return conflict("the expression is relative, and there is no content or pcre before it")
	}
	s.Tests = append(s.Tests, t)
	c.content, c.home, c.previous = nil, s, t
	return nil
}

// describe returns what Suricata calls the buffers that the flags of an expression name.
func describe(buffer string) string {
	switch buffer {
	case "http.request_body":
		return "http request body"
	case "http.uri":
		return "http request uri"
	case "http.uri.raw":
		return "raw http uri"
	case "file.data":
		return "data from tracked files"
	case "http.header":
		return "http headers"
	case "http.header.raw":
		return "raw http headers"
	case "http.method":
		return "http request method"
	case "http.cookie":
		return "http cookie header"
	case "http.stat_code":
		return "http response status code"
	case "http.stat_msg":
		return "http response status message"
	case "http.user_agent":
		return "http user agent"
	case "http.host":
		return "http host"
	case "http.host.raw":
		return "http raw host header"
	}
	return buffer
}

// moves reports whether a test is one that a relative expression can follow.
func moves(t payload.Test) bool {
	switch t.(type) {
	case *payload.Content, *payload.Regexp:
		return true
	}
	return false
}
