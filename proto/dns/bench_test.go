package dns_test

import (
	"encoding/binary"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/race"
	"github.com/reknit/reknit/proto/dns"
	"github.com/reknit/reknit/stream"
)

// nobody is a Logger that takes nothing down.
type nobody struct{}

func (nobody) Transaction(*app.Session, app.Transaction) {}
func (nobody) Anomaly(*app.Session, *app.Anomaly)        {}
func (nobody) Detected(*app.Session)                     {}

func gateway(t testing.TB, c app.Config) *app.Gateway {
	g, err := app.NewGateway(c, []app.Protocol{dns.New(dns.Config{})}, nobody{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// exchange returns a request for an address and its response, with a CNAME, two addresses and EDNS.
func exchange() (request, response []byte) {
	const question = "\x03www\x07example\x03org\x00\x00\x01\x00\x01"
	const opt = "\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"
	request = []byte("\x12\x34\x01\x20\x00\x01\x00\x00\x00\x00\x00\x01" + question + opt)
	response = []byte("\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x01" + question +
		"\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x06\x03web\xc0\x10" +
		"\xc0\x2d\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x01" +
		"\xc0\x2d\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x02" + opt)
	return request, response
}

// TestAllocations wants few allocations for a message and none besides it, and none at all for one in the memory of another.
func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("pools lose what they hold")
	}
	request, response := exchange()
	info := app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 53}
	for _, c := range []struct {
		config app.Config
		limit  float64
	}{
		{app.Config{}, 6}, // of each the message, its text, its records
		{app.Config{Reuse: true}, 0},
	} {
		s := gateway(t, c.config).NewSession(info)
		both := func() {
			s.Datagram(stream.ToServer, request)
			s.Datagram(stream.ToClient, response)
		}
		both()
		if n := testing.AllocsPerRun(100, both); n > c.limit {
			t.Errorf("Reuse %v: %v allocations for two messages, want at most %v", c.config.Reuse, n, c.limit)
		}
	}
	s := gateway(t, app.Config{}).NewSession(info)
	if n := testing.AllocsPerRun(100, func() { s.Datagram(stream.ToServer, nil) }); n > 1 {
		t.Errorf("%v allocations for nothing", n)
	}
}

// BenchmarkDatagrams reads a request and its response, which are two messages.
func BenchmarkDatagrams(b *testing.B) {
	request, response := exchange()
	s := gateway(b, app.Config{Reuse: true}).NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 53})
	b.SetBytes(int64(len(request) + len(response)))
	b.ReportAllocs()
	for b.Loop() {
		s.Datagram(stream.ToServer, request)
		s.Datagram(stream.ToClient, response)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/message")
}

// BenchmarkFlow is BenchmarkDatagrams with a flow for each pair of messages, as resolvers have them.
func BenchmarkFlow(b *testing.B) {
	request, response := exchange()
	g := gateway(b, app.Config{Reuse: true})
	b.ReportAllocs()
	for b.Loop() {
		s := g.NewSession(app.Info{Transport: app.UDP, ClientPort: 40000, ServerPort: 53})
		s.Datagram(stream.ToServer, request)
		s.Datagram(stream.ToClient, response)
		s.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/message")
}

// BenchmarkStream reads messages over TCP, ten in a segment.
func BenchmarkStream(b *testing.B) {
	request, response := exchange()
	prefixed := func(m []byte) (all []byte) {
		for range 10 {
			all = append(binary.BigEndian.AppendUint16(all, uint16(len(m))), m...)
		}
		return all
	}
	client, server := prefixed(request), prefixed(response)
	s := gateway(b, app.Config{Reuse: true}).NewSession(app.Info{Transport: app.TCP, ClientPort: 40000, ServerPort: 53})
	store := stream.NewStore(stream.Config{Immediate: true})
	var pair stream.Pair
	b.SetBytes(int64(len(client) + len(server)))
	b.ReportAllocs()
	var at [2]int64
	for b.Loop() {
		for d, text := range [...][]byte{client, server} {
			store.Push(&pair, stream.Dir(d), at[d], text, s)
			at[d] += int64(len(text))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(20*b.N), "ns/message")
}

// BenchmarkRecord writes the record of a response.
func BenchmarkRecord(b *testing.B) {
	_, response := exchange()
	m, err := dns.Parse(response)
	if err != nil {
		b.Fatal(err)
	}
	r, e := event.Record{Type: "dns"}, &dns.EVE{}
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		r.Body = m.As(e, 0)
		line = r.AppendJSON(line[:0], nil)
	}
}

// hostile returns a message of n bytes whose records all have the same name, which is as long as names can be.
func hostile(n int) []byte {
	b := []byte("\x00\x01\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00")
	for range 16 {
		b = append(b, '?')
		b = append(b, make([]byte, 63)...)
	}
	b = append(b, "\x00\x00\x01\x00\x01"...)
	records := 0
	for ; len(b) < n-16; records++ { // a label of their own, so that no two names are the same
		b = append(b, "\x01y\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x00\x00\x01\x00"...)
	}
	binary.BigEndian.PutUint16(b[6:], uint16(records))
	return b
}

// TestHostile wants memory in proportion to what was sent, whatever compression makes of it.
func TestHostile(t *testing.T) {
	for _, n := range []int{2000, 8000, 65000} {
		b := hostile(n)
		m, err := dns.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for i := range m.Answers {
			size += len(m.Answers[i].Name.Text)
		}
		if limit := 4096 + 17*len(b); size > limit {
			t.Errorf("message of %d bytes: %d bytes of names, want at most %d", len(b), size, limit)
		}
		if last := &m.Answers[len(m.Answers)-1]; n > 60000 && !last.Name.Truncated {
			t.Errorf("message of %d bytes: the last name is whole", len(b))
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	m := hostile(65000)
	b.SetBytes(int64(len(m)))
	for b.Loop() {
		if _, err := dns.Parse(m); err != nil {
			b.Fatal(err)
		}
	}
}
