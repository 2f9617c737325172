package http

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// TestRangesModel adds random parts of a file and compares with a map of bytes.
func TestRangesModel(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		size := 1 + r.Int64N(60)
		file := make([]byte, size)
		for i := range file {
			file[i] = byte(r.Uint32())
		}
		table := NewRangeTable(Ranges{Memory: 10_000})
		seen := make([]bool, size)
		var now time.Time
		for {
			start := r.Int64N(size)
			n := 1 + r.Int64N(size-start)
			if !table.reserve(n, now) {
				t.Fatalf("seed %d: no room, %d used", seed, table.used)
			}
			for i := range n {
				seen[start+i] = true
			}
			done := table.add(rangeKey{size: size}, part{start, bytes.Clone(file[start : start+n])}, now)
			if all := !bytes.Contains(bits(seen), []byte{0}); all != (done != nil) {
				t.Fatalf("seed %d: complete %v, want %v", seed, done != nil, all)
			}
			if done == nil {
				continue
			}
			var got []byte
			for _, p := range done {
				got = append(got, p.data...)
			}
			if !bytes.Equal(got, file) || table.used != 0 || len(table.files) != 0 {
				t.Fatalf("seed %d: got %x, want %x; %d bytes used", seed, got, file, table.used)
			}
			break
		}
	}
}

func bits(list []bool) []byte {
	b := make([]byte, len(list))
	for i, v := range list {
		if v {
			b[i] = 1
		}
	}
	return b
}

func TestRangesLimits(t *testing.T) {
	table := NewRangeTable(Ranges{Memory: 100, Timeout: time.Minute})
	now := time.Unix(1000, 0)
	if !table.reserve(60, now) || table.reserve(50, now) {
		t.Error("memory is not limited")
	}
	table.add(rangeKey{size: 1000}, part{0, make([]byte, 60)}, now)
	if now = now.Add(2 * time.Minute); !table.reserve(100, now) || len(table.files) != 0 {
		t.Error("old parts are kept")
	}
	if table.release(100); table.used != 0 {
		t.Errorf("%d bytes used", table.used)
	}
}

// TestRanges puts a file together that comes over three connections, one of them cut.
func TestRanges(t *testing.T) {
	var n notes
	g, err := app.NewGateway(app.Config{}, []app.Protocol{New(Config{})}, &n)
	if err != nil {
		t.Fatal(err)
	}
	file := []byte("0123456789abcdefghij")
	get := func(start, end, cut int) {
		v := &talk{store: stream.NewStore(stream.Config{Immediate: true}), session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})}
		v.client([]byte("GET /file HTTP/1.1\r\nHost: a\r\n\r\n"))
		v.server(fmt.Appendf(nil, "HTTP/1.1 206 ok\r\nContent-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\n\r\n%s",
			start, end, len(file), end-start+1, file[start:end+1-cut]))
		v.close()
	}
	get(10, 19, 0)
	get(0, 4, 0)
	get(5, 9, 2)
	get(3, 12, 0)
	var whole *File
	for _, f := range n.files {
		if f.RangeEnd == 0 {
			whole = f
		}
	}
	if len(n.files) != 5 || whole == nil || whole.Size != int64(len(file)) || whole.Gaps {
		t.Errorf("%d files, the whole is %+v", len(n.files), whole)
	}
}

// A connection that is given up in the middle of a part gives its memory back.
func TestRangesGivenUp(t *testing.T) {
	table := NewRangeTable(Ranges{})
	g, err := app.NewGateway(app.Config{}, []app.Protocol{New(Config{RangeTable: table})}, new(notes))
	if err != nil {
		t.Fatal(err)
	}
	v := &talk{store: stream.NewStore(stream.Config{Immediate: true}), session: g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})}
	v.client([]byte("GET /file HTTP/1.1\r\nHost: a\r\n\r\n"))
	v.server([]byte("HTTP/1.1 206 ok\r\nContent-Range: bytes 10-19/20\r\nContent-Length: 10\r\n\r\nabc"))
	if table.used != 10 {
		t.Errorf("%d bytes of a part of 10", table.used)
	}
	if v.session.Close(); table.used != 0 {
		t.Errorf("%d bytes of a connection that was given up", table.used)
	}
}
