package detect_test

import (
	"slices"
	"testing"

	"github.com/reknit/reknit/detect"
	"github.com/reknit/reknit/engine"
	"github.com/reknit/reknit/packet"
)

// Rules for what is no IP, and for every frame.
func TestFrames(t *testing.T) {
	addresses := "\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01"
	arp := addresses + "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01\x02\x00\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x00\x00\x00\x00\x00\xc0\x00\x02\x02"
	ip := addresses + "\x08\x00" + string(talk(9).datagram(0, "x").frames[0])
	set := compile(t, `alert arp any any -> any any (sid:1;)
alert ether any any -> any any (sid:2;)
alert ether any any -> any any (ether.hdr; content:"|08 06|"; offset:12; depth:2; sid:3;)
alert ip any any -> any any (ether.hdr; content:"|ff ff|"; startswith; bsize:14; sid:4;)
alert ip any any -> any any (sid:5;)
`, detect.Config{})
	var s sink
	e, err := engine.New(engine.Config{
		Protocols: protocols, Sink: &s, Checksums: engine.ChecksumIgnore,
		Packets: func() engine.PacketHandler { return set.Worker() },
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range []string{arp, ip, ip[14:]} {
		p := packet.Packet{Number: uint64(i + 1), Time: int64(i+1) * 1e6, Link: packet.LinkEthernet, Frame: []byte(f), WireLen: len(f)}
		if i == 2 {
			p.Link = packet.LinkRaw
		}
		e.Worker().Packet(&p)
	}
	e.Close()
	if want := []string{"1 1", "1 2", "1 3", "2 2", "2 4", "2 5"}; !slices.Equal(s.alerts, want) {
		t.Errorf("alerts %q, want %q", s.alerts, want)
	}
}
