package main

import (
	"testing"

	"github.com/reknit/reknit/capture/pcapfile"
)

// TestLayers runs a capture through every layer.
func TestLayers(t *testing.T) {
	var before *result
	for _, name := range []string{"read", "decode", "flow", "assemble"} {
		reader, err := pcapfile.Open("../../testdata/mail.pcap", pcapfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		src, err := preload(reader)
		if err != nil {
			t.Fatal(err)
		}
		r := &result{}
		if err := r.measure(src, layers[name](), true); err != nil {
			t.Fatal(err)
		}
		reader.Close()
		if before != nil && (r.Packets != before.Packets || r.WireBytes != before.WireBytes) {
			t.Errorf("%s: %d packets of %d bytes, want %d of %d", name, r.Packets, r.WireBytes, before.Packets, before.WireBytes)
		}
		if name == "decode" && (r.TCPPackets == 0 || r.TCPPayload == 0) || name == "flow" && r.Flows == 0 || name == "assemble" && r.Delivered == 0 {
			t.Errorf("%s: %+v", name, r)
		}
		before = r
	}
}
