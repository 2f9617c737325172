package packet

import (
	"fmt"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			p, d := decode(s.link, s.frame)
			if got := describe(p); got != s.want {
				t.Errorf("Decode gives %q, want %q", got, s.want)
			}
			if !p.ChecksumOK() {
				t.Error("ChecksumOK() = false, want true")
			}
			if c := d.Counters; c.Packets != 1 || c.Bytes != uint64(len(s.frame)) || c.Invalid != 0 {
				t.Errorf("Packets, Bytes, Invalid = %d, %d, %d, want 1, %d, 0", c.Packets, c.Bytes, c.Invalid, len(s.frame))
			}
		})
	}
}

// A Packet that was used before gives the same as a fresh one.
func TestDecodeReuse(t *testing.T) {
	var d Decoder
	var p Packet
	for range 2 {
		for _, s := range samples() {
			for _, n := range []int{len(s.frame), len(s.frame) * 2 / 3} {
				p.Link, p.Frame, p.WireLen = s.link, s.frame[:n], len(s.frame)
				d.Decode(&p)
				fresh, _ := decodeCut(s.link, s.frame, n)
				if got, want := describe(&p), describe(fresh); got != want {
					t.Errorf("%s: Decode into a used packet gives %q, want %q", s.name, got, want)
				}
				if p.TCP.Options != fresh.TCP.Options && p.Flags.Has(HasTCP) {
					t.Errorf("%s: TCP options %v, want %v", s.name, p.TCP.Options, fresh.TCP.Options)
				}
			}
		}
	}
}

// Padding behind the datagram is nobody's payload, and no part of a checksum.
func TestPadding(t *testing.T) {
	for _, s := range samples() {
		if strings.Contains(s.name, "length 0") {
			continue
		}
		p, _ := decode(s.link, cat(s.frame, make([]byte, 11)))
		if got := describe(p); got != s.want || !p.ChecksumOK() {
			t.Errorf("%s: Decode gives %q (ChecksumOK %v), want %q", s.name, got, p.ChecksumOK(), s.want)
		}
	}
}

// Whatever the snap length, what was lost is known, and the sender is not blamed.
func TestSnapLength(t *testing.T) {
	for _, s := range samples() {
		whole, _ := decode(s.link, s.frame)
		for n := range s.frame {
			p, _ := decodeCut(s.link, s.frame, n)
			check(t, p)
			if p.WantsFlow() {
				if got, want := len(p.Payload)+p.Lost, len(whole.Payload); got != want {
					t.Errorf("%s cut to %d: payload and lost are %d bytes, want %d", s.name, n, got, want)
				}
				if !whole.WantsFlow() || p.SrcPort != whole.SrcPort || p.Src != whole.Src || p.Protocol != whole.Protocol {
					t.Errorf("%s cut to %d: %q, want the flow of %q", s.name, n, describe(p), s.want)
				}
				if !p.ChecksumOK() {
					t.Errorf("%s cut to %d: ChecksumOK() = false", s.name, n)
				}
			}
			if !p.Flags.Has(Invalid) {
				continue
			}
			// Only that a header could not be read.
			last := p.Events()[len(p.Events())-1].String()
			if !strings.HasSuffix(last, "trunc_pkt") && !strings.HasSuffix(last, "too_small") {
				t.Errorf("%s cut to %d: %q", s.name, n, describe(p))
			}
		}
	}
}

// A frame that was sent so short is invalid, or ends before the datagram does, but never reads beyond its end.
func TestTruncated(t *testing.T) {
	for _, s := range samples() {
		for n := range s.frame {
			p, _ := decode(s.link, s.frame[:n:n])
			check(t, p)
			if p.Lost != 0 || p.Flags.Has(Cut) {
				t.Errorf("%s truncated to %d: %q", s.name, n, describe(p))
			}
			if p.WantsFlow() && !p.Flags.Has(Offload) {
				t.Errorf("%s truncated to %d: wants a flow: %q", s.name, n, describe(p))
			}
		}
	}
}

// check verifies what holds for any packet.
func check(t *testing.T, p *Packet) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("link %v, wire %d, frame %x: %s", p.Link, p.WireLen, p.Frame, fmt.Sprintf(format, args...))
	}
	for _, part := range []struct {
		name string
		b    []byte
	}{{"Payload", p.Payload}, {"Network", p.Network}, {"Transport", p.Transport}} {
		if !within(part.b, p.Frame) {
			fail("%s of %d bytes is not within the frame", part.name, len(part.b))
		}
	}
	if !within(p.Payload, p.Transport) || !within(p.Transport, p.Network) {
		fail("payload, transport and network datagram are not within each other")
	}
	if p.Lost < 0 || p.Lost > max(p.WireLen-len(p.Frame), 0) {
		fail("Lost = %d", p.Lost)
	}
	if p.Lost > 0 && !p.Flags.Has(Cut) {
		fail("Lost = %d without Cut", p.Lost)
	}
	if p.Flags.Has(HasInner) && (!within(p.Inner.Bytes, p.Network) || p.Inner.Lost < 0 || p.Inner.Lost > max(p.WireLen-len(p.Frame), 0)) {
		fail("inner packet of %d bytes, %d lost", len(p.Inner.Bytes), p.Inner.Lost)
	}
	if p.Flags.Has(Fragment) && (p.Frag.Named >= p.Frag.Header || p.Frag.Header > len(p.Network) || p.Frag.Offset%8 != 0) {
		fail("fragment %+v", p.Frag)
	}
	if p.WantsFlow() && (p.Version == 0 || p.Flags.Has(Fragment)) {
		fail("wants a flow: %q", describe(p))
	}
	if int(p.VLANs) > len(p.VLAN) || int(p.TCP.SACKs) > len(p.TCP.SACK) || p.TCP.WindowScale > maxWindowScale {
		fail("VLANs %d, SACKs %d, WindowScale %d", p.VLANs, p.TCP.SACKs, p.TCP.WindowScale)
	}
	p.ChecksumOK()
	p.Quote()
}

// within reports whether part lies inside whole; an empty one does.
func within(part, whole []byte) bool {
	if len(part) == 0 {
		return true
	}
	for i := 0; i+len(part) <= len(whole); i++ {
		if &whole[i] == &part[0] {
			return true
		}
	}
	return false
}

func TestDecodeAllocations(t *testing.T) {
	var d Decoder
	var p Packet
	all := samples()
	n := testing.AllocsPerRun(10, func() {
		for _, s := range all {
			for n := range s.frame {
				p.Link, p.Frame, p.WireLen = s.link, s.frame[:n], len(s.frame)
				d.Decode(&p)
				p.ChecksumOK()
				p.Quote()
				p.SourceAddr()
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// The layers of a packet are bounded.
func TestTooManyLayers(t *testing.T) {
	inner, kind := tcp4TS, etherIPv4
	for i := range 20 {
		inner = labels(cat(make([]byte, 4), eth(kind, inner)), 99)
		kind = etherMPLS
		p, _ := decode(LinkEthernet, eth(etherMPLS, inner))
		want := "" // Ethernet; i+1 times labels and Ethernet; IP
		if 1+2*(i+1)+1 > maxLayers {
			want = "too_many_layers"
		}
		if got := strings.Join(eventNamesOf(p), " "); got != want {
			t.Errorf("%d pseudowires in each other: events %q, want %q", i+1, got, want)
		}
	}
}

func TestUnsupportedLink(t *testing.T) {
	p, d := decode(105, make([]byte, 60))
	if got, want := describe(p), "no IP, type 0000"; got != want || d.Counters.Packets != 1 {
		t.Errorf("Decode gives %q and counts %d packets, want %q and 1", got, d.Counters.Packets, want)
	}
}

// A source that leaves WireLen at zero has captured everything.
func TestNoWireLen(t *testing.T) {
	p := &Packet{Link: LinkEthernet, Frame: eth(etherIPv4, tcp4)}
	new(Decoder).Decode(p)
	if got, want := describe(p), samples()[0].want; got != want {
		t.Errorf("Decode gives %q, want %q", got, want)
	}
}

// A length of 0 was to be filled in by the network card, or by the jumbo payload option.
func TestOffload(t *testing.T) {
	udp := cat(udpDatagram(hello))
	udp[4], udp[5] = 0, 0
	without := func(b []byte) []byte { return cat(b[:4], []byte{0, 0}, b[6:]) } // IPv6 length
	jumbo := without(ip6ext(nextHopByHop, options6(protoTCP, 0xc2, 4, 0, 0, 0, 55), protoTCP, segment{payload: hello}.bytes()))
	for _, tt := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"udp4", header4{protocol: protoUDP, length: -1}.bytes(udp), "payload 27 +udp +offload flow"},
		{"tcp6", without(tcp6TS), "payload 27 +tcp +offload flow"},
		{"udp6", without(ip6(protoUDP, udp)), "payload 27 +udp +offload flow"},
		{"jumbo", jumbo, "payload 27 +tcp +offload flow"},
		{"none6", ip6(nextNone, nil), "payload 0"},
	} {
		p, _ := decode(LinkRaw, tt.frame)
		if got := describe(p); !strings.HasSuffix(got, tt.want) || !p.ChecksumOK() {
			t.Errorf("%s: Decode gives %q, want …%q", tt.name, got, tt.want)
		}
		if !p.WantsFlow() {
			continue
		}
		p, _ = decodeCut(LinkRaw, tt.frame, len(tt.frame)-7)
		if p.Lost != 7 || len(p.Payload) != len(hello)-7 {
			t.Errorf("%s cut: payload %d, lost %d, want %d, 7", tt.name, len(p.Payload), p.Lost, len(hello)-7)
		}
	}
}

func TestSetMaxLayers(t *testing.T) {
	inner, kind := tcp4TS, etherIPv4
	for range 3 { // eight headers with the outermost and IP
		inner = labels(cat(make([]byte, 4), eth(kind, inner)), 99)
		kind = etherMPLS
	}
	frame := eth(etherMPLS, inner)
	for _, test := range []struct {
		most int
		ok   bool
	}{{0, true}, {1, false}, {8, false}, {9, true}, {16, true}, {1000, true}} {
		var d Decoder
		d.SetMaxLayers(test.most)
		p := Packet{Link: LinkEthernet, Frame: frame, WireLen: len(frame)}
		d.Decode(&p)
		if ok := p.Flags&HasTCP != 0 && len(p.Events()) == 0; ok != test.ok {
			t.Errorf("at most %d layers: decoded %v, events %v, want %v", test.most, ok, eventNamesOf(&p), test.ok)
		}
	}
}
