package main

import (
	"path/filepath"
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
	"github.com/reknit/reknit/packet"
)

// TestWrite checks that what is written is decoded without a complaint.
func TestWrite(t *testing.T) {
	for _, six := range []bool{false, true} {
		name := filepath.Join(t.TempDir(), "idle.pcap")
		if err := write(name, 100, false, six); err != nil {
			t.Fatal(err)
		}
		r, err := pcapfile.Open(name, pcapfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var d packet.Decoder
		var p packet.Packet
		n := 0
		for r.Next(&p) == nil {
			d.Decode(&p)
			if !p.Flags.Has(packet.HasTCP) || !p.ChecksumOK() || len(p.Events()) > 0 || len(p.Payload) > 0 {
				t.Fatalf("IPv6 %v, packet %d: flags %b, checksum right %v, events %v", six, p.Number, p.Flags, p.ChecksumOK(), p.Events())
			}
			n++
		}
		r.Close()
		if n != 300 {
			t.Errorf("IPv6 %v: %d packets, want 300", six, n)
		}
	}
}
