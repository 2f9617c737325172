package packet

import (
	"reflect"
	"testing"
)

// sameBothWays fails unless usual, where it takes the frame, comes to what general comes to. It reports whether it took it.
func sameBothWays(t *testing.T, link LinkType, frame []byte, wireLen int, used Packet) bool {
	t.Helper()
	quick, long := used, used
	var q, l Decoder
	for _, p := range []*Packet{&quick, &long} {
		p.Link, p.Frame, p.WireLen = link, frame, wireLen
	}
	untouched := quick
	if !q.usual(&quick) {
		if !reflect.DeepEqual(quick, untouched) || q.Counters != (Counters{}) {
			t.Errorf("usual refuses %x and leaves a trace", frame)
		}
		return false
	}
	l.general(&long)
	if !reflect.DeepEqual(quick, long) {
		t.Errorf("frame %x: usual gives\n%+v, general\n%+v", frame, quick, long)
	}
	if q.Counters != l.Counters {
		t.Errorf("frame %x: usual counts\n%+v, general\n%+v", frame, q.Counters, l.Counters)
	}
	return true
}

func TestUsual(t *testing.T) {
	used, _ := decode(LinkEthernet, samples()[0].frame)
	used.VLANs, used.Depth, used.Outer, used.Flags = 2, 3, used, HasESP|Invalid
	used.VLAN, used.SPI, used.ICMPType, used.ICMPCode, used.Origin = [3]uint16{1, 2, 3}, 4, 5, 6, FromDefrag
	used.TCP.WindowScale, used.TCP.MSS, used.TCP.SACKs, used.Lost, used.EtherType = 7, 8, 2, 9, 10
	used.Src, used.Dst = Addr{15: 1}, Addr{9: 2}
	used.AddEvent(EventIPv4TruncatedPacket)
	taken := map[uint8]int{}
	for _, s := range samples() {
		for n := range len(s.frame) + 1 {
			for _, wire := range []int{n, len(s.frame)} {
				if sameBothWays(t, s.link, s.frame[:n:n], wire, *used) {
					taken[s.frame[14]>>4]++
				}
			}
		}
		if sameBothWays(t, s.link, cat(s.frame, make([]byte, 11)), len(s.frame)+11, *used) {
			taken[s.frame[14]>>4]++
		}
		for at := range min(len(s.frame), 90) { // every bit of the headers
			for bit := range 8 {
				b := cat(s.frame)
				b[at] ^= 1 << bit
				sameBothWays(t, s.link, b, len(b), *used)
			}
		}
	}
	if taken[4] == 0 || taken[6] == 0 {
		t.Errorf("usual took %d packets of IPv4, %d of IPv6", taken[4], taken[6])
	}
}
