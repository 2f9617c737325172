package main

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/dns"
)

func loadText(t *testing.T, set ...string) *config.Config {
	t.Helper()
	c, ps := config.Load(config.Options{Set: set})
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return c
}

func TestDNSPorts(t *testing.T) {
	const at = "app-layer.protocols.dns."
	for _, test := range []struct {
		set  []string
		want string
	}{
		{nil, "[]"},
		{[]string{at + "detection-ports.dp=5353"}, "[{6 5353 0} {6 5353 1} {17 5353 0} {17 5353 1}]"},
		{[]string{at + "tcp.detection-ports.dp=1053"}, "[{6 1053 0} {6 1053 1} {17 53 0} {17 53 1}]"},
		{[]string{at + "udp.detection-ports.dp=54", at + "udp.detection-ports.sp=55", at + "tcp.enabled=no"}, "[{17 54 0} {17 55 1}]"},
		{[]string{at + "udp.detection-ports.dp=54", at + "detection-ports.dp=56"}, "[{6 56 0} {6 56 1} {17 56 0} {17 56 1}]"},
	} {
		var got []string
		for _, p := range dnsPorts(&loadText(t, test.set...).Protocols.DNS) {
			got = append(got, fmt.Sprintf("{%d %d %d}", p.Transport, p.Number, p.Dir))
		}
		if s := "[" + strings.Join(got, " ") + "]"; s != test.want {
			t.Errorf("%q: %s, want %s", test.set, s, test.want)
		}
	}
}

func TestDNSForms(t *testing.T) {
	env := ""
	getenv := func(string) string { return env }
	all := config.DNSLog{Requests: true, Responses: true, Formats: []string{"detailed", "grouped"}}
	if got := dnsForms(&all, getenv); !reflect.DeepEqual(got, dns.EVE{Version: 3}) {
		t.Errorf("%+v", got)
	}
	env = "2"
	if got := dnsForms(&all, getenv); got.Version != 2 {
		t.Errorf("the environment is not heeded: %+v", got)
	}
	all.Version = "3"
	if got := dnsForms(&all, getenv); got.Version != 3 {
		t.Errorf("the environment wins over the configuration: %+v", got)
	}
	got := dnsForms(&config.DNSLog{Version: "2", Requests: true, Formats: []string{"grouped"}, Types: []string{"a", "SVCB", "77"}}, getenv)
	want := dns.EVE{Version: 2, NoResponses: true, NoDetailed: true, Types: []dns.Type{1, 64, 77}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

const (
	dnsQuestion = "\x03www\x07example\x03org\x00\x00\x01\x00\x01"
	dnsRequest  = "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + dnsQuestion
	dnsResponse = "\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + dnsQuestion + "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07"
	dnsMissing  = "\x00\x02\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00\x05\x1b[2Jx\x00\x00\x1c\x00\x01"
)

func dnsMessage(t *testing.T, text string) *dns.Message {
	t.Helper()
	m, err := dns.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNames(t *testing.T) {
	s, out := newTestSummary(false)
	for i, text := range []string{dnsRequest, dnsResponse, dnsRequest, dnsMissing} {
		s.Event(&event.Record{Type: "dns", Time: int64(i), Src: netip.MustParseAddr("192.0.2.1"), Body: dnsMessage(t, text)})
	}
	s.print()
	const want = `Names
  Asked  Name             Type  Answer
      2  www.example.org  A     192.0.2.7
      1  \x1b[2Jx         AAAA  NXDOMAIN
`
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
