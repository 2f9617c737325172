package certstore_test

import (
	"encoding/pem"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reknit/reknit/event"
	"github.com/reknit/reknit/sink/certstore"
)

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certs")
	var told []error
	s, err := certstore.Open(certstore.Config{Dir: dir, MaxFiles: 3, Report: func(err error) { told = append(told, err) }})
	if err != nil {
		t.Fatal(err)
	}
	r := &event.Record{
		Time: 1523912382_235074_000, Number: 10, Src: netip.MustParseAddr("::1"), Dst: netip.MustParseAddr("192.0.2.1"), SrcPort: 443, DstPort: 5,
		Protocol: 6,
	}
	c := &certstore.Chain{DER: [][]byte{{1}, {2, 3}}, Subject: "CN=a", Issuer: "CN=b", Fingerprint: "00:11"}
	s.Put(r, c)
	c.Client = true
	s.Put(r, c)
	text, _ := os.ReadFile(filepath.Join(dir, "1523912382.235074-1.pem"))
	first, rest := pem.Decode(text)
	second, _ := pem.Decode(rest)
	if first == nil || second == nil || string(first.Bytes) != "\x01" || string(second.Bytes) != "\x02\x03" {
		t.Errorf("%s", text)
	}
	text, _ = os.ReadFile(filepath.Join(dir, "client-1523912382.235074-2.meta"))
	want := `TIME:              ` + time.Unix(1523912382, 0).Format("01/02/2006-15:04:05") + `.235074
PCAP PKT NUM:      10
SRC IP:            0000:0000:0000:0000:0000:0000:0000:0001
DST IP:            192.0.2.1
PROTO:             6
SRC PORT:          443
DST PORT:          5
TLS SUBJECT:       CN=a
TLS ISSUERDN:      CN=b
TLS FINGERPRINT:   00:11
`
	if string(text) != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	os.RemoveAll(dir)
	s.Put(r, c)
	s.Put(r, c)
	var counters []string
	s.Each(func(name string, v uint64) {
		counters = append(counters, strings.TrimPrefix(name, "reknit.tls_store.")+"="+string('0'+rune(v)))
	})
	if got := strings.Join(counters, " "); got != "stored=2 refused=1 errors=1" || len(told) != 1 {
		t.Errorf("%s, errors %v", got, told)
	}
}
