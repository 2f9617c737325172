package packet_test

import (
	"fmt"

	"github.com/reknit/reknit/packet"
)

func ExampleDecoder() {
	frame := []byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00" + // Ethernet
		"\x45\x00\x00\x2c\x00\x01\x00\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc6\x33\x64\x02" + // IPv4
		"\x9c\x40\x00\x19\x00\x00\x00\x01\x00\x00\x00\x01\x50\x18\x20\x00\x00\x00\x00\x00" + // TCP
		"EHLO")
	var d packet.Decoder
	p := packet.Packet{Link: packet.LinkEthernet, Frame: frame, WireLen: len(frame)}
	d.Decode(&p)
	if p.Flags.Has(packet.HasTCP) {
		fmt.Printf("%v:%d > %v:%d: %q\n", p.SourceAddr(), p.SrcPort, p.DestAddr(), p.DstPort, p.Payload)
	}
	// Output: 192.0.2.1:40000 > 198.51.100.2:25: "EHLO"
}
