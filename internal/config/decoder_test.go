package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestTunnelPorts(t *testing.T) {
	t.Chdir(t.TempDir())
	const vars = "vars:\n  port-groups:\n    VX: '[8472, $OTHER]'\n    OTHER: 4789\n    LOOP: $LOOP\n"
	for _, tt := range []struct {
		given string
		any   bool
		ports string
		err   string
	}{
		{"4789", false, "[4789]", ""},
		{"[8472, 4789]", false, "[8472 4789]", ""},
		{"'[8472, 4789]'", false, "[8472 4789]", ""},
		{"any", true, "[]", ""},
		{"$VX", false, "[8472 4789]", ""},
		{"['1', $OTHER]", false, "[1 4789]", ""},
		{"$NONE", false, "[4789]", "there is no variable NONE in vars.port-groups"},
		{"$LOOP", false, "[4789]", "variable LOOP names too many others"},
		{"0", false, "[4789]", `want ports such as 4789 or [8472, 4789], not "0"`},
		{"vxlan", false, "[4789]", `want ports such as 4789 or [8472, 4789], not "vxlan"`},
	} {
		write(t, "t.yaml", vars+"decoder:\n  vxlan:\n    ports: "+tt.given+"\n")
		c, ps := Load(Options{File: "t.yaml"})
		v := &c.Decoder.VXLAN
		if v.Any != tt.any || fmt.Sprint(v.Ports) != tt.ports || !v.Enabled {
			t.Errorf("ports: %s gives %v, any %v; want %s, %v", tt.given, v.Ports, v.Any, tt.ports, tt.any)
		}
		var said []string
		for _, p := range ps {
			if p.Kind == BadValue {
				said = append(said, p.Text)
			}
		}
		if got := strings.Join(said, "; "); !strings.HasSuffix(got, tt.err) || tt.err == "" && got != "" {
			t.Errorf("ports: %s: %q, want %q", tt.given, got, tt.err)
		}
	}
	c, _ := Load(Options{})
	if d := &c.Decoder; d.Teredo.Any || d.VXLANReserved != "permissive" || !d.GTP.Enabled {
		t.Errorf("without a file: %+v", d)
	}
	write(t, "t.yaml", "")
	c, _ = Load(Options{File: "t.yaml"})
	if d := &c.Decoder; !d.Teredo.Any || d.VXLANReserved != "strict" || d.GTP.Enabled {
		t.Errorf("with an empty file: %+v", d)
	}
}

func TestDefragHosts(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "t.yaml", `
defrag:
  host-config:
    - dmz:
        timeout: 30
        address: [192.168.1.0/24, "::1"]
    - lan:
        timeout: 45
        address:
          - 192.168.0.0/16
    - bad:
        timeout: 0
        address: 10.0.0.1
`)
	c, ps := Load(Options{File: "t.yaml"})
	got := fmt.Sprint(c.Defrag.HostTimes)
	if want := "[{::1/128 30} {192.168.1.0/24 30} {192.168.0.0/16 45}]"; got != want {
		t.Errorf("Load() gives %s, want %s", got, want)
	}
	if len(ps) != 1 || ps[0].Kind != BadValue || !strings.Contains(ps[0].Text, "defrag.host-config.2.bad.timeout") {
		t.Errorf("Load() says %v", ps)
	}
}
