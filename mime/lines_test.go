package mime

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// TestLines tells which lines Lines takes, and which it leaves to Line.
func TestLines(t *testing.T) {
	const (
		base64 = "Content-Transfer-Encoding: base64\n\n"
		quoted = "Content-Transfer-Encoding: quoted-printable\n\n"
		plain  = "\n"
	)
	full := strings.Repeat("QUJD", 19) + "\r\n"
	wide := strings.Repeat("w", 998) + "\r\n"
	tests := []struct {
		name, before, takes, leaves string
		body                        string // decoded, of what it takes
	}{
		{"base64", base64, full + "QUJD\r\n\r\n" + full, "", strings.Repeat("ABC", 39)},
		{"up to a boundary", base64, full, "--b\r\n" + full, strings.Repeat("ABC", 19)},
		{"up to the final dot", base64, full, ".\r\nQUIT\r\n", strings.Repeat("ABC", 19)},
		{"up to half a line", base64, full, "QUJD", strings.Repeat("ABC", 19)},
		{"up to half a line end", base64, full, "QUJD\r", strings.Repeat("ABC", 19)},
		{"bare LF", base64, "", "QUJD\n", ""},
		{"CR within", base64, "", "QUJD\rQUJD\r\n", ""},
		{"line over 76", base64, "QUJD\r\n", "QUJD" + full, "ABC"},
		{"foreign characters", base64, "QUJD\r\n", "QU*D\r\n", "ABC"},
		{"padding", base64, "QUJD\r\n", "QQ==\r\n", "ABC"},
		{"behind padding", base64 + "QQ==\n", "", "QUJD\r\n", ""},
		{"half a quantum", base64, "QUJD\r\n", "QUJDQU\r\nQUJD\r\n", "ABC"},
		{"behind half a quantum", base64 + "QU\n", "", "QUJD\r\n", ""},
		{"quoted-printable", quoted, "a=\r\nb=3D  \r\n\r\nc\r\n", "--b\r\n", "ab=\r\n\r\nc"},
		{"dot in quoted-printable", quoted, "a\r\n", ".\r\n", "a"},
		{"long quoted-printable", quoted, "", strings.Repeat("q", 77) + "\r\n", ""},
		{"text", plain, "one\r\n\r\n" + wide, "w" + wide, "one\r\n\r\n" + wide[:998]},
		{"boundary in text", plain, "one\r\n", "-\r\n", "one"},
		{"dot in text", plain, "one\r\n", "..\r\n", "one"},
		{"bare LF in text", plain, "one\r\n", "two\n", "one"},
		{"header", "Subject: x\n", "", "X: y\r\n", ""},
		{"preamble", "Content-Type: multipart/mixed; boundary=b\n\n", "", "one\r\n", ""},
		{"nothing", plain, "", "", ""},
	}
	for _, tt := range tests {
		var body []byte
		m := NewMessage(nil, bodyOf(func(p *Part, b []byte) { body = append(body, b...) }))
		feed(m, tt.before)
		m.Flush()
		body = body[:0]
		if n := m.Lines([]byte(tt.takes + tt.leaves)); n != len(tt.takes) {
			t.Errorf("%s: Lines(%q) = %d, want %d", tt.name, tt.takes+tt.leaves, n, len(tt.takes))
		}
		if m.Flush(); string(body) != tt.body {
			t.Errorf("%s: body = %q, want %q", tt.name, body, tt.body)
		}
		m.Close()
	}

	m := NewMessage(nil, &count{})
	feed(m, base64)
	m.Line([]byte("QU"), stream.None)
	if n := m.Lines([]byte("JD\r\n")); n != 0 {
		t.Errorf("in the middle of a line: Lines = %d, want 0", n)
	}
	m.Line([]byte("JD"), stream.CRLF)
	m.Lost(1)
	if n := m.Lines([]byte("QUJD\r\n")); n != 0 {
		t.Errorf("behind a gap: Lines = %d, want 0", n)
	}
}

// TestLinesDigest checks that the digest of the body is over all lines.
func TestLinesDigest(t *testing.T) {
	text := "Content-Type: text/plain\r\n\r\n" + strings.Repeat("All the world's a stage\r\n\r\n-\r\n", 100)
	want := emailOf(&EmailConfig{BodyMD5: true}, text)
	got := NewEmail(&EmailConfig{BodyMD5: true})
	m := NewMessage(&Config{BodyMD5: true}, got)
	inBlocks(m, text, rand.New(rand.NewPCG(1, 1)), 500)
	m.Close()
	if object(got) != object(want) {
		t.Errorf("%s, want %s", object(got), object(want))
	}
}

// blockOf returns ten lines of a body, none of them too long for its encoding.
func blockOf(body testBody) (block []byte) {
	for i := range 10 {
		line := body.lines[i%len(body.lines)]
		block = fmt.Appendf(block, "%s\r\n", line[:min(len(line), maxEncodedLine)])
	}
	return block
}

func TestLinesAllocates(t *testing.T) {
	for _, body := range bodies()[:4] {
		m := NewMessage(nil, NewEmail(nil))
		feed(m, body.header)
		block := blockOf(body)
		if m.Lines(block) == 0 {
			t.Fatalf("%s: Lines takes nothing", body.name)
		}
		if n := testing.AllocsPerRun(100, func() { m.Lines(block) }); n != 0 {
			t.Errorf("%s: Lines allocates %v times", body.name, n)
		}
	}
}

// BenchmarkLines measures ten lines at once, which BenchmarkLine gives one by one.
func BenchmarkLines(b *testing.B) {
	for _, body := range bodies()[:4] {
		b.Run(body.name, func(b *testing.B) {
			m := NewMessage(nil, &count{})
			feed(m, body.header)
			block := blockOf(body)
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			for b.Loop() {
				for n := 0; n < len(block); {
					took := m.Lines(block[n:])
					if took == 0 {
						b.Fatalf("Lines does not take %q", block[n:])
					}
					n += took
				}
				m.Flush()
			}
		})
	}
}
