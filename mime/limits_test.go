package mime

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// tally counts what a Message finds.
type tally struct {
	headers, parts, ends, deepest int
	bytes                         int64
	odd                           map[Anomaly]int
	last                          Part // as it ended
}

func (c *tally) Header(p *Part, h *Header) { c.headers++ }
func (c *tally) Begin(p *Part)             { c.parts++; c.deepest = max(c.deepest, p.Depth+1) }
func (c *tally) Body(p *Part, b []byte)    { c.bytes += int64(len(b)) }
func (c *tally) Lost(p *Part, n int64)     {}
func (c *tally) End(p *Part)               { c.ends++; c.last = *p }
func (c *tally) Anomaly(a Anomaly, p *Part) {
	if c.odd == nil {
		c.odd = map[Anomaly]int{}
	}
	c.odd[a]++
}

func tallyOf(c *Config, text string) *tally {
	var h tally
	m := NewMessage(c, &h)
	feed(m, text)
	m.Close()
	return &h
}

func TestMaxDepth(t *testing.T) {
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	text.WriteString("\ntext\n")
	h := tallyOf(&Config{MaxDepth: 10}, text.String())
	if h.deepest != 10 || h.odd[TooDeep] != 1 || h.parts != h.ends {
		t.Errorf("depth %d, %d anomalies, %d parts begin, %d end; want 10, 1, equal", h.deepest, h.odd[TooDeep], h.parts, h.ends)
	}
	h = tallyOf(nil, strings.Repeat("Content-Type: message/rfc822\n\n", 1000))
	if h.deepest != 100 || h.odd[TooDeep] != 1 {
		t.Errorf("depth %d, %d anomalies; want 100, 1", h.deepest, h.odd[TooDeep])
	}
}

func TestMaxParts(t *testing.T) {
	text := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\ntext\n", 100) + "--b--\n"
	h := tallyOf(&Config{MaxParts: 10}, text)
	if h.parts != 10 || h.bytes != 9*4 || h.odd[TooManyParts] != 1 {
		t.Errorf("%d parts, %d bytes, %d anomalies; want 10, 36, 1", h.parts, h.bytes, h.odd[TooManyParts])
	}
	text = "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + strings.Repeat("Content-Type: message/rfc822\n\n", 20) + "text\n--b--"
	h = tallyOf(&Config{MaxParts: 10}, text)
	if h.parts != 10 || h.odd[TooManyParts] != 1 {
		t.Errorf("%d parts, %d anomalies; want 10, 1", h.parts, h.odd[TooManyParts])
	}
}

func TestMaxHeaders(t *testing.T) {
	text := strings.Repeat("X: y\n", 100) + "Content-Transfer-Encoding: base64\n\nQUJD\n"
	h := tallyOf(&Config{MaxHeaders: 10}, text)
	if h.headers != 10 || h.odd[TooManyHeaders] != 1 {
		t.Errorf("%d fields, %d anomalies; want 10, 1", h.headers, h.odd[TooManyHeaders])
	}
	if h.last.Encoding != Base64 || h.bytes != 3 {
		t.Error("a Content-Transfer-Encoding behind the limit does not count")
	}
}

func TestMaxHeader(t *testing.T) {
	for _, text := range []string{
		"Subject: " + strings.Repeat("x", 500) + "\n\n",
		"Subject: x\n" + strings.Repeat(" xxxx\n", 100) + "\n",
	} {
		m := NewMessage(&Config{MaxHeader: 100}, headerOf(func(h *Header) {
			if !h.Cut || len(h.Raw) != 100 {
				t.Errorf("%d bytes, cut: %v; want 100, true", len(h.Raw), h.Cut)
			}
		}))
		feed(m, text)
		m.Close()
	}
}

// headerOf is a Handler that only takes header fields.
type headerOf func(h *Header)

func (f headerOf) Header(p *Part, h *Header)  { f(h) }
func (f headerOf) Begin(p *Part)              {}
func (f headerOf) Body(p *Part, b []byte)     {}
func (f headerOf) Lost(p *Part, n int64)      {}
func (f headerOf) End(p *Part)                {}
func (f headerOf) Anomaly(a Anomaly, p *Part) {}

func TestMaxBody(t *testing.T) {
	for _, header := range []string{"\n", "Content-Transfer-Encoding: quoted-printable\n\n"} {
		h := tallyOf(&Config{MaxBody: 10}, header+strings.Repeat("four\n", 10))
		if h.bytes != 10 || h.last.Size != 49 || !h.last.Cut {
			t.Errorf("%d bytes, size %d, cut: %v; want 10, 49, true", h.bytes, h.last.Size, h.last.Cut)
		}
	}
}

func TestRawBodies(t *testing.T) {
	config := &Config{RawBase64: true, RawQuotedPrintable: true}
	for _, encoding := range []string{"base64", "quoted-printable"} {
		h := tallyOf(config, "Content-Transfer-Encoding: "+encoding+"\n\n=41=\nQUJD")
		if h.bytes != 9 {
			t.Errorf("%s: %d bytes, want the 9 that were sent", encoding, h.bytes)
		}
	}
}

// TestMemory passes a gigabyte through a Message, which must not keep any of it.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a gigabyte takes a second")
	}
	const total = 1 << 30
	tests := []struct{ name, header, line string }{
		{"base64", "Content-Transfer-Encoding: base64\n\n", strings.Repeat("QUJD", 19)},
		{"text in pieces", "\n", strings.Repeat("text", 1024)},
		{"header", "Subject: x\n", " " + strings.Repeat("folded ", 500)},
		{"preamble", "Content-Type: multipart/mixed; boundary=b\n\n", strings.Repeat("-", 4000)},
	}
	for _, tt := range tests {
		e := stream.CRLF
		if tt.name == "text in pieces" {
			e = stream.None
		}
		line := []byte(tt.line)
		m := NewMessage(nil, NewEmail(nil))
		feed(m, tt.header)
		for range 100 {
			m.Line(line, e)
		}
		before := allocated()
		for n := 0; n < total; n += len(line) + 2 {
			m.Line(line, e)
		}
		if grown := allocated() - before; grown > 64<<10 {
			t.Errorf("%s: %d bytes allocated while a gigabyte passed", tt.name, grown)
		}
		m.Close()
	}
}

// allocated is the number of bytes that were allocated so far.
func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

func TestLineAllocates(t *testing.T) {
	for _, body := range bodies() {
		m := NewMessage(nil, NewEmail(nil))
		feed(m, body.header)
		line := []byte(body.lines[0])
		if n := testing.AllocsPerRun(100, func() { m.Line(line, stream.CRLF) }); n != 0 {
			t.Errorf("%s: Line allocates %v times", body.name, n)
		}
	}
}

// TestDeepMemory opens as many parts as possible, each with the largest header, and checks what stays.
func TestDeepMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	before := heap()
	m := NewMessage(nil, &count{})
	long := strings.Repeat("x", 30000)
	for i := range 100 {
		feed(m, fmt.Sprintf("Content-Type: multipart/mixed; x=%s; boundary=%d; name=%s\nContent-Disposition: x; filename=%s\n\n--%d\n",
			long, i, long, long, i))
	}
	if held := heap() - before; held > 1<<20 {
		t.Errorf("%d bytes held, want at most a megabyte", held)
	}
	if len(m.open) != 100 {
		t.Errorf("%d parts open, want 100", len(m.open))
	}
	m.Close()
}

// TestHostile checks that input made to be slow is not.
func TestHostile(t *testing.T) {
	const n = 1 << 16
	for _, text := range []string{
		strings.Repeat("<", n), strings.Repeat(",", n), strings.Repeat("<,", n/2) + ">", strings.Repeat("\"", n), strings.Repeat("(", n),
		strings.Repeat("=?a?q?", n/6), strings.Repeat("=?", n/2), strings.Repeat("=?a?q?a?= ", n/10) + "=?", strings.Repeat(";a=", n/3),
		strings.Repeat(";a*0=b", n/6), strings.Repeat("\\", n), strings.Repeat("'", n), strings.Repeat("%", n),
	} {
		b := []byte(text)
		DecodeHeader(b)
		ParseAddresses(b)
		ParseParams(b)
		appendParam(nil, b, "filename")
	}
	m := NewMessage(nil, &count{})
	feed(m, "Content-Type: multipart/mixed; boundary=b"+strings.Repeat(";x=y", n/4)+"\n")
	m.Line(nil, stream.LF)
	for range 100000 {
		m.Line([]byte("--"), stream.LF)
	}
	piece := bytes.Repeat([]byte(" "), 1)
	feed(m, "--b\nContent-Transfer-Encoding: quoted-printable\n\n")
	for range 1 << 20 {
		m.Line(piece, stream.None)
	}
}
