package tcp_test

import (
	"testing"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// skipper passes over all that was sent and is to come, as is done for a connection that nobody can parse.
type skipper struct{}

func (skipper) Read(_ stream.Dir, in *stream.Cursor)        { in.Skip(1<<62 - in.Offset()) }
func (skipper) Gap(stream.Dir, *stream.Cursor, stream.Loss) {}
func (skipper) End(stream.Dir, []byte)                      {}

// A connection whose bytes nobody wants comes to its end all the same.
func TestSkippedCloses(t *testing.T) {
	const client, server = stream.ToServer, stream.ToClient
	for _, policy := range []stream.Policy{stream.Linux6, stream.BSD, stream.Windows} {
		for _, c := range []stream.Config{{}, {Immediate: true}, {Inline: true}} {
			tracker := tcp.NewTracker(tcp.Config{}, stream.NewStore(c))
			var conn tcp.Conn
			send := func(d stream.Dir, f tcp.Flags, seq, ack tcp.Seq, data string) {
				g := tcp.Segment{Seq: seq, Ack: ack, Flags: f, Window: 1000, Payload: []byte(data), Policy: policy, Time: 1e18}
				tracker.Segment(&conn, d, &g, skipper{})
			}
			send(client, tcp.SYN, 0, 0, "")
			send(server, tcp.SYN|tcp.ACK, 0, 1, "")
			send(client, tcp.ACK, 1, 1, "some")
			send(server, tcp.ACK, 1, 5, "answer")
			send(client, tcp.ACK, 5, 7, "more")
			send(server, tcp.ACK|tcp.FIN, 7, 9, "")
			send(client, tcp.ACK|tcp.FIN, 9, 8, "")
			send(server, tcp.ACK, 8, 10, "")
			if s := conn.State(); s != tcp.Closed {
				t.Errorf("policy %v, immediate %v, inline %v: the connection ends %v, want closed", policy, c.Immediate, c.Inline, s)
			}
		}
	}
}
