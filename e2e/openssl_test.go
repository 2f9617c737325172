//go:build e2e

package e2e

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// handshakes are what the clients of openssl s_server do.
var handshakes = []struct {
	name    string // of the server that is asked for
	options string // of s_client
	version string // as reknit has it
	alpn    string
	shown   bool // the certificate is not encrypted
}{
	{"one.example.org", "-tls1_2", "TLS 1.2", "", true},
	{"two.example.org", "-tls1_3", "TLS 1.3", "", false},
	{"three.example.org", "-tls1_2 -alpn http/1.1", "TLS 1.2", "http/1.1", true},
	{"four.example.org", "-tls1_3 -alpn h2,http/1.1 -groups X25519:P-256", "TLS 1.3", "", false},
	{"five.example.org", "-tls1_3 -groups P-256", "TLS 1.3", "", false},
	{"six.example.org", "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384 -sess_out SESSION", "TLS 1.2", "", true},
	{"seven.example.org", "-tls1_2 -sess_in SESSION", "TLS 1.2", "", false}, // resumes the one before
}

// openssl is a server that does little but TLS.
type openssl struct {
	*lab
	dir  string
	said []string // by the clients, for each handshake
}

func (l *lab) startOpenSSL() *openssl {
	l.t.Helper()
	l.tools("openssl")
	o := &openssl{lab: l, dir: l.directory("openssl"), said: make([]string, len(handshakes))}
	writeCertificate(l.t, o.dir)
	o.serve("443", "openssl", "s_server", "-accept", serverAddr+":443", "-cert", o.dir+"/cert.pem", "-key", o.dir+"/key.pem",
		"-alpn", "http/1.1", "-www")
	return o
}

func (o *openssl) name() string { return "tls" }

func (o *openssl) files() []*transfer { return nil }

// port is the client's port in a handshake.
func (o *openssl) port(i int) int { return 44300 + i }

// play shakes hands and asks for a page; s_server serves one connection after the other.
func (o *openssl) play() {
	for i, h := range handshakes {
		args := []string{"s_client", "-connect", serverAddr + ":443", "-bind", fmt.Sprintf("%s:%d", clientAddr, o.port(i)), "-servername", h.name,
			"-no_ign_eof"}
		args = append(args, strings.Fields(strings.ReplaceAll(h.options, "SESSION", o.dir+"/session"))...)
		o.said[i] = o.run("sh", "-c", "(printf 'GET / HTTP/1.0\\r\\n\\r\\n'; sleep 0.3) | ip netns exec "+o.client+" openssl "+strings.Join(args, " "))
	}
}

func (o *openssl) compare(t *testing.T, r *report) {
	text, err := os.ReadFile(filepath.Join(o.dir, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := sha1.Sum(cert.Raw)
	var colons []string
	for _, b := range fingerprint {
		colons = append(colons, hex.EncodeToString([]byte{b}))
	}
	for i, h := range handshakes {
		found := r.of("tls", o.port(i))
		if len(found) != 1 {
			t.Errorf("%s: %d records, want 1:\n%s", h.name, len(found), show(found))
			continue
		}
		e := found[0]
		want := map[string]string{"tls.sni": h.name, "tls.version": h.version, "tls.subject": "", "tls.issuerdn": "", "tls.serial": "",
			"tls.fingerprint": "", "tls.notbefore": "", "tls.notafter": ""}
		if h.shown {
			want["tls.subject"], want["tls.issuerdn"] = "CN=mx.example.org", "CN=mx.example.org"
			want["tls.serial"] = "01"
			want["tls.fingerprint"] = strings.Join(colons, ":")
			want["tls.notbefore"] = cert.NotBefore.UTC().Format("2006-01-02T15:04:05")
			want["tls.notafter"] = cert.NotAfter.UTC().Format("2006-01-02T15:04:05")
		}
		for path, value := range want {
			if got := e.text(path); got != value {
				t.Errorf("%s: %s is %q, want %q: %s", h.name, path, got, value, e.line)
			}
		}
		resumed := strings.Contains(o.said[i], "Reused, TLS")
		if got := e.text("tls.session_resumed") == "true"; got != (resumed && h.version == "TLS 1.2") {
			t.Errorf("%s: session_resumed is %v, and openssl resumed: %v: %s", h.name, got, resumed, e.line)
		}
		if !strings.Contains(o.said[i], "New, TLS") && !resumed {
			t.Errorf("%s: openssl said %s", h.name, o.said[i])
		}
	}
	if !strings.Contains(o.said[len(o.said)-1], "Reused, TLSv1.2") {
		t.Error("openssl resumed no session, so that tested nothing")
	}
}
