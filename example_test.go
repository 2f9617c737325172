package reknit_test

import (
	"fmt"
	"time"

	"github.com/reknit/reknit"
	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
	"github.com/reknit/reknit/stream"
)

// The lines of every TCP stream of a capture.
func ExampleLines() {
	n := 0
	for line, err := range reknit.Lines("testdata/mail.pcap") {
		if err != nil {
			fmt.Println(err)
			return
		}
		if n++; n <= 4 {
			fmt.Printf("%v %s\n", line.Dir, line.Text)
		}
	}
	// Output:
	// to_client 220 mx.example.org ESMTP
	// to_server EHLO client.example.net
	// to_client 250-mx.example.org
	// to_client 250-PIPELINING
}

// Frames from any source become streams, which a callback reads unit by unit.
func ExampleAssembler() {
	octets := map[stream.Dir]int64{}
	a := reknit.Assembler{OnStream: func(f *reknit.Flow, d stream.Dir, in *stream.Cursor) {
		for {
			piece, ok := in.Piece(1 << 20)
			if !ok {
				return
			}
			octets[d] += int64(len(piece.Data)) + piece.Lost
		}
	}}
	r, err := pcapfile.Open("testdata/mail.pcap", pcapfile.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	for p := new(packet.Packet); r.Next(p) == nil; {
		a.Packet(time.Unix(0, p.Time), p.Link, p.Frame)
	}
	a.Close()
	fmt.Println(octets[stream.ToServer] > 0, octets[stream.ToClient] > 0)
	// Output: true true
}
