package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/reknit/reknit/rule/payload"
)

// compiler turns one statement into a rule.
type compiler struct {
	lang *Language
	rule *Rule
	line *line
	file string

	sticky   *Section         // that payload keywords refer to; nil: the raw payload
	content  *payload.Content // that modifiers refer to
	home     *Section         // where content, or another test that moves the cursor, is
	previous Test             // that prefilter refers to
	option   *option          // the current one

	declared map[int8]*Buffer // where the variables come from

	packetOnly string // a keyword that needs packets
	hasSID     bool
	skip       string // why the rule is skipped; empty: it is not
	seen       map[string]bool

	problems []Problem
	failed   bool
}

// compile reads a line. The rule is nil if it could not be read or is skipped.
func (l *Language) compile(file string, ln *line) (*Rule, string, []Problem) {
	c := &compiler{lang: l, line: ln, file: file, seen: map[string]bool{}, declared: map[int8]*Buffer{}}
	c.rule = &Rule{Text: ln.text, GID: 1, Priority: defaultPriority, Dirs: Both}
	c.rule.Pos = c.pos(0)
	c.rule.Pos.Column = 0
	if len(ln.text) > maxRule {
		c.report(word{}, "", &fault{kind: Syntax, text: fmt.Sprintf("the rule has more than %d bytes", maxRule)})
		return nil, "", c.problems
	}
	s, err := parseStatement(ln.text)
	c.number(s.options)
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		c.report(word{off: syntax.off}, "", &fault{kind: Syntax, text: syntax.text})
		return nil, "", c.problems
	}
	if c.requires(s.options); c.skip != "" {
		return nil, c.skip, nil
	}
	c.header(&s)
	for i := range s.options {
		c.read(&s.options[i])
	}
	if !c.hasSID && !c.seen["sid"] {
		c.report(word{}, "", conflict(`Signature missing required value "sid".`))
	}
	if !c.failed {
		c.finish()
	}
	if c.failed {
		return nil, "", c.problems
	}
	return c.rule, "", c.problems
}

// number finds the sid, so that all problems can name it.
func (c *compiler) number(options []option) {
	for _, o := range options {
		if strings.EqualFold(o.name.text, "sid") {
			c.rule.SID, _ = parseID(o.value)
			return
		}
	}
}

// read takes one option.
func (c *compiler) read(o *option) {
	c.option = o
	k, err := c.lang.find(o.name.text)
	if err == nil {
		c.seen[k.name] = true
		switch {
		case k.value == noValue && o.has:
			err = errors.New("the keyword takes no value")
		case k.value == needsValue && o.value == "":
			err = misused(o)
		default:
			c.need(k)
			err = k.read(c, o.value)
		}
	}
	var unknown *payload.UnknownVar
	switch {
	case errors.Is(err, payload.ErrNoQuotes):
		err = misquoted(o)
	case errors.As(err, &unknown):
		what := "Unknown byte_extract"
		if k.name == "byte_math" {
			what = "unknown byte_ keyword"
		}
		err = &fault{kind: BadValue, text: fmt.Sprintf("%s var seen in %s - %s", what, k.name, unknown.Name)}
	}
	if err != nil {
		c.report(o.name, o.name.text, err)
	}
}

// misused says that a keyword has no value that wants one.
func misused(o *option) error {
	return &fault{kind: BadValue, from: fromParser,
		text: fmt.Sprintf("invalid formatting or malformed option to %s keyword: '%s'", o.name.text, o.value)}
}

// misquoted says what is wrong with a value that does not stand in quotes.
func misquoted(o *option) error {
	f := &fault{kind: BadValue, from: fromParser,
		text: fmt.Sprintf("invalid formatting to %[1]s keyword: value must be double quoted '%[1]s'", o.name.text)}
	if text := strings.TrimPrefix(o.value, "!"); strings.HasPrefix(text, `"`) {
		f.text = fmt.Sprintf("bad option value formatting (possible missing semicolon) for keyword %s: '%s'", o.name.text, o.value)
	}
	return f
}

// need notes what a keyword needs.
func (c *compiler) need(k *keyword) {
	c.rule.traits |= k.traits
	if k.traits&(needsPacket|needsAddress) == needsPacket && c.packetOnly == "" {
		c.packetOnly = k.name
	}
}

// report notes a problem. Once an option failed, what others miss because of it is not told.
func (c *compiler) report(at word, name string, err error) {
	p := Problem{Kind: BadValue, Pos: c.pos(at.off), SID: c.rule.SID, Rule: c.line.text, Option: name, From: fromParser, Text: err.Error()}
	if k := c.lang.keywords[strings.ToLower(name)]; k != nil {
		p.From = moduleOf(k.name)
	}
	if f, ok := err.(*fault); ok {
		p.Kind, p.What = f.kind, f.what
		if f.from != "" {
			p.From = f.from
		}
		if c.lang.strict[p.Kind] {
			p.Kind = BadValue
		}
	}
	if c.failed && p.Kind == Conflict {
		return
	}
	c.failed = c.failed || !p.Kind.Warning()
	c.problems = append(c.problems, p)
}

func (c *compiler) pos(off int) Pos {
	n, column := c.line.at(off)
	return Pos{c.file, n, column}
}

// current returns the section that payload keywords refer to. A relative one belongs to the last match.
func (c *compiler) current(relative bool) *Section {
	if c.sticky != nil {
		return c.sticky
	}
	if relative && c.home != nil {
		return c.home
	}
	return c.section(c.lang.buffers[payloadBuffer])
}

// section returns the section of a buffer without transforms, which may be new.
func (c *compiler) section(b *Buffer) *Section {
	for _, s := range c.rule.Sections {
		if s.Buffer == b && s.Dirs == b.Dirs && len(s.Transforms) == 0 && !b.Multi {
			return s
		}
	}
	s := &Section{Buffer: b, Dirs: b.Dirs}
	c.rule.Sections = append(c.rule.Sections, s)
	return s
}

// add adds a payload test to the current section.
func (c *compiler) add(t payload.Test, relative bool) {
	s := c.current(relative)
	s.Tests = append(s.Tests, t)
	c.previous = t
}

// test adds a test of the packet, the flow or the transaction.
func (c *compiler) test(t Test) {
	c.rule.Tests = append(c.rule.Tests, t)
	c.previous = t
}
