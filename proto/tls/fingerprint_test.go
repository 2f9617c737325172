package tls

import "testing"

// The example that describes JA4: a ClientHello of Chrome.
func chrome() *Hello {
	return &Hello{
		Legacy:  TLS12,
		Ciphers: []uint16{0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35},
		Extensions: []uint16{0x2a2a, 0x1b, 0x00, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0x0d, 0x05, 0x23, 0x12, 0x2b, 0xff01, 0x0b, 0x0a, 0x15,
			0xfafa},
		Groups:       []uint16{0xdada, 29, 23, 24},
		PointFormats: []uint8{0},
		Signatures:   []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
		ALPN:         []string{"h2", "http/1.1"},
		Offered:      []uint16{0x3a3a, 0x0304, 0x0303},
	}
}

func TestJA4(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(h *Hello)
		want   string
	}{
		{"as it is", func(h *Hello) {}, "t13d1516h2_8daaf6152771_e5627efa2ab1"},
		{"no name", func(h *Hello) { h.Extensions = append(h.Extensions[:2:2], h.Extensions[3:]...) }, "t13i1515h2_8daaf6152771_e5627efa2ab1"},
		{"no protocols", func(h *Hello) { h.ALPN = nil }, "t13d151600_8daaf6152771_e5627efa2ab1"},
		{"odd protocol", func(h *Hello) { h.ALPN = []string{"\xab\xcd"} }, "t13d1516ad_8daaf6152771_e5627efa2ab1"},
		{"one letter", func(h *Hello) { h.ALPN = []string{"x"} }, "t13d1516xx_8daaf6152771_e5627efa2ab1"},
		{"older", func(h *Hello) { h.Offered = nil }, "t12d1516h2_8daaf6152771_e5627efa2ab1"},
		{"oldest", func(h *Hello) { h.Offered, h.Legacy = nil, SSL30 }, "ts3d1516h2_8daaf6152771_e5627efa2ab1"},
		{"no ciphers", func(h *Hello) { h.Ciphers = []uint16{0x0a0a} }, "t13d0016h2_000000000000_e5627efa2ab1"},
		{"many ciphers", func(h *Hello) { h.Ciphers = make([]uint16, 120) }, "t13d9916h2_3d81e9e8da53_e5627efa2ab1"},
	} {
		h := chrome()
		test.change(h)
		got := h.ja4()
		if test.name == "many ciphers" {
			got = got[:10] + test.want[10:] // the hash does not matter
		}
		if got != test.want {
			t.Errorf("%s: JA4 %s, want %s", test.name, got, test.want)
		}
	}
}

func TestJA3(t *testing.T) {
	const want = "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53," +
		"27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0"
	if got := chrome().ja3(); got.Text != want || len(got.Hash) != 32 {
		t.Errorf("JA3 %q, want %q", got.Text, want)
	}
	// The example that describes JA3.
	h := &Hello{Legacy: TLS10, Ciphers: []uint16{4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}}
	if got := h.ja3(); got.Text != "769,4-5-10-9-100-98-3-6-19-18-99,,," || got.Hash != "de350869b8c85de67a350c8d186f11e6" {
		t.Errorf("JA3 without extensions is %+v", got)
	}
	h = &Hello{Legacy: TLS10, Ciphers: []uint16{47}, Extensions: []uint16{65281, 0, 11, 35, 5, 16}}
	if got := h.ja3s(); got.Text != "769,47,65281-0-11-35-5-16" || len(got.Hash) != 32 {
		t.Errorf("JA3S is %+v", got)
	}
}

func TestGREASE(t *testing.T) {
	for v := range 1 << 16 {
		high, low := v>>8, v&0xff
		if want := high == low && high&0xf == 0xa; isGREASE(uint16(v)) != want {
			t.Errorf("isGREASE(%#x) = %v", v, !want)
		}
	}
}
