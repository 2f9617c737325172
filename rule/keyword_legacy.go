package rule

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/reknit/reknit/rule/payload"
	"github.com/reknit/reknit/rule/pcre"
)

// legacyKeywords are old ones, for which there are others today.
var legacyKeywords = []keyword{
	{name: "rpc", traits: needsPacket, read: readRPC},
	{name: "flowvar", traits: needsState, read: readVariable("flow")},
	{name: "pktvar", traits: needsState, read: readVariable("pkt")},
	{name: "ssh.protoversion", old: "ssh_protoversion", traits: needsTx, read: readSSHVersion},
	{name: "ssh.softwareversion", old: "ssh_softwareversion", traits: needsTx, read: func(c *compiler, value string) error {
		return c.whole("ssh.software", bare(value))
	}},
}

// RPC looks for a call of Sun RPC (RFC 5531, section 9).
type RPC struct {
	Program            uint32
	Version, Procedure *uint32 // nil: any
}

// String returns the test as a rule writes it.
func (r *RPC) String() string {
	text := func(n *uint32) string {
		if n == nil {
			return "*"
		}
		return strconv.FormatUint(uint64(*n), 10)
	}
	return fmt.Sprintf("rpc:%d,%s,%s;", r.Program, text(r.Version), text(r.Procedure))
}

// Match reports whether b is such a call. Of a stream it begins with the mark of a record.
func (r *RPC) Match(b []byte, stream bool) bool {
	if stream {
		b = b[min(4, len(b)):]
	}
	const head = 24 // xid, type, version of RPC, program, version, procedure
	if len(b) < head {
		return false
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	const call, version = 0, 2
	return word(1) == call && word(2) == version && word(3) == r.Program &&
		(r.Version == nil || word(4) == *r.Version) && (r.Procedure == nil || word(5) == *r.Procedure)
}

func readRPC(c *compiler, value string) error {
	parts := strings.Split(bare(value), ",")
	if len(parts) > 3 {
		return fmt.Errorf("want a program, a version and a procedure")
	}
	r := &RPC{}
	for i, p := range parts {
		p = strings.TrimSpace(p)
		if p == "*" && i > 0 {
			continue
		}
		n, err := atoi(p, 0, 1<<32-1)
		if err != nil {
			return err
		}
		v := uint32(n)
		switch i {
		case 0:
			r.Program = v
		case 1:
			r.Version = &v
		case 2:
			r.Procedure = &v
		}
	}
	c.test(r)
	return nil
}

// Variable looks for a text in a variable that a regular expression set.
type Variable struct {
	Scope string // flow or pkt
	Name  string
	Text  []byte
}

// String returns the test as a rule writes it.
func (v *Variable) String() string {
	return fmt.Sprintf(`%svar:%s,"%s";`, v.Scope, v.Name, payload.FormatBytes(v.Text))
}

// readVariable makes the function of flowvar and pktvar: a name and a text.
func readVariable(scope string) func(c *compiler, value string) error {
	return func(c *compiler, value string) error {
		name, text, ok := strings.Cut(value, ",")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return fmt.Errorf("want a name and a text")
		}
		b, err := payload.ParseBytes(bare(strings.TrimSpace(text)))
		if err == nil && len(b) == 0 {
			err = fmt.Errorf("nothing to look for")
		}
		if err != nil {
			return err
		}
		c.test(&Variable{scope, name, b})
		return nil
	}
}

// whole adds that a buffer is a text.
func (c *compiler) whole(buffer, text string) error {
	if text == "" || text[0] == '!' {
		return fmt.Errorf("want a text")
	}
	return c.inBuffer(buffer, &payload.Content{Text: []byte(text), StartsWith: true, EndsWith: true})
}

// inBuffer adds a test of a buffer in both directions.
func (c *compiler) inBuffer(buffer string, t payload.Test) error {
	b := c.lang.buffers[buffer]
	if b == nil || len(b.Fields) == 0 {
		return notYet("the buffer "+buffer, "no parser gives it")
	}
	c.rule.Sections = append(c.rule.Sections, &Section{Buffer: b, Dirs: Both, Tests: []payload.Test{t}})
	return nil
}

// compatible is what a side says that speaks version 2 of SSH, and maybe version 1, too.
const compatible = `^(?:2|2\.0|1\.99)$`

func readSSHVersion(c *compiler, value string) error {
	if strings.ToLower(value) != "2_compat" {
		return c.whole("ssh.proto", value)
	}
	re, err := pcre.Parse(compatible, pcre.DollarEnd)
	if err != nil {
		return err
	}
	return c.inBuffer("ssh.proto", &payload.Regexp{Regexp: re})
}
