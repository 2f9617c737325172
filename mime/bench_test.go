package mime

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// count is a Handler that does as little as one can.
type count struct{ bytes, calls int }

func (c *count) Header(p *Part, h *Header)  { c.calls++ }
func (c *count) Begin(p *Part)              {}
func (c *count) Body(p *Part, b []byte)     { c.calls++; c.bytes += len(b) }
func (c *count) Lost(p *Part, n int64)      {}
func (c *count) End(p *Part)                {}
func (c *count) Anomaly(a Anomaly, p *Part) {}

// A testBody is the header of a body and lines of it, as mail programs write them.
type testBody struct {
	name, header string
	lines        []string
}

func bodies() []testBody {
	var random []string
	r := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		b := make([]byte, 57)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		random = append(random, base64.StdEncoding.EncodeToString(b))
	}
	words := []string{
		"All the world's a stage, and all the men and women merely players; they have",
		"their exits and their entrances, and one man in his time plays many parts,",
		"his acts being seven ages. At first, the infant, mewling and puking in the",
		"nurse's arms. Then the whining schoolboy, with his satchel and shining",
		"morning face, creeping like a snail unwillingly to school: and then the lover",
	}
	return []testBody{
		{"base64", "Content-Transfer-Encoding: base64\n\n", random},
		{"qp-plain", "Content-Transfer-Encoding: quoted-printable\n\n", words},
		{"qp-encoded", "Content-Transfer-Encoding: quoted-printable\n\n", []string{
			"Gr=C3=BC=C3=9Fe aus M=C3=BCnchen, <a href=3D\"x\"> und noch ein paar W=C3=B6rter=20=",
			"ohne Ende, =C3=BCber alles, was in der Zeitung steht, dazu =E2=80=9EZitate=E2=80=9C="}},
		{"7bit", "\n", words},
		{"preamble", "Content-Type: multipart/mixed; boundary=b\n\n", words},
		{"dashes", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", []string{"--" + words[0][2:]}},
	}
}

// benchmarkLines measures a line, ten in a packet.
func benchmarkLines(b *testing.B, h Handler, body testBody) {
	m := NewMessage(nil, h)
	feed(m, body.header)
	var lines [][]byte
	size := 0
	for i := range 10 {
		line := []byte(body.lines[i%len(body.lines)])
		lines = append(lines, line)
		size += len(line) + 2
	}
	b.SetBytes(int64(size / 10))
	b.ReportAllocs()
	for i := 0; b.Loop(); {
		m.Line(lines[i], stream.CRLF)
		if i++; i == len(lines) {
			i = 0
			m.Flush()
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for _, body := range bodies() {
		b.Run(body.name, func(b *testing.B) { benchmarkLines(b, &count{}, body) })
	}
}

// BenchmarkEmail adds what EVE needs: the search for URLs.
func BenchmarkEmail(b *testing.B) {
	for _, body := range bodies()[:4] {
		b.Run(body.name, func(b *testing.B) { benchmarkLines(b, NewEmail(nil), body) })
	}
}

const typicalHeader = "Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n" +
	"\tby mx.example.net (Postfix) with ESMTPS id 4B1F2C3D4E\r\n" +
	"\tfor <jane@example.net>; Mon, 5 Jan 2026 10:00:00 +0000 (UTC)\r\n" +
	"From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.org>\r\n" +
	"To: Jane <jane@example.net>, \"Doe, John\" <john@example.net>\r\n" +
	"Subject: =?utf-8?B?R3LDvMOfZQ==?= aus Berlin\r\n" +
	"Date: Mon, 5 Jan 2026 10:00:00 +0000\r\n" +
	"Message-ID: <20260105100000.1@example.org>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed;\r\n\tboundary=\"----=_Part_0001\"\r\n" +
	"X-Mailer: example 1.0\r\n\r\n"

func BenchmarkHeader(b *testing.B) {
	type line struct {
		text []byte
		e    stream.Ending
	}
	var lines []line
	for _, l := range strings.SplitAfter(typicalHeader, "\r\n") {
		if l != "" {
			lines = append(lines, line{[]byte(strings.TrimSuffix(l, "\r\n")), stream.CRLF})
		}
	}
	b.SetBytes(int64(len(typicalHeader)))
	b.ReportAllocs()
	for b.Loop() {
		m := NewMessage(nil, NewEmail(nil))
		for _, l := range lines {
			m.Line(l.text, l.e)
		}
		m.Close()
	}
}

func BenchmarkBase64(b *testing.B) {
	line := []byte(bodies()[0].lines[0])
	dst := make([]byte, base64Room(len(line)))
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		var d base64Decoder
		for b.Loop() {
			d.decode(dst, line)
		}
	})
	b.Run("standard library", func(b *testing.B) {
		b.SetBytes(int64(len(line)))
		for b.Loop() {
			base64.StdEncoding.Decode(dst, line)
		}
	})
}

func BenchmarkDecodeHeader(b *testing.B) {
	for _, bm := range []struct{ name, value string }{
		{"plain", "Jane Doe <jane@example.org>"},
		{"words", "=?iso-8859-2?Q?=B3=F3d=BC?= =?utf-8?B?R3LDvMOfZQ==?= aus Berlin"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			value := []byte(bm.value)
			b.ReportAllocs()
			for b.Loop() {
				DecodeHeader(value)
			}
		})
	}
}
