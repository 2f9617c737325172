package packet

import "testing"

func TestLinkType(t *testing.T) {
	for _, tt := range []struct {
		link      LinkType
		name      string
		supported bool
	}{
		{LinkNull, "NULL", true},
		{LinkEthernet, "EN10MB", true},
		{12, "RAW", true},
		{14, "RAW", true},
		{LinkRaw, "RAW", true},
		{LinkLoop, "LOOP", true},
		{LinkSLL, "LINUX_SLL", true},
		{LinkIPv4, "IPv4", true},
		{LinkIPv6, "IPv6", true},
		{LinkSLL2, "LINUX_SLL2", true},
		{9, "PPP", true},
		{104, "C_HDLC", true},
		{105, "IEEE802_11", false},
		{127, "IEEE802_11_RADIO", false},
		{4711, "4711", false},
	} {
		if got := tt.link.String(); got != tt.name {
			t.Errorf("LinkType(%d).String() = %q, want %q", uint32(tt.link), got, tt.name)
		}
		if got := tt.link.Supported(); got != tt.supported {
			t.Errorf("LinkType(%d).Supported() = %v, want %v", uint32(tt.link), got, tt.supported)
		}
	}
	for link := range LinkType(300) {
		_, d := decode(link, make([]byte, 64))
		c := &d.Counters
		if decoded := c.Null+c.Ethernet+c.Raw+c.SLL+c.SLL2+c.PPP+c.CHDLC > 0; decoded != link.Supported() {
			t.Errorf("LinkType(%d) is decoded: %v, Supported() = %v", uint32(link), decoded, link.Supported())
		}
	}
}
