package websocket_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/proto/http"
	"github.com/reknit/reknit/proto/websocket"
	"github.com/reknit/reknit/stream"
)

// suite plays conversations that begin as HTTP.
func suite(c websocket.Config) *apptest.Suite {
	return &apptest.Suite{Protocol: http.New(http.Config{}), Others: []app.Protocol{websocket.New(c)}}
}

func TestConversations(t *testing.T) { suite(websocket.Config{Extensions: true}).Run(t, "testdata") }

func TestLimits(t *testing.T) {
	suite(websocket.Config{MaxPayload: 10, Extensions: true}).Run(t, "testdata/limits")
}

// frames is a Logger that notes frames and anomalies.
type frames struct{ list []string }

func (f *frames) Transaction(_ *app.Session, tx app.Transaction) {
	if w, ok := tx.(*websocket.Frame); ok {
		f.list = append(f.list, fmt.Sprintf("%v %v %s", w.Dir, w.Opcode, w.Payload))
	}
}
func (f *frames) Anomaly(_ *app.Session, a *app.Anomaly) { f.list = append(f.list, a.Name) }
func (f *frames) Detected(*app.Session)                  {}

// connection is one that has become WebSocket.
type connection struct {
	gateway *app.Gateway
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
	frames  frames
}

func connect(t testing.TB, c websocket.Config, extensions string) *connection {
	t.Helper()
	v := &connection{store: stream.NewStore(stream.Config{Immediate: true})}
	g, err := app.NewGateway(app.Config{}, []app.Protocol{http.New(http.Config{}), websocket.New(c)}, &v.frames)
	if err != nil {
		t.Fatal(err)
	}
	v.gateway = g
	v.session = g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})
	v.write(stream.ToServer, []byte("GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
	v.write(stream.ToClient, []byte("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"+
		"Sec-WebSocket-Extensions: "+extensions+"\r\n\r\n"))
	return v
}

func (v *connection) write(d stream.Dir, b []byte) {
	v.store.Push(&v.pair, d, v.off[d], b, v.session)
	v.off[d] += int64(len(b))
}

// frame returns a frame.
func frame(first byte, mask uint32, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	if mask != 0 {
		b[1] |= 0x80
		b = binary.BigEndian.AppendUint32(b, mask)
		payload = bytes.Clone(payload)
		for i := range payload {
			payload[i] ^= byte(mask >> (8 * (3 - i&3)))
		}
	}
	return append(b, payload...)
}

// deflater compresses messages with context takeover.
type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

func (d *deflater) message(text string) []byte {
	if d.w == nil {
		d.w, _ = flate.NewWriter(&d.out, 9)
	}
	d.out.Reset()
	d.w.Write([]byte(text))
	d.w.Flush()
	return bytes.Clone(bytes.TrimSuffix(d.out.Bytes(), []byte{0, 0, 0xff, 0xff}))
}

const (
	fin  = 0x80
	rsv1 = 0x40
)

func TestPayloads(t *testing.T) {
	var c, s deflater
	long := strings.Repeat("a long message ", 5000) // 75000 bytes
	one, two := c.message("hello, hello"), c.message("hello, again")
	client := slices.Concat(
		frame(fin|rsv1|1, 0x01020304, one),
		frame(rsv1|2, 0xa1b2c3d4, two[:3]),
		frame(fin|9, 0x01020304, []byte("ping")),
		frame(fin, 0x55667788, two[3:]),
		frame(1, 1, []byte("in ")), frame(0, 2, nil), frame(0, 3, []byte("three ")), frame(fin, 4, []byte("frames")),
		frame(fin|8, 1, append([]byte{3, 232}, "bye"...)),
	)
	server := slices.Concat(
		frame(fin|rsv1|1, 0, s.message("server")),
		frame(fin|1, 0, []byte(long[:65535])),
		frame(fin|rsv1|1, 0, s.message("server, server")),
		frame(fin|rsv1|1, 0, s.message(long)),
		frame(fin|rsv1|1, 0, []byte("lost")),
	)
	want := []string{
		"to_server text hello, hello", "to_server binary " + string(two[:3]), "to_server ping ping",
		"to_server continuation hello, again",
		"to_server text in ", "to_server continuation ", "to_server continuation three ", "to_server continuation in three frames",
		"to_server connection_close \x03\xe8bye",
		"to_client text server", "to_client text " + long[:65535], "to_client text server, server",
		"reassembly_limit_reached", "to_client text " + long[:65536], "to_client text lost",
	}
	for _, n := range []int{1, 5, 1000, 1 << 20} {
		v := connect(t, websocket.Config{}, "permessage-deflate; server_max_window_bits=15")
		for d, b := range [][]byte{client, server} {
			for len(b) > 0 {
				k := min(n, len(b))
				v.write(stream.Dir(d), b[:k])
				b = b[k:]
			}
		}
		if !slices.Equal(v.frames.list, want) {
			t.Fatalf("pieces of %d:\ngot  %.90q\nwant %.90q", n, v.frames.list, want)
		}
	}
}

func TestNoTakeover(t *testing.T) {
	v := connect(t, websocket.Config{}, "x, permessage-deflate; client_no_context_takeover")
	for range 2 {
		var c deflater
		v.write(stream.ToServer, frame(fin|rsv1|1, 9, c.message("hello")))
	}
	if want := []string{"to_server text hello", "to_server text hello"}; !slices.Equal(v.frames.list, want) {
		t.Errorf("%q, want %q", v.frames.list, want)
	}
}

// FuzzSession plays conversations, in the form of the files in testdata.
func FuzzSession(f *testing.F) {
	suite(websocket.Config{MaxPayload: 20, Extensions: true}).Fuzz(f)
}

func BenchmarkFrames(b *testing.B) {
	for _, size := range []int{50, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f := frame(fin|2, 0x01020304, bytes.Repeat([]byte("x"), size))
			v := connect(b, websocket.Config{}, "")
			b.SetBytes(int64(len(f)))
			b.ReportAllocs()
			for b.Loop() {
				for p := f; len(p) > 0; {
					n := min(1400, len(p))
					v.write(stream.ToServer, p[:n])
					p = p[n:]
				}
				v.frames.list = v.frames.list[:0]
			}
		})
	}
}
