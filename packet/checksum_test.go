package packet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestChecksumOK(t *testing.T) {
	udp := udpDatagram([]byte("name?"))
	flip := func(b []byte, at int) []byte {
		b = cat(b)
		b[at] ^= 0x10
		return b
	}
	set := func(b []byte, at, v int) []byte {
		b = cat(b)
		binary.BigEndian.PutUint16(b[at:], uint16(v))
		return b
	}
	last := func(b []byte) int { return len(b) - 1 }
	tests := []struct {
		name  string
		frame []byte // raw IP
		want  bool
	}{
		{"tcp4", tcp4, true},
		{"tcp4, TTL", flip(tcp4, 8), false},
		{"tcp4, address", flip(tcp4, 15), false},
		{"tcp4, port", flip(tcp4, 20), false},
		{"tcp4, last octet", flip(tcp4, last(tcp4)), false},
		{"tcp4, checksum 0", set(tcp4, 36, 0), false},
		{"tcp6", tcp6TS, true},
		{"tcp6, address", flip(tcp6TS, 30), false},
		{"tcp6, last octet", flip(tcp6TS, last(tcp6TS)), false},
		{"tcp6, hop limit is not covered", flip(tcp6TS, 7), true},
		{"tcp6 behind options", ip6ext(nextDestOptions, options6(protoTCP, 5, 2, 0, 0, 0, 0), protoTCP, segment{payload: hello}.bytes()), true},
		{"udp4", udp4, true},
		{"udp4, last octet", flip(udp4, last(udp4)), false},
		{"udp4 without a checksum", set(udp4, 26, 0), true},
		{"udp6", udp6, true},
		{"udp6, last octet", flip(udp6, last(udp6)), false},
		{"udp6 without a checksum", set(udp6, 46, 0), false},
		{"icmpv4", echo4, true},
		{"icmpv4, last octet", flip(echo4, last(echo4)), false},
		{"icmpv6", echo6, true},
		{"icmpv6, last octet", flip(echo6, last(echo6)), false},
		{"icmpv6, address", flip(echo6, 8), false},
		{"fragment", header4{protocol: protoTCP, frag: 0x2000}.bytes(make([]byte, 32)), true},
		{"fragment, header", flip(header4{protocol: protoTCP, frag: 0x2000}.bytes(make([]byte, 32)), 8), false},
		{"length 0", header4{protocol: protoTCP, length: -1}.bytes(segment{payload: hello}.bytes()), true},
		{"another transport", ip4(47, make([]byte, 9)), true},
		{"not IP", make([]byte, 40), true},
	}
	for _, tt := range tests {
		p, _ := decode(LinkRaw, tt.frame)
		if got := p.ChecksumOK(); got != tt.want {
			t.Errorf("%s: ChecksumOK() = %v, want %v (%q)", tt.name, got, tt.want, describe(p))
		}
	}

	// The checksum of UDP covers the length that UDP gives.
	short := cat(udp4)
	short[3] += 3
	binary.BigEndian.PutUint16(short[10:], 0)
	binary.BigEndian.PutUint16(short[10:], slowSum(short[:20]))
	p, _ := decode(LinkRaw, append(short, 1, 2, 3))
	if !p.ChecksumOK() || len(p.Payload) != len(udp)-8 {
		t.Errorf("ChecksumOK() = %v, Payload of %d bytes, want true, %d", p.ChecksumOK(), len(p.Payload), len(udp)-8)
	}
}

// What the snap length cut cannot be verified, but the IPv4 header can.
func TestChecksumCut(t *testing.T) {
	for n := 40; n < len(tcp4); n++ {
		p, _ := decodeCut(LinkRaw, tcp4, n)
		if !p.ChecksumOK() {
			t.Errorf("cut to %d: ChecksumOK() = false, want true", n)
		}
		wrong := cat(tcp4)
		wrong[8]++
		p, _ = decodeCut(LinkRaw, wrong, n)
		if p.ChecksumOK() {
			t.Errorf("cut to %d, TTL changed: ChecksumOK() = true, want false", n)
		}
	}
}

// The packet that a source route or a segment list sends on carries the checksum for its last destination.
func TestChecksumRouting(t *testing.T) {
	last, other := cat(dst6), cat(dst6)
	last[15], other[15] = 0x77, 0x78
	routing := func(next, kind, left byte, addresses ...[]byte) []byte {
		return cat([]byte{next, byte(2 * len(addresses)), kind, left, 0, 0, 0, 0}, cat(addresses...))
	}
	options := options6(nextRouting, 5, 2, 0, 0, 0, 0)
	auth := cat([]byte{nextRouting, 2, 0, 0}, make([]byte, 12))
	useless := []byte{nextRouting, 0, 0, 0, 0, 0, 0, 7}
	tests := []struct {
		name  string
		next  int
		chain []byte
		want  bool // with the checksum for last
	}{
		{"source route", nextRouting, routing(protoTCP, 0, 2, other, last), true},
		{"source route, another last", nextRouting, routing(protoTCP, 0, 2, last, other), false},
		{"segments", nextRouting, routing(protoTCP, 4, 1, last, other), true},
		{"segments, another last", nextRouting, routing(protoTCP, 4, 1, other, last), false},
		{"home address", nextRouting, routing(protoTCP, 2, 1, last), true},
		{"arrived", nextRouting, routing(protoTCP, 4, 0, last), false},
		{"no addresses", nextRouting, routing(protoTCP, 3, 1), false},
		{"behind options", nextDestOptions, cat(options, routing(protoTCP, 4, 1, last)), true},
		{"behind authentication", nextAuth, cat(auth, routing(protoTCP, 4, 1, last)), true},
		{"behind a fragment header", nextFragment, cat(useless, routing(protoTCP, 4, 1, last)), true},
		{"mobility", nextMobility, make8(protoTCP), false},
		{"none", protoTCP, nil, false},
	}
	for _, tt := range tests {
		tcp := segment{flags: ACK, payload: hello}.bytes()
		tcp = withSum(protoTCP, cat(src6, last, u32(uint32(len(tcp))), u32(protoTCP)), tcp)
		frame := cat([]byte{0x60, 0, 0, 0}, u16(len(tt.chain)+len(tcp)), []byte{byte(tt.next), 64}, src6, dst6, tt.chain, tcp)
		p, _ := decode(LinkRaw, frame)
		if got := p.ChecksumOK(); got != tt.want || !p.Flags.Has(HasTCP) {
			t.Errorf("%s: ChecksumOK() = %v, want %v (%q)", tt.name, got, tt.want, describe(p))
		}
		frame[len(frame)-1]++
		p, _ = decode(LinkRaw, frame)
		if p.ChecksumOK() {
			t.Errorf("%s: ChecksumOK() = true after a change, want false", tt.name)
		}
		p.FixTCPChecksum()
		frame[len(frame)-1]--
		if fits := p.FixTCPChecksum() && bytes.Equal(p.Transport, tcp); fits != tt.want {
			t.Errorf("%s: FixTCPChecksum() made it %x, that for the last destination is %x", tt.name, p.Transport[16:18], tcp[16:18])
		}
	}
}

// A segment whose payload was changed gets a checksum that is right, and adds up to what it did before.
func TestFixTCPChecksum(t *testing.T) {
	for _, whole := range [][]byte{tcp4, tcp4TS, tcp6TS} {
		frame := cat(whole)
		p, _ := decode(LinkRaw, frame)
		before := fold(sum(p.Transport, 0))
		for i := range p.Payload {
			p.Payload[i] ^= byte(i) + 1
		}
		if len(p.Payload) == 0 {
			t.Fatal("no payload")
		}
		if fixed := p.FixTCPChecksum(); !fixed || !p.ChecksumOK() || fold(sum(p.Transport, 0)) != before {
			t.Errorf("FixTCPChecksum() = %v, ChecksumOK() = %v", fixed, p.ChecksumOK())
		}
	}
	cut, _ := decode(LinkRaw, tcp4[:len(tcp4)-1])
	other, _ := decode(LinkRaw, cat(udp4))
	if cut.FixTCPChecksum() || other.FixTCPChecksum() {
		t.Error("FixTCPChecksum() = true without a whole segment")
	}
}

// sum agrees with the word by word sum for any bytes, any alignment, any start.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "b")
		head := cat(b[:rapid.IntRange(0, len(b)).Draw(t, "half")/2*2])
		tail := b[len(head):]
		want := slowSum(b) == 0
		if got := verifies(sum(tail, sum(head, 0))); got != want {
			t.Fatalf("sum of %x and %x verifies: %v, want %v", head, tail, got, want)
		}
		filled := cat(b, make([]byte, len(b)%2), u16(int(slowSum(b))))
		if !verifies(sum(filled, 0)) {
			t.Fatalf("%x with its checksum does not verify", filled)
		}
	})
	// All ones, where every addition carries.
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = 0xff
		}
		if got, want := verifies(sum(b, 0)), slowSum(b) == 0; got != want {
			t.Errorf("%d octets of ones: verifies is %v, want %v", n, got, want)
		}
	}
}

// A change of any one bit is found.
func TestChecksumFindsChange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, frame := range [][]byte{tcp4TS, tcp6TS, udp4, udp6, echo4, echo6} {
		for range 200 {
			at, bit := r.IntN(len(frame)), r.IntN(8)
			changed := cat(frame)
			changed[at] ^= 1 << bit
			p, _ := decode(LinkRaw, changed)
			covered := p.Version == 4 || at >= 8 // the start of an IPv6 header is not
			udp := p.Flags.Has(HasUDP) && at >= len(frame)-len(p.Transport)+4 && at < len(frame)-len(p.Transport)+6
			if covered && !udp && p.WantsFlow() && !p.Flags.Has(Offload) && p.ChecksumOK() {
				t.Errorf("bit %d of octet %d of %x changed: ChecksumOK() = true, want false (%q)", bit, at, frame, describe(p))
			}
		}
	}
}
