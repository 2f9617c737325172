package rule

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	tests := []struct {
		text, in, out string
	}{
		{"any", "1.2.3.4 ::1", ""},
		{"1.2.3.4", "1.2.3.4", "1.2.3.5 ::1"},
		{"10.0.0.0/8", "10.0.0.0 10.255.255.255", "9.255.255.255 11.0.0.0"},
		{"10.0.0.0/255.0.0.0", "10.1.2.3", "11.0.0.0"},
		{"10.0.0.5-10.0.0.9", "10.0.0.5 10.0.0.9", "10.0.0.4 10.0.0.10"},
		{"[10.0.0.0/24,!10.0.0.5]", "10.0.0.4 10.0.0.6", "10.0.0.5 10.0.1.0"},
		{"!10.0.0.0/8", "9.9.9.9", "10.0.0.1 ::1"},
		{"[10.0.0.0/8,!fe80::/10]", "10.0.0.1 ::1", "9.9.9.9 fe80::1"},
		{"[!10.0.0.0/8,!11.0.0.0/8]", "9.9.9.9", "10.0.0.1 11.0.0.1"},
		{"![10.0.0.0/8,!10.1.0.0/16]", "10.1.2.3 9.9.9.9", "10.2.0.0"},
		{"$HOME_NET", "10.0.0.1 192.168.1.1", "192.168.2.1"},
		{"$EXTERNAL_NET", "192.168.2.1", "10.0.0.1 ::1"},
		{"!$EXTERNAL_NET", "10.0.0.1", "192.168.2.1"},
		{"[$HOME_NET, !10.1.0.0/16, fd00::/8]", "10.0.0.1 fd12::1", "10.1.0.1 fe00::"},
		{"::/0", "::1 ffff::", "1.2.3.4"},
		{"[0.0.0.0/1,128.0.0.0/1]", "1.1.1.1 200.1.1.1", "::1"},
	}
	l := testLanguage()
	for _, test := range tests {
		a, err := l.addresses(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		for _, ip := range strings.Fields(test.in) {
			if !a.Contains(netip.MustParseAddr(ip)) {
				t.Errorf("%s does not contain %s", test.text, ip)
			}
		}
		for _, ip := range strings.Fields(test.out) {
			if a.Contains(netip.MustParseAddr(ip)) {
				t.Errorf("%s contains %s", test.text, ip)
			}
		}
	}
}

// TestAddressSets compares sets with lists that are looked through one by one.
func TestAddressSets(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		random := func() (list []span) {
			for range rng.IntN(6) {
				low := byte(rng.IntN(64))
				list = append(list, span{netip.AddrFrom4([4]byte{0, 0, 0, low}), netip.AddrFrom4([4]byte{0, 0, 0, low + byte(rng.IntN(8))})})
			}
			return list
		}
		plus, minus := random(), random()
		a, err := newAddresses(plus, minus)
		holds := func(list []span, ip netip.Addr) bool {
			return slices.ContainsFunc(list, func(s span) bool { return s.low.Compare(ip) <= 0 && ip.Compare(s.high) <= 0 })
		}
		for b := range byte(80) {
			ip := netip.AddrFrom4([4]byte{0, 0, 0, b})
			want := (len(plus) == 0 || holds(plus, ip)) && !holds(minus, ip)
			if err != nil && want || err == nil && a.Contains(ip) != want {
				t.Fatalf("seed %d: %v without %v: Contains(%v) = %v, %v", seed, plus, minus, ip, !want, err)
			}
		}
	}
}

func TestPorts(t *testing.T) {
	tests := []struct {
		text, want string
	}{
		{"any", "any"}, {"80", "80"}, {"80:90", "80:90"}, {":1024", "0:1024"}, {"1024:", "1024:65535"},
		{"[80,443,!8080]", "[80,443]"}, {"![1,2]", "[0,3:65535]"}, {"$HTTP_PORTS", "80"}, {"$SHELL", "[0:79,81:65535]"},
		{"[1:10,!5]", "[1:4,6:10]"}, {"!$SHELL", "80"}, {"[1,3,5,7,9,11,13,15,17,19]", "[1,3,5,7,9,11,13,15,17,19]"},
		{"[0:65535]", "any"},
	}
	l := testLanguage()
	for _, test := range tests {
		p, err := l.ports(test.text)
		if err != nil || p.String() != test.want {
			t.Errorf("%s is %v, %v; want %s", test.text, p, err, test.want)
			continue
		}
		for port := range 65536 {
			in := slices.ContainsFunc(p.ranges, func(r portRange) bool { return int(r.low) <= port && port <= int(r.high) })
			if got := p.Contains(uint16(port)); got != (in || p.any) {
				t.Errorf("%s: Contains(%d) = %v", test.text, port, got)
			}
		}
	}
}

func BenchmarkAddresses(b *testing.B) {
	l := testLanguage()
	a, err := l.addresses("[" + strings.Repeat("10.0.0.0/24,10.0.7.0/24,172.16.3.4,", 20) + "192.168.0.0/16]")
	if err != nil {
		b.Fatal(err)
	}
	ip := netip.MustParseAddr("192.168.4.4")
	b.ReportAllocs()
	for b.Loop() {
		a.Contains(ip)
	}
}

func TestShare(t *testing.T) {
	l := testLanguage()
	for text, want := range map[string]float64{"any": 2, "0.0.0.0/0": 1, "128.0.0.0/1": 0.5, "1.2.3.4": 1.0 / (1 << 32), "::/0": 1, "!128.0.0.0/2": 0.75,
		"[10.0.0.0/8,8000::/1]": 0.5 + 1.0/256, "10.0.0.255-10.0.1.0": 2.0 / (1 << 32)} {
		if a, err := l.addresses(text); err != nil || a.Share() != want {
			t.Errorf("%s: %v, %v, want %v", text, a.Share(), err, want)
		}
	}
}
