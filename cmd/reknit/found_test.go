package main

import (
	"reflect"
	"testing"

	"github.com/reknit/reknit/app"
	"github.com/reknit/reknit/stream"
)

// TestFound wants the sections of protocols that have no options but where they are looked for to reach the engine.
func TestFound(t *testing.T) {
	for name, transport := range map[string]app.Transport{"mdns": app.UDP, "tftp": app.UDP, "ntp": app.UDP, "smb": app.TCP} {
		at := "app-layer.protocols." + name + "."
		settings := func(set ...string) app.Settings {
			return engineConfig(loadText(t, set...), &options{}, wishes{}).App.Protocols[name]
		}
		if got := settings(); got.Mode != app.Parse || got.Ports != nil {
			t.Errorf("%s: %+v", name, got)
		}
		if got := settings(at + "enabled=no"); got.Mode != app.Off {
			t.Errorf("%s, not enabled: %+v", name, got)
		}
		want := []app.Port{{Transport: transport, Number: 6969, Dir: stream.ToServer}}
		if got := settings(at+"detection-ports.dp=6969", at+"enabled=detection-only"); got.Mode != app.DetectOnly || !reflect.DeepEqual(got.Ports, want) {
			t.Errorf("%s on port 6969: %+v", name, got)
		}
	}
}
