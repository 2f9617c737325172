package packet

import (
	"fmt"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	body := make([]byte, 1000)
	tcp := segment{flags: PSH | ACK, payload: body}.bytes()
	tcpTS := segment{flags: PSH | ACK, options: tsOption, payload: body}.bytes()
	tcpSACK := segment{flags: ACK, options: cat(tsOption, []byte{1, 1, 5, 18}, make([]byte, 16))}.bytes()
	for _, bb := range []struct {
		name  string
		frame []byte
	}{
		{"tcp4", eth(etherIPv4, ip4(protoTCP, tcp))},
		{"tcp4 timestamps", eth(etherIPv4, ip4(protoTCP, tcpTS))},
		{"tcp4 sack", eth(etherIPv4, ip4(protoTCP, tcpSACK))},
		{"tcp4 syn", eth(etherIPv4, syn4)},
		{"tcp6", eth(etherIPv6, ip6(protoTCP, tcpTS))},
		{"vlan", eth(etherVLAN, tag(100, etherIPv4, ip4(protoTCP, tcpTS)))},
		{"udp", eth(etherIPv4, ip4(protoUDP, udpDatagram(body)))},
	} {
		b.Run(bb.name, func(b *testing.B) {
			p := &Packet{Link: LinkEthernet, Frame: bb.frame, WireLen: len(bb.frame)}
			var d Decoder
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(p)
			}
			if !p.WantsFlow() || d.Counters.Invalid != 0 {
				b.Fatalf("Decode gives %q", describe(p))
			}
		})
	}
}

func BenchmarkChecksum(b *testing.B) {
	for _, size := range []int{0, 100, 1460} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			frame := ip4(protoTCP, segment{flags: ACK, options: tsOption, payload: make([]byte, size)}.bytes())
			p, _ := decode(LinkRaw, frame)
			b.SetBytes(int64(len(frame)))
			b.ReportAllocs()
			for b.Loop() {
				if !p.ChecksumOK() {
					b.Fatal("ChecksumOK() = false")
				}
			}
		})
	}
}
