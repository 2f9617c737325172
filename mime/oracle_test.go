package mime

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	stdmime "mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// A content is what a leaf holds.
type content struct{ name, body string }

// drawMultipart writes a multipart with the standard library and notes its leaves.
func drawMultipart(t *rapid.T, depth int, leaves *[]content) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	n := rapid.IntRange(1, 3).Draw(t, "parts")
	for range n {
		if depth < 3 && rapid.IntRange(0, 3).Draw(t, "nested") == 0 {
			inner, text := drawMultipart(t, depth+1, leaves)
			p, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {inner}})
			if err != nil {
				t.Fatal(err)
			}
			p.Write(text)
			continue
		}
		drawLeaf(t, w, leaves)
	}
	w.Close()
	return "multipart/mixed; boundary=" + w.Boundary(), b.Bytes()
}

func drawLeaf(t *rapid.T, w *multipart.Writer, leaves *[]content) {
	name := rapid.StringMatching(`[a-zäöü €"\\;]{1,20}`).Draw(t, "name")
	header := textproto.MIMEHeader{"Content-Disposition": {stdmime.FormatMediaType("attachment", map[string]string{"filename": name})}}
	var body string
	switch rapid.IntRange(0, 2).Draw(t, "encoding") {
	case 0:
		body = rapid.StringMatching(`[ -~]{0,200}`).Draw(t, "text")
		p, _ := w.CreatePart(header)
		io.WriteString(p, body)
	case 1:
		body = rapid.StringMatching(`([ -~ä=\t]{0,90}\r\n){0,5}[ -~]{0,9}`).Draw(t, "text")
		header.Set("Content-Transfer-Encoding", "quoted-printable")
		p, _ := w.CreatePart(header)
		q := quotedprintable.NewWriter(p)
		io.WriteString(q, body)
		q.Close()
	case 2:
		data := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
		body = string(data)
		header.Set("Content-Transfer-Encoding", "base64")
		p, _ := w.CreatePart(header)
		text := base64.StdEncoding.EncodeToString(data)
		width := rapid.IntRange(1, 80).Draw(t, "width")
		for len(text) > width {
			fmt.Fprintf(p, "%s\r\n", text[:width])
			text = text[width:]
		}
		io.WriteString(p, text)
	}
	*leaves = append(*leaves, content{name, body})
}

// A collector collects the leaves of a message.
type collector struct {
	leaves []content
	body   strings.Builder
	odd    []Anomaly
}

func (c *collector) Header(p *Part, h *Header)  {}
func (c *collector) Begin(p *Part)              { c.body.Reset() }
func (c *collector) Body(p *Part, b []byte)     { c.body.Write(b) }
func (c *collector) Lost(p *Part, n int64)      {}
func (c *collector) Anomaly(a Anomaly, p *Part) { c.odd = append(c.odd, a) }
func (c *collector) End(p *Part) {
	if p.Kind == Leaf {
		c.leaves = append(c.leaves, content{p.FileName(), c.body.String()})
	}
}

// TestWellFormed reads what the standard library writes.
func TestWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []content
		contentType, body := drawMultipart(t, 0, &want)
		seed := rapid.Uint64().Draw(t, "seed")
		text := "Content-Type: " + contentType + "\r\n\r\n" + string(body)

		c := &collector{}
		m := NewMessage(nil, c)
		feedTo(m, text, pieces(rand.New(rand.NewPCG(seed, 0)), 100))
		m.Close()
		if len(c.leaves) != len(want) {
			t.Fatalf("%d leaves, want %d\n%s", len(c.leaves), len(want), text)
		}
		for i := range want {
			if c.leaves[i] != want[i] {
				t.Errorf("leaf %d is %q, want %q\n%s", i, c.leaves[i], want[i], text)
			}
		}
		for _, a := range c.odd {
			if a != LongLine && a != LongEncLine {
				t.Errorf("%v in a well-formed message\n%s", a, text)
			}
		}
	})
}

// TestReaderAgrees reads messages of the standard library's kind as the standard library does.
func TestReaderAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var leaves []content
		contentType, body := drawMultipart(t, 3, &leaves)
		_, params, err := stdmime.ParseMediaType(contentType)
		if err != nil {
			t.Fatal(err)
		}
		c := &collector{}
		m := NewMessage(nil, c)
		feed(m, "Content-Type: "+contentType+"\r\n\r\n"+string(body))
		m.Close()
		r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for i := 0; ; i++ {
			p, err := r.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil || i >= len(c.leaves) {
				t.Fatalf("part %d: %v, we have %d", i, err, len(c.leaves))
			}
			var in io.Reader = p
			if p.Header.Get("Content-Transfer-Encoding") == "base64" {
				in = base64.NewDecoder(base64.StdEncoding, p)
			}
			want, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			if c.leaves[i].body != string(want) {
				t.Errorf("part %d is %q, want %q", i, c.leaves[i].body, want)
			}
		}
	})
}

// TestBase64Noise decodes base64 with foreign characters anywhere, cut anywhere.
func TestBase64Noise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "data")
		text := []byte(base64.StdEncoding.EncodeToString(data))
		noise := rapid.SliceOfN(rapid.IntRange(0, len(text)), 0, 5).Draw(t, "noise")
		for _, at := range noise {
			text = bytes.Join([][]byte{text[:at], []byte(" *-\x80")[at%4 : at%4+1], text[at:]}, nil)
		}
		if rapid.Bool().Draw(t, "no padding") {
			text = bytes.ReplaceAll(text, []byte("="), nil)
		}
		var d base64Decoder
		var got []byte
		for len(text) > 0 {
			n := rapid.IntRange(1, len(text)).Draw(t, "piece")
			got = append(got, d.decode(make([]byte, base64Room(n)), text[:n])...)
			text = text[n:]
		}
		var last [3]byte
		got = append(got, last[:d.finish(last[:])]...)
		if !bytes.Equal(got, data) || d.bad {
			t.Errorf("%q, bad: %v, want %q", got, d.bad, data)
		}
	})
}

// TestWordsAgree decodes the words that the standard library makes.
func TestWordsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if !utf8.ValidString(text) || strings.Contains(text, "=?") || strings.ContainsAny(text, "\n") {
			t.Skip()
		}
		for _, e := range []stdmime.WordEncoder{stdmime.QEncoding, stdmime.BEncoding} {
			raw := e.Encode("utf-8", text)
			if got := DecodeHeader([]byte(raw)); got != text {
				t.Errorf("DecodeHeader(%q) = %q, want %q", raw, got, text)
			}
		}
	})
}

// TestAddressesAgree reads the addresses that the standard library writes.
func TestAddressesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []Address
		var list []string
		for range rapid.IntRange(0, 4).Draw(t, "addresses") {
			name := strings.TrimSpace(rapid.StringOf(rapid.RuneFrom(nil, unicode.L, unicode.Zs, unicode.P)).Draw(t, "name"))
			addr := rapid.StringMatching(`[a-z.+]{1,10}@[a-z]{1,10}\.[a-z]{2}`).Draw(t, "addr")
			if strings.Contains(addr, "..") || addr[0] == '.' || strings.Contains(addr, ".@") || strings.Contains(name, "=?") {
				t.Skip()
			}
			want = append(want, Address{name, addr})
			list = append(list, (&mail.Address{Name: name, Address: addr}).String())
		}
		raw := strings.Join(list, ", ")
		got := ParseAddresses([]byte(raw))
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("ParseAddresses(%q) = %q, want %q", raw, got, want)
		}
	})
}

// TestParamsAgree reads the parameters that the standard library writes.
func TestParamsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		if !utf8.ValidString(value) || strings.Contains(value, "=?") {
			t.Skip()
		}
		raw := stdmime.FormatMediaType("text/plain", map[string]string{"name": value})
		if raw == "" {
			t.Skip()
		}
		if got, ok := decodedParam([]byte(raw), "name"); got != value || !ok {
			t.Errorf("%q gives %q, %v, want %q", raw, got, ok, value)
		}
	})
}
