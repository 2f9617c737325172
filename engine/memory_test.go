package engine_test

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/flow"
	"github.com/reknit/reknit/proto/smtp"
)

// step is a packet of a scripted connection.
type step struct {
	dir  int
	bits byte
	text string
}

// play sends the steps of n connections to w, step by step over all of them, and leaves them open.
func play(w *engine.Worker, n int, steps []step) {
	wires := make([]*wire, 1)
	wires[0] = newWire(200)
	seqs := make([][2]uint32, n)
	x := wires[0]
	x.packet.Time = 1e18
	for _, s := range steps {
		for i := range n {
			x.seq = seqs[i]
			x.client(i)
			copy(x.frame[14+20+32:], s.text)
			w.Packet(x.next(s.dir, s.bits, len(s.text)))
			seqs[i] = x.seq
		}
	}
}

// client makes the connection that of the i-th client.
func (w *wire) client(i int) { binary.BigEndian.PutUint32(w.host[:], 10<<24|uint32(i)) }

// perFlow returns the bytes of live heap that each of n connections takes which were played so far.
func perFlow(t *testing.T, n int, c engine.Config, steps []step) float64 {
	t.Helper()
	c.Checksums = engine.ChecksumIgnore
	c.Flow = flow.Config{Memory: 1 << 30}
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	play(e.Worker(), n, steps)
	got := float64(heap()-before) / float64(n)
	if f := e.Totals().Flows; f != uint64(n) {
		t.Errorf("%d flows, want %d", f, n)
	}
	e.Close()
	return got
}

func TestMemoryPerFlow(t *testing.T) {
	if testing.Short() {
		t.Skip("needs many flows to measure")
	}
	const n = 100_000
	handshake := []step{{0, 2, ""}, {1, 0x12, ""}, {0, 0x10, ""}}
	half := append(handshake[:3:3], []step{
		{1, 0x18, "220 mx.example.org ESMTP ready\r\n"},
		{0, 0x18, "EHLO client.example.net\r\n"},
		{1, 0x18, "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"},
		{0, 0x18, "MAIL FROM:<someone@example.net>\r\nRCPT TO:<half-a-li"},
		{1, 0x18, "250 2.1.0 O"},
	}...)
	protocols := []app.Protocol{smtp.New(smtp.Config{})}
	tests := []struct {
		name  string
		steps []step
		limit float64 // bytes
	}{
		{"half-open", handshake[:1], 128},
		{"idle established", handshake, 400},
		{"SMTP with half a line each way", half, 1024},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := perFlow(t, n, engine.Config{Protocols: protocols}, test.steps)
			t.Logf("%.0f bytes per flow", got)
			if got > test.limit {
				t.Errorf("%.0f bytes per flow, want at most %.0f", got, test.limit)
			}
		})
	}
}
