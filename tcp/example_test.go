package tcp_test

import (
	"fmt"

	"github.com/reknit/reknit/stream"
	"github.com/reknit/reknit/tcp"
)

// printer reads lines.
type printer struct{}

func (printer) Read(d stream.Dir, in *stream.Cursor) {
	for {
		line, ok := in.Line(1000)
		if !ok {
			return
		}
		fmt.Printf("%v: %s\n", d, line)
	}
}

func (printer) Gap(d stream.Dir, in *stream.Cursor, l stream.Loss) {
	fmt.Printf("%v: %d octets lost behind %q\n", d, l.Lost, l.Held)
}

func (printer) End(d stream.Dir, rest []byte) { fmt.Printf("%v: the end\n", d) }

// Reassembly alone, below any decoder: segments go in as they come, and lines come out. Whoever calls finds the
// connection of a segment, and says in which direction it goes.
func Example() {
	store := stream.NewStore(stream.Config{Immediate: true})
	tracker := tcp.NewTracker(tcp.Config{}, store)
	var conn tcp.Conn
	const up, down, window = stream.ToServer, stream.ToClient, 8192
	for _, s := range []struct {
		dir stream.Dir
		tcp.Segment
	}{
		{up, tcp.Segment{Seq: 100, Flags: tcp.SYN, Window: window}},
		{down, tcp.Segment{Seq: 700, Ack: 101, Flags: tcp.SYN | tcp.ACK, Window: window}},
		{up, tcp.Segment{Seq: 101, Ack: 701, Flags: tcp.ACK, Window: window}},
		{up, tcp.Segment{Seq: 108, Ack: 701, Flags: tcp.ACK, Window: window, Payload: []byte("world\nand")}}, // too early
		{up, tcp.Segment{Seq: 101, Ack: 701, Flags: tcp.ACK, Window: window, Payload: []byte("hello, ")}},
		{up, tcp.Segment{Seq: 127, Ack: 701, Flags: tcp.ACK, Window: window, Payload: []byte("again\n")}},
		{down, tcp.Segment{Seq: 701, Ack: 133, Flags: tcp.ACK, Window: window, Payload: []byte("I have it all\n")}},
		{up, tcp.Segment{Seq: 133, Ack: 715, Flags: tcp.FIN | tcp.ACK, Window: window}},
		{down, tcp.Segment{Seq: 715, Ack: 134, Flags: tcp.FIN | tcp.ACK, Window: window}},
	} {
		tracker.Segment(&conn, s.dir, &s.Segment, printer{})
	}
	tracker.Close(&conn, printer{}) // also when no FIN was seen
	// Output:
	// to_server: hello, world
	// to_server: 10 octets lost behind "and"
	// to_server: again
	// to_client: I have it all
	// to_server: the end
	// to_client: the end
}
