package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/reknit/reknit/internal/config"
	"github.com/reknit/reknit/proto/tls"
)

func TestTLSForm(t *testing.T) {
	const types = "outputs.0.eve-log.types.0.tls."
	all := "[" + strings.Join(tls.FieldNames[:], ", ") + "]"
	for _, test := range []struct {
		set  []string
		want tls.EVE
		ja3  bool // is asked for
		ja4  bool
	}{
		{nil, tls.EVE{Fields: tls.Basic}, false, false},
		{[]string{types + "extended=yes"}, tls.EVE{Fields: tls.Extended}, false, true},
		{[]string{types + "extended=yes", types + "ja4=no"}, tls.EVE{Fields: tls.Extended &^ tls.ShowJA4}, false, false},
		{[]string{types + "session-resumption=no"}, tls.EVE{Fields: tls.Basic, NoResumed: true}, false, false},
		{[]string{types + "extended=yes", types + "custom=[sni, ja3s]"}, tls.EVE{Fields: tls.ShowSNI | tls.ShowJA3S}, true, false},
		{[]string{types + "custom=" + all}, tls.EVE{Fields: 1<<len(tls.FieldNames) - 1}, true, true},
	} {
		set := append([]string{"outputs.0.eve-log.enabled=yes", types + "enabled=yes"}, test.set...)
		c, ps := config.Load(config.Options{Set: set})
		if len(ps) > 0 || len(c.EVE) != 1 {
			t.Fatalf("%v: %v, %d outputs", test.set, ps, len(c.EVE))
		}
		var w wishes
		w.add(&c.EVE[0])
		if got := tlsForm(&c.EVE[0].TLS); got != test.want || w.ja3 != test.ja3 || w.ja4 != test.ja4 {
			t.Errorf("%v: form %+v, JA3 %v, JA4 %v, want %+v, %v, %v", test.set, got, w.ja3, w.ja4, test.want, test.ja3, test.ja4)
		}
	}
}

func TestTLSConfig(t *testing.T) {
	for handling, want := range map[string]tls.Handling{"default": tls.Track, "track-only": tls.Track, "full": tls.Full, "bypass": tls.Bypass} {
		c, _ := config.Load(config.Options{Set: []string{"app-layer.protocols.tls.encryption-handling=" + handling,
			"app-layer.protocols.ssh.encryption-handling=" + handling}})
		if got := tlsConfig(&c.Protocols.TLS, wishes{}).Encrypted; got != want {
			t.Errorf("%s: TLS %v, want %v", handling, got, want)
		}
		if got := sshConfig(&c.Protocols.SSH).Encrypted; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: SSH %v, want %v", handling, got, want)
		}
	}
}
