package config

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestHTTPServers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(name, []byte(`%YAML 1.1
---
app-layer:
  protocols:
    http:
      libhtp:
        default-config:
          personality: IIS_6_0
        server-config:
          - apache:
              address: [192.168.1.0/24, "::1"]
              personality: Apache_2
              meta-field-limit: 4kb
          - bad:
              address: nowhere
`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, ps := Load(Options{File: name})
	h := &c.Protocols.HTTP
	if len(ps) != 1 || h.Server.Personality != "iis_6_0" || len(h.Servers) != 1 {
		t.Fatalf("%v; %+v", ps, h)
	}
	s := &h.Servers[0]
	if got := fmt.Sprintf("%v %s %v %d", s.Networks, s.Personality, s.MetaFieldLimit, s.HeadersLimit); got != "[192.168.1.0/24 ::1/128] apache_2 4 KiB 1024" {
		t.Error(got)
	}
}
