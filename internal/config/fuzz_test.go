package config

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the file holds, there is a configuration, and problems have a place.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		"%YAML 1.1\n---\nstream:\n  memcap: 64mb\n", "a: &a [*a]\n", "a: &a {b: *a}\n", "include: x.yaml\n", "<<: {a: 1}\n",
		"outputs:\n- eve-log:\n    enabled: yes\n    types:\n    - files:\n        force-hash: [md5]\n    - flow\n",
		"host-os-policy:\n  windows: [0.0.0.0/0]\n", "a.b.c: 1\na: 2\n", "x: !include x.yaml\n", "? [a]\n: b\n",
		"stream: {reassembly: {urgent: {policy: oob}}}\n", "logging:\n  outputs:\n  - file:\n      enabled: yes\n",
		"vars:\n  address-groups:\n    A_B: any\n    include: [x.yaml]\n",
	} {
		f.Add([]byte(s), "stream.midstream=yes")
		f.Add([]byte(s), "outputs.0.eve-log.types.1.flow.enabled = no")
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, option string) {
		name := filepath.Join(dir, "x.yaml")
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
		c, ps := Load(Options{File: name, Set: []string{option}})
		if c == nil || c.Root == nil {
			t.Fatal("no configuration")
		}
		for _, p := range ps {
			if p.Text == "" {
				t.Errorf("a problem without text: %+v", p)
			}
		}
		if !ps.Fatal(false) && c.Stats.Interval < 1 {
			t.Errorf("stats.interval is %d", c.Stats.Interval)
		}
	})
}
