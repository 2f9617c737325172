package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reknit/reknit/rule/number"
	"github.com/reknit/reknit/rule/payload"
)

// finish looks at a rule as a whole, and decides how it is evaluated.
func (c *compiler) finish() {
	r := c.rule
	r.Sections = slices.DeleteFunc(r.Sections, func(s *Section) bool { return len(s.Tests) == 0 })
	for _, check := range []func() error{c.checkContents, c.checkTransforms, c.checkSize, c.checkHost, c.checkBase64, c.checkFrames, c.checkDirections, c.checkPacket, c.checkApp, c.checkHook} {
		if err := check(); err != nil {
			c.report(word{}, "", err)
			return
		}
	}
	r.Type = r.typeOf()
	r.Fast = r.fastPattern()
}

// checkContents looks at the contents of each buffer together.
func (c *compiler) checkContents() error {
	for _, s := range c.rule.Sections {
		var size *payload.Size
		for _, t := range s.Tests {
			if b, ok := t.(*payload.Size); ok && b.Op == number.Equal {
				size = b
			}
		}
		for _, t := range s.Tests {
			x, ok := t.(*payload.Content)
			switch {
			case !ok:
			case x.Only && (x.Absolute() || x.Relative()):
				return conflict("a content that is only the fast pattern has no place")
			case x.Fast && s.Buffer.Source == FromDecoded:
				return conflict("fast_pattern cannot be used with %s", s.Buffer.Name)
			case x.Fast && x.Negated && (x.Absolute() || x.Relative()):
				return conflict("a negated content that is the fast pattern has no place")
			case size != nil && !x.Negated && uint64(len(x.Text)) > size.A && len(s.Transforms) == 0:
				return conflict("the content %q does not fit in a buffer of %d bytes", x.Text, size.A)
			}
		}
	}
	return nil
}

// checkHost looks at contents of http.host, which is in lower case.
func (c *compiler) checkHost() error {
	for _, s := range c.rule.Sections {
		if s.Buffer.Name != "http.host" || len(s.Transforms) > 0 {
			continue
		}
		for _, t := range s.Tests {
			x, ok := t.(*payload.Content)
			switch {
			case ok && x.Nocase:
				return c.hostWrong(`http.host keyword specified along with "nocase"`, "specifying nocase is redundant")
			case ok && strings.ToLower(string(x.Text)) != string(x.Text):
				return c.hostWrong("A pattern with uppercase characters detected for http.host", "please specify a lowercase pattern")
			}
		}
	}
	return nil
}

// hostWrong says what is wrong with a content of http.host.
func (c *compiler) hostWrong(what, advice string) error {
	return &fault{kind: Conflict, from: "detect-http-host",
		text: fmt.Sprintf("rule %d: %s. The hostname buffer is normalized to lowercase, %s.", c.rule.SID, what, advice)}
}

func (c *compiler) checkBase64() error {
	decoded := false
	for _, s := range c.rule.Sections {
		if s.Buffer.Source == FromDecoded && !decoded {
			return conflict("base64_data needs a base64_decode before it")
		}
		for _, t := range s.Tests {
			if _, ok := t.(*payload.Base64Decode); ok {
				decoded = true
			}
		}
	}
	return nil
}

// checkDirections finds the directions in which all buffers exist.
func (c *compiler) checkDirections() error {
	r := c.rule
	if r.Flow.Dirs != 0 {
		r.Dirs = r.Flow.Dirs
	}
	if r.Transactional {
		return c.checkBothDirections()
	}
	common, firstOf := Both, map[Dirs]string{}
	if p := r.Protocol; p.Hook == StateHook {
		common = p.States.dirs()
		firstOf[common] = p.Name
	}
	for _, s := range r.Sections {
		common &= s.Dirs
		if s.Dirs != Both {
			firstOf[s.Dirs] = s.Buffer.Name
		}
	}
	if common == 0 {
		return conflict("%s is of requests and %s of responses", firstOf[ToServer], firstOf[ToClient])
	}
	if r.Dirs&common == 0 {
		return conflict("%s does not exist %s", firstOf[common], r.Dirs)
	}
	r.Dirs &= common
	for _, s := range r.Sections {
		if s.Buffer.Name == "http.header.raw" && r.Dirs == Both {
			return conflict("http.header.raw needs flow:to_server or flow:to_client")
		}
	}
	return nil
}

// checkBothDirections checks that a rule with => looks at requests and at responses, and at each where it says.
func (c *compiler) checkBothDirections() error {
	r := c.rule
	if r.Flow.Dirs != 0 && r.Flow.Dirs != Both {
		return conflict("rule %d means to use both directions, cannot specify a flow direction", r.SID)
	}
	var used Dirs
	for _, s := range r.Sections {
		switch {
		case s.Buffer.Source != FromField && s.Buffer.Source != FromFile:
		case s.Dirs == Both:
			return conflict("rule %d means to use both directions, cannot have keywords ambiguous about directions", r.SID)
		default:
			used |= s.Dirs
		}
	}
	for _, t := range r.Tests {
		if b := FieldOf(t); b != nil {
			used |= b.Dirs
		}
	}
	if used != Both {
		return conflict("rule %d should use both directions, but does not", r.SID)
	}
	return nil
}

// inTx reports whether the rule looks at transactions.
func (r *Rule) inTx() bool {
	return r.traits&needsTx != 0 || r.Protocol.Hook == StateHook || slices.ContainsFunc(r.Sections, func(s *Section) bool {
		return s.Buffer.Source == FromField || s.Buffer.Source == FromFile || s.Buffer.Source == FromFrame
	})
}

// checkPacket keeps what belongs to packets and what belongs to transactions apart.
func (c *compiler) checkPacket() error {
	if c.packetOnly != "" && c.rule.inTx() {
		return conflict("%s is of packets, and the rule looks at transactions", c.packetOnly)
	}
	if c.rule.Transactional && !c.rule.inTx() {
		return conflict("=> is for rules that look at transactions")
	}
	return nil
}

// checkApp finds the application protocols that the rule can match.
func (c *compiler) checkApp() error {
	r := c.rule
	r.App = r.Protocol.App
	for _, s := range r.Sections {
		if len(s.Buffer.App) == 0 {
			continue
		}
		if err := c.restrict(s.Buffer.App, s.Buffer.Name); err != nil {
			return err
		}
	}
	if r.App == nil && r.looksAtFiles() {
		if err := c.restrict(c.lang.buffers["file.data"].App, "a file"); err != nil {
			return err
		}
	}
	for _, t := range r.Tests {
		if b := FieldOf(t); b != nil {
			if err := c.restrict(b.App, b.Name); err != nil {
				return err
			}
		}
		e, ok := t.(*AppEvent)
		if ok && e.Protocol != "" && r.App != nil && !slices.Contains(r.App, e.Protocol) {
			return conflict("%s cannot be of a rule for %s", e.Protocol+"."+e.Name, strings.Join(r.App, " and "))
		}
	}
	return nil
}

// looksAtFiles reports whether the rule has keywords for files that belong to no buffer.
func (r *Rule) looksAtFiles() bool {
	return slices.ContainsFunc(r.Tests, func(t Test) bool {
		switch t.(type) {
		case *FileSize, *FileHash:
			return true
		}
		return false
	}) || slices.ContainsFunc(r.Effects, func(e Effect) bool { _, ok := e.(*FileStore); return ok })
}

// FieldOf returns the field that a test compares, or nil.
func FieldOf(t Test) *Buffer {
	switch t := t.(type) {
	case *FieldNumber:
		return t.Buffer
	case *FieldWord:
		return t.Buffer
	case *FieldForeign:
		return t.Buffer
	case *FieldListed:
		return t.Buffer
	case *FieldPeriod:
		return t.Buffer
	}
	return nil
}

// restrict leaves the application protocols of list.
func (c *compiler) restrict(list []string, name string) error {
	r := c.rule
	isOf := func(p string) bool { return r.App == nil || slices.Contains(r.App, p) }
	var left []string
	for _, p := range list {
		if isOf(p) && c.lang.parses(p) {
			left = append(left, p)
		}
	}
	if len(left) > 0 {
		r.App = left
		return nil
	}
	if i := slices.IndexFunc(list, isOf); i >= 0 {
		return notYet("protocol "+list[i], "%s: the protocol %s has no parser yet", name, list[i])
	}
	return conflict("%s is not of the protocol %s", name, strings.Join(r.App, " or "))
}
