package tls

import (
	"bytes"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// BenchmarkHandshake reads connections of TLS 1.2: both hellos, two certificates, and a little data.
func BenchmarkHandshake(b *testing.B) { benchmarkConnection(b, "tls12") }

// BenchmarkHandshake13 reads connections of TLS 1.3, with a post-quantum key.
func BenchmarkHandshake13(b *testing.B) { benchmarkConnection(b, "tls13") }

func benchmarkConnection(b *testing.B, name string) {
	c := load(b, name)
	p := New(Config{JA4: true})
	v := newConnection(p)
	n := 0
	for _, s := range c {
		n += len(s.data)
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		v.session = v.gateway.NewSession(app.Info{Transport: app.TCP, ServerPort: 443})
		v.pair, v.off = stream.Pair{}, [2]int64{}
		for _, s := range c {
			v.say(s.dir, s.data)
		}
		v.close()
	}
}

// BenchmarkData reads records of 16 KiB in segments of 1460 bytes: parser and stream, without TCP.
func BenchmarkData(b *testing.B) {
	v := established(b)
	data := bytes.Repeat(fragmentOf(applicationData, 0x0303, strings.Repeat("x", 1<<14)), 20)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := data; len(rest) > 0; {
			n := min(len(rest), 1460)
			v.say(stream.ToClient, rest[:n])
			rest = rest[n:]
		}
	}
}
