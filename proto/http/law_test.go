package http

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/app/apptest"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/race"
	"github.com/reknit/reknit/stream"
)

// notes is a Logger that keeps what it is told.
type notes struct {
	exchanges int
	last      *Exchange
	files     []*File
	events    map[string]int
	told      func(*Exchange) // nil: nobody
}

func (n *notes) Transaction(_ *app.Session, tx app.Transaction) {
	n.exchanges++
	n.last, _ = tx.(*Exchange)
	if n.told != nil {
		n.told(n.last)
	}
}

func (n *notes) Anomaly(_ *app.Session, a *app.Anomaly) {
	if n.events == nil {
		n.events = map[string]int{}
	}
	n.events[a.Name]++
}
func (n *notes) Detected(*app.Session) {}
func (n *notes) File(_ *app.Session, _ app.Transaction, _ stream.Dir, f event.Appender) {
	n.files = append(n.files, f.(*File))
}

// talk is a connection whose bytes the test supplies.
type talk struct {
	notes
	session *app.Session
	store   *stream.Store
	pair    stream.Pair
	off     [2]int64
}

func newTalk(t testing.TB, c Config) *talk {
	t.Helper()
	return newTalkIn(t, app.Config{}, c)
}

func newTalkIn(t testing.TB, a app.Config, c Config) *talk {
	t.Helper()
	v := &talk{store: stream.NewStore(stream.Config{Immediate: true})}
	g, err := app.NewGateway(a, []app.Protocol{New(c)}, &v.notes)
	if err != nil {
		t.Fatal(err)
	}
	v.session = g.NewSession(app.Info{Transport: app.TCP, ServerPort: 80})
	return v
}

func (v *talk) client(b []byte) { v.write(stream.ToServer, b) }
func (v *talk) server(b []byte) { v.write(stream.ToClient, b) }

func (v *talk) write(d stream.Dir, b []byte) {
	v.store.Push(&v.pair, d, v.off[d], b, v.session)
	v.off[d] += int64(len(b))
}

func (v *talk) close() {
	v.store.Close(&v.pair, v.session)
	v.session.Close()
}

// heap returns the bytes in use.
func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestLargeBody reads a body of 1 GB (with -short: 16 MB) in each framing, and wants the memory of a connection and no
// allocation for its bytes.
func TestLargeBody(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 16 << 20
	}
	piece := bytes.Repeat([]byte("0123456789abcdef"), 4096) // 64 KiB
	chunk := fmt.Appendf(nil, "%x\r\n%s\r\n", len(piece), piece)
	for _, c := range []struct {
		name, head, end string
		piece           []byte
	}{
		{"content-length", fmt.Sprintf("Content-Length: %d\r\n", size), "", piece},
		{"chunked", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", chunk},
		{"until close", "", "", piece},
	} {
		v := newTalk(t, Config{})
		before := heap()
		v.client([]byte("GET /large HTTP/1.1\r\nHost: a.example\r\n\r\n"))
		v.server([]byte("HTTP/1.1 200 OK\r\n" + c.head + "\r\n"))
		v.server(c.piece)
		left := size - int64(len(piece))
		if n := testing.AllocsPerRun(10, func() { v.server(c.piece); left -= int64(len(piece)) }); n != 0 {
			t.Errorf("%s: a piece of the body takes %v allocations", c.name, n)
		}
		for ; left > 0; left -= int64(len(piece)) {
			v.server(c.piece)
		}
		if used := heap() - before; used > 64<<10 {
			t.Errorf("%s: the connection keeps %d bytes", c.name, used)
		}
		v.server([]byte(c.end))
		v.close()
		if len(v.files) != 1 || v.files[0].Size != size || v.exchanges != 1 {
			t.Errorf("%s: %d files, %d exchanges", c.name, len(v.files), v.exchanges)
		}
	}
}

// TestUpload is the same for a form with a file.
func TestUpload(t *testing.T) {
	const part = 8 << 20
	piece := bytes.Repeat([]byte("\r\n--cuf\r\n--cu\n--"), 4096)
	open := "--cut\r\nContent-Disposition: form-data; name=f; filename=large\r\n\r\n"
	v := newTalk(t, Config{})
	v.client(fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: %d\r\n\r\n%s",
		len(open)+part+len("\r\n--cut--"), open))
	v.client(piece)
	before := heap()
	left := part - len(piece)
	if n := testing.AllocsPerRun(10, func() { v.client(piece); left -= len(piece) }); n != 0 {
		t.Errorf("a piece takes %v allocations", n)
	}
	for ; left > 0; left -= len(piece) {
		v.client(piece)
	}
	if used := heap() - before; used > 64<<10 {
		t.Errorf("the connection keeps %d bytes", used)
	}
	v.client([]byte("\r\n--cut--"))
	v.close()
	if len(v.files) != 1 || v.files[0].Size != part || string(v.files[0].Name) != "large" {
		t.Errorf("files: %v", v.files)
	}
}

// TestPipelined sends 10 000 requests before the first response.
func TestPipelined(t *testing.T) {
	const n = 10_000
	v := newTalk(t, Config{})
	before := heap()
	for i := range n {
		v.client(fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: a.example\r\n\r\n", i))
	}
	if used := heap() - before; used > 1<<20 {
		t.Errorf("the requests keep %d bytes", used)
	}
	for i := range n {
		v.server(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: %d\r\n\r\nhello", i))
	}
	if string(v.last.Target()) != fmt.Sprintf("/%d", n-1) || string(v.last.Response.Header("x")) != fmt.Sprint(n-1) {
		t.Errorf("the last exchange is %s with %s", v.last.Target(), v.last.Response.Header("x"))
	}
	v.close()
	if v.exchanges != n || v.events["too_many_transactions"] == 0 {
		t.Errorf("%d exchanges, want %d; events %v", v.exchanges, n, v.events)
	}
}

// TestZipBomb sends 1 GB of zeros (with -short: 32 MB) twice compressed.
func TestZipBomb(t *testing.T) {
	size := 1 << 30
	if testing.Short() {
		size = 32 << 20
	}
	var inner, outer bytes.Buffer
	w := gzip.NewWriter(&inner)
	zeros := make([]byte, 1<<20)
	for range size / len(zeros) {
		w.Write(zeros)
	}
	w.Close()
	w = gzip.NewWriter(&outer)
	io.Copy(w, &inner)
	w.Close()

	v := newTalk(t, Config{})
	before := heap()
	for range 4 {
		v.client([]byte("GET /bomb HTTP/1.1\r\nHost: a\r\n\r\n"))
		v.server(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n", outer.Len()))
		for b := outer.Bytes(); len(b) > 0; {
			n := min(1400, len(b))
			v.server(b[:n])
			b = b[n:]
		}
	}
	if used := heap() - before; used > 1<<20 {
		t.Errorf("the connection keeps %d bytes", used)
	}
	v.close()
	if v.events["compression_bomb"] != 3 || v.events["compression_bomb_limit_reached"] != 1 {
		t.Errorf("events %v, want 3 bombs and the limit", v.events)
	}
	for i, f := range v.files {
		if limit := 2048*int64(outer.Len()) + 2<<20; i < 3 && f.Size > limit || i == 3 && f.Size != int64(outer.Len()) {
			t.Errorf("file %d: %d bytes from %d", i, f.Size, outer.Len())
		}
	}
}

const ask = "> GET / HTTP/1.1\n> Host: a.example\n>\n"

// repeat says line n times, in flights of ten.
func repeat(line string, n int) string {
	other := "<|\n"
	if line[0] == '<' {
		other = ">|\n"
	}
	return strings.Repeat(strings.Repeat(line, 10)+other, n/10)
}

// floods are conversations of any length that must not take memory, or more time than their length is worth.
var floods = []struct {
	name string
	text func(n int) string
}{
	{"header fields", func(n int) string { return "> GET / HTTP/1.1\n" + repeat("> X-Field: some value of it\n", n) }},
	{"the same field", func(n int) string { return ask + "< HTTP/1.1 200 OK\n" + repeat("< A: b\n", n) }},
	{"fields that collide", func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "< %c%c%c%c%c: %d\n", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i%7, 'a'+i%11, i)
		}
		return ask + "< HTTP/1.1 200 OK\n" + b.String()
	}},
	{"folded field", func(n int) string { return ask + "< HTTP/1.1 200 OK\n< A: b\n" + repeat("<  more of it\n", n) }},
	{"folded without a colon", func(n int) string { return "> GET / HTTP/1.1\n> A\n" + repeat(">  more of it\n", n) }},
	{"endless field", func(n int) string { return "> GET / HTTP/1.1\n>| A: \n" + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless request line", func(n int) string { return ">| GET /\n" + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"endless status line", func(n int) string { return ask + "<| HTTP/1.1 200\n" + repeat("<|  xxxxxxxxxxxxxxxxxxxxxx\n", n) }},
	{"blank lines", func(n int) string { return ask + repeat(">\n", n) }},
	{"requests", func(n int) string { return repeat(ask, n) }},
	{"exchanges", func(n int) string {
		return strings.Repeat(ask+"< HTTP/1.1 200 OK\n< Content-Length: 1\n<\n<| x\n", n)
	}},
	{"responses", func(n int) string { return ask + repeat("< HTTP/1.1 204 ok\n<\n", n) }},
	{"interim responses", func(n int) string { return ask + repeat("< HTTP/1.1 100 go on\n<\n", n) }},
	{"chunks", func(n int) string {
		return ask + "< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n<\n" + repeat("< 1;x=y\n< a\n", n)
	}},
	{"trailers", func(n int) string {
		return ask + "< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n<\n< 0\n" + repeat("< X: y\n", n)
	}},
	{"CRs", func(n int) string { return ask + "< HTTP/1.1 200 OK\n" + repeat("<| A:b\\rB:c\\r\\r\\r\n", n) }},
	{"no status lines", func(n int) string { return ask + "< HTTP/1.1 204 ok\n<\n" + repeat("< what?\n", n) }},
	{"no requests", func(n int) string { return ask + repeat("> what is this\n", n) }},
	{"parts", func(n int) string {
		return "> POST / HTTP/1.1\n> Host: a\n> Content-Type: multipart/form-data; boundary=cut\n> Transfer-Encoding: chunked\n>\n" +
			repeat("> 49\n> --cut\n> Content-Disposition: form-data; name=f; filename=x.txt\n>\n> hello\n>\n", n)
	}},
	{"part header", func(n int) string {
		return fmt.Sprintf("> POST / HTTP/1.1\n> Host: a\n> Content-Type: multipart/form-data; boundary=cut\n> Content-Length: %d\n>\n> --cut\n", n*100) +
			repeat(">| xxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", n)
	}},
	{"codings", func(n int) string {
		return ask + "< HTTP/1.1 200 OK\n" + repeat("< Content-Encoding: gzip, deflate, br\n", n) + "< Content-Length: 1\n<\n<| x\n"
	}},
	{"waiting", func(n int) string {
		return "> CONNECT a:443 HTTP/1.1\n>\n" + repeat(">| xxxxxxxxxxxxxxxxxxxxxxxx\n", n)
	}},
}

func TestMemoryIsBounded(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{MaxTx: 8, MaxFields: 64, MaxLine: 1000, MaxHead: 8 << 10, MaxPending: 16 << 10, MaxFiles: 4})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckBounded(t, 512<<10, 1000, f.text) })
	}
}

func TestTimeIsLinear(t *testing.T) {
	s := &apptest.Suite{Protocol: New(Config{})}
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { s.CheckLinear(t, 300, f.text) })
	}
}

// TestHeaderBytes sends a head of 1 MB, of which only a part is kept.
func TestHeaderBytes(t *testing.T) {
	v := newTalk(t, Config{MaxFields: 1 << 20})
	before := heap()
	v.client([]byte("GET / HTTP/1.1\r\nHost: a.example\r\n"))
	field := []byte("X-Some-Field: " + strings.Repeat("x", 82) + "\r\n")
	for range 1 << 20 / len(field) {
		v.client(field)
	}
	v.client([]byte("Content-Length: 5\r\n\r\nhello"))
	if used := heap() - before; used > 2<<20 {
		t.Errorf("the head keeps %d bytes", used)
	}
	v.client([]byte("GET /next HTTP/1.1\r\nHost: a\r\n\r\n"))
	v.close()
	if string(v.last.Target()) != "/next" || v.exchanges != 2 {
		t.Errorf("%d exchanges, the last is %s", v.exchanges, v.last.Target())
	}
}

// TestIdleSession holds what the budget of an idle connection needs.
func TestIdleSession(t *testing.T) {
	if n := unsafe.Sizeof(Session{}); n > 256 {
		t.Errorf("a Session takes %d bytes", n)
	}
	if n := unsafe.Sizeof(Exchange{}); n > 512 {
		t.Errorf("an Exchange takes %d bytes", n)
	}
}

// TestExchangeAllocates holds what an exchange costs, and that with app.Config.Reuse it costs nothing.
func TestExchangeAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("pools lose what they hold")
	}
	for _, c := range []struct {
		app   app.Config
		limit float64
	}{
		{app.Config{}, 12},
		{app.Config{Reuse: true}, 0},
	} {
		v := newTalkIn(t, c.app, Config{})
		request := []byte("GET /index.html HTTP/1.1\r\nHost: a.example\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n")
		response := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")
		play := func() {
			v.client(request)
			v.server(response)
			v.files = v.files[:0]
		}
		play()
		if n := testing.AllocsPerRun(100, play); n > c.limit {
			t.Errorf("with %+v an exchange takes %v allocations", c.app, n)
		}
	}
}

// TestReuse wants the memory of an exchange that is over to serve the next one, unless somebody may still have it or it is too much.
func TestReuse(t *testing.T) {
	if race.Enabled {
		t.Skip("pools lose what they hold")
	}
	long := strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 100)
	for _, c := range []struct {
		name, fields string
		app          app.Config
		config       Config
		same         bool
	}{
		{"over", "", app.Config{Reuse: true}, Config{}, true},
		{"not asked for", "", app.Config{}, Config{}, false},
		{"a handler has it", "", app.Config{Reuse: true}, Config{Handler: new(Handler)}, false},
		{"too large", long, app.Config{Reuse: true}, Config{}, false},
	} {
		v := newTalkIn(t, c.app, c.config)
		play := func(path string) *Exchange {
			v.client([]byte("GET " + path + " HTTP/1.1\r\nHost: a.example\r\n" + c.fields + "\r\n"))
			v.server([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
			return v.last
		}
		if first, second := play("/first"), play("/second"); (first == second) != c.same {
			t.Errorf("%s: the same memory: %v", c.name, first == second)
		}
	}
}

// TestNoReuseWhileRead has an exchange end, for there are too many, while its request is still read: no other one may have it.
func TestNoReuseWhileRead(t *testing.T) {
	const reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	v := newTalkIn(t, app.Config{Reuse: true, MaxTx: 1}, Config{MaxTx: 1})
	var told []*Exchange
	v.told = func(x *Exchange) { told = append(told, x) }
	v.client([]byte("POST /upload HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nbody"))
	v.server([]byte(reply + reply)) // the second one is of no request
	if len(told) != 2 || !told[0].Disrupted() {
		t.Fatalf("%d exchanges were told", len(told))
	}
	v.client([]byte(" ends"))
	v.client([]byte("GET /next HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	v.server([]byte(reply))
	if len(told) != 3 || told[2] == told[0] {
		t.Errorf("%d exchanges were told; the last is the first: %v", len(told), told[len(told)-1] == told[0])
	}
	if got := string(told[0].Target()); got != "/upload" || told[0].Request.Length != 9 {
		t.Errorf("of %s %d bytes were read", got, told[0].Request.Length)
	}
}
