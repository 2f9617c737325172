package packet

import "testing"

func FuzzDecode(f *testing.F) {
	for _, s := range samples() {
		f.Add(uint32(s.link), s.frame, 0)
		f.Add(uint32(s.link), s.frame[:len(s.frame)*2/3], len(s.frame)/3)
	}
	for _, tt := range tunnels {
		f.Add(uint32(LinkRaw), tt.frame, 0)
	}
	var used Packet // what it held before is not to matter
	f.Fuzz(func(t *testing.T, link uint32, frame []byte, cut int) {
		sameBothWays(t, LinkType(link), frame, len(frame)+cut%100_000, used)
		p, d := new(Packet), new(Decoder)
		for _, p := range []*Packet{p, &used} {
			p.Link, p.Frame, p.WireLen = LinkType(link), frame, len(frame)+cut%100_000
			d.Decode(p)
			check(t, p)
			if p.Flags.Has(HasInner) {
				unpack(t, new(Decoder), p)
			}
		}
		if got, want := describe(&used), describe(p); got != want {
			t.Errorf("Decode gives %q, then %q", want, got)
		}
		if p.Flags.Has(HasTCP) && tcpString(&p.TCP) != tcpString(&used.TCP) {
			t.Errorf("TCP is %s, then %s", tcpString(&p.TCP), tcpString(&used.TCP))
		}
		if p.ChecksumOK() != used.ChecksumOK() {
			t.Errorf("ChecksumOK() = %v, then %v", p.ChecksumOK(), used.ChecksumOK())
		}
		if d.Counters.Packets != 2 || d.Counters.Invalid%2 != 0 {
			t.Errorf("counted %d packets, %d invalid", d.Counters.Packets, d.Counters.Invalid)
		}
	})
}
