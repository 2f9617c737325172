package apptest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/reknit/reknit/stream"
)

// Conversation is what a client and a server said, and what is to be recorded of it.
type Conversation struct {
	Name  string
	Steps []Step
	Want  []string // records, as they stand in the file

	Port      uint16 // the server's; 0: the protocol's
	Client    uint16 // the client's port
	Datagrams bool
	Midstream bool
	OneSided  bool
	IDSOnly   bool
	Inline    bool // only
	Frames    bool // their records are wanted, too

	head string // the file up to the records
}

// Kind is what happens in a Step.
type Kind uint8

const (
	Data Kind = iota
	Lost
	FIN
	RST
)

// Step is what one side does.
type Step struct {
	Dir  stream.Dir
	Kind Kind
	Data []byte
	Lost int64
}

const divider = "-- eve --"

// Parse reads a conversation.
func Parse(name, text string) (*Conversation, error) {
	c := &Conversation{Name: name}
	head, eve, _ := strings.Cut(text, "\n"+divider+"\n")
	c.head = strings.TrimRight(head, "\n") + "\n"
	last := stream.ToServer
	for i, line := range strings.Split(head, "\n") {
		step, ok, err := c.line(strings.TrimSuffix(line, "\r"), last)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		if ok {
			c.Steps = append(c.Steps, step...)
			last = step[len(step)-1].Dir
		}
	}
	for line := range strings.Lines(eve) {
		if line = strings.TrimSpace(line); line != "" {
			c.Want = append(c.Want, line)
		}
	}
	return c, nil
}

// line reads one line; ok is false when nothing happens in it.
func (c *Conversation) line(line string, last stream.Dir) (steps []Step, ok bool, err error) {
	switch {
	case strings.TrimSpace(line) == "" || line[0] == '#':
		return nil, false, nil
	case line[0] == '>' || line[0] == '<':
		step, err := data(line)
		return []Step{step}, true, err
	}
	words := strings.Fields(line)
	dir := last
	marked := len(words) > 1 && (words[1] == ">" || words[1] == "<")
	if marked {
		dir = side(words[1][0])
		words = append(words[:1], words[2:]...)
	}
	number := func(bits int) (n uint64) {
		if len(words) != 2 {
			err = fmt.Errorf("%s needs a number", words[0])
			return 0
		}
		n, err = strconv.ParseUint(words[1], 10, bits)
		return n
	}
	switch words[0] {
	case "lost":
		n := number(40)
		return []Step{{Dir: dir, Kind: Lost, Lost: int64(n)}}, true, err
	case "fin":
		if !marked {
			return []Step{{Dir: stream.ToServer, Kind: FIN}, {Dir: stream.ToClient, Kind: FIN}}, true, nil
		}
		return []Step{{Dir: dir, Kind: FIN}}, true, nil
	case "rst":
		return []Step{{Dir: dir, Kind: RST}}, true, nil
	case "port":
		c.Port = uint16(number(16))
	case "client":
		c.Client = uint16(number(16))
	case "frames":
		c.Frames = true
	case "udp":
		c.Datagrams = true
	case "midstream":
		c.Midstream = true
	case "one-sided":
		c.OneSided = true
	case "ids":
		c.IDSOnly = true
	case "inline":
		c.Inline = true
	default:
		err = fmt.Errorf("unknown line %q", line)
	}
	return nil, false, err
}

// data reads a line of what a side sends.
func data(line string) (Step, error) {
	step := Step{Dir: side(line[0])}
	text := line[1:]
	if raw, ok := strings.CutPrefix(text, "|"); ok {
		for raw = strings.TrimPrefix(raw, " "); raw != ""; {
			c, wide, rest, err := strconv.UnquoteChar(raw, 0)
			if err != nil {
				return step, fmt.Errorf("escapes of %q: %w", raw, err)
			}
			if wide {
				step.Data = utf8.AppendRune(step.Data, c)
			} else {
				step.Data = append(step.Data, byte(c))
			}
			raw = rest
		}
		return step, nil
	}
	step.Data = []byte(strings.TrimPrefix(text, " ") + "\r\n")
	return step, nil
}

func side(mark byte) stream.Dir {
	if mark == '>' {
		return stream.ToServer
	}
	return stream.ToClient
}

// Bytes returns what side d sent up to the first loss.
func (c *Conversation) Bytes(d stream.Dir) []byte {
	var b []byte
	for _, s := range c.Steps {
		if s.Dir != d {
			continue
		}
		if s.Kind == Lost {
			break
		}
		b = append(b, s.Data...)
	}
	return b
}

// text returns the file with these records.
func (c *Conversation) text(records []string) string {
	var b strings.Builder
	b.WriteString(c.head + divider + "\n")
	for _, r := range records {
		b.WriteString(r + "\n")
	}
	return b.String()
}
