//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"time"
)

// compose writes the message of a mail: its header, its text parts and its files.
func (m *mail) compose(when time.Time, parts ...part) *mail {
	const boundary = "=_part_0f6c"
	var b bytes.Buffer
	h := &m.Header
	if h.RawSubject == "" {
		h.RawSubject = h.Subject
	}
	if h.Decoded == "" {
		h.Decoded = h.Subject
	}
	h.Date = when.UTC().Format(time.RFC1123Z)
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\n", h.From, h.To)
	if h.Cc != "" {
		fmt.Fprintf(&b, "Cc: %s\r\n", h.Cc)
	}
	fmt.Fprintf(&b, "Subject: %s\r\nDate: %s\r\nMessage-ID: %s\r\nMIME-Version: 1.0\r\n", h.RawSubject, h.Date, h.MessageID)
	if len(parts) == 1 && parts[0].file == "" {
		h.Type = mediaType(parts[0].kind)
		parts[0].write(&b)
	} else {
		if h.Type == "" {
			h.Type = "multipart/mixed"
		}
		fmt.Fprintf(&b, "Content-Type: %s;\r\n\tboundary=\"%s\"\r\n\r\n", h.Type, boundary)
		b.WriteString("This is a multi-part message in MIME format.\r\n")
		for _, p := range parts {
			fmt.Fprintf(&b, "--%s\r\n", boundary)
			p.write(&b)
			b.WriteString("\r\n")
			if p.file != "" {
				m.Data = append(m.Data, p.data)
				m.Files = append(m.Files, &file{Name: p.file, Type: mediaType(p.kind), Encoding: p.encoding,
					Bytes: len(p.data), SHA256: sum(p.data)})
			}
		}
		fmt.Fprintf(&b, "--%s--", boundary)
	}
	b.WriteString("\r\n")
	m.Text = b.Bytes()
	m.TextBytes, m.TextSHA256 = len(m.Text), sum(m.Text)
	if m.Transfer == "" {
		m.Transfer = "DATA"
	}
	if m.Files == nil {
		m.Files = []*file{}
	}
	return m
}

// part is a part of a message.
type part struct {
	kind     string // content type with parameters
	encoding string
	file     string // file name of an attachment
	data     []byte
}

// write writes the part's header and its encoded content, without a line end after it.
func (p part) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n", p.kind, p.encoding)
	if p.file != "" {
		fmt.Fprintf(b, "Content-Disposition: attachment; filename=\"%s\"\r\n", p.file)
	}
	b.WriteString("\r\n")
	switch p.encoding {
	case "base64":
		text := base64.StdEncoding.EncodeToString(p.data)
		for len(text) > 76 {
			b.WriteString(text[:76] + "\r\n")
			text = text[76:]
		}
		b.WriteString(text)
	case "quoted-printable":
		w := quotedprintable.NewWriter(b)
		w.Write(p.data)
		w.Close()
	default:
		b.Write(p.data)
	}
}

// mediaType is a content type without its parameters.
func mediaType(s string) string {
	kind, _, _ := strings.Cut(s, ";")
	return kind
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// text is a plain part.
func text(lines ...string) part {
	return part{kind: "text/plain; charset=utf-8", encoding: "8bit", data: []byte(strings.Join(lines, "\r\n"))}
}

// to makes recipients that the server takes.
func to(addresses ...string) []*recipient {
	var rs []*recipient
	for _, a := range addresses {
		rs = append(rs, &recipient{Address: a, Reply: "250"})
	}
	return rs
}

// pdf returns a valid one-page PDF file whose page holds n incompressible bytes as a comment stream.
func pdf(n int, seed uint64) []byte {
	noise := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>")
	object("<< /Length %d >>\nstream\n%s\nendstream", n, noise)
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}
