package smtp

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/reknit/reknit/stream"
)

// mailWithAttachment returns a message with a base64 attachment of n bytes.
func mailWithAttachment(n int) []byte {
	content := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(content)
	var b bytes.Buffer
	b.WriteString("From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: report\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n" +
		"--cut\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=\"report.pdf\"\r\n\r\n")
	text := base64.StdEncoding.EncodeToString(content)
	for len(text) > 76 {
		b.WriteString(text[:76])
		b.WriteString("\r\n")
		text = text[76:]
	}
	b.WriteString(text + "\r\n--cut--\r\n")
	return b.Bytes()
}

// envelope talks up to the reply to DATA.
func envelope(v *Conversation) {
	v.Write(stream.ToClient, []byte("220 mx.example.net ESMTP\r\n"))
	v.Write(stream.ToServer, []byte("EHLO client.example.org\r\n"))
	v.Write(stream.ToClient, []byte("250-mx.example.net\r\n250-PIPELINING\r\n250 8BITMIME\r\n"))
	v.Write(stream.ToServer, []byte("MAIL FROM:<ann@example.org> SIZE=1000\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n"))
	v.Write(stream.ToClient, []byte("250 ok\r\n250 ok\r\n354 go ahead\r\n"))
}

// segments cuts b into pieces of n bytes.
func segments(b []byte, n int) [][]byte {
	var list [][]byte
	for len(b) > n {
		list = append(list, b[:n])
		b = b[n:]
	}
	return append(list, b)
}

// BenchmarkAttachment reads mails with a base64 attachment, in segments of 740 bytes: parser and stream, without TCP.
func BenchmarkAttachment(b *testing.B) {
	text := mailWithAttachment(100_000)
	pieces := segments(text, 740)
	v := NewConversation(Config{})
	envelope(v)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range pieces {
			v.Write(stream.ToServer, p)
		}
		v.Write(stream.ToServer, []byte(".\r\n"))
		v.Write(stream.ToClient, []byte("250 queued\r\n"))
		v.Write(stream.ToServer, []byte("MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n"))
		v.Write(stream.ToClient, []byte("250 ok\r\n250 ok\r\n354 go ahead\r\n"))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(pieces)), "ns/segment")
}

// BenchmarkSession reads whole sessions with a short mail.
func BenchmarkSession(b *testing.B) {
	text := []byte("Subject: hello\r\nFrom: ann@example.org\r\n\r\n" + strings.Repeat("a line of text\r\n", 20) + ".\r\n")
	b.ReportAllocs()
	for b.Loop() {
		v := NewConversation(Config{})
		envelope(v)
		v.Write(stream.ToServer, text)
		v.Write(stream.ToClient, []byte("250 queued\r\n"))
		v.Write(stream.ToServer, []byte("QUIT\r\n"))
		v.Write(stream.ToClient, []byte("221 bye\r\n"))
		v.Close()
	}
}
