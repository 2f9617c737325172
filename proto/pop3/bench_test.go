package pop3_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/mime"
	"github.com/reknit/reknit/proto/pop3"
	"github.com/reknit/reknit/stream"
)

// talk is a connection whose bytes the test supplies.
type talk struct {
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func newTalk(tb testing.TB, c pop3.Config) *talk {
	g, err := app.NewGateway(app.Config{}, []app.Protocol{pop3.New(c)}, nobody{})
	if err != nil {
		tb.Fatal(err)
	}
	return &talk{
		session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 110}),
		store:   stream.NewStore(stream.Config{Immediate: true}),
	}
}

func (v *talk) say(d stream.Dir, text string) {
	v.store.Push(&v.pair, d, v.off[d], []byte(text), v.session)
	v.off[d] += int64(len(text))
}

func (v *talk) close() {
	v.store.Close(&v.pair, v.session)
	v.session.Close()
}

// nobody is a Logger that takes nothing down.
type nobody struct{}

func (nobody) Transaction(*app.Session, app.Transaction) {}
func (nobody) Anomaly(*app.Session, *app.Anomaly)        {}
func (nobody) Detected(*app.Session)                     {}

// BenchmarkExchange reads commands and responses: parser and stream, without TCP.
func BenchmarkExchange(b *testing.B) {
	const command, response = "LIST 1\r\n", "+OK 1 1234\r\n"
	v := newTalk(b, pop3.Config{})
	v.say(stream.ToClient, "+OK ready\r\n")
	b.SetBytes(int64(len(command) + len(response)))
	b.ReportAllocs()
	for b.Loop() {
		v.say(stream.ToServer, command)
		v.say(stream.ToClient, response)
	}
}

// BenchmarkMessage reads messages with a base64 attachment of 100 kB, in segments of 1448 bytes.
func BenchmarkMessage(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("+OK\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	line := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1, 2, 3}, 19)) + "\r\n"
	for text.Len() < 137_000 {
		text.WriteString(line)
	}
	text.WriteString(".\r\n")
	var segments [][]byte
	for rest := text.Bytes(); len(rest) > 0; {
		n := min(len(rest), 1448)
		segments, rest = append(segments, rest[:n]), rest[n:]
	}
	v := newTalk(b, pop3.Config{})
	v.say(stream.ToClient, "+OK ready\r\n")
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		v.say(stream.ToServer, "RETR 1\r\n")
		for _, s := range segments {
			v.store.Push(&v.pair, stream.ToClient, v.off[1], s, v.session)
			v.off[1] += int64(len(s))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(segments)), "ns/segment")
}

// The parser alone: bytes of both sides go in, in the order in which they were said, and what is in them comes out.
func ExampleHandler() {
	v := newTalk(nil, pop3.Config{Handler: &pop3.Handler{
		OnCommand: func(_ pop3.At, x *pop3.Exchange) app.Verdict {
			fmt.Printf("%s %s\n", x.Command, x.Args)
			return app.Continue
		},
		OnHeader: func(_ pop3.At, _ *mime.Part, h *mime.Header) app.Verdict {
			fmt.Printf("header %s: %s\n", h.Name, h.Value())
			return app.Continue
		},
		OnBody: func(_ pop3.At, _ *mime.Part, b []byte) app.Verdict {
			fmt.Printf("body %q\n", b)
			return app.Continue
		},
		OnExchange: func(at pop3.At, x *pop3.Exchange) app.Verdict {
			fmt.Printf("%4d %s: %s %q\n", at.Offset, x.Command, x.Status, x.Header)
			return app.Continue
		},
	}})
	const client, server = stream.ToServer, stream.ToClient
	v.say(server, "+OK ready\r\n")
	v.say(client, "USER ann\r\n")
	v.say(server, "+OK\r\n")
	v.say(client, "PASS secret\r\n")
	v.say(server, "+OK 1 message\r\n")
	v.say(client, "RETR 1\r\n")
	v.say(server, "+OK 27 octets\r\nSubject: one\r\n\r\n..text\r\n.\r\n")
	v.close()

	// Output:
	//    0 : OK "ready"
	// USER [ann]
	//   11 USER: OK ""
	// PASS [secret]
	//   16 PASS: OK "1 message"
	// RETR [1]
	// header Subject: one
	// body ".text"
	//   70 RETR: OK "27 octets"
}
