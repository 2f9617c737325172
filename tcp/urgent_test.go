package tcp_test

import (
	"testing"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// TestUrgentLimit sends more urgent octets than are left out.
func TestUrgentLimit(t *testing.T) {
	for _, test := range []struct {
		limit  tcp.Urgent
		inline bool
		read   int // of three octets beyond the limit
		res    tcp.Result
	}{
		{tcp.UrgentInline, false, 3, tcp.Tracked | tcp.Stored},
		{tcp.UrgentInline, true, 3, tcp.Tracked | tcp.Stored},
		{tcp.UrgentApart, false, 3, tcp.Tracked | tcp.Stored},
		{tcp.UrgentGap, false, 0, tcp.Tracked | tcp.Stored},
		{tcp.UrgentRefused, false, 3, tcp.Tracked | tcp.Stored},
		{tcp.UrgentRefused, true, 0, tcp.Tracked | tcp.Rejected | tcp.RefusedUrgent},
	} {
		w := newWire(stream.Config{Inline: test.inline}, 1)
		w.tracker = tcp.NewTracker(tcp.Config{Urgent: tcp.UrgentApart, UrgentLimit: test.limit}, w.tracker.Store())
		const limit = 1<<16 - 1
		for n := range limit + 3 {
			g := tcp.Segment{Seq: w.seq, Ack: 1, Flags: tcp.ACK | tcp.URG, Urgent: 1, Window: 65535, Payload: w.data, Policy: stream.BSD, Time: w.now}
			res := w.tracker.Segment(&w.conn, stream.ToServer, &g, w)
			over := w.tracker.Events().Has(tcp.UrgentLimitReached)
			if over != (n >= limit) || over && res != test.res {
				t.Fatalf("%v, inline %v: segment %d has the result %b and the events %v", test.limit, test.inline, n, res, w.tracker.Events())
			}
			w.seq++
			w.send(stream.ToClient, tcp.ACK, 1, w.seq, 0)
		}
		if w.octets != test.read {
			t.Errorf("%v, inline %v: %d octets were read, want %d", test.limit, test.inline, w.octets, test.read)
		}
		if n := w.tracker.LeftOut(&w.conn, stream.ToServer); n != limit {
			t.Errorf("%v, inline %v: %d octets are left out, want %d", test.limit, test.inline, n, limit)
		}
		if n := w.tracker.Counters.UrgentApart; n != limit {
			t.Errorf("%v, inline %v: %d octets are counted, want %d", test.limit, test.inline, n, limit)
		}
	}
}
