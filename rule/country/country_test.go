package country_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/reknit/reknit/rule/country"
	"github.com/reknit/reknit/rule/country/countrytest"
)

func TestDatabase(t *testing.T) {
	d, err := country.Open(countrytest.Build(map[netip.Prefix]string{
		netip.MustParsePrefix("192.0.2.0/24"):    countrytest.Country("country", "DE"),
		netip.MustParsePrefix("198.51.100.0/25"): countrytest.Country("registered_country", "FR"),
		netip.MustParsePrefix("203.0.113.0/24"):  countrytest.Map(countrytest.Text("continent"), countrytest.Text("EU")),
		netip.MustParsePrefix("2001:db8::/32"):   countrytest.Country("country", "SE"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from what is remembered
		for a, want := range map[string]string{"192.0.2.1": "DE", "192.0.3.1": "", "198.51.100.1": "FR", "198.51.100.200": "", "203.0.113.1": "",
			"2001:db8::1": "SE", "2001:db9::1": "", "::ffff:192.0.2.1": "DE"} {
			c, ok := d.Of(netip.MustParseAddr(a))
			if ok != (want != "") || ok && c.String() != want {
				t.Errorf("Of(%s) = %s, %v, want %s", a, c, ok, want)
			}
		}
	}
	if _, ok := d.Of(netip.Addr{}); ok {
		t.Error("no address is in a country")
	}
	a := netip.MustParseAddr("192.0.2.1")
	if n := testing.AllocsPerRun(100, func() { d.Of(a) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestManyRecords has more records than are remembered.
func TestManyRecords(t *testing.T) {
	const records = 4200
	list := map[netip.Prefix]string{}
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1}) }
	for i := range records {
		list[netip.PrefixFrom(addr(i), 24)] = countrytest.Country("country", fmt.Sprintf("%c%c", 'A'+i%26, 'A'+i/26%26))
	}
	d, err := country.Open(countrytest.Build(list))
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if c, ok := d.Of(addr(i)); !ok || c != (country.Code{byte('A' + i%26), byte('A' + i/26%26)}) {
			t.Fatalf("record %d: %s, %v", i, c, ok)
		}
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]string{"DE": "DE", "de": "DE", "": "", "D": "", "DEU": "", "D1": "", "Ü": ""} {
		c, err := country.ParseCode(text)
		if (err == nil) != (want != "") || err == nil && c.String() != want {
			t.Errorf("ParseCode(%q) = %s, %v", text, c, err)
		}
	}
	if _, err := country.Open([]byte("no database")); err == nil {
		t.Error("a database is made of nothing")
	}
}
