package http

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"

	"github.com/reknit/reknit/stream"
)

// segments pushes b in segments of a full packet.
func (v *talk) segments(d stream.Dir, b []byte) {
	for len(b) > 0 {
		n := min(1448, len(b))
		v.write(d, b[:n])
		b = b[n:]
	}
}

var (
	browserRequest = []byte("GET /static/app/main.js?v=20250101 HTTP/1.1\r\nHost: www.example.org\r\nConnection: keep-alive\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\n" +
		"Accept: */*\r\nReferer: http://www.example.org/\r\nAccept-Encoding: gzip, deflate\r\nAccept-Language: en-US,en;q=0.9\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef\r\n\r\n")
	serverHead = "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 01 Jan 2025 00:00:00 GMT\r\nContent-Type: application/javascript\r\n" +
		"Connection: keep-alive\r\nCache-Control: max-age=3600\r\nETag: \"0123456789\"\r\n"
)

// BenchmarkExchange reads requests of a browser with short responses.
func BenchmarkExchange(b *testing.B) {
	response := []byte(serverHead + "Content-Length: 100\r\n\r\n" + string(bytes.Repeat([]byte("x"), 100)))
	v := newTalk(b, Config{})
	b.SetBytes(int64(len(browserRequest) + len(response)))
	b.ReportAllocs()
	for b.Loop() {
		v.client(browserRequest)
		v.server(response)
		v.files = v.files[:0]
	}
}

// BenchmarkBody reads bodies of 1 MB in segments of 1448 bytes.
func BenchmarkBody(b *testing.B) {
	var text bytes.Buffer
	for i := 0; text.Len() < 1<<20; i++ {
		fmt.Fprintf(&text, "line %d of a text that is neither too regular nor too random: %x\n", i, i*i*7919)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(text.Bytes())
	w.Close()
	var chunked bytes.Buffer
	for rest := text.Bytes(); len(rest) > 0; {
		n := min(8192, len(rest))
		fmt.Fprintf(&chunked, "%x\r\n%s\r\n", n, rest[:n])
		rest = rest[n:]
	}
	chunked.WriteString("0\r\n\r\n")
	for _, bm := range []struct {
		name, head string
		body       []byte
		size       int
	}{
		{"plain", fmt.Sprintf("Content-Length: %d\r\n", text.Len()), text.Bytes(), text.Len()},
		{"chunked", "Transfer-Encoding: chunked\r\n", chunked.Bytes(), chunked.Len()},
		{"gzip", fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n", packed.Len()), packed.Bytes(), text.Len()},
	} {
		b.Run(bm.name, func(b *testing.B) {
			v := newTalk(b, Config{})
			b.SetBytes(int64(bm.size))
			b.ReportAllocs()
			for b.Loop() {
				v.client(browserRequest)
				v.server([]byte(serverHead + bm.head + "\r\n"))
				v.segments(stream.ToClient, bm.body)
				v.files = v.files[:0]
			}
		})
	}
}
