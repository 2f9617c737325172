package mime

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// A trace writes down the calls of a Message as text, and checks that they come in the order that Handler promises.
type trace struct {
	t    *testing.T
	out  strings.Builder
	open []*Part // from Header or Begin to End
	body []byte
	odd  map[*Part][]string
	size int64
}

func (t *trace) printf(p *Part, format string, args ...any) {
	t.out.WriteString(strings.Repeat("  ", p.Depth))
	fmt.Fprintf(&t.out, format, args...)
	t.out.WriteByte('\n')
}

func (t *trace) Header(p *Part, h *Header) {
	t.printf(p, "%s: %q", h.Name, h.EVE())
	if string(h.Value()) != string(h.EVE()) {
		t.printf(p, "  unfolded: %q", h.Value())
	}
	if text := h.Text(); text != string(h.Value()) {
		t.printf(p, "  text: %q", text)
	}
	if h.Lost {
		t.printf(p, "  lost")
	}
	if h.Cut {
		t.printf(p, "  cut")
	}
}

func (t *trace) Begin(p *Part) {
	if len(t.open) != p.Depth || p.Depth > 0 && t.open[p.Depth-1] != p.Parent {
		t.t.Errorf("part %d begins outside its parent", p.Index)
	}
	t.open = append(t.open, p)
	t.body = t.body[:0]

	line := fmt.Sprintf("part %d: %s %s", p.Index, [...]string{"leaf", "multipart", "nested"}[p.Kind], p.Type)
	if p.Encoding != Identity {
		line += [...]string{"", ", base64", ", quoted-printable"}[p.Encoding]
	}
	if p.Disposition != "" {
		line += ", " + p.Disposition
	}
	if len(p.Name) > 0 {
		line += fmt.Sprintf(", name %q", p.Name)
	}
	if name := p.FileName(); name != string(p.Name) {
		line += fmt.Sprintf(", file %q", name)
	}
	t.printf(p, "%s", line)
}

func (t *trace) Body(p *Part, b []byte) {
	if len(t.open) == 0 || t.open[len(t.open)-1] != p || p.Kind != Leaf {
		t.t.Errorf("body of part %d, which is not the open leaf", p.Index)
	}
	if len(b) == 0 {
		t.t.Error("Body without bytes")
	}
	t.body = append(t.body, b...)
	t.size += int64(len(b))
}

func (t *trace) Lost(p *Part, n int64) { t.printf(p, "lost %d after %d", n, len(t.body)) }

func (t *trace) End(p *Part) {
	if len(t.open) == 0 || t.open[len(t.open)-1] != p {
		t.t.Fatalf("part %d ends, which is not the innermost", p.Index)
	}
	t.open = t.open[:len(t.open)-1]
	if p.Kind == Leaf {
		t.printf(p, "body: %q", t.body)
		if int64(len(t.body)) != p.Size && !p.Cut {
			t.t.Errorf("part %d has Size %d, want %d", p.Index, p.Size, len(t.body))
		}
	}
	if odd := t.odd[p]; len(odd) > 0 {
		slices.Sort(odd) // their order depends on how the lines came
		t.printf(p, "anomalies: %s", strings.Join(odd, ", "))
	}
	line := fmt.Sprintf("end %d", p.Index)
	if p.Lost > 0 {
		line += fmt.Sprintf(", %d lost", p.Lost)
	}
	if p.Cut {
		line += fmt.Sprintf(", cut, %d bytes", p.Size)
	}
	t.printf(p, "%s", line)
}

func (t *trace) Anomaly(a Anomaly, p *Part) {
	if t.odd == nil {
		t.odd = map[*Part][]string{}
	}
	t.odd[p] = append(t.odd[p], a.String())
}

// A source gives lines to a Message, whole or in pieces.
type source func(m *Message, line []byte, e stream.Ending)

func whole(m *Message, line []byte, e stream.Ending) { m.Line(line, e) }

// pieces cuts lines in pieces of at most n bytes, the last of which, with the line end, may be empty; and it flushes at any
// time.
func pieces(r *rand.Rand, n int) source {
	return func(m *Message, line []byte, e stream.Ending) {
		for {
			k := min(r.IntN(n+1), len(line))
			if k == len(line) && r.IntN(2) == 0 {
				break
			}
			m.Line(slices.Clone(line[:k]), stream.None)
			if r.IntN(3) == 0 {
				m.Flush()
			}
			if line = line[k:]; len(line) == 0 {
				break
			}
		}
		if len(line) > 0 || e != stream.None {
			m.Line(slices.Clone(line), e)
		}
	}
}

// lines takes a text apart. The last line may lack its end.
func lines(text string) (list []string) {
	list = strings.SplitAfter(text, "\n")
	if list[len(list)-1] == "" {
		list = list[:len(list)-1]
	}
	return list
}

// cutEnding separates a line from its end.
func cutEnding(line string) (text string, e stream.Ending) {
	if text, ok := strings.CutSuffix(line, "\r\n"); ok {
		return text, stream.CRLF
	}
	if text, ok := strings.CutSuffix(line, "\n"); ok {
		return text, stream.LF
	}
	return line, stream.None
}

// inBlocks gives all lines of a text, as many at once as Lines takes of blocks of at most n bytes.
func inBlocks(m *Message, text string, r *rand.Rand, n int) {
	for text != "" {
		if k := m.Lines([]byte(text[:min(r.IntN(n+1), len(text))])); k > 0 {
			text = text[k:]
			continue
		}
		line := text
		if i := strings.IndexByte(text, '\n'); i >= 0 {
			line = text[:i+1]
		}
		text = text[len(line):]
		line, e := cutEnding(line)
		m.Line([]byte(line), e)
	}
}

func feedTo(m *Message, text string, give source) {
	for _, line := range lines(text) {
		text, e := cutEnding(line)
		give(m, []byte(text), e)
	}
}

func feed(m *Message, text string) { feedTo(m, text, whole) }

func traceOf(t *testing.T, c *Config, text string, give source) string {
	t.Helper()
	return traceBy(t, c, text, func(m *Message) { feedTo(m, text, give) })
}

func traceBy(t *testing.T, c *Config, text string, feed func(m *Message)) string {
	t.Helper()
	tr := &trace{t: t}
	m := NewMessage(c, tr)
	feed(m)
	m.Close()
	m.Close()
	m.Line([]byte("after the end"), stream.LF)
	m.Lines([]byte("after the end\r\n"))
	m.Lost(1)
	if len(tr.open) > 0 {
		t.Errorf("part %d does not end", tr.open[0].Index)
	}
	if tr.size > int64(len(text)) {
		t.Errorf("%d bytes came out of %d", tr.size, len(text))
	}
	return tr.out.String()
}

// mails returns the mails of testdata, with CRLF line ends, and the traces that they must give.
func mails(tb testing.TB) (names []string, mail, want map[string]string) {
	files, err := filepath.Glob("testdata/mails/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no mails in testdata: %v", err)
	}
	mail, want = map[string]string{}, map[string]string{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		text, trace, ok := strings.Cut("\n"+string(b), "\n-- trace --\n")
		if !ok {
			tb.Fatalf("%s has no trace", name)
		}
		if text != "" {
			text = text[1:] + "\n"
		}
		names = append(names, name)
		mail[name], want[name] = strings.ReplaceAll(text, "\n", "\r\n"), trace
	}
	return names, mail, want
}

func TestMails(t *testing.T) {
	names, mail, want := mails(t)
	for _, name := range names {
		got := traceOf(t, nil, mail[name], whole)
		if *update {
			text := strings.ReplaceAll(mail[name], "\r\n", "\n") + "-- trace --\n" + got
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		} else if got != want[name] {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want[name])
		}
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			if cut := traceOf(t, nil, mail[name], pieces(r, 1+int(seed)*3)); cut != got {
				t.Errorf("%s in pieces, seed %d:\n%s\nwant\n%s", name, seed, cut, got)
			}
			cut := traceBy(t, nil, mail[name], func(m *Message) { inBlocks(m, mail[name], r, 1<<seed) })
			if cut != got {
				t.Errorf("%s in blocks, seed %d:\n%s\nwant\n%s", name, seed, cut, got)
			}
		}
		// A mail whose last line lacks its end gives the same.
		if text := strings.TrimSuffix(mail[name], "\r\n"); !strings.HasSuffix(text, "\r\n") && text != "" {
			if cut := traceOf(t, nil, text, whole); cut != got {
				t.Errorf("%s without the last line end:\n%s\nwant\n%s", name, cut, got)
			}
		}
	}
}

// TestLineEnds checks that bodies keep the line ends that they came with.
func TestLineEnds(t *testing.T) {
	for _, header := range []string{"\n", "Content-Transfer-Encoding: quoted-printable\r\n\n"} {
		var body []byte
		m := NewMessage(nil, bodyOf(func(p *Part, b []byte) { body = append(body, b...) }))
		feed(m, header+"one\r\ntwo\n\r\n\nthree\n")
		m.Close()
		if want := "one\r\ntwo\n\r\n\nthree"; string(body) != want {
			t.Errorf("body = %q, want %q", body, want)
		}
	}
}

// bodyOf is a Handler that only takes bodies.
type bodyOf func(p *Part, b []byte)

func (f bodyOf) Header(p *Part, h *Header)  {}
func (f bodyOf) Begin(p *Part)              {}
func (f bodyOf) Body(p *Part, b []byte)     { f(p, b) }
func (f bodyOf) Lost(p *Part, n int64)      {}
func (f bodyOf) End(p *Part)                {}
func (f bodyOf) Anomaly(a Anomaly, p *Part) {}
