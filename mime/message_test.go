package mime

import (
	"fmt"
	"strings"

	"github.com/reknit/reknit/stream"
)

// A trace writes down the calls of a Message as text.
type trace struct {
	out  strings.Builder
	body map[*Part]*strings.Builder
}

func (t *trace) in(p *Part) string { return strings.Repeat("  ", p.Depth) }

func (t *trace) Header(p *Part, h *Header) {
	fmt.Fprintf(&t.out, "%sheader %s: %q\n", t.in(p), h.Name, h.EVE())
	if string(h.Value()) != string(h.EVE()) {
		fmt.Fprintf(&t.out, "%s  unfolded %q\n", t.in(p), h.Value())
	}
	if text := h.Text(); text != string(h.Value()) {
		fmt.Fprintf(&t.out, "%s  text %q\n", t.in(p), text)
	}
	if h.Lost {
		fmt.Fprintf(&t.out, "%s  lost\n", t.in(p))
	}
	if h.Cut {
		fmt.Fprintf(&t.out, "%s  cut\n", t.in(p))
	}
}

func (t *trace) Begin(p *Part) {
	kind := [...]string{"leaf", "multipart", "nested"}[p.Kind]
	fmt.Fprintf(&t.out, "%spart %d: %s %s", t.in(p), p.Index, kind, p.Type)
	if p.Encoding != Identity {
		fmt.Fprintf(&t.out, " %s", [...]string{"", "base64", "quoted-printable"}[p.Encoding])
	}
	if p.Disposition != "" {
		fmt.Fprintf(&t.out, " %s", p.Disposition)
	}
	if p.Name != nil {
		fmt.Fprintf(&t.out, " name %q", p.Name)
	}
	if name := p.FileName(); name != string(p.Name) {
		fmt.Fprintf(&t.out, " file %q", name)
	}
	t.out.WriteByte('\n')
	if t.body == nil {
		t.body = map[*Part]*strings.Builder{}
	}
	t.body[p] = &strings.Builder{}
}

func (t *trace) Body(p *Part, b []byte) { t.body[p].Write(b) }

func (t *trace) Lost(p *Part, n int64) { fmt.Fprintf(&t.out, "%slost %d\n", t.in(p), n) }

func (t *trace) End(p *Part) {
	if p.Kind == Leaf {
		fmt.Fprintf(&t.out, "%sbody %q\n", t.in(p), t.body[p])
	}
	fmt.Fprintf(&t.out, "%send %d: %d bytes", t.in(p), p.Index, p.Size)
	if p.Lost > 0 {
		fmt.Fprintf(&t.out, ", %d lost", p.Lost)
	}
	if p.Cut {
		fmt.Fprintf(&t.out, ", cut")
	}
	t.out.WriteByte('\n')
	delete(t.body, p)
}

func (t *trace) Anomaly(a Anomaly, p *Part) { fmt.Fprintf(&t.out, "%sanomaly %v\n", t.in(p), a) }

// feed gives a text to m line by line.
func feed(m *Message, text string) {
	for len(text) > 0 {
		line, rest, ok := strings.Cut(text, "\n")
		text = rest
		switch {
		case !ok:
			m.Line([]byte(line), stream.None)
		case strings.HasSuffix(line, "\r"):
			m.Line([]byte(line[:len(line)-1]), stream.CRLF)
		default:
			m.Line([]byte(line), stream.LF)
		}
	}
}

func traceOf(c *Config, text string) string {
	var t trace
	m := NewMessage(c, &t)
	feed(m, text)
	m.Close()
	return t.out.String()
}
