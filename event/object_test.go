package event

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func TestObject(t *testing.T) {
	var o Object
	o.Start([]byte("@cee: "), nil)
	o.Str("s", "text")
	o.Int("i", math.MinInt64)
	o.Uint("u", math.MaxUint64)
	o.Float("f", 7.25)
	o.Float("tiny", 1e-9)
	o.Float("nan", math.NaN())
	o.Bool("b", false)
	o.True("yes", true)
	o.True("no", false)
	o.Hex("hex", []byte{0, 0xAB})
	o.Base64("base64", []byte("any carnal pleas"))
	o.Base64("none", nil)
	o.Raw("raw", []byte(`{"x":1}`))
	o.MAC("mac", MAC{0, 0x1b, 2, 3, 4, 0xff})
	o.Open("empty")
	o.Close()
	o.OpenArray("array")
	o.ItemStr("[")
	o.ItemInt(-1)
	o.ItemUint(1)
	o.ItemAddr(netip.MustParseAddr("192.0.2.1"))
	o.ItemMAC(MAC{})
	o.OpenItem()
	o.Str("k", "{")
	o.Str("l", "")
	o.Close()
	o.OpenItemArray()
	o.CloseArray()
	o.CloseArray()
	got := string(o.End())
	want := `@cee: {"s":"text","i":-9223372036854775808,"u":18446744073709551615,"f":7.25,"tiny":1e-09,"nan":null,` +
		`"b":false,"yes":true,"hex":"00ab","base64":"YW55IGNhcm5hbCBwbGVhcw==","raw":{"x":1},` +
		`"mac":"00:1b:02:03:04:ff","empty":{},` +
		`"array":["[",-1,1,"192.0.2.1","00:00:00:00:00:00",{"k":"{","l":""},[]]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid([]byte(got[len("@cee: "):])) {
		t.Error("not JSON")
	}
}

func TestZeroObject(t *testing.T) {
	var o Object
	o.Str("a", "x")
	o.Uint("b", 1)
	if got, want := string(o.buf), `"a":"x","b":1`; got != want {
		t.Errorf("zero Object wrote %s, want %s", got, want)
	}
}

func TestAddr(t *testing.T) {
	tests := []struct{ in, full, short string }{
		{"192.0.2.255", "192.0.2.255", "192.0.2.255"},
		{"::", "0000:0000:0000:0000:0000:0000:0000:0000", "::"},
		{"fe80::1", "fe80:0000:0000:0000:0000:0000:0000:0001", "fe80::1"},
		{"fe80::1%eth0", "fe80:0000:0000:0000:0000:0000:0000:0001", "fe80::1"},
		{"2001:db8:0:0:1:0:0:ABCD", "2001:0db8:0000:0000:0001:0000:0000:abcd", "2001:db8::1:0:0:abcd"},
		{"::ffff:192.0.2.1", "0000:0000:0000:0000:0000:ffff:c000:0201", "::ffff:192.0.2.1"},
	}
	for _, tt := range tests {
		a := netip.MustParseAddr(tt.in)
		if got := string(appendAddr(nil, a, false)); got != `"`+tt.full+`"` {
			t.Errorf("address %s = %s, want %s", tt.in, got, tt.full)
		}
		if got := string(appendAddr(nil, a, true)); got != `"`+tt.short+`"` {
			t.Errorf("compressed address %s = %s, want %s", tt.in, got, tt.short)
		}
	}
	if got := string(appendAddr(nil, netip.Addr{}, false)); got != `""` {
		t.Errorf("no address = %s", got)
	}
}

func TestTime(t *testing.T) {
	zones := []*time.Location{
		time.UTC,
		time.FixedZone("", 5*3600+30*60),
		time.FixedZone("", -(9*3600 + 30*60)),
		time.FixedZone("", -30*60),
	}
	for _, name := range []string{"Europe/Berlin", "America/St_Johns"} {
		if z, err := time.LoadLocation(name); err == nil {
			zones = append(zones, z)
		}
	}
	check := func(ns int64) {
		t.Helper()
		for _, z := range zones {
			want := `"` + time.Unix(0, ns).In(z).Format("2006-01-02T15:04:05.000000-0700") + `"`
			var o Object
			o.Start(nil, &Options{Zone: z})
			o.Time("t", ns)
			if got := string(o.End()); got != `{"t":`+want+"}" {
				t.Errorf("Time(%d) in %v = %s, want %s", ns, z, got, want)
			}
		}
	}
	for _, ns := range []int64{0, -1, 1, 999, 1000, 1_499_999_999_999_999_999, math.MaxInt64, math.MinInt64} {
		check(ns)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		check(int64(r.Uint64()))
	}
}

func BenchmarkTime(b *testing.B) {
	zone := time.Local
	if z, err := time.LoadLocation("Europe/Berlin"); err == nil {
		zone = z
	}
	o := Object{options: &Options{Zone: zone}}
	b.ReportAllocs()
	for b.Loop() {
		o.buf = o.buf[:0]
		o.Time("timestamp", 1254722767529046000)
	}
}

func BenchmarkText(b *testing.B) {
	for _, tt := range []struct{ name, text string }{
		{"clean", "Some.Body+tag@mail.example.org"},
		{"escaped", `"Body, Some" <some.body@example.org>`},
		{"utf8", "Größe: 日本語のテキスト"},
		{"latin1", "Gr\xf6\xdfe und mehr, das gerade so"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			v := []byte(tt.text)
			var o Object
			b.ReportAllocs()
			b.SetBytes(int64(len(v)))
			for b.Loop() {
				o.buf = o.buf[:0]
				o.Bytes("from", v)
			}
		})
	}
}
